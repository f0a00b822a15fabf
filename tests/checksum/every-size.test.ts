// Each form of a checksum takes some sizes, and hands what it leaves to the next: every size at every alignment, on both builds.
import { crc32 as zlibCrc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { seeded } from '../random.ts';
import { crc16OfBits, ofBeginnings } from './bit-by-bit.ts';
import { BUILDS, Kernel } from './kernel.ts';

const LONGEST = 70_000;
/** The bytes of a build's longest load: beyond them alignments repeat. */
const ALIGNMENTS = { scalar: 8, simd: 16 } as const;
const seed = Number(process.env['SEED'] ?? 1);
const random = seeded(seed);
const bytes = Uint8Array.from({ length: LONGEST }, () => Math.floor(random() * 256));
const crc32s = ofBeginnings(bytes, 0, (byte, crc) => zlibCrc32(byte, crc));
const crc16s = ofBeginnings(bytes, 0x1d0f, crc16OfBits);

/** The first size at which `crc` differs from what is expected. */
function firstWrong(expected: Uint32Array, crc: (size: number) => number, step: number): string {
  for (let size = 0; size < expected.length; size += step) {
    const got = crc(size);
    if (got !== expected[size]) return `${size} bytes: expected ${expected[size]}, got ${got}, SEED=${seed}`;
  }
  return 'none';
}

describe.each(BUILDS)('the %s build', (build) => {
  const kernel = new Kernel(build);
  const alignments = ALIGNMENTS[build];

  it(`has the CRC-32 of zlib for every size up to ${LONGEST} at every alignment`, () => {
    for (let alignment = 0; alignment < alignments; alignment++) {
      const at = kernel.lay(bytes, alignment);
      expect(firstWrong(crc32s, (size) => kernel.crc32(at, size), 1), `alignment ${at % alignments}`).toBe('none');
    }
  });

  it('has it where the ring begins to be used, in its first lap and where a lap ends', () => {
    // The ring takes all but its longest tap, 18,178 bytes, and a turn; a lap of it is 18,240 bytes, a turn 192.
    const long = Uint8Array.from({ length: 330_000 }, () => Math.floor(random() * 256));
    const at = kernel.lay(long, 3);
    for (const from of [98_304 - 100, 196_608 - 100, 18_178 + 10 * 18_240 - 100, 18_178 + 11 * 18_240 - 100, 18_178 + 17 * 18_240 - 100]) {
      for (let size = from; size < from + 400; size++) expect(kernel.crc32(at, size), `${size} bytes, SEED=${seed}`).toBe(zlibCrc32(long.subarray(0, size)));
    }
  });

  it('has the CRC-16 of single bits for every size at some alignment, and for every thirteenth at each', () => {
    for (let alignment = 0; alignment < alignments; alignment++) {
      const at = kernel.lay(bytes, alignment);
      expect(firstWrong(crc16s, (size) => kernel.crc16(at, size), alignment === 5 ? 1 : 13), `alignment ${at % alignments}`).toBe('none');
    }
  });
});
