/**
 * CRC-32 by tables: slicing by sixteen (Kounavis and Berry, "A Systematic Approach to Building High Performance
 * Software-Based CRC Generators"). Sixteen tables, one lookup a byte, no chain between the lookups of one step.
 * Registers here are as they are inside: inverted at the start and not yet inverted at the end. Lookups of bytes with the
 * register on them come last in every sum, so that the next step waits for four of them only.
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

/** Where in a table the entry of byte `index` of a word lies, the lowest byte first. */
// @ts-ignore: decorator
@inline
function entry(bytes: u64, index: u64): usize {
  return <usize>((index == 0 ? bytes << 2 : bytes >> ((index << 3) - 2)) & 1020);
}

/** The register after sixteen bytes, the first of which have the register before on them already. */
// @ts-ignore: decorator
@inline
export function slice16(low: u64, high: u64): u32 {
  return load<u32>(entry(high, 7), tables + 0 * TABLE)
    ^ load<u32>(entry(high, 6), tables + 1 * TABLE)
    ^ load<u32>(entry(high, 5), tables + 2 * TABLE)
    ^ load<u32>(entry(high, 4), tables + 3 * TABLE)
    ^ load<u32>(entry(high, 3), tables + 4 * TABLE)
    ^ load<u32>(entry(high, 2), tables + 5 * TABLE)
    ^ load<u32>(entry(high, 1), tables + 6 * TABLE)
    ^ load<u32>(entry(high, 0), tables + 7 * TABLE)
    ^ load<u32>(entry(low, 7), tables + 8 * TABLE)
    ^ load<u32>(entry(low, 6), tables + 9 * TABLE)
    ^ load<u32>(entry(low, 5), tables + 10 * TABLE)
    ^ load<u32>(entry(low, 4), tables + 11 * TABLE)
    ^ load<u32>(entry(low, 3), tables + 12 * TABLE)
    ^ load<u32>(entry(low, 2), tables + 13 * TABLE)
    ^ load<u32>(entry(low, 1), tables + 14 * TABLE)
    ^ load<u32>(entry(low, 0), tables + 15 * TABLE);
}

/** The register after eight bytes, the first of which have the register before on them already. */
// @ts-ignore: decorator
@inline
export function slice8(bytes: u64): u32 {
  return load<u32>(entry(bytes, 7), tables + 0 * TABLE)
    ^ load<u32>(entry(bytes, 6), tables + 1 * TABLE)
    ^ load<u32>(entry(bytes, 5), tables + 2 * TABLE)
    ^ load<u32>(entry(bytes, 4), tables + 3 * TABLE)
    ^ load<u32>(entry(bytes, 3), tables + 4 * TABLE)
    ^ load<u32>(entry(bytes, 2), tables + 5 * TABLE)
    ^ load<u32>(entry(bytes, 1), tables + 6 * TABLE)
    ^ load<u32>(entry(bytes, 0), tables + 7 * TABLE);
}

/** The register after `size` bytes at `pointer`. */
export function slicing(pointer: usize, size: u32, register: u32): u32 {
  while (size >= 16) {
    register = slice16(load<u64>(pointer) ^ <u64>register, load<u64>(pointer, 8));
    pointer += 16;
    size -= 16;
  }
  if (size & 8) {
    register = slice8(load<u64>(pointer) ^ <u64>register);
    pointer += 8;
  }
  if (size & 4) {
    register = slice8(<u64>(load<u32>(pointer) ^ register) << 32);
    pointer += 4;
  }
  for (size &= 3; size > 0; size--) register = (register >> 8) ^ load<u32>(entry(<u64>(register ^ load<u8>(pointer++)), 0), tables);
  return register;
}
