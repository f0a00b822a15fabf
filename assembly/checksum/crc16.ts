/**
 * CRC-16/AUG-CCITT, the checksum of IPMI blob messages: polynomial 0x1021, most significant bit first, start
 * 0x1D0F, no final exclusive or; check value of "123456789" 0xE5CC. (OpenBMC's phosphor-ipmi-blobs states it as
 * start 0xFFFF with sixteen zero bits appended; the two are the same.)
 */

const POLYNOMIAL: u32 = 0x1021;
const START: u32 = 0x1d0f;
const table: usize = memory.data(512, 64);

function buildTable(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let value: u32 = i << 8;
    for (let bit: u32 = 0; bit < 8; bit++) value = (value << 1) ^ (value & 0x8000 ? POLYNOMIAL : 0);
    store<u16>(table + (<usize>i << 1), <u16>value);
  }
}
buildTable();

/** CRC-16/AUG-CCITT of `size` bytes at `pointer`, going on from `crc`, the result for the bytes before. */
export function crc16(pointer: usize, size: u32, crc: u32 = START): u32 {
  const end: usize = pointer + <usize>size;
  while (pointer < end) {
    crc = ((crc << 8) ^ load<u16>(table + (<usize>(((crc >> 8) ^ load<u8>(pointer)) & 255) << 1))) & 0xffff;
    pointer++;
  }
  return crc;
}
