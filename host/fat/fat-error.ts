// What can go wrong with a FAT file system. Whoever mounts it turns the codes into those of its own environment.

/** What kind of failure it is. */
export type FatErrorCode =
  /** The device holds no FAT file system and no partition table that leads to one. */
  | 'no-file-system'
  /** The structures on the medium contradict themselves. */
  | 'corrupt'
  /** The device failed. */
  | 'device'
  | 'read-only' | 'full' | 'too-large' | 'invalid-name' | 'not-found' | 'exists' | 'not-empty' | 'is-directory' | 'not-directory';

/** A failure of a FAT file system. */
export class FatError extends Error {
  readonly code: FatErrorCode;
  constructor(code: FatErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FatError';
    this.code = code;
  }
}

/** The medium contradicts itself: what was expected where, and what is there. */
export const corrupt = (what: string): FatError => new FatError('corrupt', `the file system is corrupt: ${what}; nothing was changed; check it with fsck.fat`);
