// Fetches an image by asking a donor for digests of its blocks, large ones first and small ones where those differ, and then
// for the bytes of what is not here already. A part of the image at a time: neither its size nor what the donor says decides
// how much is kept in memory.
//
//   digests of the large blocks ─► digests of the small ones in those that differ ─► bytes, eight asks under way ─► next part
import type { BlockRange, RecoveryAsk, RecoveryMessage } from '../../core/wire-recovery-messages.ts';
import type { TakeBytes } from '../source.ts';
import { packing } from './block-tools.ts';
import { type Copy, type KnownBlocks, LARGE_BLOCK, SMALL_BLOCK } from './known-blocks.ts';

/** Bytes of image that are compared at a time: 256 large blocks. */
const PART = 256 * LARGE_BLOCK;
/** Asks for bytes under way. */
const WINDOW = 8;
const SMALL_IN_LARGE = LARGE_BLOCK / SMALL_BLOCK;
const DIGEST = 8;

/** The stream to the donor. */
export interface BlockStream {
  ask(ask: RecoveryAsk): Promise<void>;
  /** The next message; `limit` is the most bytes that it may have. */
  answer(limit: number): Promise<RecoveryMessage>;
  /** What came has no place. */
  wrong(what: string): Error;
}

interface Wanted {
  readonly ranges: readonly BlockRange[];
  readonly bytes: number;
}

/** How the bytes of a large block are had: from here as a whole, or small block by small block, those missing that come. */
type Plan = Copy | readonly (Copy | undefined)[];

export class BlockFetch {
  readonly #stream: BlockStream;
  readonly #known: KnownBlocks;
  readonly #size: number;
  readonly #blocksPerAsk: number;
  /** Whether the donor has answered an ask: an old one does not. */
  isAnswered = false;
  /** Bytes of image that were here already. */
  copied = 0;

  constructor(stream: BlockStream, known: KnownBlocks, size: number, blocksPerAsk = SMALL_IN_LARGE) {
    this.#stream = stream;
    this.#known = known;
    this.#size = size;
    this.#blocksPerAsk = blocksPerAsk;
  }

  /** The bytes from `from`, a multiple of a large block, to the end of the image. */
  async run(from: number, into: TakeBytes): Promise<void> {
    for (let start = from; start < this.#size; start += PART) {
      const end = Math.min(start + PART, this.#size);
      await this.#carry(start, end, await this.#plan(start, end), into);
    }
  }

  async #plan(start: number, end: number): Promise<Plan[]> {
    const first = start / LARGE_BLOCK;
    const large = await this.#digests(LARGE_BLOCK, [{ first, blocks: Math.ceil(end / LARGE_BLOCK) - first }]);
    const plan: Plan[] = large.map((digest, index) => this.#here(first + index, LARGE_BLOCK, digest) ?? []);
    const differing = plan.flatMap((one, index) => (typeof one === 'function' ? [] : [index]));
    if (differing.length === 0) return plan;
    const small = await this.#digests(SMALL_BLOCK, rangesOf(differing.flatMap((index) => this.#smallOf(first + index))));
    let next = 0;
    for (const index of differing) {
      const copies: (Copy | undefined)[] = [];
      for (const number of this.#smallOf(first + index)) {
        const digest = small[next++]!;
        const isWhole = this.#bytesOf(number, SMALL_BLOCK) === SMALL_BLOCK;
        copies.push(this.#here(number, SMALL_BLOCK, digest) ?? (isWhole ? await this.#known.anywhere(digest) : undefined));
      }
      plan[index] = copies;
    }
    return plan;
  }

  async #carry(start: number, end: number, plan: readonly Plan[], into: TakeBytes): Promise<void> {
    const wanted = this.#wanted(start / LARGE_BLOCK, plan);
    const arrived: Uint8Array[] = [];
    let asked = 0, answered = 0;
    const next = async (): Promise<Uint8Array> => {
      if (arrived.length === 0) {
        for (; asked < wanted.length && asked - answered < WINDOW; asked++) await this.#stream.ask({ what: 'Bytes', blockSize: SMALL_BLOCK, ranges: wanted[asked]!.ranges });
        const bytes = await this.#blocks(wanted[answered++]!);
        for (let offset = 0; offset < bytes.length; offset += SMALL_BLOCK) arrived.push(bytes.subarray(offset, offset + SMALL_BLOCK));
      }
      return arrived.shift()!;
    };
    for (let index = 0; index < plan.length; index++) {
      const offset = start + index * LARGE_BLOCK;
      const piece = new Uint8Array(Math.min(LARGE_BLOCK, end - offset));
      const how = plan[index]!;
      if (typeof how === 'function') this.#copy(how, piece);
      else {
        for (let small = 0; small < how.length; small++) {
          const part = piece.subarray(small * SMALL_BLOCK, (small + 1) * SMALL_BLOCK);
          const copy = how[small];
          if (copy === undefined) part.set(await next());
          else this.#copy(copy, part);
        }
      }
      into(offset, piece);
    }
  }

  #copy(copy: Copy, into: Uint8Array): void {
    copy(into);
    this.copied += into.length;
  }

  /** What has to be asked for, in asks of a few small blocks each. */
  #wanted(firstLarge: number, plan: readonly Plan[]): Wanted[] {
    const missing = plan.flatMap((how, index) => (typeof how === 'function' ? [] : how.flatMap((copy, small) => (copy === undefined ? [(firstLarge + index) * SMALL_IN_LARGE + small] : []))));
    const asks: Wanted[] = [];
    for (let from = 0; from < missing.length; from += this.#blocksPerAsk) {
      const blocks = missing.slice(from, from + this.#blocksPerAsk);
      asks.push({ ranges: rangesOf(blocks), bytes: blocks.reduce((sum, number) => sum + this.#bytesOf(number, SMALL_BLOCK), 0) });
    }
    return asks;
  }

  async #digests(blockSize: number, ranges: readonly BlockRange[]): Promise<bigint[]> {
    const count = ranges.reduce((sum, { blocks }) => sum + blocks, 0);
    await this.#stream.ask({ what: 'Digests', blockSize, ranges });
    const { name, fields } = await this.#stream.answer(16 + 8 + count * DIGEST);
    if (name !== 'digests') throw this.#stream.wrong(name);
    if (fields.first !== ranges[0]!.first || fields.digests.length !== count * DIGEST) throw this.#stream.wrong('digests that were not asked for');
    this.isAnswered = true;
    const view = new DataView(fields.digests.buffer, fields.digests.byteOffset, fields.digests.length);
    return Array.from({ length: count }, (_, index) => view.getBigUint64(index * DIGEST, true));
  }

  async #blocks({ ranges, bytes: size }: Wanted): Promise<Uint8Array> {
    const { name, fields } = await this.#stream.answer(16 + 12 + size);
    if (name !== 'blocks') throw this.#stream.wrong(name);
    if (fields.first !== ranges[0]!.first || fields.size !== size) throw this.#stream.wrong('blocks that were not asked for');
    const bytes = fields.encoding === 0 ? fields.bytes : packing().unpack(fields.bytes, size);
    if (bytes === undefined) throw this.#stream.wrong('an LZ4 block that is none');
    return bytes;
  }

  #here(number: number, blockSize: number, digest: bigint): Copy | undefined {
    return this.#known.at(number * blockSize, this.#bytesOf(number, blockSize), blockSize, digest);
  }

  #bytesOf(number: number, blockSize: number): number {
    return Math.min(blockSize, this.#size - number * blockSize);
  }

  /** The numbers of the small blocks in a large one. */
  #smallOf(large: number): number[] {
    return Array.from({ length: Math.ceil(this.#bytesOf(large, LARGE_BLOCK) / SMALL_BLOCK) }, (_, index) => large * SMALL_IN_LARGE + index);
  }
}

/** Rising numbers as ranges. */
function rangesOf(numbers: readonly number[]): BlockRange[] {
  const ranges: { first: number; blocks: number }[] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last.first + last.blocks === number) last.blocks++;
    else ranges.push({ first: number, blocks: 1 });
  }
  return ranges;
}
