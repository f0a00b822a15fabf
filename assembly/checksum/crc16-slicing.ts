/**
 * CRC-16 of polynomial 0x1021, most significant bit first, by tables: slicing by sixteen, as in crc32-slicing.ts. Table k
 * holds what a byte contributes that k more bytes follow. The register's high byte falls on the first byte.
 * The lookups of those two come last in every sum, so that the next step waits for two of them only.
 */

const POLYNOMIAL: u32 = 0x1021;
/** Bytes of one table: 256 entries of two bytes. */
const TABLE: usize = 512;
const tables: usize = memory.data(8192, 64);

function buildTables(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let value: u32 = i << 8;
    for (let bit: u32 = 0; bit < 8; bit++) value = (value << 1) ^ (value & 0x8000 ? POLYNOMIAL : 0);
    store<u16>(tables + (<usize>i << 1), <u16>value);
  }
  for (let i: usize = 0; i < 15 * 256; i++) {
    const value: u32 = load<u16>(tables + (i << 1));
    store<u16>(tables + (i << 1) + TABLE, <u16>((value << 8) ^ load<u16>(tables + (<usize>(value >> 8) << 1))));
  }
}
buildTables();

/** Where in a table the entry of byte `index` of a word lies, the first byte first. */
// @ts-ignore: decorator
@inline
function entry(bytes: u64, index: u64): usize {
  return <usize>((index == 0 ? bytes << 1 : bytes >> ((index << 3) - 1)) & 510);
}

/** The register after sixteen bytes, the first two of which have the register before on them already. */
// @ts-ignore: decorator
@inline
function slice16(low: u64, high: u64): u32 {
  return load<u16>(entry(high, 7), tables + 0 * TABLE)
    ^ load<u16>(entry(high, 6), tables + 1 * TABLE)
    ^ load<u16>(entry(high, 5), tables + 2 * TABLE)
    ^ load<u16>(entry(high, 4), tables + 3 * TABLE)
    ^ load<u16>(entry(high, 3), tables + 4 * TABLE)
    ^ load<u16>(entry(high, 2), tables + 5 * TABLE)
    ^ load<u16>(entry(high, 1), tables + 6 * TABLE)
    ^ load<u16>(entry(high, 0), tables + 7 * TABLE)
    ^ load<u16>(entry(low, 7), tables + 8 * TABLE)
    ^ load<u16>(entry(low, 6), tables + 9 * TABLE)
    ^ load<u16>(entry(low, 5), tables + 10 * TABLE)
    ^ load<u16>(entry(low, 4), tables + 11 * TABLE)
    ^ load<u16>(entry(low, 3), tables + 12 * TABLE)
    ^ load<u16>(entry(low, 2), tables + 13 * TABLE)
    ^ load<u16>(entry(low, 1), tables + 14 * TABLE)
    ^ load<u16>(entry(low, 0), tables + 15 * TABLE);
}

/** The register after eight bytes, the first two of which have the register before on them already. */
// @ts-ignore: decorator
@inline
function slice8(bytes: u64): u32 {
  return load<u16>(entry(bytes, 7), tables + 0 * TABLE)
    ^ load<u16>(entry(bytes, 6), tables + 1 * TABLE)
    ^ load<u16>(entry(bytes, 5), tables + 2 * TABLE)
    ^ load<u16>(entry(bytes, 4), tables + 3 * TABLE)
    ^ load<u16>(entry(bytes, 3), tables + 4 * TABLE)
    ^ load<u16>(entry(bytes, 2), tables + 5 * TABLE)
    ^ load<u16>(entry(bytes, 1), tables + 6 * TABLE)
    ^ load<u16>(entry(bytes, 0), tables + 7 * TABLE);
}

/** The register's two bytes as the message has them. */
// @ts-ignore: decorator
@inline
export function messageOrder(register: u32): u32 {
  return ((register & 255) << 8) | (register >> 8);
}

/** The register after `size` bytes at `pointer`. */
export function slicing16(pointer: usize, size: u32, register: u32): u32 {
  while (size >= 16) {
    register = slice16(load<u64>(pointer) ^ <u64>messageOrder(register), load<u64>(pointer, 8));
    pointer += 16;
    size -= 16;
  }
  if (size & 8) {
    register = slice8(load<u64>(pointer) ^ <u64>messageOrder(register));
    pointer += 8;
  }
  if (size & 4) {
    register = slice8(<u64>(load<u32>(pointer) ^ messageOrder(register)) << 32);
    pointer += 4;
  }
  for (size &= 3; size > 0; size--) {
    register = ((register << 8) ^ load<u16>(entry(<u64>((register >> 8) ^ load<u8>(pointer)), 0), tables)) & 0xffff;
    pointer++;
  }
  return register;
}
