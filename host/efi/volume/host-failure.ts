// What a failure of the host's file system is to firmware.
import { EfiError, type EfiErrorName } from '../status.ts';

const STATUS_OF: Readonly<Record<string, EfiErrorName>> = {
  ENOENT: 'NOT_FOUND', ENOTDIR: 'NOT_FOUND', ELOOP: 'ACCESS_DENIED', EACCES: 'ACCESS_DENIED', EPERM: 'ACCESS_DENIED', EISDIR: 'ACCESS_DENIED',
  ENOTEMPTY: 'ACCESS_DENIED', EEXIST: 'ACCESS_DENIED', EROFS: 'WRITE_PROTECTED', ENOSPC: 'VOLUME_FULL', EDQUOT: 'VOLUME_FULL',
  ENAMETOOLONG: 'INVALID_PARAMETER', EMFILE: 'OUT_OF_RESOURCES', ENFILE: 'OUT_OF_RESOURCES', ENODEV: 'NO_MEDIA',
};

/** Does something with a host file and turns its failure into the status that a file system driver would give. */
export function asEfiError<T>(hostPath: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    throw new EfiError(STATUS_OF[code] ?? 'DEVICE_ERROR', `${hostPath}: ${(error as Error).message}`, { cause: error });
  }
}
