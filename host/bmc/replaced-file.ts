// Files of the controller that are replaced as a whole. Knows nothing of what lies in them.
import { readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemFiles, type FileStore } from './durable-file.ts';

/** What replacing does to a file system; tests run it on one whose power fails. */
export interface StoreFiles extends Pick<FileStore, 'open' | 'makeDirectory' | 'remove' | 'syncDirectory'> {
  /** Gives a file another name, in the place of what has it, in one step. */
  rename(from: string, to: string): void;
  /** A file's bytes; undefined when it is not there. */
  read(path: string, highestSize: number): Uint8Array | undefined;
}

/** The operating system's. */
export const systemStoreFiles: StoreFiles = {
  ...systemFiles,
  rename: renameSync,
  read(path, highestSize) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    if (!found.isFile() || found.size > highestSize) throw new Error(`expected a file of at most ${highestSize} bytes, got ${found.isFile() ? found.size : 'something else'}`);
    return readFileSync(path);
  },
};

/** Thrown when the new bytes have the name, but a power failure could still bring the old ones back. */
export class NotDurable extends Error {}

/** Replaces a file: whenever power fails, it has the old bytes or the new ones. On an error it has the old ones, but for `NotDurable`. */
export function replaceFile(files: StoreFiles, path: string, bytes: Uint8Array): void {
  const fresh = `${path}.new`;
  const directory = dirname(path);
  files.makeDirectory(directory);
  files.syncDirectory(dirname(directory));
  try {
    const file = files.open(fresh);
    try {
      file.truncate(0);
      file.write(0, bytes);
      file.sync();
    } finally {
      file.close();
    }
    files.rename(fresh, path);
  } catch (error) {
    removeQuietly(files, fresh);
    throw error;
  }
  try {
    files.syncDirectory(directory);
  } catch (error) {
    throw new NotDurable((error as Error).message, { cause: error });
  }
}

/** What stays behind is overwritten the next time. */
function removeQuietly(files: StoreFiles, path: string): void {
  try {
    files.remove(path);
  } catch {
    // See above.
  }
}
