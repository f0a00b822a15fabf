import { describe, expect, it } from 'vitest';
import { CUT_COUNT, cutEverywhere, FRESH, REUSED, SEED } from './trial.ts';

/** Half of them; the other half is in two-slots.test.ts. */
const singles = Math.ceil(CUT_COUNT / 2);

describe('power lost at every operation of flash, staging, journal and slot records: before, torn, weak and after', () => {
  it(`leaves an image that is written in place whole after the next start, and the next run finishes (${singles} cuts, and ${singles / 2} twice)`, () => {
    const counts = cutEverywhere('bios', singles, SEED);
    console.log(`in-place: seed ${SEED}, ${counts.singles} single cuts, ${counts.pairs} pairs, trace ${counts.trace.toString(16)}`);
    expect(counts.singles).toBe(singles);
    expect(counts.pairs).toBeGreaterThanOrEqual(singles / 2);
  }, 600_000 + singles * 50);

  it('leaves the same for the same seed, and in an instance of the core that an earlier start has used', () => {
    expect(cutEverywhere('bios', 150, SEED + 7, REUSED)).toEqual(cutEverywhere('bios', 150, SEED + 7, FRESH));
  });
});
