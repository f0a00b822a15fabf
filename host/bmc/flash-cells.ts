import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';

/** Where the bytes of a flash array lie. Knows nothing of flash rules: what is written replaces what was there. */
export interface FlashCells {
  read(address: number, into: Uint8Array): void;
  write(address: number, from: Uint8Array): void;
  /** Makes what was written outlive a power failure of the machine that runs this. */
  sync(): void;
  close(): void;
}

const BLANK = new Uint8Array(1024 * 1024).fill(0xff);

/** Cells in memory: gone with the process. */
export function memoryCells(size: number): FlashCells {
  const bytes = new Uint8Array(size).fill(0xff);
  return {
    read: (address, into) => into.set(bytes.subarray(address, address + into.length)),
    write: (address, from) => bytes.set(from, address),
    sync: () => undefined,
    close: () => undefined,
  };
}

/** Cells in a file that is the array's bytes and nothing else. A missing one is created blank. */
export function fileCells(path: string, size: number): FlashCells {
  if (!existsSync(path)) create(path, size);
  const file = attempt(`opening the flash file "${path}"`, () => openSync(path, 'r+'));
  const found = fstatSync(file).size;
  if (found !== size) {
    closeSync(file);
    throw new Error(
      `the flash file "${path}" has the wrong size: expected ${size} bytes, got ${found}; ` +
        'nothing was changed; give it the part it was made for, or move it away for a blank one',
    );
  }
  return {
    read: (address, into) => {
      attempt(`reading the flash file "${path}" at ${hex(address)}`, () => readAll(file, address, into));
    },
    write: (address, from) => {
      attempt(`writing the flash file "${path}" at ${hex(address)}`, () => writeAll(file, address, from));
    },
    sync: () => attempt(`flushing the flash file "${path}"`, () => fsyncSync(file)),
    close: () => attempt(`closing the flash file "${path}"`, () => closeSync(file)),
  };
}

/** The cells of a file that may be someone else's to write: for looking at. A missing file is not made. */
export function readOnlyCells(path: string): { readonly size: number; readonly cells: FlashCells } {
  const file = attempt(`opening the flash file "${path}"`, () => openSync(path, 'r'));
  const refuse = (): never => {
    throw new Error(`the flash file "${path}" was opened for reading only`);
  };
  const cells: FlashCells = {
    read: (address, into) => attempt(`reading the flash file "${path}" at ${hex(address)}`, () => readAll(file, address, into)),
    write: refuse,
    sync: refuse,
    close: () => attempt(`closing the flash file "${path}"`, () => closeSync(file)),
  };
  return { size: fstatSync(file).size, cells };
}

/** Made under another name first: a flash file that is there is whole. */
function create(path: string, size: number): void {
  const unfinished = `${path}.new`;
  attempt(`creating the flash file "${path}"`, () => {
    const file = openSync(unfinished, 'w');
    try {
      for (let at = 0; at < size; at += BLANK.length) writeAll(file, at, BLANK.subarray(0, Math.min(BLANK.length, size - at)));
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw error;
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  });
}

function readAll(file: number, address: number, into: Uint8Array): void {
  let done = 0;
  while (done < into.length) {
    const count = readSync(file, into, done, into.length - done, address + done);
    if (count === 0) throw new Error(`the file ends at ${hex(address + done)}: something else has cut it short`);
    done += count;
  }
}

function writeAll(file: number, address: number, from: Uint8Array): void {
  let done = 0;
  while (done < from.length) done += writeSync(file, from, done, from.length - done, address + done);
}

/** Names what was tried in the error of a system call (ENOSPC, EIO, …). */
function attempt<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new Error(`${what} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
