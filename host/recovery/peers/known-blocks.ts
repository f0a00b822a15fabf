// Where a block of the image can be had without asking for it: blank, at the same place of what the machine has, or, the
// small ones, at any place of it. A digest that a donor has named is a hint: what is made from it is proved as a whole.
import { type Clock, pause } from '../links/clock.ts';
import type { ImageBase } from '../source.ts';
import { digests } from './block-tools.ts';

export const LARGE_BLOCK = 65_536;
export const SMALL_BLOCK = 4096;

/** Fills a buffer of the block's size. */
export type Copy = (into: Uint8Array) => void;

export interface KnownBlocksOptions {
  readonly bases: readonly ImageBase[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Erased flash, and zeros. */
const BLANKS = [0xff, 0];
/** Bytes of bases that are looked through at any place: an entry for each small block is kept. */
const ANYWHERE_LIMIT = 256 * 1024 * 1024;
const TURN = 1024 * 1024;

interface Looked {
  readonly offset: number;
  readonly blockSize: number;
  readonly digests: BigUint64Array;
}

export class KnownBlocks {
  readonly #of: KnownBlocksOptions;
  #bases: readonly ImageBase[];
  readonly #blanks = new Map<number, readonly bigint[]>();
  /** The newest look at each base. */
  readonly #newest = new Map<ImageBase, Looked>();
  #anywhere: Map<bigint, Copy> | undefined;
  /** Bytes of the bases that were looked at, which takes time without anything coming over a link. */
  looked = 0;

  constructor(of: KnownBlocksOptions) {
    this.#of = of;
    this.#bases = of.bases;
  }

  /** A block of `size` bytes at `offset`, `blockSize` unless it is the last one of the image. */
  at(offset: number, size: number, blockSize: number, digest: bigint): Copy | undefined {
    const blank = this.#blankOf(size).indexOf(digest);
    if (blank >= 0) return (into) => void into.fill(BLANKS[blank]!);
    const base = this.#bases.find((one) => offset + size <= one.size && this.#digestAt(one, offset, size, blockSize) === digest);
    return base === undefined ? undefined : (into) => base.read(offset, into);
  }

  /** A small block at whatever place. Looks at all of the bases when it is first asked. */
  async anywhere(digest: bigint): Promise<Copy | undefined> {
    this.#anywhere ??= await this.#lookEverywhere();
    return this.#anywhere.get(digest);
  }

  async #lookEverywhere(): Promise<Map<bigint, Copy>> {
    const found = new Map<bigint, Copy>();
    let left = ANYWHERE_LIMIT;
    for (const base of this.#bases) {
      for (let offset = 0; offset + SMALL_BLOCK <= base.size && left > 0; offset += LARGE_BLOCK) {
        const whole = Math.floor(Math.min(LARGE_BLOCK, base.size - offset) / SMALL_BLOCK);
        const looked = this.#look(base, offset, whole * SMALL_BLOCK, SMALL_BLOCK);
        if (looked === undefined) break;
        looked.forEach((digest, index) => found.set(digest, (into) => base.read(offset + index * SMALL_BLOCK, into)));
        left -= LARGE_BLOCK;
        if (offset % TURN === 0) await pause(this.#of.clock, 0, this.#of.signal);
      }
    }
    return found;
  }

  /** Small blocks are looked at as many at a time as a large one has. */
  #digestAt(base: ImageBase, offset: number, size: number, blockSize: number): bigint | undefined {
    if (size < blockSize) return this.#look(base, offset, size, size)?.[0];
    const begin = offset - (offset % LARGE_BLOCK);
    const known = this.#newest.get(base);
    if (known?.offset === begin && known.blockSize === blockSize) return known.digests[(offset - begin) / blockSize];
    const found = this.#look(base, begin, Math.min(LARGE_BLOCK, base.size - begin), blockSize);
    if (found === undefined) return undefined;
    this.#newest.set(base, { offset: begin, blockSize, digests: found });
    return found[(offset - begin) / blockSize];
  }

  /** A base that can not be read is none. */
  #look(base: ImageBase, offset: number, size: number, blockSize: number): BigUint64Array | undefined {
    const bytes = new Uint8Array(size);
    try {
      base.read(offset, bytes);
    } catch {
      this.#bases = this.#bases.filter((one) => one !== base);
      return undefined;
    }
    this.looked += size;
    return digests().of(bytes, blockSize);
  }

  #blankOf(size: number): readonly bigint[] {
    const known = this.#blanks.get(size);
    if (known !== undefined) return known;
    const made = BLANKS.map((byte) => digests().of(new Uint8Array(size).fill(byte), size)[0]!);
    this.#blanks.set(size, made);
    return made;
  }
}
