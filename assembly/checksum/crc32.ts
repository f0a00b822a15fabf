/**
 * CRC-32 as in zlib, Ethernet and PNG: reflected polynomial 0xEDB88320, start and end inverted, check value
 * of "123456789" 0xCBF43926. Slicing by sixteen (Kounavis and Berry, "A Systematic Approach to Building High
 * Performance Software-Based CRC Generators"): sixteen tables, one lookup a byte, no chain between the lookups.
 */

const POLYNOMIAL: u32 = 0xedb88320;
/** Bytes of one table: 256 entries of four bytes. */
const TABLE: usize = 1024;
const tables: usize = memory.data(16384, 64);

function buildTables(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let value: u32 = i;
    for (let bit: u32 = 0; bit < 8; bit++) value = (value >> 1) ^ (value & 1 ? POLYNOMIAL : 0);
    store<u32>(tables + (<usize>i << 2), value);
  }
  for (let i: usize = 0; i < 15 * 256; i++) {
    const value: u32 = load<u32>(tables + (i << 2));
    store<u32>(tables + (i << 2) + TABLE, (value >> 8) ^ load<u32>(tables + (<usize>(value & 255) << 2)));
  }
}
buildTables();

// @ts-ignore: decorator
@inline
function at(table: usize, byte: u32): u32 {
  return load<u32>(tables + table * TABLE + (<usize>byte << 2));
}

/** Four bytes' worth of lookups; `table` is the one of the word's lowest byte. */
// @ts-ignore: decorator
@inline
function word(table: usize, value: u32): u32 {
  return at(table, value & 255) ^ at(table - 1, (value >> 8) & 255) ^ at(table - 2, (value >> 16) & 255) ^ at(table - 3, value >> 24);
}

/** CRC-32 of `size` bytes at `pointer`, going on from `crc`, the result for the bytes before (0 for none). */
export function crc32(pointer: usize, size: u32, crc: u32 = 0): u32 {
  let state: u32 = ~crc;
  const wide: usize = pointer + <usize>(size & ~15);
  const end: usize = pointer + <usize>size;
  while (pointer < wide) {
    state = word(15, load<u32>(pointer) ^ state) ^ word(11, load<u32>(pointer, 4)) ^ word(7, load<u32>(pointer, 8)) ^ word(3, load<u32>(pointer, 12));
    pointer += 16;
  }
  while (pointer < end) {
    state = (state >> 8) ^ at(0, (state ^ load<u8>(pointer)) & 255);
    pointer++;
  }
  return ~state;
}
