// A file of the controller's state, read and written at offsets. Knows nothing of what lies in it.
import { closeSync, constants, fdatasyncSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

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
