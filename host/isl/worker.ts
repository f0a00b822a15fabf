// The loader's thread. It polls and blocks, so it has a thread of its own: signals, timers and the terminal stay alive in
// the main one. Bundled as dist/isl-worker.js.
import { randomFillSync } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { emulatedBus, openEmulatedMachine } from '../bus/emulated-machine.ts';
import { cyclePower, type CycleResult } from '../efi/power-cycle.ts';
import { threadConsole } from '../efi/thread-console.ts';
import { HangWatch, type FirmwareResult } from '../efi/worker-messages.ts';
import { FerryError } from '../error.ts';
import { LifError } from '../lif/lif-error.ts';
import { FileMedium } from '../lif/medium.ts';
import { LifVolume } from '../lif/volume.ts';
import { standStill } from '../os/claimed-machine.ts';
import { StopFlag } from '../os/stop.ts';
import { powerOnIsl } from './power-on.ts';
import type { LoaderTask } from './worker-messages.ts';

parentPort?.postMessage(result(workerData as LoaderTask));

function result(task: LoaderTask): FirmwareResult {
  try {
    return { kind: 'ended', result: run(task) };
  } catch (error) {
    if (error instanceof FerryError) {
      const { code, message, hint, exitCode } = error;
      return { kind: 'failed', code, message, hint, exitCode };
    }
    if (error instanceof LifError) {
      const message = `the LIF volume ${task.imageFile} can not be used: ${error.message}; nothing was sent`;
      return { kind: 'failed', code: 'volume-invalid', message, hint: '`ferry lif make` makes a volume, `ferry lif ls -l` lists one', exitCode: 1 };
    }
    return { kind: 'stopped', reason: error instanceof Error ? error.stack ?? error.message : String(error) };
  }
}

function run(task: LoaderTask): CycleResult {
  const stop = new StopFlag(task.stop);
  const watch = new HangWatch(task.watch);
  const console = threadConsole(task);
  const volume = new LifVolume(new FileMedium(task.imageFile));
  try {
    return cyclePower(() => {
      const machine = task.stateDirectory === undefined ? undefined : openEmulatedMachine(task.stateDirectory, standStill);
      try {
        machine?.reset();
        return powerOnIsl({
          volume, volumeName: task.imageFile, autoboot: task.autoboot, autoDelay: task.autoDelay, watchdogSeconds: task.watchdogSeconds,
          console, bus: machine?.bus ?? emulatedBus(undefined), ports: machine?.ports, bootProgress: (progress) => machine?.bootProgress(progress),
          clock: { now: () => BigInt(Date.now()) * 1_000_000n, monotonic: () => process.hrtime.bigint() },
          sleep: (milliseconds) => stop.wait(milliseconds),
          random: (into) => { randomFillSync(into); },
          watchdogChanged: (deadline) => { watch.deadline = deadline; },
        });
      } finally {
        watch.deadline = undefined;
        machine?.close();
      }
    }, watch, (text) => console.write(text));
  } finally {
    volume.close();
  }
}
