// `ferry isl` in the main thread: the machine with its Initial System Loader, and the exit code that its end stands for.
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { artifactPath } from '../artifacts.ts';
import { isOnTerminal, runMachine } from '../efi/machine-run.ts';
import type { CycleResult } from '../efi/power-cycle.ts';
import type { ThreadTask } from '../efi/worker-messages.ts';
import { claimMachine } from '../os/claimed-machine.ts';
import type { LoaderTask } from './worker-messages.ts';

const AUTO_DELAY_SECONDS = 5;
/** Exit codes of DESIGN.md section 4. */
const EXIT_PAUSED = 4;
const EXIT_NEEDS_ATTENTION = 5;

export interface LoaderRunOptions {
  /** The file that holds the LIF volume. */
  readonly imageFile: string;
  /** The machine: the state directory of its management controller. */
  readonly stateDirectory: string;
  /** Whether AUTO is executed. */
  readonly autoboot: boolean;
  /** Seconds before AUTO; 5 on a terminal and 0 elsewhere when not given. */
  readonly autoDelay?: number | undefined;
  /** How long AUTO may take before the machine is reset; five minutes when not given. */
  readonly watchdogSeconds?: number | undefined;
  readonly workerUrl?: URL | undefined;
}

/** Powers the machine on and runs it until it hands over to the operating system or is off. Answers the exit code. */
export async function runLoader(options: LoaderRunOptions): Promise<number> {
  const machine = claimMachine(options.stateDirectory);
  const workerUrl = options.workerUrl ?? pathToFileURL(artifactPath('isl-worker.js'));
  return exitCodeOf(await runMachine({
    name: 'loader', starts: 'utility', start: (shared) => new Worker(workerUrl, { workerData: taskOf(options, machine !== undefined, shared) }),
  }, machine));
}

/** If there is no machine now, the loader runs without its device, even if one comes up meanwhile: nothing is locked. */
function taskOf(options: LoaderRunOptions, hasMachine: boolean, shared: ThreadTask): LoaderTask {
  return {
    imageFile: options.imageFile, stateDirectory: hasMachine ? options.stateDirectory : undefined, autoboot: options.autoboot,
    autoDelay: options.autoDelay ?? (isOnTerminal() ? AUTO_DELAY_SECONDS : 0), watchdogSeconds: options.watchdogSeconds,
    ...shared,
  };
}

function exitCodeOf({ handover, imageStatus }: CycleResult): number {
  if (handover === 'reset-limit') return EXIT_NEEDS_ATTENTION;
  if (imageStatus !== undefined) return Number(imageStatus);
  return handover === 'stopped' || handover === 'forced-off' ? EXIT_PAUSED : 0;
}
