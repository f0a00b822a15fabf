// Shared memory between two processes that share nothing but a file. Node has no mmap; on tmpfs, positioned reads and
// writes are memory copies inside the kernel, and both processes see the same pages at once.
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { expectInside, type WordMemory } from './shared-memory.ts';

/** A file of fixed size as shared memory. One access is one system call: the kernel copies an aligned word whole. */
export class FileMemory implements WordMemory {
  readonly size: number;
  #descriptor: number;
  readonly #word = new Uint8Array(4);
  readonly #wordView = new DataView(this.#word.buffer);

  /** Takes over an open descriptor, closing included. The file has to have the size that is given. */
  constructor(descriptor: number, size: number) {
    this.#descriptor = descriptor;
    this.size = size;
  }

  /** Opens a file that is there already. Follows no link. */
  static open(path: string): FileMemory {
    const descriptor = openSync(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
    return new FileMemory(descriptor, fstatSync(descriptor).size);
  }

  /** Bytes that are missing because someone cut the file read as all ones, as from a device that was pulled out. */
  read(offset: number, into: Uint8Array): void {
    expectInside(this, offset, into.length);
    let done = 0;
    while (done < into.length) {
      const count = this.#retried((descriptor) => readSync(descriptor, into, done, into.length - done, offset + done));
      if (count === 0) {
        into.fill(0xff, done);
        return;
      }
      done += count;
    }
  }

  write(offset: number, from: Uint8Array): void {
    expectInside(this, offset, from.length);
    let done = 0;
    while (done < from.length) {
      done += this.#retried((descriptor) => writeSync(descriptor, from, done, from.length - done, offset + done));
    }
  }

  read32(offset: number): number {
    this.read(offset, this.#word);
    return this.#wordView.getUint32(0, true);
  }

  write32(offset: number, value: number): void {
    this.#wordView.setUint32(0, value, true);
    this.write(offset, this.#word);
  }

  close(): void {
    if (this.#descriptor < 0) return;
    closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  /** A signal may interrupt a system call before it has moved anything; libuv does not repeat reads by itself. */
  #retried(access: (descriptor: number) => number): number {
    if (this.#descriptor < 0) throw new Error('shared memory: used after it was closed');
    for (;;) {
      try {
        return access(this.#descriptor);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EINTR') throw error;
      }
    }
  }
}
