// One look at a whole slot: it is read back a piece at a time and hashed, so that messages come in between. The look before a
// trial is committed and the verification that somebody asks for are both this one.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ComponentSlot } from '../core/receiver-exports.ts';

export type ReadSlot = (component: string, slot: number, offset: number, into: Uint8Array) => void;

/** Bytes of one step. */
const PIECE = 1024 * 1024;
const BLOCK = 64 * 1024;

export class SlotLook {
  readonly component: string;
  readonly slot: number;
  /** What the record says, 64 hexadecimal digits. */
  readonly expected: string;
  /** CRC-32 of each 64 KiB of what was read. */
  readonly blocks: number[] = [];
  readonly #size: number;
  readonly #read: ReadSlot;
  readonly #hash = createHash('sha256');
  readonly #piece = new Uint8Array(PIECE);
  #done = 0;
  #got = '';

  constructor(component: string, slot: number, { size, digest }: ComponentSlot, read: ReadSlot) {
    this.component = component;
    this.slot = slot;
    this.expected = Buffer.from(digest).toString('hex');
    this.#size = size;
    this.#read = read;
  }

  /** What was read, 64 hexadecimal digits; empty before the end. */
  get got(): string {
    return this.#got;
  }

  get differs(): boolean {
    return this.#got !== this.expected;
  }

  /** Reads a little further. True when all of it has been read; throws what reading throws. */
  step(): boolean {
    const piece = this.#piece.subarray(0, Math.min(PIECE, this.#size - this.#done));
    this.#read(this.component, this.slot, this.#done, piece);
    this.#hash.update(piece);
    for (let offset = 0; offset < piece.length; offset += BLOCK) this.blocks.push(crc32(piece.subarray(offset, offset + BLOCK)));
    this.#done += piece.length;
    if (this.#done < this.#size) return false;
    this.#got = this.#hash.digest('hex');
    return true;
  }
}
