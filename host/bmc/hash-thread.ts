// SHA-256 on a thread of its own: while the controller's thread takes the next chunk, or writes the next block, this one hashes
// the one before.
import { Worker } from 'node:worker_threads';
import { artifactPath } from '../artifacts.ts';
import type { HashEngine } from './hash-engine.ts';
import { hashRing, RING_SIZE, Word } from './hash-ring.ts';

/** A thread that does not move for so long is dead. */
const PATIENCE_MS = 10_000;
/** The most bytes that are put in at once. */
const PIECE = 64 * 1024;
/** Bytes after which the thread is woken: to wake costs more than to hash a little. */
const WAKE = 1024 * 1024;

export class HashThread implements HashEngine {
  readonly #ring = hashRing();
  readonly #worker: Worker;
  #isRunning = false;
  /** Bytes that the thread has not been told of. */
  #untold = 0;
  #failure: Error | undefined;

  constructor() {
    this.#worker = new Worker(artifactPath('hash-worker.js'), { workerData: this.#ring.memory });
    this.#worker.unref();
    this.#worker.on('error', (error) => (this.#failure = error));
  }

  take(offset: number, bytes: Uint8Array): void {
    if (offset === 0) this.#begin();
    if (!this.#isRunning) throw new Error('hashing: expected a hash that was begun at offset 0, got none');
    for (let done = 0; done < bytes.length; done += PIECE) this.#put(bytes.subarray(done, done + PIECE));
  }

  digest(): Uint8Array {
    if (!this.#isRunning) throw new Error('hashing: expected a hash that was begun at offset 0, got none');
    this.#isRunning = false;
    const { words, digest } = this.#ring;
    const asked = this.#count(Word.asked);
    this.#await(() => Atomics.load(words, Word.given) === asked, Word.given);
    return digest.slice();
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #begin(): void {
    const { words } = this.#ring;
    this.#changed();
    this.#await(() => Atomics.load(words, Word.taken) === Atomics.load(words, Word.put), Word.taken);
    this.#count(Word.begun);
    this.#isRunning = true;
  }

  #put(piece: Uint8Array): void {
    const { words, bytes } = this.#ring;
    const put = Atomics.load(words, Word.put);
    const hasRoom = (): boolean => ((put + piece.length - Atomics.load(words, Word.taken)) | 0) <= RING_SIZE;
    if (!hasRoom()) {
      this.#changed();
      this.#await(hasRoom, Word.taken);
    }
    const at = (put >>> 0) % RING_SIZE;
    const first = Math.min(piece.length, RING_SIZE - at);
    bytes.set(piece.subarray(0, first), at);
    if (first < piece.length) bytes.set(piece.subarray(first), 0);
    Atomics.store(words, Word.put, (put + piece.length) | 0);
    this.#untold += piece.length;
    if (this.#untold >= WAKE) this.#changed();
  }

  #changed(): void {
    this.#untold = 0;
    Atomics.add(this.#ring.words, Word.changes, 1);
    Atomics.notify(this.#ring.words, Word.changes);
  }

  /** Counts a word up, wakes the thread, and answers the new count. */
  #count(word: number): number {
    const { words } = this.#ring;
    const value = (Atomics.add(words, word, 1) + 1) | 0;
    this.#changed();
    return value;
  }

  /** Waits until it is so, each time that the word has changed. */
  #await(isSo: () => boolean, word: number): void {
    const { words } = this.#ring;
    for (;;) {
      const seen = Atomics.load(words, word);
      if (isSo()) return;
      if (this.#failure !== undefined) throw new Error(`hashing: the thread has ended: ${this.#failure.message}`, { cause: this.#failure });
      if (Atomics.wait(words, word, seen, PATIENCE_MS) === 'timed-out') throw new Error(`hashing: the thread has not moved for ${PATIENCE_MS / 1000} s`);
    }
  }
}
