/**
 * CRC-16/AUG-CCITT, the checksum of IPMI blob messages: polynomial 0x1021, most significant bit first, start
 * 0x1D0F, no final exclusive or; check value of "123456789" 0xE5CC. (OpenBMC's phosphor-ipmi-blobs states it as
 * start 0xFFFF with sixteen zero bits appended; the two are the same.)
 */
import { chorba16 } from "./chorba-crc16";
import { slicing16 } from "./crc16-slicing";

const START: u32 = 0x1d0f;
/** From this size on Chorba is faster than tables; measured. */
const CHORBA_FROM: u32 = 512;

/** CRC-16/AUG-CCITT of `size` bytes at `pointer`, going on from `crc`, the result for the bytes before. */
export function crc16(pointer: usize, size: u32, crc: u32 = START): u32 {
  if (size < CHORBA_FROM) return slicing16(pointer, size, crc);
  return chorba16(pointer, size, crc);
}
