// What was in flight when power failed stays in doubt until it is written again, however long that takes.
import { describe, expect, it } from 'vitest';
import type { ControllerCore } from '../../host/bmc/controller-parts.ts';
import { loadCore } from '../../host/core/instance.ts';
import { imageOf } from '../core/wire.ts';
import { firmware, seeded } from '../flash/content.ts';
import { PoweredBoard, SLOT } from './board.ts';
import type { Medium } from './medium.ts';
import { imagesOf, startMedium } from './starts.ts';

const core = loadCore<ControllerCore>();
const BLOCK = 65_536;
const images = imagesOf('bmc', 2);
/** The slot that does not run. */
const CHIP = 'bmc-0';

/** A board whose power failed in a page or erase of the second block of its slot 0. */
function cutInSecondBlock(seed: number): Medium {
  const medium = startMedium('old image', images, 2);
  let left: Medium | undefined;
  new PoweredBoard(core, medium, (operation) => {
    if (operation.chip === CHIP && operation.flash.address >= BLOCK && left === undefined) left = medium.cutAt(operation, 'weak', seed);
  }).install(images.fresh);
  return left!;
}

const next = (version: string, seed: number, size: number) => imageOf('bmc', version, firmware(seeded(seed), size));

describe('a block that was in flight', () => {
  it('behind the end of a shorter image is written again with the next long one', () => {
    for (let seed = 1; seed < 30; seed++) {
      const medium = cutInSecondBlock(seed);
      expect(medium.chip(CHIP).weak.isAny(BLOCK, SLOT - BLOCK), `seed ${seed}`).toBe(true);
      const board = new PoweredBoard(core, medium);
      expect(board.install(next('4.0.0', 1, 9000))).toBe('Ok');
      expect(medium.chip(CHIP).weak.isAny(0, BLOCK), `seed ${seed}`).toBe(false);
      expect(board.component('bmc').slots[0], `seed ${seed}`).toMatchObject({ state: 'valid', version: '4.0.0' });
      const later = new PoweredBoard(core, medium);
      expect(later.install(next('5.0.0', 2, 9000))).toBe('Ok');
      expect(later.install({ ...images.fresh, version: '6.0.0' })).toBe('Ok');
      expect(later.component('bmc')).toMatchObject({ running: 0 });
      expect(medium.chip(CHIP).weak.isAny(0, SLOT), `seed ${seed}`).toBe(false);
    }
  });

  it('is the only one that is written again: a whole block before it is not', () => {
    const medium = cutInSecondBlock(5);
    const addresses: number[] = [];
    const board = new PoweredBoard(core, medium, (operation) => void (operation.chip === CHIP && addresses.push(operation.flash.address)));
    expect(board.install(images.fresh)).toBe('Ok');
    expect(addresses.length).toBeGreaterThan(4);
    expect(Math.min(...addresses)).toBe(BLOCK);
  });
});
