// Powers on the loader in a process of its own, as `ferry isl` does: what the tests of the real threads start.
// Arguments: options of runLoader as JSON, and the worker's file.
import { pathToFileURL } from 'node:url';
import { runLoader, type LoaderRunOptions } from '../../host/isl/run.ts';

const { workerFile, ...options } = JSON.parse(process.argv[2] as string) as LoaderRunOptions & { workerFile: string };
process.exitCode = await runLoader({ ...options, workerUrl: pathToFileURL(workerFile) });
