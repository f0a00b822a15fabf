// `ferry isl` in the main thread: starts the loader's thread, gives it the keys, asks it to stop on signals, and powers the
// machine on again when a utility hangs beyond the watchdog.
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { artifactPath } from '../artifacts.ts';
import { openEmulatedMachine } from '../bus/emulated-machine.ts';
import { KeyWriter } from '../efi/console-keys.ts';
import { MAXIMUM_RESETS, resetLimitText, type CycleResult } from '../efi/power-cycle.ts';
import { forwardKeys } from '../efi/terminal.ts';
import { HangWatch, type FirmwareResult } from '../efi/worker-messages.ts';
import { FerryError } from '../error.ts';
import { lockMachine, type MachineLock } from '../os/lock.ts';
import { stopOnSignals } from '../os/signals.ts';
import { StopFlag } from '../os/stop.ts';
import type { LoaderTask } from './worker-messages.ts';

const AUTO_DELAY_SECONDS = 5;
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;
const HANG_CHECK_MS = 500;
/** A loader that still looks at its watchdog resets by itself: only beyond this does the main thread step in. */
const HANG_GRACE = 2_000_000_000n;
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
  const lock = claimMachine(options.stateDirectory);
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const [stop, keys, watch] = [new StopFlag(), new KeyWriter(), new HangWatch()];
  const forgetKeys = forwardKeys(process.stdin, keys, { isTerminal });
  const forgetSignals = stopOnSignals(stop, {
    onStop: () => keys.wake(),
    onKill: () => {
      forgetKeys();
      lock?.release();
    },
  });
  try {
    return exitCodeOf(await runUntilRest({
      imageFile: options.imageFile, stateDirectory: lock && options.stateDirectory, autoboot: options.autoboot,
      autoDelay: options.autoDelay ?? (isTerminal ? AUTO_DELAY_SECONDS : 0), watchdogSeconds: options.watchdogSeconds,
      isTerminal, columns: process.stdout.columns || DEFAULT_COLUMNS, rows: process.stdout.rows || DEFAULT_ROWS, stop: stop.buffer, keys: keys.buffer, watch: watch.buffer,
    }, watch, options.workerUrl ?? pathToFileURL(artifactPath('isl-worker.js'))));
  } finally {
    forgetSignals();
    forgetKeys();
    lock?.release();
  }
}

/** Two runs must not drive one device. Without a controller there is no device, and nothing to lock. */
function claimMachine(stateDirectory: string): MachineLock | undefined {
  const machine = openEmulatedMachine(stateDirectory);
  try {
    return machine.directory && lockMachine(machine.directory.directory);
  } finally {
    machine.close();
  }
}

/** One thread after another, as long as they hang. */
async function runUntilRest(task: LoaderTask, watch: HangWatch, url: URL): Promise<CycleResult> {
  for (;;) {
    const result = await runThread(task, watch, url);
    if (result.kind === 'ended') return result.result;
    if (result.kind === 'failed') throw new FerryError(result.code, result.message, { hint: result.hint, exitCode: result.exitCode });
    if (result.kind === 'stopped') {
      throw new FerryError('program-stopped', `the loader stopped unexpectedly: ${result.reason}; the device keeps its old image`, { hint: 'run the same command again' });
    }
    process.stdout.write('\nThe watchdog timer expired in a utility that does not answer: the machine is reset.\n');
    watch.value++;
    watch.deadline = undefined;
    if (watch.value <= MAXIMUM_RESETS) continue;
    process.stdout.write(resetLimitText());
    return { handover: 'reset-limit', imageStatus: undefined };
  }
}

async function runThread(task: LoaderTask, watch: HangWatch, url: URL): Promise<FirmwareResult | { readonly kind: 'hung' }> {
  const worker = new Worker(url, { workerData: task });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve) => {
      worker.once('message', resolve);
      worker.once('error', (error) => resolve({ kind: 'stopped', reason: error.message }));
      worker.once('exit', (code) => resolve({ kind: 'stopped', reason: `its thread ended with code ${code}` }));
      timer = setInterval(() => {
        const { deadline } = watch;
        if (deadline !== undefined && process.hrtime.bigint() >= deadline + HANG_GRACE) resolve({ kind: 'hung' });
      }, HANG_CHECK_MS);
    });
  } finally {
    clearInterval(timer);
    await worker.terminate();
  }
}

function exitCodeOf({ handover, imageStatus }: CycleResult): number {
  if (handover === 'reset-limit') return EXIT_NEEDS_ATTENTION;
  if (imageStatus === undefined) return handover === 'stopped' ? EXIT_PAUSED : 0;
  return Number(imageStatus);
}
