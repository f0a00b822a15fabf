// What the main thread gives the loader's thread; what comes back is the firmware's `FirmwareResult`.

export interface LoaderTask {
  readonly imageFile: string;
  /** Undefined: a machine without its management controller. */
  readonly stateDirectory: string | undefined;
  readonly autoboot: boolean;
  readonly autoDelay: number;
  readonly watchdogSeconds: number | undefined;
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly rows: number;
  /** Of `StopFlag`, `KeyWriter` and `HangWatch`. */
  readonly stop: SharedArrayBuffer;
  readonly keys: SharedArrayBuffer;
  readonly watch: SharedArrayBuffer;
}
