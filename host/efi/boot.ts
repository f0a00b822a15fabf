// `ferry boot` in the main thread: the machine with its EFI-like firmware, and the exit code that its end stands for.
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { artifactPath } from '../artifacts.ts';
import { claimMachine } from '../os/claimed-machine.ts';
import { isOnTerminal, runMachine } from './machine-run.ts';
import type { CycleResult } from './power-cycle.ts';
import type { FirmwareTask, ThreadTask, TrustFile } from './worker-messages.ts';

const STARTUP_DELAY_SECONDS = 5;
const BOOT_TIMEOUT_SECONDS = 3;

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
  /** The POST code after which the firmware hangs. */
  readonly hangAt?: number | undefined;
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
  const machine = claimMachine(options.stateDirectory);
  const workerUrl = options.workerUrl ?? pathToFileURL(artifactPath('efi-worker.js'));
  return outcome(await runMachine({
    name: 'firmware', starts: 'program', start: (shared) => new Worker(workerUrl, { workerData: taskOf(options, machine !== undefined, shared) }),
  }, machine));
}

/** If there is no machine now, the firmware runs without its device, even if one comes up meanwhile: nothing is locked. */
function taskOf(options: BootOptions, hasMachine: boolean, shared: ThreadTask): FirmwareTask {
  return {
    volumeDirectory: options.volumeDirectory, stateDirectory: hasMachine ? options.stateDirectory : undefined, nvramFile: options.nvramFile,
    startupDelay: options.startupDelay ?? (isOnTerminal() ? STARTUP_DELAY_SECONDS : 0),
    watchdogSeconds: options.watchdogSeconds, hangAt: options.hangAt, bootTimeout: options.bootTimeout ?? BOOT_TIMEOUT_SECONDS, enrol: options.enrol ?? [], revoke: options.revoke ?? [],
    ...shared,
  };
}

function outcome({ handover, imageStatus }: CycleResult): BootOutcome {
  if (handover === 'reset-limit') return { handover, exitCode: EXIT_NEEDS_ATTENTION };
  if (imageStatus !== undefined) return { handover, exitCode: imageStatus < 256n ? Number(imageStatus) : EXIT_FAILED };
  return { handover, exitCode: handover === 'stopped' || handover === 'forced-off' ? EXIT_PAUSED : 0 };
}
