// The partition table of a master boot record. Extended partitions are left out: no firmware boots from them.
import type { Partition } from './partition-table.ts';

/** The size of a sector that the numbers in a master boot record count. */
export const MBR_SECTOR = 512;
/** Partition type of the one entry that protects a GPT disk. */
export const PROTECTIVE = 0xee;
const TABLE = 446;
const ENTRY_SIZE = 16;
const SIGNATURE = 510;
const EXTENDED = new Set([0x05, 0x0f, 0x85]);

/** Whether a sector ends with 55 AA. */
export const hasBootSignature = (sector: Buffer): boolean => sector.readUInt16LE(SIGNATURE) === 0xaa55;

/** The four entries that are not empty, as they are: whether they fit on the disk is for the caller to see. */
export function readMbr(sector: Buffer, deviceSize: number): { readonly partitions: Partition[]; readonly isProtective: boolean } {
  const partitions: Partition[] = [];
  let isProtective = false;
  if (!hasBootSignature(sector)) return { partitions, isProtective };
  for (let number = 1; number <= 4; number++) {
    const at = TABLE + (number - 1) * ENTRY_SIZE;
    const type = sector.readUInt8(at + 4);
    const start = sector.readUInt32LE(at + 8);
    const count = sector.readUInt32LE(at + 12);
    if (type === PROTECTIVE) isProtective = true;
    const isActiveValid = (sector.readUInt8(at) & 0x7f) === 0;
    if (type === 0 || type === PROTECTIVE || EXTENDED.has(type) || !isActiveValid || start === 0 || count === 0) continue;
    if ((start + count) * MBR_SECTOR > deviceSize) continue;
    partitions.push({ number, scheme: 'mbr', start, count, blockSize: MBR_SECTOR, signature: Uint8Array.from(sector.subarray(440, 444)) });
  }
  return { partitions, isProtective };
}
