// What the main thread and the firmware's thread tell each other.
import type { FerryErrorCode } from '../error.ts';
import type { CycleResult, ResetCount } from './power-cycle.ts';

/** A file that says whom to trust: its name for messages, and its content. */
export interface TrustFile {
  readonly name: string;
  readonly content: Uint8Array;
}

/** What every thread of a machine is given: its terminal, and the words that it shares with the main thread. */
export interface ThreadTask {
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly rows: number;
  /** Of `StopFlag`, `KeyWriter` and `HangWatch`. */
  readonly stop: SharedArrayBuffer;
  readonly keys: SharedArrayBuffer;
  readonly watch: SharedArrayBuffer;
}

/** Given to the firmware's thread when it starts. */
export interface FirmwareTask extends ThreadTask {
  readonly volumeDirectory: string;
  /** Undefined: a machine without its management controller. */
  readonly stateDirectory: string | undefined;
  readonly nvramFile: string | undefined;
  readonly startupDelay: number;
  readonly watchdogSeconds: number | undefined;
  /** The POST code after which the firmware hangs. */
  readonly hangAt: number | undefined;
  /** Seconds of the boot manager's countdown. */
  readonly bootTimeout: number;
  /** Public key files, in minisign's form, whose signatures images need from now on. */
  readonly enrol: readonly TrustFile[];
  /** Public key files (`.pub`), or images, that are trusted no longer. */
  readonly revoke: readonly TrustFile[];
}

/** What the firmware's thread says when it ends. */
export type FirmwareResult =
  | { readonly kind: 'ended'; readonly result: CycleResult }
  | { readonly kind: 'failed'; readonly code: FerryErrorCode; readonly message: string; readonly hint: string; readonly exitCode: number }
  | { readonly kind: 'stopped'; readonly reason: string };

const DEADLINE = 0;
const RESETS = 1;
const WATCHDOG_RESETS = 2;

/**
 * Words that both threads see: when the watchdog expires, and how often the machine was reset. By them the main thread
 * notices a program that calls nothing and so never lets the watchdog bite.
 */
export class HangWatch implements ResetCount {
  readonly buffer: SharedArrayBuffer;
  readonly #words: BigInt64Array;

  constructor(buffer = new SharedArrayBuffer(24)) {
    this.buffer = buffer;
    this.#words = new BigInt64Array(buffer);
  }

  /** A moment of `process.hrtime.bigint()`. */
  get deadline(): bigint | undefined {
    const value = Atomics.load(this.#words, DEADLINE);
    return value === 0n ? undefined : value;
  }

  set deadline(moment: bigint | undefined) {
    Atomics.store(this.#words, DEADLINE, moment ?? 0n);
  }

  get value(): number {
    return Number(Atomics.load(this.#words, RESETS));
  }

  set value(resets: number) {
    Atomics.store(this.#words, RESETS, BigInt(resets));
  }

  get byWatchdog(): number {
    return Number(Atomics.load(this.#words, WATCHDOG_RESETS));
  }

  set byWatchdog(resets: number) {
    Atomics.store(this.#words, WATCHDOG_RESETS, BigInt(resets));
  }
}
