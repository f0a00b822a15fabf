/**
 * What can be wrong with a LIF volume, a name or a file. The word is for code and never changes its meaning; the message
 * is for people.
 */
export type LifErrorCode =
  /** The bytes are no LIF volume, or its directory lies outside of it. */
  | 'not-lif'
  /** No file of this name. */
  | 'not-found'
  /** The name can not be a LIF name. */
  | 'bad-name'
  /** The name is one, but has more than ten characters. */
  | 'long-name'
  /** No gap of the volume is large enough. */
  | 'no-space'
  /** Every entry of the directory is in use. */
  | 'directory-full'
  /** The file's extent or its records are not what its type says. */
  | 'damaged'
  /** The medium can not be written. */
  | 'read-only'
  /** The medium failed. */
  | 'io';

/** A failure of the LIF code. The message says what was expected, what was found, and what is true now. */
export class LifError extends Error {
  readonly code: LifErrorCode;
  constructor(code: LifErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LifError';
    this.code = code;
  }
}
