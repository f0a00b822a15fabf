/**
 * What can go wrong in the host's part of Ferry, outside the updater program. The word is for scripts and tests and
 * never changes its meaning; the message and the hint are for people. Append only.
 */
export type FerryErrorCode =
  /** The WebAssembly module is not an updater program that this environment can run. */
  | 'program-refused'
  /** The updater program trapped or its worker died. The device keeps its old image. */
  | 'program-stopped'
  /** The build is not complete: a file of `dist/` is missing. */
  | 'program-missing'
  /** No management controller has made a machine in this state directory. */
  | 'machine-missing'
  /** `machine.json` is there and is not what a management controller writes. */
  | 'machine-invalid'
  /** The machine's files belong to someone else, or a link lies where one of them should be. */
  | 'machine-unsafe'
  /** The machine's files can not be made or opened. */
  | 'machine-failed'
  /** Another run on this machine has not ended. Nothing was sent. */
  | 'machine-locked'
  /** The volume that the program is to read its files from can not be used. */
  | 'volume-invalid'
  /** The log file can not be opened or written. */
  | 'log-failed'
  /** The management controller that this process had started did not do its part. */
  | 'controller-failed'
  /** The command line is wrong. Nothing was touched. */
  | 'usage'
  /** The description of the board is not one. Nothing was touched. */
  | 'board-invalid'
  /** The controller's state directory can not be used, or what lies in it. */
  | 'state-failed'
  /** Another management controller runs on this state directory. */
  | 'controller-running'
  /** A file is no key that minisign could have made, or the password is not that of the key. Nothing was signed or verified. */
  | 'key-invalid'
  /** A key can not be made, or its files can not be read or written. */
  | 'key-failed'
  /** A file is no signature that Ferry takes, or its trusted comment is not one. The image is not trusted. */
  | 'signature-invalid'
  /** The signature is not by a trusted key, or not of this image. The image is not trusted. */
  | 'signature-refused'
  /** The image or its signature file can not be read or written. */
  | 'signature-failed'
  /** A file is no list of keys as `ferry trust make` writes it. The trusted keys stay as they were. */
  | 'key-list-invalid'
  /** A list of keys, or keys to pin, that this controller does not take. The trusted keys stay as they were. */
  | 'key-list-refused'
  /** A list of keys can not be read or written. */
  | 'key-list-failed'
  /** The management controller has switched the machine off. Nothing was sent. */
  | 'machine-off'
  /** The controller can not listen on the network address that it was given. Nothing was started. */
  | 'network-failed'
  /** A recovery.ini is wrong, or missing. Nothing was started. */
  | 'recovery-invalid'
  /** The journal or the spool of recovery can not be used. */
  | 'recovery-failed'
  /** An image can not be read to make a patch of it, or the patch can not be written. No patch was made. */
  | 'patch-failed';

export interface FerryErrorOptions extends ErrorOptions {
  /** One sentence: what the reader does next. */
  readonly hint: string;
  /** The exit code of the process, as DESIGN.md section 4 fixes them. 1 (failed, device on its old image) when not given. */
  readonly exitCode?: number;
}

/** A failure that ends a command. The message says what failed (expected X, got Y) and what is true now. */
export class FerryError extends Error {
  readonly code: FerryErrorCode;
  readonly hint: string;
  readonly exitCode: number;

  constructor(code: FerryErrorCode, message: string, options: FerryErrorOptions) {
    super(message, options);
    this.name = 'FerryError';
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? 1;
  }
}
