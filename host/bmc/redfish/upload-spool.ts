// Where an image lies while it comes from the network and goes to the device: one file in a directory that is emptied at
// each start. Never in memory, never longer than the limit, and one at a time: a second one could not be written anyway.
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, createWriteStream, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ReadAt, readFrom } from '../../trust/attached-signature.ts';

/** Who has the place for a file, for what, and since when. */
export interface SpoolHolder {
  readonly user: string;
  readonly what: string;
  readonly since: Date;
}

/** More came than an image may have. */
export class TooLarge extends Error {
  readonly limit: number;

  constructor(limit: number) {
    super(`expected at most ${limit} bytes, got more`);
    this.name = 'TooLarge';
    this.limit = limit;
  }
}

/** Nothing came for too long. */
export class Stalled extends Error {
  constructor(seconds: number) {
    super(`expected more within ${seconds} s, got nothing`);
    this.name = 'Stalled';
  }
}

/** All of a stream that has to be short. */
export async function readSmall(stream: Readable, limit: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stream) {
    size += (piece as Buffer).length;
    if (size > limit) throw new TooLarge(limit);
    pieces.push(piece as Buffer);
  }
  return Buffer.concat(pieces);
}

/** How long the other end may be silent. */
const SILENCE_MS = 30_000;

export class UploadSpool {
  readonly #directory: string;
  readonly #now: () => Date;
  readonly #silenceMs: number;
  #holder: SpoolHolder | undefined;
  #count = 0;

  constructor(directory: string, now: () => Date, silenceMs = SILENCE_MS) {
    this.#directory = directory;
    this.#now = now;
    this.#silenceMs = silenceMs;
  }

  get holder(): SpoolHolder | undefined {
    return this.#holder;
  }

  /** Takes the place; undefined when someone else has it. It is given back by `remove` of what this answers. */
  take(user: string, what: string): SpooledFile | undefined {
    if (this.#holder !== undefined) return undefined;
    const holder = { user, what, since: this.#now() };
    this.#holder = holder;
    this.#count++;
    return new SpooledFile(join(this.#directory, `image-${this.#count}`), this.#silenceMs, () => {
      if (this.#holder === holder) this.#holder = undefined;
    });
  }
}

/** One image on its way. */
export class SpooledFile {
  readonly path: string;
  readonly #silenceMs: number;
  readonly #free: () => void;
  #size = 0;
  #descriptor: number | undefined;
  #isRemoved = false;

  constructor(path: string, silenceMs: number, free: () => void) {
    this.path = path;
    this.#silenceMs = silenceMs;
    this.#free = free;
  }

  /** Bytes that have come. */
  get size(): number {
    return this.#size;
  }

  /** Writes all that comes. What the source or the disk throws comes out, besides `TooLarge` and `Stalled`. */
  async receive(source: Readable, limit: number): Promise<void> {
    if (this.#isRemoved) throw new Error('the place for the image was given back');
    let timer: NodeJS.Timeout | undefined;
    const counter = new Transform({
      transform: (piece: Buffer, _encoding, done) => {
        timer?.refresh();
        this.#size += piece.length;
        if (this.#size > limit) done(new TooLarge(limit));
        else done(null, piece);
      },
    });
    timer = setTimeout(() => counter.destroy(new Stalled(this.#silenceMs / 1000)), this.#silenceMs);
    try {
      // Opened at once: a stream that opened it later could make the file anew after it was removed.
      await pipeline(source, counter, createWriteStream(this.path, { fd: openSync(this.path, 'wx', 0o600) }));
    } finally {
      clearTimeout(timer);
    }
    this.#descriptor = openSync(this.path, 'r');
  }

  /** Reads what has come, synchronously. */
  readonly read: ReadAt = (offset, into) => {
    if (this.#descriptor === undefined) throw new Error('the image has been removed, or has not come');
    readFrom(this.#descriptor)(offset, into);
  };

  /** SHA-256 of the first bytes, in hexadecimal. */
  async sha256(size: number): Promise<string> {
    const hash = createHash('sha256');
    if (size > 0) for await (const piece of createReadStream(this.path, { end: size - 1 })) hash.update(piece as Buffer);
    return hash.digest('hex');
  }

  /** Removes the file and gives its place back. More than once is once. */
  remove(): void {
    if (this.#isRemoved) return;
    this.#isRemoved = true;
    this.#free();
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    rmSync(this.path, { force: true });
  }
}
