// Key lists on disk, where they are made and where they are applied.
import { FerryError } from '../../error.ts';
import { readSmallFile } from '../../trust/key-files.ts';
import { replaceFile } from '../../trust/replace-file.ts';
import { parseKeyList } from './key-list.ts';

function failed(path: string, what: string, hint: string, exitCode: number, cause: unknown): FerryError {
  return new FerryError('key-list-failed', `${path}: ${what}; the trusted keys stay as they were`, { hint, exitCode, cause });
}

/** The bytes of a list or of its signature; `what` says which. */
export function readListFile(path: string, what: string, hint: string): Uint8Array {
  try {
    return readSmallFile(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'got none' : `it can not be read: ${(error as Error).message}`;
    throw failed(path, `expected ${what}, ${reason}`, hint, 64, error);
  }
}

/** Writes a list. Only a list may be replaced by one; a reader finds the old one or the new one, never a part. */
export function writeKeyList(path: string, text: string): void {
  refuseOtherThanList(path);
  try {
    replaceFile(path, text);
  } catch (error) {
    throw failed(path, `the key list can not be written: ${(error as Error).message}`, 'check that the directory exists and can be written', 1, error);
  }
}

function refuseOtherThanList(path: string): void {
  try {
    parseKeyList(readSmallFile(path), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw failed(path, 'expected no file or a key list to replace, got something else, which was left as it is', 'give the list another name, or remove this file', 64, error);
  }
}
