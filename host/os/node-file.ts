// A regular file of the volume and a standard stream, for the program.
import { closeSync, fstatSync, fsyncSync, readSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { WasiError, type WasiFile } from '../wasi/system.ts';
import { asWasi, retryInterrupted } from './node-errors.ts';

/** How long a stream that is full or empty is left alone before it is tried again. */
const STREAM_PAUSE_MS = 5;

/** A regular file. The position is kept here, so that reading never depends on who else has the descriptor. */
export class NodeFile implements WasiFile {
  readonly isTerminal = false;
  readonly #descriptor: number;
  readonly #isWritten: boolean;
  #position = 0;

  constructor(descriptor: number, isWritten: boolean) {
    this.#descriptor = descriptor;
    this.#isWritten = isWritten;
  }

  read(into: Uint8Array): number {
    const count = asWasi(() => retryInterrupted(() => readSync(this.#descriptor, into, 0, into.length, this.#position)));
    this.#position += count;
    return count;
  }

  write(from: Uint8Array): number {
    let done = 0;
    while (done < from.length) {
      const count = asWasi(() => retryInterrupted(() => writeSync(this.#descriptor, from, done, from.length - done, this.#position)));
      done += count;
      this.#position += count;
    }
    return done;
  }

  seek(offset: number, whence: 0 | 1 | 2): number {
    const base = whence === 0 ? 0 : whence === 1 ? this.#position : asWasi(() => fstatSync(this.#descriptor).size);
    const position = base + offset;
    if (position < 0 || !Number.isSafeInteger(position)) throw new WasiError('invalid', `position ${position} is outside of any file`);
    this.#position = position;
    return position;
  }

  /** What was written is on the disk afterwards: a report that says "done" must outlive a power cut. */
  close(): void {
    try {
      if (this.#isWritten) asWasi(() => fsyncSync(this.#descriptor));
    } finally {
      asWasi(() => closeSync(this.#descriptor));
    }
  }
}

/** A standard stream: a terminal, a pipe or a file, maybe one that does not block. */
export class NodeStream implements WasiFile {
  readonly isTerminal: boolean;
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
    this.isTerminal = isatty(descriptor);
  }

  read(into: Uint8Array): number {
    return asWasi(() => patiently(() => readSync(this.#descriptor, into, 0, into.length, null)));
  }

  /** A pipe that Node made may be non-blocking and full: writing goes on when its reader has taken something. */
  write(from: Uint8Array): number {
    let done = 0;
    while (done < from.length) {
      done += asWasi(() => patiently(() => writeSync(this.#descriptor, from, done, from.length - done)));
    }
    return done;
  }

  seek(): number {
    throw new WasiError('invalid', 'a stream has no position');
  }

  close(): void {}
}

const pause = new Int32Array(new SharedArrayBuffer(4));

function patiently<T>(work: () => T): T {
  for (;;) {
    try {
      return retryInterrupted(work);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, STREAM_PAUSE_MS);
    }
  }
}
