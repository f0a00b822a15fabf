// `ferry run` without its command line: runs a program file and ends with its exit code, or prints the FerryError.
import { pathToFileURL } from 'node:url';
import { FerryError } from '../../../host/error.ts';
import { runPostOs } from '../../../host/os/run.ts';

const [wasmPath = '', volumeRoot = '', stateDirectory = '', workerPath = '', logPath = '', shares] = process.argv.slice(2);
try {
  process.exitCode = await runPostOs({
    args: ['ferry', 'run'], volumeRoot, stateDirectory, wasmPath, logPath, workerUrl: pathToFileURL(workerPath), sharesMachine: shares !== undefined,
  });
} catch (error) {
  if (!(error instanceof FerryError)) throw error;
  process.stderr.write(`${JSON.stringify({ code: error.code, message: error.message, hint: error.hint })}\n`);
  process.exitCode = error.exitCode;
}
