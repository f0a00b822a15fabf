/**
 * CRC-32 as in zlib, Ethernet and PNG: reflected polynomial 0xEDB88320, start and end inverted, check value
 * of "123456789" 0xCBF43926. By Chorba, in the form that measured fastest for the size (chorba.ts explains the idea).
 */
import { BITS_LEAST, chorbaBits } from "./chorba-bits";
import { chorbaPair, PAIR_MOST } from "./chorba-pair";
import { chorbaRing } from "./chorba-ring";
import { chorbaWindow } from "./chorba-window";
import { slicing } from "./crc32-slicing";

/** From these sizes on a form is faster than the one before it. Measured; `npm run bench -- crc` shows the neighbourhood. */
const WINDOW_FROM: u32 = ASC_FEATURE_SIMD ? 512 : 768;
const RING_FROM: u32 = ASC_FEATURE_SIMD ? 98304 : 196608;
/** And two chunks of a batch at a time are faster than one and one. */
const PAIR_FROM: u32 = 512;

/** CRC-32 of `size` bytes at `pointer`, going on from `crc`, the result for the bytes before (0 for none). */
export function crc32(pointer: usize, size: u32, crc: u32 = 0): u32 {
  const register: u32 = ~crc;
  if (size < BITS_LEAST) return ~slicing(pointer, size, register);
  if (size < WINDOW_FROM) return ~chorbaBits(pointer, size, register);
  if (size < RING_FROM) return ~chorbaWindow(pointer, size, register);
  return ~chorbaRing(pointer, size, register);
}

/** CRC-32 of each of `count` chunks of `size` bytes that follow each other at `pointer`; stored as `u32` at `out`. */
export function crc32Each(pointer: usize, size: u32, count: u32, out: usize): void {
  if (size >= PAIR_FROM && size <= PAIR_MOST) {
    for (; count >= 2; count -= 2) {
      chorbaPair(pointer, pointer + size, size, ~0, out);
      store<u64>(out, ~load<u64>(out));
      pointer += 2 * size;
      out += 8;
    }
  }
  for (; count > 0; count--) {
    store<u32>(out, crc32(pointer, size));
    pointer += size;
    out += 4;
  }
}
