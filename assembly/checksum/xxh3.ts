/**
 * XXH3-64 (doc/xxhash_spec.md of the xxHash project), seed 0: what tells blocks that differ from blocks that are equal, fast.
 * It is no signature and no digest of an image: whoever wants two blocks with the same number can make them.
 */
import { xxh3Long } from "./xxh3-long";
import { SHORT_MOST, xxh3Short } from "./xxh3-short";

/** Bytes of a block's digest. */
export const XXH3_SIZE: u32 = 8;

/** XXH3-64 of `size` bytes at `pointer`. */
export function xxh3(pointer: usize, size: u32): u64 {
  return size > SHORT_MOST ? xxh3Long(pointer, size) : xxh3Short(pointer, size);
}

/**
 * XXH3-64 of each block of `blockSize` bytes, which is not 0, of the `size` bytes at `pointer`; the last one may be shorter.
 * Stored as `u64` at `out`. Answers how many there are.
 */
export function xxh3Each(pointer: usize, size: u32, blockSize: u32, out: usize): u32 {
  let count: u32 = 0;
  for (; size > 0; count++) {
    const block: u32 = min<u32>(blockSize, size);
    store<u64>(out + (<usize>count << 3), xxh3(pointer, block));
    pointer += block;
    size -= block;
  }
  return count;
}
