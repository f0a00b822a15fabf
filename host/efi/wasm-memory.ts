// How much memory a WebAssembly module will have (core specification 1.0, section 5.5.8): what its memory section says, so
// that the memory map can account for it.

const WASM_PAGE = 65536;
const HEADER_SIZE = 8;
const MEMORY_SECTION = 5;
const HAS_MAXIMUM = 1;

/** Bytes: the most that the module may grow to, or what it starts with if it names no limit. The module is a valid one. */
export function memorySize(module: Uint8Array): number {
  const reader = new Reader(module, HEADER_SIZE);
  while (!reader.atEnd) {
    const section = reader.byte();
    const size = reader.unsigned();
    if (section === MEMORY_SECTION) return limits(reader) * WASM_PAGE;
    reader.skip(size);
  }
  return 0;
}

/** WebAssembly has one memory at most. */
function limits(reader: Reader): number {
  if (reader.unsigned() === 0) return 0;
  const flags = reader.byte();
  const minimum = reader.unsigned();
  return (flags & HAS_MAXIMUM) !== 0 ? reader.unsigned() : minimum;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  skip(size: number): void {
    this.#at += size;
  }

  /** LEB128. */
  unsigned(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }
}
