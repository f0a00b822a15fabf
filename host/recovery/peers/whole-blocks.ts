// Puts chunks of any size together to the blocks in which an image is kept: those of a slow line are shorter.
import { RECOVERY_BLOCK, type TakeBytes } from '../source.ts';

export class WholeBlocks {
  readonly #size: number;
  readonly #into: TakeBytes;
  #offset: number;
  #pieces: Uint8Array[] = [];
  #held = 0;

  /** Of an image of so many bytes, from a block on. */
  constructor(size: number, from: number, into: TakeBytes) {
    this.#size = size;
    this.#offset = from;
    this.#into = into;
  }

  /** The next chunk; none reaches over the end of a block. */
  take(offset: number, bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#held += bytes.length;
    if (this.#held < RECOVERY_BLOCK && offset + bytes.length < this.#size) return;
    this.#into(this.#offset, this.#pieces.length === 1 ? bytes : Buffer.concat(this.#pieces));
    this.#offset += this.#held;
    this.#pieces = [];
    this.#held = 0;
  }
}
