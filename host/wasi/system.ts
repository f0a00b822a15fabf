/** An open file of an environment that runs `ferry.wasm`. Failures are thrown as `WasiError`. */
export interface WasiFile {
  /** Terminals say true: the program then draws its progress in place. */
  readonly isTerminal: boolean;
  /** Fills `into` from the present position. Answers the bytes read; 0 at the end of the file. */
  read(into: Uint8Array): number;
  /** Writes all of `from` at the present position. Answers the bytes written. */
  write(from: Uint8Array): number;
  /** Moves the position; `whence` as in WASI: 0 from the start, 1 from here, 2 from the end. Answers the new one. */
  seek(offset: number, whence: 0 | 1 | 2): number;
  close(): void;
}

export interface OpenOptions {
  readonly write: boolean;
  readonly create: boolean;
  readonly truncate: boolean;
}

/** Everything that WASI preview 1 takes from the environment for a command like `ferry.wasm`. */
export interface WasiSystem {
  /** argv, the program's name first. */
  readonly args: readonly string[];
  readonly stdin: WasiFile;
  readonly stdout: WasiFile;
  readonly stderr: WasiFile;
  /** Opens a path relative to the volume's root, with `/` between names. Never leaves the volume. */
  open(path: string, options: OpenOptions): WasiFile;
  /** Nanoseconds since 1970. */
  realtime(): bigint;
  /** Nanoseconds of a clock that never goes back. */
  monotonic(): bigint;
  /** Fills with random bytes. */
  random(into: Uint8Array): void;
  /** Waits. Answers true when the one who runs the program asked it to stop; may come back early then. 0 only asks. */
  sleep(milliseconds: number): boolean;
}

/** WASI preview 1 errno values that this product gives out. */
export const Errno = {
  success: 0, access: 2, badDescriptor: 8, exists: 20, fault: 21, invalid: 28, io: 29, isDirectory: 31,
  nameTooLong: 37, tooManyFiles: 33, noEntry: 44, noSpace: 51, notDirectory: 54, notPermitted: 63, readOnly: 69, notCapable: 76,
} as const;

export type ErrnoName = keyof typeof Errno;

/** A failure that the program sees as a WASI errno. */
export class WasiError extends Error {
  readonly errno: ErrnoName;
  constructor(errno: ErrnoName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.errno = errno;
  }
}
