// Regions of a firmware hub that no image changes: settings, serial numbers. They are whole blocks of 64 KiB, the largest
// that are erased at once, so that no erase of a neighbour reaches into one.
import { crc32 } from 'node:zlib';

export interface ProtectedRegion {
  /** In bytes from the start of the slot. */
  readonly offset: number;
  readonly size: number;
}

export const PROTECTED_UNIT = 64 * 1024;
/** The most regions of one component, as the core's. */
export const PROTECTED_LIMIT = 4;

/** Whether any of these bytes is protected. */
export function touchesProtected(regions: readonly ProtectedRegion[], offset: number, size: number): boolean {
  return regions.some((region) => offset < region.offset + region.size && region.offset < offset + size);
}

/** Which regions these are, in 31 bits, as slot records say it: from the CRC-32 of the core's table of them. 0 without any. */
export function regionsNumber(regions: readonly ProtectedRegion[]): number {
  if (regions.length === 0) return 0;
  const table = new DataView(new ArrayBuffer(PROTECTED_LIMIT * 8));
  regions.forEach(({ offset, size }, index) => {
    table.setUint32(index * 8, offset, true);
    table.setUint32(index * 8 + 4, offset + size, true);
  });
  return (crc32(new Uint8Array(table.buffer)) & 0x7fff_ffff) | 1;
}
