// A patch comes from outside, and nobody has signed it: whatever it says, it costs bytes and a bounded time, and reads and
// writes nothing but what it may.
import { describe, expect, it } from 'vitest';
import { makePatch, sha256 } from '../../host/patch/make-patch.ts';
import { seeded } from '../random.ts';
import { rebuilt } from './rebuilt.ts';
import { applyStrictly } from './strict-applier.ts';

const seed = Number(process.env['SEED'] ?? 1);
const COUNT = Math.ceil(Number(process.env['FUZZ_INPUTS'] ?? 120_000) / 120);
const random = seeded(seed);
const below = (limit: number): number => Math.floor(random() * limit);
const HEADER = 80;

function apply(base: Uint8Array, patch: Uint8Array, image: Uint8Array, what: string): Uint8Array | undefined {
  try {
    return applyStrictly(base, patch, image.length, sha256(image)).image;
  } catch (cause) {
    throw new Error(`SEED=${seed}, ${what}: ${(cause as Error).message}: ${Buffer.from(patch).toString('hex').slice(0, 600)}`, { cause });
  }
}

describe('a hostile patch', () => {
  it(`breaks no rule in ${COUNT} damaged patches`, () => {
    let refused = 0;
    for (let turn = 0; turn < COUNT / 20; turn++) {
      const { base, image } = rebuilt(random, 400 + below(3000));
      const good = makePatch(base, image);
      for (let input = 0; input < 20; input++) {
        const patch = good.slice();
        for (let change = below(4); change >= 0; change--) {
          // Mostly what is coded: the header is one comparison.
          const at = random() < 0.05 ? below(HEADER) : HEADER + below(patch.length - HEADER);
          patch[at] = random() < 0.5 ? below(256) : patch[at]! ^ (1 << below(8));
        }
        if (apply(base, patch, image, `turn ${turn}, input ${input}`) === undefined) refused++;
      }
    }
    expect(refused, `SEED=${seed}`).toBeGreaterThan(COUNT / 4);
  });

  it('that is noise behind a right header breaks no rule', () => {
    const { base, image } = rebuilt(random, 3000);
    const header = makePatch(base, image).subarray(0, HEADER);
    for (let input = 0; input < COUNT / 10; input++) {
      const noise = Uint8Array.from({ length: below(2000) }, () => (random() < 0.2 ? 0 : below(256)));
      apply(base, Buffer.concat([header, noise]), image, `noise ${input}`);
    }
  });

  it('that was cut anywhere, or has bytes behind it, is refused', () => {
    const { base, image } = rebuilt(random, 2000);
    const patch = makePatch(base, image);
    for (let size = 0; size < patch.length; size++) expect(apply(base, patch.subarray(0, size), image, `cut to ${size}`), `cut to ${size}`).toBeUndefined();
    expect(apply(base, Buffer.concat([patch, Uint8Array.of(0)]), image, 'a byte more')).toBeUndefined();
  });
});
