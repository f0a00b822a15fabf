// What a failure of a FAT file system is to firmware.
import { FatError, type FatErrorCode } from '../../fat/fat-error.ts';
import { EfiError, type EfiErrorName } from '../status.ts';

const STATUS_OF: Readonly<Record<FatErrorCode, EfiErrorName>> = {
  'no-file-system': 'NO_MEDIA', corrupt: 'VOLUME_CORRUPTED', device: 'DEVICE_ERROR', 'read-only': 'WRITE_PROTECTED', full: 'VOLUME_FULL', 'too-large': 'VOLUME_FULL',
  'invalid-name': 'INVALID_PARAMETER', 'not-found': 'NOT_FOUND', exists: 'ACCESS_DENIED', 'not-empty': 'ACCESS_DENIED', 'is-directory': 'UNSUPPORTED', 'not-directory': 'NOT_FOUND',
};

/** Does something with a FAT file system and turns its failure into the status that a driver would give. */
export function fatAsEfiError<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof FatError)) throw error;
    throw new EfiError(STATUS_OF[error.code], error.message, { cause: error });
  }
}
