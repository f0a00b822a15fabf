// The firmware's thread. Firmware polls and blocks, so it has a thread of its own: signals, timers and the terminal stay
// alive in the main one. Bundled as dist/efi-worker.js.
import { randomFillSync } from 'node:crypto';
import { totalmem } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { emulatedBus, openEmulatedMachine } from '../bus/emulated-machine.ts';
import { FerryError } from '../error.ts';
import { standStill } from '../os/claimed-machine.ts';
import { StopFlag } from '../os/stop.ts';
import { parsePublicKey } from '../trust/public-key.ts';
import { powerOn } from './firmware.ts';
import { openVariableStore } from './nvram-file.ts';
import { cyclePower, type CycleResult } from './power-cycle.ts';
import { enrolKey, revocationOf, revoke } from './secure-boot.ts';
import { EfiError } from './status.ts';
import { threadConsole } from './thread-console.ts';
import { HangWatch, type FirmwareResult, type FirmwareTask } from './worker-messages.ts';

parentPort?.postMessage(result(workerData as FirmwareTask));

function result(task: FirmwareTask): FirmwareResult {
  try {
    return { kind: 'ended', result: run(task) };
  } catch (error) {
    if (error instanceof FerryError) {
      const { code, message, hint, exitCode } = error;
      return { kind: 'failed', code, message, hint, exitCode };
    }
    if (error instanceof EfiError) return { kind: 'failed', code: 'machine-failed', message: error.message, hint: 'correct it, then power on again', exitCode: 1 };
    return { kind: 'stopped', reason: error instanceof Error ? error.stack ?? error.message : String(error) };
  }
}

function run(task: FirmwareTask): CycleResult {
  const stop = new StopFlag(task.stop);
  const watch = new HangWatch(task.watch);
  const console = threadConsole(task);
  const variables = openVariableStore(task.nvramFile, (message) => console.write(`${message}\n`));
  for (const { name, content } of task.revoke) revoke(variables, revocationOf(name, content));
  for (const { name, content } of task.enrol) enrolKey(variables, parsePublicKey(content, name));
  return cyclePower(() => {
    const machine = task.stateDirectory === undefined ? undefined : openEmulatedMachine(task.stateDirectory, standStill);
    try {
      machine?.reset();
      return powerOn({
        console, bus: machine?.bus ?? emulatedBus(undefined), ports: machine?.ports, bootProgress: (progress) => machine?.bootProgress(progress), hangAt: task.hangAt,
         variables, volumeDirectory: task.volumeDirectory, startupDelay: task.startupDelay,
        watchdogSeconds: task.watchdogSeconds, bootTimeout: task.bootTimeout, watchdogResets: watch.byWatchdog,
        clock: { now: () => BigInt(Date.now()) * 1_000_000n, monotonic: () => process.hrtime.bigint() },
        memoryBytes: totalmem(),
        sleep: (milliseconds) => stop.wait(milliseconds),
        random: (into) => { randomFillSync(into); },
        watchdogChanged: (deadline) => { watch.deadline = deadline; },
      });
    } finally {
      watch.deadline = undefined;
      machine?.close();
    }
  }, watch, (text) => console.write(text));
}
