// Memory that two ends of the bus see. Knows sizes and offsets; what lies where is the mailbox's business.

/**
 * A fixed number of bytes that two ends share. An access must lie inside; the bus clips before it comes here. Whole
 * aligned words are never seen half written, larger accesses may be, as with memory behind a real BAR.
 */
export interface SharedMemory {
  readonly size: number;
  read(offset: number, into: Uint8Array): void;
  write(offset: number, from: Uint8Array): void;
  close(): void;
}

/** Shared memory with access to single 32-bit words, little endian, for registers and ring indices. */
export interface WordMemory extends SharedMemory {
  read32(offset: number): number;
  write32(offset: number, value: number): void;
}

/** Memory of this process alone, for both ends in one simulation. */
export class LocalMemory implements WordMemory {
  readonly size: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(size: number) {
    this.size = size;
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  read(offset: number, into: Uint8Array): void {
    expectInside(this, offset, into.length);
    into.set(this.#bytes.subarray(offset, offset + into.length));
  }

  write(offset: number, from: Uint8Array): void {
    expectInside(this, offset, from.length);
    this.#bytes.set(from, offset);
  }

  read32(offset: number): number {
    expectInside(this, offset, 4);
    return this.#view.getUint32(offset, true);
  }

  write32(offset: number, value: number): void {
    expectInside(this, offset, 4);
    this.#view.setUint32(offset, value, true);
  }

  close(): void {}
}

/** Guards a caller's mistake: nothing that the other end writes can move an offset. */
export function expectInside(memory: SharedMemory, offset: number, size: number): void {
  if (offset >= 0 && size <= memory.size && offset <= memory.size - size) return;
  throw new RangeError(`shared memory: ${offset}+${size} is outside of its ${memory.size} bytes`);
}
