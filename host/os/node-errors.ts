// What the operating system says, in the words of WASI.
import { WasiError, type ErrnoName } from '../wasi/system.ts';

const ERRNOS: Readonly<Record<string, ErrnoName>> = {
  EACCES: 'access', EBADF: 'badDescriptor', EDQUOT: 'noSpace', EEXIST: 'exists', EFBIG: 'noSpace', EINVAL: 'invalid',
  EISDIR: 'isDirectory', ELOOP: 'notCapable', EMFILE: 'tooManyFiles', ENAMETOOLONG: 'nameTooLong', ENFILE: 'tooManyFiles',
  ENOENT: 'noEntry', ENOSPC: 'noSpace', ENOTDIR: 'notDirectory', EPERM: 'notPermitted', EROFS: 'readOnly',
};

/** An error of node:fs as the program sees it. What has no errno of its own is an I/O error. */
export function toWasiError(error: unknown): WasiError {
  if (error instanceof WasiError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new WasiError(ERRNOS[code] ?? 'io', message, { cause: error });
}

/** Runs file work and turns what it throws into `WasiError`. Our own mistakes stay what they are. */
export function asWasi<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof WasiError || (error as NodeJS.ErrnoException).syscall !== undefined) throw toWasiError(error);
    throw error;
  }
}

/** Repeats work that a signal interrupted before it did anything. */
export function retryInterrupted<T>(work: () => T): T {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EINTR') throw error;
    }
  }
}
