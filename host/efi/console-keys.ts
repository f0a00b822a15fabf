// Keys on their way from the main thread, which owns the terminal, to the firmware's thread, which never comes back to an
// event loop: a ring of bytes in shared memory with one writer and one reader.
//
//   words: written (bytes ever put in) | read (bytes ever taken out) | ended (no more will come)
import { takeKey } from './key-decoder.ts';

const WRITTEN = 0;
const READ = 1;
const ENDED = 2;
const HEADER_BYTES = 16;
const CAPACITY = 4096;
const CONTROL_C = 0x03;
/** The bytes of one key come at once. An ESC that nothing follows for so long is the key ESC. */
const ESCAPE_WAIT_MS = 30;

abstract class KeyRing {
  readonly buffer: SharedArrayBuffer;
  protected readonly words: Int32Array;
  protected readonly bytes: Uint8Array;

  constructor(buffer = new SharedArrayBuffer(HEADER_BYTES + CAPACITY)) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer, 0, HEADER_BYTES / 4);
    this.bytes = new Uint8Array(buffer, HEADER_BYTES);
  }

  protected get waiting(): number {
    return (Atomics.load(this.words, WRITTEN) - Atomics.load(this.words, READ)) | 0;
  }
}

/** The main thread's end. */
export class KeyWriter extends KeyRing {
  /** Puts in what there is room for. Answers how many bytes that were. */
  write(data: Uint8Array): number {
    const written = Atomics.load(this.words, WRITTEN);
    const count = Math.min(data.length, CAPACITY - this.waiting);
    for (let index = 0; index < count; index++) this.bytes[((written + index) >>> 0) % CAPACITY] = data[index] as number;
    Atomics.store(this.words, WRITTEN, (written + count) | 0);
    this.wake();
    return count;
  }

  /** No key will come any more. */
  end(): void {
    Atomics.store(this.words, ENDED, 1);
    this.wake();
  }

  /** Makes a waiting reader look around. */
  wake(): void {
    Atomics.notify(this.words, WRITTEN);
  }
}

/** The firmware's end. */
export class KeyReader extends KeyRing {
  /** The next key's characters; undefined when none came in that time. */
  readKey(timeoutMs: number): string | undefined {
    this.#waitBeyond(0, timeoutMs);
    const found = takeKey(this.#peek());
    if (found) return this.#take(found.size, found.characters);
    const size = this.waiting;
    if (size === 0) return undefined;
    this.#waitBeyond(size, ESCAPE_WAIT_MS);
    const later = takeKey(this.#peek(), { isComplete: true });
    return later && this.#take(later.size, later.characters);
  }

  get ended(): boolean {
    return this.waiting === 0 && Atomics.load(this.words, ENDED) !== 0;
  }

  /** Looks for Ctrl-C; takes it out, and with it what was typed before it. */
  takeBreak(): boolean {
    const at = this.#peek().lastIndexOf(CONTROL_C);
    if (at >= 0) this.#take(at + 1, '');
    return at >= 0;
  }

  #waitBeyond(size: number, timeoutMs: number): void {
    if (timeoutMs <= 0 || this.waiting > size || this.ended) return;
    Atomics.wait(this.words, WRITTEN, (Atomics.load(this.words, READ) + size) | 0, timeoutMs);
  }

  #peek(): Uint8Array {
    const read = Atomics.load(this.words, READ);
    return Uint8Array.from({ length: this.waiting }, (_, index) => this.bytes[((read + index) >>> 0) % CAPACITY] as number);
  }

  #take(size: number, characters: string): string {
    Atomics.store(this.words, READ, (Atomics.load(this.words, READ) + size) | 0);
    return characters;
  }
}
