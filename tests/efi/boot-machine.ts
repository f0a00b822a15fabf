// Powers on a machine in a process of its own, as `ferry boot` does: what the tests of the real threads start.
// Arguments: options of bootMachine as JSON. The outcome goes to standard error as one line of JSON.
import { pathToFileURL } from 'node:url';
import { bootMachine, type BootOptions } from '../../host/efi/boot.ts';

const { workerFile, ...options } = JSON.parse(process.argv[2] as string) as BootOptions & { workerFile: string };
/** JSON has no bytes: they come as numbers. */
const trusted = (files: BootOptions['enrol'] = []) => files.map(({ name, content }) => ({ name, content: Uint8Array.from(content) }));
const outcome = await bootMachine({ ...options, enrol: trusted(options.enrol), revoke: trusted(options.revoke), workerUrl: pathToFileURL(workerFile) });
process.stderr.write(`${JSON.stringify(outcome)}\n`);
process.exitCode = outcome.exitCode;
