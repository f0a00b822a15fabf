// A file of the controller's state, read and written at offsets. Knows nothing of what lies in it.
import {
  closeSync, constants, fdatasyncSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readdirSync, readSync, rmSync, statSync, writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** An open file. Every call is synchronous and throws the operating system's error. */
export interface DurableFile {
  /** Fills `into` from `offset`; answers how many bytes there were, fewer at the end of the file. */
  read(offset: number, into: Uint8Array): number;
  write(offset: number, from: Uint8Array): void;
  truncate(size: number): void;
  /** Makes what was written outlive a power failure. */
  sync(): void;
  close(): void;
}

/** Opens a file, or makes it. */
export type OpenFile = (path: string) => DurableFile;

/** A file system, as far as the controller's state uses one. */
export interface FileStore {
  readonly open: OpenFile;
  /** Makes a directory for the controller's eyes only, and those above it. It may be there. */
  makeDirectory(path: string): void;
  /** Removes a file; it may not be there. */
  remove(path: string): void;
  /** The names in a directory, each with the time of its last change. */
  list(directory: string): readonly { readonly name: string; readonly changedMs: number }[];
  /** Makes the names in a directory outlive a power failure. */
  syncDirectory(path: string): void;
}

/** A file of the operating system. */
export const openDurableFile: OpenFile = (path) => {
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  return {
    read: (offset, into) => readAll(file, offset, into),
    write: (offset, from) => writeAll(file, offset, from),
    truncate: (size) => ftruncateSync(file, size),
    sync: () => fdatasyncSync(file),
    close: () => closeSync(file),
  };
};

/** Makes the names in a directory outlive a power failure. Where the system can't, the names are as safe as it makes them. */
export function syncDirectory(path: string): void {
  let directory: number;
  try {
    directory = openSync(path, 'r');
  } catch {
    return;
  }
  try {
    fsyncSync(directory);
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    closeSync(directory);
  }
}

/** The operating system's. */
export const systemFiles: FileStore = {
  open: openDurableFile,
  makeDirectory: (path) => void mkdirSync(path, { recursive: true, mode: 0o700 }),
  remove: (path) => rmSync(path, { force: true }),
  list: (directory) =>
    readdirSync(directory).flatMap((name) => {
      const changedMs = statSync(join(directory, name), { throwIfNoEntry: false })?.mtimeMs;
      return changedMs === undefined ? [] : [{ name, changedMs }];
    }),
  syncDirectory,
};

function readAll(file: number, offset: number, into: Uint8Array): number {
  let done = 0;
  while (done < into.length) {
    const count = readSync(file, into, done, into.length - done, offset + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

function writeAll(file: number, offset: number, from: Uint8Array): void {
  let done = 0;
  while (done < from.length) done += writeSync(file, from, done, from.length - done, offset + done);
}
