// What the main thread and the program's thread tell each other.
import type { FerryErrorCode } from '../error.ts';

/** Given to the thread at its start. */
export interface WorkerTask {
  readonly wasmPath: string;
  readonly args: readonly string[];
  readonly volumeRoot: string;
  /** Undefined when there is no machine: the bus is then without a management controller. */
  readonly stateDirectory: string | undefined;
  /** The main thread does not watch over the machine's power. */
  readonly sharesMachine: boolean;
  /** The buffer of the `StopFlag`. */
  readonly stop: SharedArrayBuffer;
  readonly logPath: string | undefined;
}

/** The one message of the thread, its last act. */
export type WorkerResult =
  | { readonly kind: 'exit'; readonly exitCode: number }
  /** The program trapped, or the environment made a mistake. */
  | { readonly kind: 'stopped'; readonly reason: string }
  /** A `FerryError`, in parts: a class does not survive the way between threads. */
  | { readonly kind: 'failed'; readonly code: FerryErrorCode; readonly message: string; readonly hint: string; readonly exitCode: number };
