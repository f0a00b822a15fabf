// The device's side of the two rings in the shared window. Nothing of what the host writes there is believed: a wrong
// index or length ends in "nothing there", "no room" or "garbage", never in an access outside of the ring.
import type { RingPlace } from './mailbox-registers.ts';
import type { WordMemory } from './shared-memory.ts';

const ALIGNMENT = 8;
/** How often an index whose two words disagree is read again. */
const READS = 16;
/** Bytes that a message has at least, and that tell its size. */
const HEADER_SIZE = 16;

const aligned = (size: number): number => Math.ceil(size / ALIGNMENT) * ALIGNMENT;

/** One index in the window: the word, and the word with every bit inverted. */
class RingIndex {
  readonly #window: WordMemory;
  readonly #offset: number;
  readonly #pair = new Uint8Array(8);
  readonly #view = new DataView(this.#pair.buffer);

  constructor(window: WordMemory, offset: number) {
    this.#window = window;
    this.#offset = offset;
  }

  /** Undefined when the two words never agree. */
  read(): number | undefined {
    for (let i = 0; i < READS; i++) {
      this.#window.read(this.#offset, this.#pair);
      const value = this.#view.getUint32(0, true);
      if (this.#view.getUint32(4, true) === ~value >>> 0) return value;
    }
    return undefined;
  }

  write(value: number): void {
    this.#view.setUint32(0, value, true);
    this.#view.setUint32(4, ~value, true);
    this.#window.write(this.#offset, this.#pair);
  }
}

/** The ring to the device: takes whole messages out. Owns the tail. */
export class RingReader {
  /** How often something was dropped because it was no message. */
  garbage = 0;
  readonly #window: WordMemory;
  readonly #place: RingPlace;
  readonly #head: RingIndex;
  readonly #tail: RingIndex;
  #at = 0;
  /** Bytes of the message before: the next one is read at once as far as that. */
  #usual = HEADER_SIZE;

  constructor(window: WordMemory, place: RingPlace, head: number, tail: number) {
    this.#window = window;
    this.#place = place;
    this.#head = new RingIndex(window, head);
    this.#tail = new RingIndex(window, tail);
  }

  /** Sets both indices to 0. Only while the device owns both. */
  reset(): void {
    this.#at = 0;
    this.#head.write(0);
    this.#tail.write(0);
  }

  /**
   * Copies the next message to the start of `into` and answers its size; 0 when there is none. `sizeOf` says how long
   * the message is whose header lies at the start of `into`, 0 when it is none. Garbage drops all that is in the ring.
   */
  take(into: Uint8Array, sizeOf: () => number): number {
    const head = this.#head.read();
    if (head === undefined || head === this.#at) return 0;
    const used = (head - this.#at) >>> 0;
    const size = this.#read(used, into, sizeOf);
    if (size === 0) {
      this.garbage++;
      this.#moveTo(head);
      return 0;
    }
    this.#usual = size;
    this.#moveTo((this.#at + aligned(size)) >>> 0);
    return size;
  }

  /** No byte is read twice: what the size was taken from is what the caller gets. */
  #read(used: number, into: Uint8Array, sizeOf: () => number): number {
    if (used > this.#place.size || used < HEADER_SIZE || used % ALIGNMENT !== 0) return 0;
    const first = Math.min(this.#usual, used, into.length);
    this.#copy(into, 0, first);
    const size = sizeOf();
    if (size < HEADER_SIZE || size > used || size > into.length) return 0;
    if (size > first) this.#copy(into, first, size);
    return size;
  }

  /** Bytes `from` up to `to` of the message. */
  #copy(into: Uint8Array, from: number, to: number): void {
    const at = ((this.#at + from) >>> 0) % this.#place.size;
    const first = Math.min(to - from, this.#place.size - at);
    this.#window.read(this.#place.offset + at, into.subarray(from, from + first));
    if (from + first < to) this.#window.read(this.#place.offset, into.subarray(from + first, to));
  }

  #moveTo(index: number): void {
    this.#at = index;
    this.#tail.write(index);
  }
}

/** The ring to the host: puts whole messages in. Owns the head. */
export class RingWriter {
  readonly #window: WordMemory;
  readonly #place: RingPlace;
  readonly #head: RingIndex;
  readonly #tail: RingIndex;
  #at = 0;

  constructor(window: WordMemory, place: RingPlace, head: number, tail: number) {
    this.#window = window;
    this.#place = place;
    this.#head = new RingIndex(window, head);
    this.#tail = new RingIndex(window, tail);
  }

  /** Sets both indices to 0. Only while the device owns both. */
  reset(): void {
    this.#at = 0;
    this.#head.write(0);
    this.#tail.write(0);
  }

  /** False when there is no room now, or no sense in what the host says of its tail: then it has to reset. */
  put(message: Uint8Array): boolean {
    const room = aligned(message.length);
    const tail = this.#tail.read();
    if (tail === undefined) return false;
    // A tail that makes no sense is more than the ring's size away: no room either.
    if (this.#place.size - ((this.#at - tail) >>> 0) < room) return false;
    const at = this.#at % this.#place.size;
    const first = Math.min(message.length, this.#place.size - at);
    this.#window.write(this.#place.offset + at, message.subarray(0, first));
    if (first < message.length) this.#window.write(this.#place.offset, message.subarray(first));
    this.#at = (this.#at + room) >>> 0;
    this.#head.write(this.#at);
    return true;
  }
}
