// What a LIF volume lies on: bytes at offsets, of a file of the host or in memory.
import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { LifError } from './lif-error.ts';

/** Every call is synchronous. What fails is a `LifError`. */
export interface LifMedium {
  /** In bytes. */
  readonly size: number;
  /** All of these bytes; they lie within the medium. */
  read(offset: number, size: number): Uint8Array;
  /** Bytes that lie within the medium. */
  write(offset: number, from: Uint8Array): void;
  /** Makes what was written outlive a power failure. */
  sync(): void;
  close(): void;
}

/** A volume in memory. */
export class MemoryMedium implements LifMedium {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get size(): number {
    return this.bytes.length;
  }

  read(offset: number, size: number): Uint8Array {
    if (offset < 0 || size < 0 || offset + size > this.bytes.length) throw outside(offset, size, this.bytes.length);
    return this.bytes.slice(offset, offset + size);
  }

  write(offset: number, from: Uint8Array): void {
    if (offset < 0 || offset + from.length > this.bytes.length) throw outside(offset, from.length, this.bytes.length);
    this.bytes.set(from, offset);
  }

  sync(): void {}

  close(): void {}
}

/** A volume in a file of the host. One that may only be read, or is only to be read, can not be written. */
export class FileMedium implements LifMedium {
  readonly size: number;
  readonly #path: string;
  readonly #descriptor: number;
  readonly #isWritable: boolean;

  constructor(path: string, { readOnly = false } = {}) {
    this.#path = path;
    const { descriptor, isWritable } = openImage(path, readOnly);
    this.#descriptor = descriptor;
    this.#isWritable = isWritable;
    this.size = imageSize(path, descriptor);
  }

  read(offset: number, size: number): Uint8Array {
    if (offset < 0 || size < 0 || offset + size > this.size) throw outside(offset, size, this.size);
    const into = new Uint8Array(size);
    for (let done = 0; done < size;) {
      const count = this.#attempt('read', () => readSync(this.#descriptor, into, done, size - done, offset + done));
      if (count === 0) throw new LifError('io', `${this.#path}: expected ${this.size} bytes, the file ends at ${offset + done}`);
      done += count;
    }
    return into;
  }

  write(offset: number, from: Uint8Array): void {
    if (offset < 0 || offset + from.length > this.size) throw outside(offset, from.length, this.size);
    if (!this.#isWritable) throw new LifError('read-only', `${this.#path} can only be read; the volume is as it was`);
    for (let done = 0; done < from.length;) {
      done += this.#attempt('written', () => writeSync(this.#descriptor, from, done, from.length - done, offset + done));
    }
  }

  sync(): void {
    if (this.#isWritable) this.#attempt('written', () => fsyncSync(this.#descriptor));
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #attempt<T>(what: string, action: () => T): T {
    try {
      return action();
    } catch (cause) {
      throw new LifError('io', `${this.#path} can not be ${what}: ${(cause as Error).message}`, { cause });
    }
  }
}

function openImage(path: string, readOnly: boolean): { descriptor: number; isWritable: boolean } {
  const open = (mode: number): number => openSync(path, mode | (constants.O_NONBLOCK ?? 0));
  try {
    if (!readOnly) return { descriptor: open(constants.O_RDWR), isWritable: true };
  } catch (error) {
    if (!['EACCES', 'EROFS', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw failed(path, error);
  }
  try {
    return { descriptor: open(constants.O_RDONLY), isWritable: false };
  } catch (error) {
    throw failed(path, error);
  }
}

function imageSize(path: string, descriptor: number): number {
  const stats = fstatSync(descriptor);
  if (stats.isFile()) return stats.size;
  closeSync(descriptor);
  throw new LifError('not-lif', `${path}: expected a file that holds a LIF volume, got something else`);
}

const failed = (path: string, error: unknown): LifError => new LifError('io', `${path} can not be opened: ${(error as Error).message}`, { cause: error });

function outside(offset: number, size: number, mediumSize: number): LifError {
  return new LifError('damaged', `bytes ${offset} to ${offset + size} were asked for, the volume has ${mediumSize}`);
}
