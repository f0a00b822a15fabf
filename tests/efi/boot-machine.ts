// Powers on a machine in a process of its own, as `ferry boot` does: what the tests of the real threads start.
// Arguments: options of bootMachine as JSON. The outcome goes to standard error as one line of JSON.
import { pathToFileURL } from 'node:url';
import { bootMachine, type BootOptions } from '../../host/efi/boot.ts';

const { workerFile, ...options } = JSON.parse(process.argv[2] as string) as BootOptions & { workerFile: string };
const outcome = await bootMachine({ ...options, workerUrl: pathToFileURL(workerFile) });
process.stderr.write(`${JSON.stringify(outcome)}\n`);
process.exitCode = outcome.exitCode;
