// `ferry boot` in the main thread: starts the firmware's thread, gives it the keys, asks it to stop on signals, and powers
// the machine on again when a program hangs beyond the watchdog.
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { artifactPath } from '../artifacts.ts';
import { openEmulatedMachine } from '../bus/emulated-machine.ts';
import { FerryError } from '../error.ts';
import { lockMachine, type MachineLock } from '../os/lock.ts';
import { stopOnSignals } from '../os/signals.ts';
import { StopFlag } from '../os/stop.ts';
import { KeyWriter } from './console-keys.ts';
import { MAXIMUM_RESETS, resetLimitText, type CycleResult } from './power-cycle.ts';
import { forwardKeys } from './terminal.ts';
import { HangWatch, type FirmwareResult, type FirmwareTask, type TrustFile } from './worker-messages.ts';

const STARTUP_DELAY_SECONDS = 5;
const BOOT_TIMEOUT_SECONDS = 3;
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 25;
const HANG_CHECK_MS = 500;
/** A firmware that still looks at its watchdog resets by itself: only beyond this does the main thread step in. */
const HANG_GRACE = 2_000_000_000n;

export interface BootOptions {
  /** The directory behind FS0:, the EFI system partition, or the file with the image of its disk. */
  readonly volumeDirectory: string;
  /** The machine: the state directory of its management controller. */
  readonly stateDirectory: string;
  /** Where non-volatile variables are kept; without it they live as long as this run. */
  readonly nvramFile?: string | undefined;
  /** Seconds before `startup.nsh`; 5 on a terminal and 0 elsewhere when not given. */
  readonly startupDelay?: number | undefined;
  /** Seconds for which the boot manager waits for a key on a terminal, where no variable `Timeout` says otherwise; 3 when not given. */
  readonly bootTimeout?: number | undefined;
  /** How long a boot option may take before the machine is reset; five minutes when not given. */
  readonly watchdogSeconds?: number | undefined;
  /** Keys whose signatures images need from now on. Kept in `nvramFile`. */
  readonly enrol?: readonly TrustFile[] | undefined;
  /** Keys and images that are trusted no longer. */
  readonly revoke?: readonly TrustFile[] | undefined;
  readonly workerUrl?: URL | undefined;
}

/** How the machine came to rest, and the exit code that stands for it. */
export interface BootOutcome {
  readonly handover: CycleResult['handover'];
  readonly exitCode: number;
}

/** Exit codes of DESIGN.md section 4. */
const EXIT_FAILED = 1;
const EXIT_PAUSED = 4;
const EXIT_NEEDS_ATTENTION = 5;

/** Powers the machine on and runs it until it hands over to the operating system or is off. */
export async function bootMachine(options: BootOptions): Promise<BootOutcome> {
  const lock = claimMachine(options.stateDirectory);
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const stop = new StopFlag();
  const keys = new KeyWriter();
  const watch = new HangWatch();
  const forgetKeys = forwardKeys(process.stdin, keys, { isTerminal });
  const forgetSignals = stopOnSignals(stop, {
    onStop: () => keys.wake(),
    onKill: () => {
      forgetKeys();
      lock?.release();
    },
  });
  try {
    return outcome(await runUntilRest(options, { stop, keys, watch, isTerminal, hasMachine: lock !== undefined }));
  } finally {
    forgetSignals();
    forgetKeys();
    lock?.release();
  }
}

interface Shared {
  readonly stop: StopFlag;
  readonly keys: KeyWriter;
  readonly watch: HangWatch;
  readonly isTerminal: boolean;
  /** If there is no machine now, the firmware runs without its device, even if one comes up meanwhile: nothing is locked. */
  readonly hasMachine: boolean;
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
async function runUntilRest(options: BootOptions, shared: Shared): Promise<CycleResult> {
  for (;;) {
    const result = await runThread(options, shared);
    if (result.kind === 'ended') return result.result;
    if (result.kind === 'failed') throw new FerryError(result.code, result.message, { hint: result.hint, exitCode: result.exitCode });
    if (result.kind === 'stopped') {
      throw new FerryError('program-stopped', `the firmware stopped unexpectedly: ${result.reason}; the device keeps its old image`, { hint: 'run the same command again' });
    }
    process.stdout.write('\nThe watchdog timer expired in a program that does not answer: the machine is reset.\n');
    shared.watch.value++;
    shared.watch.byWatchdog++;
    shared.watch.deadline = undefined;
    if (shared.watch.value <= MAXIMUM_RESETS) continue;
    process.stdout.write(resetLimitText());
    return { handover: 'reset-limit', imageStatus: undefined };
  }
}

async function runThread(options: BootOptions, { stop, keys, watch, isTerminal, hasMachine }: Shared): Promise<FirmwareResult | { readonly kind: 'hung' }> {
  const task: FirmwareTask = {
    volumeDirectory: options.volumeDirectory, stateDirectory: hasMachine ? options.stateDirectory : undefined, nvramFile: options.nvramFile,
    startupDelay: options.startupDelay ?? (isTerminal ? STARTUP_DELAY_SECONDS : 0),
    watchdogSeconds: options.watchdogSeconds, bootTimeout: options.bootTimeout ?? BOOT_TIMEOUT_SECONDS, enrol: options.enrol ?? [], revoke: options.revoke ?? [], isTerminal,
    columns: process.stdout.columns || DEFAULT_COLUMNS, rows: process.stdout.rows || DEFAULT_ROWS,
    stop: stop.buffer, keys: keys.buffer, watch: watch.buffer,
  };
  const worker = new Worker(options.workerUrl ?? pathToFileURL(artifactPath('efi-worker.js')), { workerData: task });
  const hang = hangOf(watch);
  try {
    return await Promise.race([resultOf(worker), hang.promise]);
  } finally {
    hang.forget();
    await worker.terminate();
  }
}

function resultOf(worker: Worker): Promise<FirmwareResult> {
  return new Promise((resolve) => {
    worker.once('message', resolve);
    worker.once('error', (error) => resolve({ kind: 'stopped', reason: error.message }));
    worker.once('exit', (code) => resolve({ kind: 'stopped', reason: `its thread ended with code ${code}` }));
  });
}

/** Notices a thread that is long beyond its watchdog. */
function hangOf(watch: HangWatch): { promise: Promise<{ kind: 'hung' }>; forget(): void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<{ kind: 'hung' }>((resolve) => {
    timer = setInterval(() => {
      const { deadline } = watch;
      if (deadline === undefined || process.hrtime.bigint() < deadline + HANG_GRACE) return;
      resolve({ kind: 'hung' });
    }, HANG_CHECK_MS);
  });
  return { promise, forget: () => clearInterval(timer) };
}

function outcome({ handover, imageStatus }: CycleResult): BootOutcome {
  if (handover === 'reset-limit') return { handover, exitCode: EXIT_NEEDS_ATTENTION };
  if (imageStatus === undefined) return { handover, exitCode: handover === 'stopped' ? EXIT_PAUSED : 0 };
  return { handover, exitCode: imageStatus < 256n ? Number(imageStatus) : EXIT_FAILED };
}
