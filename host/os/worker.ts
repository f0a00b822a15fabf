// The program's thread. The program blocks while it waits, so it has a thread of its own: signals, timers and the
// terminal stay alive in the main one. Bundled as dist/os-worker.js.
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { emulatedBus, openEmulatedMachine } from '../bus/emulated-machine.ts';
import { FerryError } from '../error.ts';
import { standStill } from './claimed-machine.ts';
import { RunLog } from './log.ts';
import { NodeStream } from './node-file.ts';
import { runOnNode } from './runner.ts';
import { StopFlag } from './stop.ts';
import type { WorkerResult, WorkerTask } from './worker-messages.ts';

parentPort?.postMessage(result(workerData as WorkerTask));

function result(task: WorkerTask): WorkerResult {
  try {
    return { kind: 'exit', exitCode: run(task) };
  } catch (error) {
    if (error instanceof FerryError) {
      const { code, message, hint, exitCode } = error;
      return { kind: 'failed', code, message, hint, exitCode };
    }
    return { kind: 'stopped', reason: error instanceof Error ? error.message : String(error) };
  }
}

function run(task: WorkerTask): number {
  const { args, volumeRoot } = task;
  const module = loadProgram(task.wasmPath);
  const log = task.logPath === undefined ? undefined : new RunLog(task.logPath, complain);
  const machine = task.stateDirectory === undefined ? undefined : openEmulatedMachine(task.stateDirectory, task.sharesMachine ? undefined : standStill);
  try {
    return runOnNode({ module, args, volumeRoot, bus: machine?.bus ?? emulatedBus(undefined), stop: new StopFlag(task.stop), log });
  } finally {
    machine?.close();
    log?.close();
  }
}

function loadProgram(path: string): WebAssembly.Module {
  try {
    return new WebAssembly.Module(readFileSync(path));
  } catch (cause) {
    throw new FerryError('program-missing', `the updater program ${path} can not be loaded: ${(cause as Error).message}; nothing was sent`, {
      hint: 'run `npm run build`, then the same command again', cause,
    });
  }
}

function complain(message: string): void {
  new NodeStream(2).write(new TextEncoder().encode(`${message}\n`));
}
