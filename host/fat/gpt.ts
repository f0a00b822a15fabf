// The GUID partition table (UEFI 2.10, section 5.3): a header at the second block, a backup at the last one, each with a
// checksum over itself and over the array of entries.
import { crc32 } from 'node:zlib';
import { bytesAt, type BlockDevice } from './block-device.ts';
import { FatError } from './fat-error.ts';
import type { Partition } from './partition-table.ts';

const SIGNATURE = 'EFI PART';
const HEADER_SIZE = 92;
const MAXIMUM_ENTRIES = 1024;
const MAXIMUM_ENTRY_SIZE = 4096;
const BLOCK_SIZES = [512, 4096];

/** The partitions of a GPT disk, and whether they had to be read from the backup. */
export interface Gpt {
  readonly partitions: readonly Partition[];
  readonly isBackup: boolean;
}

/** Reads the primary table, or the backup when the primary is broken. */
export function readGpt(device: BlockDevice): Gpt {
  const failures: string[] = [];
  for (const isBackup of [false, true]) {
    for (const blockSize of BLOCK_SIZES) {
      const block = isBackup ? Math.floor(device.size / blockSize) - 1 : 1;
      const result = readTable(device, blockSize, block);
      if (typeof result !== 'string') return { partitions: result, isBackup };
      failures.push(`${isBackup ? 'backup' : 'primary'} header at block ${block} of ${blockSize} bytes: ${result}`);
    }
  }
  throw new FatError('no-file-system', `both GPT headers are broken (${failures.join('; ')}); nothing was changed; repair the table, for example with sgdisk`);
}

/** The partitions, or what is wrong. Every number is checked before it is used as a size or a position. */
function readTable(device: BlockDevice, blockSize: number, block: number): Partition[] | string {
  const blockCount = Math.floor(device.size / blockSize);
  if (block < 1 || block >= blockCount) return `the disk has ${blockCount} blocks only`;
  const header = bytesAt(device, block * blockSize, blockSize);
  if (header.toString('latin1', 0, 8) !== SIGNATURE) return `expected the signature "${SIGNATURE}"`;
  const size = header.readUInt32LE(12);
  if (size < HEADER_SIZE || size > blockSize) return `expected a header of ${HEADER_SIZE} to ${blockSize} bytes, got ${size}`;
  const wanted = header.readUInt32LE(16);
  const own = Buffer.from(header.subarray(0, size));
  own.writeUInt32LE(0, 16);
  if (crc32(own) !== wanted) return 'wrong header CRC-32';
  if (header.readBigUInt64LE(24) !== BigInt(block)) return `it says that it lies at block ${header.readBigUInt64LE(24)}`;
  const count = header.readUInt32LE(80);
  const entrySize = header.readUInt32LE(84);
  if (entrySize < 128 || entrySize > MAXIMUM_ENTRY_SIZE || count > MAXIMUM_ENTRIES) return `${count} entries of ${entrySize} bytes: expected at most ${MAXIMUM_ENTRIES} of 128 to ${MAXIMUM_ENTRY_SIZE}`;
  const entriesAt = Number(header.readBigUInt64LE(72)) * blockSize;
  if (count * entrySize > device.size || entriesAt > device.size - count * entrySize) return 'its entries lie outside of the disk';
  const entries = bytesAt(device, entriesAt, count * entrySize);
  if (crc32(entries) !== header.readUInt32LE(88)) return 'wrong CRC-32 of the entries';
  return Array.from({ length: count }, (_, index) => partition(entries.subarray(index * entrySize, (index + 1) * entrySize), index + 1, blockSize, blockCount)).filter((found) => found !== undefined);
}

function partition(entry: Buffer, number: number, blockSize: number, blockCount: number): Partition | undefined {
  if (entry.subarray(0, 16).every((byte) => byte === 0)) return undefined;
  const start = Number(entry.readBigUInt64LE(32));
  const end = Number(entry.readBigUInt64LE(40));
  if (start < 1 || end < start || end >= blockCount) return undefined;
  return { number, scheme: 'gpt', start, count: end - start + 1, blockSize, signature: Uint8Array.from(entry.subarray(16, 32)) };
}
