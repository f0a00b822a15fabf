import { describe, expect, it } from 'vitest';
import { seeded } from '../random.ts';
import { chunkCore, seed, u32 } from './chunk-core.ts';

const core = chunkCore();
const FULL = 32;

/** What the cursor should say, from nothing but the set of the chunks that are there. */
class Model {
  readonly there = new Set<number>();
  readonly size: number;
  readonly chunk: number;

  constructor(size: number, chunk: number, resume: number) {
    this.size = size;
    this.chunk = chunk;
    for (let index = 0; index * chunk < resume; index++) this.there.add(index);
  }

  get count(): number {
    return Math.ceil(this.size / this.chunk);
  }

  get missing(): number {
    let index = 0;
    while (this.there.has(index)) index++;
    return index;
  }

  get next(): number {
    return Math.min(this.missing * this.chunk, this.size);
  }

  get mask(): number {
    let mask = 0;
    for (let bit = 0; bit < FULL; bit++) if (this.there.has(this.missing + 1 + bit)) mask |= 1 << bit;
    return mask >>> 0;
  }

  sizeOf(index: number): number {
    return Math.min(this.chunk, this.size - index * this.chunk);
  }

  arrival(offset: number, size: number): string {
    const index = offset / this.chunk;
    if (!Number.isInteger(index) || index >= this.count || size !== this.sizeOf(index)) return 'Wrong';
    if (this.there.has(index)) return 'Duplicate';
    return index - this.missing > FULL ? 'Ahead' : 'New';
  }
}

function expectSame(model: Model, where: string): void {
  const isSame = u32(core.cursorNext) === model.next && u32(core.cursorMask) === model.mask;
  if (isSame && (core.cursorIsWhole() !== 0) === (model.there.size === model.count)) return;
  expect({ next: u32(core.cursorNext), mask: u32(core.cursorMask), whole: core.cursorIsWhole() !== 0 }, where).toEqual({
    next: model.next, mask: model.mask, whole: model.there.size === model.count,
  });
}

describe('the receiving cursor', () => {
  it('agrees with a plain set of chunks, whatever arrives in whatever order', () => {
    const random = seeded(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    for (let round = 0; round < 150; round++) {
      const chunk = 1 + below(round % 3 === 0 ? 5 : 65_536);
      const size = 1 + below(chunk * (1 + below(60)));
      const resume = Math.min(size, below(4) * chunk);
      const model = new Model(size, chunk, resume);
      expect(core.status(core.cursorBegin(size, chunk, resume))).toBe('Ok');
      for (let step = 0; model.there.size < model.count && step < 2000; step++) {
        const where = `SEED=${seed}, round ${round}, step ${step}: ${size} bytes in chunks of ${chunk} from ${resume}`;
        const index = random() < 0.7 ? model.missing + below(40) - 3 : below(model.count + 3);
        const offset = Math.max(0, index) * chunk + (random() < 0.05 ? 1 + below(chunk) : 0);
        const bytes = random() < 0.05 ? below(chunk * 2) : Math.max(0, Math.min(chunk, size - offset));
        const arrival = core.arrival(core.cursorArrival(offset, bytes));
        if (arrival !== model.arrival(offset, bytes)) expect.fail(`${where}: ${bytes} bytes at ${offset} are ${arrival}`);
        // A chunk that could not be kept is not marked, and comes again.
        if (arrival === 'New' && random() < 0.9) {
          core.cursorMark(offset);
          model.there.add(offset / chunk);
        }
        expectSame(model, where);
      }
      expectSame(model, `SEED=${seed}, round ${round}, at the end`);
    }
  });

  it('a file of the largest size that u32 holds ends without wrapping', () => {
    const size = 0xffffffff;
    const chunk = 65_536;
    expect(core.status(core.cursorBegin(size, chunk, size - (size % chunk)))).toBe('Ok');
    expect(core.arrival(core.cursorArrival(size - (size % chunk), size % chunk))).toBe('New');
    core.cursorMark(size - (size % chunk));
    expect([u32(core.cursorNext), core.cursorIsWhole()]).toEqual([size, 1]);
    expect(core.arrival(core.cursorArrival(0xffffffff, 1))).toBe('Wrong');
  });

  it.each([
    [0, 1, 0], [1, 0, 0], [100, 65_537, 0], [100, 10, 101], [100, 10, 5], [100, 30, 99],
  ])('a file of %i bytes in chunks of %i from %i is refused', (size, chunk, resume) => {
    expect(core.status(core.cursorBegin(size, chunk, resume))).toBe('BadArgument');
  });

  it('nothing belongs to a file before one was begun', () => {
    const fresh = chunkCore();
    expect(fresh.arrival(fresh.cursorArrival(0, 0))).toBe('Wrong');
    expect(fresh.arrival(fresh.cursorArrival(0, 1))).toBe('Wrong');
  });
});
