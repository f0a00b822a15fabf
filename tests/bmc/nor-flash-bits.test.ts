// Programs and erases in any order, against the rule of the part itself: an erase sets bits, a program only clears them.
import { describe, expect, test } from 'vitest';
import { FLASH_PARTS } from '../../host/bmc/flash-part.ts';
import { NorFlash } from '../../host/bmc/nor-flash.ts';
import { seeded } from '../flash/content.ts';

const part = FLASH_PARTS.W25Q128JV;
const SIZE = 64 * 1024;
const OPERATIONS = 4000;

describe('what a flash holds', () => {
  test.each([1, 2, 3, 4])('is what erases have set and programs have cleared since, in any order of either (seed %i)', (seed) => {
    const random = seeded(seed);
    const flash = new NorFlash({ part, size: SIZE });
    const expected = new Uint8Array(SIZE).fill(0xff);
    const found = new Uint8Array(SIZE);
    let next = 0;
    for (let count = 0; count < OPERATIONS; count++) {
      if (random(4) === 0) {
        const size = random(8) === 0 ? 32 * 1024 : 4096;
        const address = random(SIZE / size) * size;
        flash.erase(address, size);
        expected.fill(0xff, address, address + size);
        next = address;
      }
      // Often where the program before has ended, or at the erased block; else anywhere, over its borders too.
      const address = random(2) === 0 ? next : Math.max(0, Math.min(SIZE - 1, next + random(9000) - 4500));
      const data = Uint8Array.from({ length: Math.min(random(3) === 0 ? random(6000) : random(300), SIZE - address) }, () => random(256));
      flash.program(address, data);
      data.forEach((byte, index) => (expected[address + index]! &= byte));
      next = Math.min(SIZE - 1, address + data.length);
      if (count % 100 !== 0) continue;
      flash.read(0, found);
      const at = found.findIndex((byte, index) => byte !== expected[index]);
      expect(at, `seed ${seed}, operation ${count}: the first wrong byte`).toBe(-1);
    }
  });
});
