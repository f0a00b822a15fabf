// Digests of blocks, by which equal blocks are found without being sent: XXH3-64 of the core, in an instance of its own.
// Whoever wants two blocks with the same digest can make them: what is built from blocks is proved by its SHA-256.
import { readNumber, type CoreGlobals } from './flash-globals.ts';
import { loadCore, type CoreBuild } from './instance.ts';

interface DigestExports extends CoreGlobals<'SCRATCH' | 'SCRATCH_SIZE' | 'INBOX' | 'INBOX_SIZE' | 'XXH3_SIZE'> {
  readonly memory: WebAssembly.Memory;
  xxh3Each(pointer: number, size: number, blockSize: number, out: number): number;
}

export class BlockDigests {
  readonly #core: DigestExports;
  readonly #scratch: Uint8Array;
  readonly #out: number;
  /** Bytes of a digest. */
  readonly size: number;

  constructor(build?: CoreBuild) {
    this.#core = loadCore<DigestExports>(build);
    this.size = readNumber(this.#core.XXH3_SIZE);
    this.#scratch = new Uint8Array(this.#core.memory.buffer, readNumber(this.#core.SCRATCH), readNumber(this.#core.SCRATCH_SIZE));
    // No message is ever in the inbox of this instance.
    this.#out = readNumber(this.#core.INBOX);
  }

  /** The digest of each block of `blockSize` bytes, 1 to 65,536; the last block may be shorter. */
  of(bytes: Uint8Array, blockSize: number): BigUint64Array {
    if (!Number.isInteger(blockSize) || blockSize < 1 || blockSize > this.#scratch.length) throw new RangeError(`block digests: expected blocks of 1 to ${this.#scratch.length} bytes, got ${blockSize}`);
    const found = new BigUint64Array(Math.ceil(bytes.length / blockSize));
    const most = Math.min(Math.floor(this.#scratch.length / blockSize), Math.floor(readNumber(this.#core.INBOX_SIZE) / this.size)) * blockSize;
    for (let offset = 0; offset < bytes.length; offset += most) {
      const piece = bytes.subarray(offset, offset + most);
      this.#scratch.set(piece);
      const count = this.#core.xxh3Each(this.#scratch.byteOffset, piece.length, blockSize, this.#out);
      found.set(new BigUint64Array(this.#core.memory.buffer, this.#out, count), offset / blockSize);
    }
    return found;
  }
}
