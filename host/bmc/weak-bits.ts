// Cells that an interrupted operation has left between 0 and 1. They read as either, anew at each read, and stay so
// until they are erased: that such a cell reads right today proves nothing.

import { rolls, scatter } from './flash-fault.ts';

const PAGE = 256;

/** The undecided bits of one array. */
export class WeakBits {
  readonly #pages: Map<number, Uint8Array>;
  readonly #roll: () => number;

  /** The same seed gives the same readings. */
  constructor(seed: number, pages: ReadonlyMap<number, Uint8Array> = new Map()) {
    this.#roll = rolls(seed);
    this.#pages = new Map([...pages].map(([page, masks]) => [page, masks.slice()]));
  }

  /** Makes the bits of `masks`, from `address` on, undecided. */
  add(address: number, masks: Uint8Array): void {
    masks.forEach((mask, index) => {
      if (mask !== 0) this.#page(Math.floor((address + index) / PAGE))[(address + index) % PAGE]! |= mask;
    });
  }

  /** An erase that was not interrupted decides every bit. The range is whole pages. */
  settle(address: number, size: number): void {
    for (let page = address / PAGE; page < (address + size) / PAGE && this.#pages.size > 0; page++) this.#pages.delete(page);
  }

  /** What a read finds instead of `bytes`, which it changes. */
  disturb(address: number, bytes: Uint8Array): void {
    for (const [page, masks] of this.#pages) {
      const from = Math.max(address, page * PAGE);
      const to = Math.min(address + bytes.length, (page + 1) * PAGE);
      for (let at = from; at < to; at++) {
        const mask = masks[at % PAGE]!;
        if (mask !== 0) bytes[at - address]! ^= this.#roll() & mask;
      }
    }
  }

  /** Whether a bit of the range is undecided. */
  isAny(address: number, size: number): boolean {
    for (const [page, masks] of this.#pages) {
      for (let at = Math.max(address, page * PAGE); at < Math.min(address + size, (page + 1) * PAGE); at++) if (masks[at % PAGE] !== 0) return true;
    }
    return false;
  }

  /** The same bits, that roll from another seed. */
  copy(seed: number): WeakBits {
    return new WeakBits(seed, this.#pages);
  }

  #page(page: number): Uint8Array {
    const masks = this.#pages.get(page) ?? new Uint8Array(PAGE);
    this.#pages.set(page, masks);
    return masks;
  }
}

/** How far a program was when power failed. */
const STAGES = ['begun', 'half', 'nearly done'] as const;

/**
 * An interrupted program of `data` over `before`: of the bits that should fall many have, and many are undecided; or all
 * have but a few; or none has, and a few are undecided.
 */
export function weakProgram(before: Uint8Array, data: Uint8Array, seed: number): { programmed: Uint8Array; undecided: Uint8Array } {
  const roll = rolls(seed);
  const stage = STAGES[roll() % STAGES.length]!;
  const falling = data.map((byte, index) => before[index]! & ~byte);
  const undecided = stage === 'half' ? falling.map((byte) => byte & roll()) : fewOf(falling, roll);
  if (stage === 'begun') return { programmed: before, undecided };
  return { programmed: stage === 'half' ? scatter(data, roll()) : data, undecided };
}

/** The undecided bits of an interrupted erase after which all else reads as blank: one in a hundred, or very few. */
export function weakErase(size: number, seed: number): Uint8Array {
  const roll = rolls(seed);
  const all = new Uint8Array(size).fill(0xff);
  return roll() % 2 === 0 ? fewOf(all, roll) : all.map(() => (roll() % 16 === 0 ? 1 << (roll() % 8) : 0));
}

/** One to three of the bits that are set. */
function fewOf(masks: Uint8Array, roll: () => number): Uint8Array {
  const few = new Uint8Array(masks.length);
  const set = [...masks.keys()].filter((index) => masks[index] !== 0);
  for (let count = 1 + (roll() % 3); count > 0 && set.length > 0; count--) {
    const index = set[roll() % set.length]!;
    const bits = [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (masks[index]! & (1 << bit)) !== 0);
    few[index]! |= 1 << bits[roll() % bits.length]!;
  }
  return few;
}
