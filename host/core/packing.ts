// LZ4 blocks by the core, in an instance of its own. A block from outside may be hostile: it makes what was promised, or nothing.
import { readNumber, type CoreGlobals } from './flash-globals.ts';
import { loadCore } from './instance.ts';

interface PackingExports extends CoreGlobals<'SCRATCH' | 'SENDER_CHUNK' | 'MAXIMUM_CHUNK'> {
  readonly memory: WebAssembly.Memory;
  lz4Encode(source: number, size: number, target: number, room: number): number;
  lz4Decode(source: number, size: number, target: number, room: number): number;
}

export class Packing {
  readonly #core = loadCore<PackingExports>();
  readonly #limit = readNumber(this.#core.MAXIMUM_CHUNK);
  readonly #plain = new Uint8Array(this.#core.memory.buffer, readNumber(this.#core.SCRATCH), this.#limit);
  /** No transfer is sent by this instance. */
  readonly #packed = new Uint8Array(this.#core.memory.buffer, readNumber(this.#core.SENDER_CHUNK), this.#limit);

  /** The LZ4 block of at most 65,536 bytes; undefined unless it saves a sixteenth of them. */
  pack(bytes: Uint8Array): Uint8Array | undefined {
    this.#plain.set(bytes);
    const size = this.#core.lz4Encode(this.#plain.byteOffset, bytes.length, this.#packed.byteOffset, bytes.length - (bytes.length >>> 4)) >>> 0;
    return size === 0 || size >= bytes.length ? undefined : this.#packed.slice(0, size);
  }

  /** The `size` bytes, at most 65,536, that a block makes; undefined when it makes anything else. */
  unpack(block: Uint8Array, size: number): Uint8Array | undefined {
    if (block.length > this.#limit || size > this.#limit) return undefined;
    this.#packed.set(block);
    return this.#core.lz4Decode(this.#packed.byteOffset, block.length, this.#plain.byteOffset, size) === 0 ? this.#plain.slice(0, size) : undefined;
  }
}
