// Which parts of a disk hold file systems: the partitions of a GPT or an MBR disk, or the whole of a bare file system.
import { bytesAt, partOf, type BlockDevice } from './block-device.ts';
import { readBootSector } from './boot-sector.ts';
import { FatError } from './fat-error.ts';
import { readGpt } from './gpt.ts';
import { MBR_SECTOR, readMbr } from './mbr.ts';

/** A partition as its table tells it. */
export interface Partition {
  /** From 1, as the table counts. */
  readonly number: number;
  readonly scheme: 'gpt' | 'mbr';
  /** First block and count of blocks. */
  readonly start: number;
  readonly count: number;
  readonly blockSize: number;
  /** The partition's unique GUID as it lies on the disk (GPT), or the four bytes of the disk's signature (MBR). */
  readonly signature: Uint8Array;
}

/** A part of a disk that holds a FAT file system. */
export interface FatPart {
  readonly device: BlockDevice;
  /** Undefined when the file system begins at the first byte of the disk. */
  readonly partition: Partition | undefined;
}

/** What a disk holds. */
export interface DiskContents {
  readonly parts: readonly FatPart[];
  /** The primary partition table was broken, its backup was used. */
  readonly isBackupTable: boolean;
}

/** Finds the FAT file systems of a disk. `no-file-system` when there is none, with what was looked for and found. */
export function findFatParts(disk: BlockDevice): DiskContents {
  if (disk.size < MBR_SECTOR) throw new FatError('no-file-system', `expected at least ${MBR_SECTOR} bytes, got ${disk.size}: this is no image of a disk`);
  const mbr = readMbr(bytesAt(disk, 0, MBR_SECTOR), disk.size);
  if (mbr.isProtective) {
    const { partitions, isBackup } = readGpt(disk);
    return { parts: fatParts(disk, partitions), isBackupTable: isBackup };
  }
  const bare = failureOf(disk);
  if (bare === undefined) return { parts: [{ device: disk, partition: undefined }], isBackupTable: false };
  if (mbr.partitions.length > 0 && bare.code === 'no-file-system') return { parts: fatParts(disk, mbr.partitions), isBackupTable: false };
  throw bare;
}

function fatParts(disk: BlockDevice, partitions: readonly Partition[]): FatPart[] {
  const failures: string[] = [];
  const parts = partitions.flatMap((partition) => {
    const device = partOf(disk, partition.start * partition.blockSize, partition.count * partition.blockSize);
    const failure = failureOf(device);
    if (failure) failures.push(`partition ${partition.number}: ${failure.message}`);
    return failure ? [] : [{ device, partition }];
  });
  if (parts.length === 0) throw new FatError('no-file-system', `no partition of ${partitions.length} holds a FAT file system${failures.map((text) => `; ${text}`).join('')}`);
  return parts;
}

/** Why a device holds no FAT file system; undefined when it does. */
function failureOf(device: BlockDevice): FatError | undefined {
  try {
    readBootSector(device);
    return undefined;
  } catch (error) {
    if (error instanceof FatError) return error;
    throw error;
  }
}
