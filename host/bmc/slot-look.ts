// One look at a whole slot: it is read back a piece at a time and hashed, so that messages come in between. The look before a
// trial is committed and the verification that somebody asks for are both this one.
//
// Of a slot with protected regions only what lies outside of them is read, and compared with the digest that its record keeps
// of that. A record of before the regions were what they are now has none, and the whole image is compared then.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ComponentSlot } from '../core/receiver-exports.ts';
import { PROTECTED_UNIT, regionsNumber, touchesProtected, type ProtectedRegion } from './protected-regions.ts';

export type ReadSlot = (component: string, slot: number, offset: number, into: Uint8Array) => void;

/** Blocks of one step, and the bytes of a block. */
const BLOCKS = 16;
const BLOCK = PROTECTED_UNIT;
/** In the place of the CRC-32 of a block that was not read. */
export const NOT_READ = -1;

export class SlotLook {
  readonly component: string;
  readonly slot: number;
  /** What the record says, 64 hexadecimal digits. */
  readonly expected: string;
  /** CRC-32 of each 64 KiB of what was read; NOT_READ for one that is protected. */
  readonly blocks: number[] = [];
  readonly #digest: string;
  readonly #regions: readonly ProtectedRegion[];
  readonly #size: number;
  readonly #read: ReadSlot;
  readonly #hash = createHash('sha256');
  readonly #block = new Uint8Array(BLOCK);
  #done = 0;
  #got = '';

  constructor(component: string, slot: number, { size, digest, outside }: ComponentSlot, read: ReadSlot, regions: readonly ProtectedRegion[] = []) {
    this.component = component;
    this.slot = slot;
    this.expected = hexOf(digest);
    const isOutside = outside !== undefined && outside.regions === regionsNumber(regions);
    this.#digest = isOutside ? hexOf(outside.digest) : this.expected;
    this.#regions = isOutside ? regions : [];
    this.#size = size;
    this.#read = read;
  }

  /** What was read, 64 hexadecimal digits: the image's when it is right, also where only what lies outside of protected regions was read. Empty before the end. */
  get got(): string {
    return this.#got === this.#digest ? this.expected : this.#got;
  }

  get differs(): boolean {
    return this.#got !== this.#digest;
  }

  /** Reads a little further. True when all of it has been read; throws what reading throws. */
  step(): boolean {
    for (let count = 0; count < BLOCKS && this.#done < this.#size; count++, this.#done += BLOCK) this.blocks.push(this.#look());
    if (this.#done < this.#size) return false;
    this.#got = this.#hash.digest('hex');
    return true;
  }

  #look(): number {
    if (touchesProtected(this.#regions, this.#done, 1)) return NOT_READ;
    const block = this.#block.subarray(0, Math.min(BLOCK, this.#size - this.#done));
    this.#read(this.component, this.slot, this.#done, block);
    this.#hash.update(block);
    return crc32(block);
  }
}

const hexOf = (digest: Uint8Array): string => Buffer.from(digest).toString('hex');
