// The checksums of core.wasm over bytes of any length, in an instance of its own: no transfer's digest is disturbed.
import { readNumber, type CoreGlobals } from './flash-globals.ts';
import { loadCore } from './instance.ts';

interface ChecksumExports extends CoreGlobals<'SCRATCH' | 'SCRATCH_SIZE' | 'SHA256_SIZE'> {
  readonly memory: WebAssembly.Memory;
  crc32(pointer: number, size: number, crc: number): number;
  crc16(pointer: number, size: number, crc: number): number;
  sha256Begin(): void;
  sha256Update(pointer: number, size: number): void;
  sha256End(out: number): void;
}

const CRC16_START = 0x1d0f;

/** CRC-32, CRC-16/AUG-CCITT and SHA-256 as the core computes them. Bytes go in pieces through its scratch buffer. */
export class Checksums {
  readonly #core = loadCore<ChecksumExports>();
  readonly #at = readNumber(this.#core.SCRATCH);
  readonly #scratch = new Uint8Array(this.#core.memory.buffer, this.#at, readNumber(this.#core.SCRATCH_SIZE));

  /** CRC-32 of zlib, going on from `crc`, the result for the bytes before. */
  crc32(bytes: Uint8Array, crc = 0): number {
    let result = crc;
    this.#pieces(bytes, (size) => (result = this.#core.crc32(this.#at, size, result) >>> 0));
    return result;
  }

  /** CRC-16/AUG-CCITT, going on from `crc`. */
  crc16(bytes: Uint8Array, crc = CRC16_START): number {
    let result = crc;
    this.#pieces(bytes, (size) => (result = this.#core.crc16(this.#at, size, result)));
    return result;
  }

  /** SHA-256 of the pieces, one after the other. */
  sha256(...pieces: readonly Uint8Array[]): Uint8Array {
    this.#core.sha256Begin();
    for (const piece of pieces) this.#pieces(piece, (size) => this.#core.sha256Update(this.#at, size));
    this.#core.sha256End(this.#at);
    return this.#scratch.slice(0, readNumber(this.#core.SHA256_SIZE));
  }

  #pieces(bytes: Uint8Array, take: (size: number) => void): void {
    for (let offset = 0; offset < bytes.length; offset += this.#scratch.length) {
      const piece = bytes.subarray(offset, offset + this.#scratch.length);
      this.#scratch.set(piece);
      take(piece.length);
    }
  }
}

let shared: Checksums | undefined;

/** CRC-32 of zlib, going on from `crc`: many times as quick as zlib's own for the 64 KiB of a chunk. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  shared ??= new Checksums();
  return shared.crc32(bytes, crc);
}
