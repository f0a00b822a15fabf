// Images that the board makes of what it holds: of a patch, or of its own blocks and those that came.
import { describe, expect, it } from 'vitest';
import { imageOf } from '../core/wire.ts';
import { PoweredBoard } from './board.ts';
import { imagesOf, startMedium } from './starts.ts';
import { CUT_COUNT, cutEverywhere, REUSED, SEED } from './trial.ts';
import { AS_A_PATCH, AS_DIGESTS, CHUNK, WHOLE } from './ways.ts';

/** Of each of the four. With CUTS in the environment no operation is passed over. */
const singles = Math.ceil(CUT_COUNT / 40);
const stride = process.env['CUTS'] === undefined ? 11 : 1;
const WAYS = [['a patch', AS_A_PATCH], ['digests of its blocks', AS_DIGESTS]] as const;

describe.each(WAYS)('power lost at and inside operations of flash, staging and journal while an image comes as %s', (what, way) => {
  it.each([['two slots', 'bmc'], ['one slot, written in place', 'bios']])(`leaves a component with %s whole, and the next run finishes (${singles} cuts)`, (_slots, component) => {
    const counts = cutEverywhere(component, singles, SEED, REUSED, { way, stride, starts: ['old image', 'half-written', 'corrupt'] });
    console.log(`${component} as ${what}: seed ${SEED}, ${counts.singles} single cuts, ${counts.pairs} pairs, trace ${counts.trace.toString(16)}`);
    expect(counts.singles).toBe(singles);
    expect(counts.pairs).toBeGreaterThanOrEqual(singles / 3);
  }, 600_000 + singles * 50);

  it('carries fewer bytes to the board than the image has, so that it is this way that is cut', () => {
    const images = imagesOf('bmc', SEED);
    const fresh = imageOf('bmc', '3.0.0', images.old.bytes.map((byte, at) => (at === 20_000 ? byte ^ 1 : byte)));
    const bytes = [WHOLE, way].map((one) => {
      let carried = 0;
      const board = new PoweredBoard(REUSED(0), startMedium('old image', images, SEED));
      expect(board.install(fresh, 'now', (ask, ...given) => one((message) => ((carried += message.length), ask(message)), ...given), images.old)).toBe('Ok');
      return carried;
    });
    expect(bytes[0]).toBeGreaterThan(fresh.bytes.length);
    expect(bytes[1]).toBeLessThan(fresh.bytes.length - CHUNK / 4);
  });
});
