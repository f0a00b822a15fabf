// Makes FAT file systems and partitioned disks for tests that have no mkfs.vfat, written from the specifications and not
// with the code that is tested.
import { crc32 } from 'node:zlib';

export interface FormatOptions {
  readonly width: 12 | 16 | 32;
  readonly clusterCount: number;
  readonly sectorsPerCluster?: number;
  readonly tableCount?: number;
  readonly rootEntries?: number;
  readonly label?: string;
}

const SECTOR = 512;

/** The bytes of an empty file system. */
export function format({ width, clusterCount, sectorsPerCluster = 1, tableCount = 2, rootEntries = 512, label = 'FERRY' }: FormatOptions): Buffer {
  const is32 = width === 32;
  const reserved = is32 ? 32 : 1;
  const tableSectors = Math.ceil(((clusterCount + 2) * width) / 8 / SECTOR);
  const rootSectors = is32 ? 0 : (rootEntries * 32) / SECTOR;
  const dataSector = reserved + tableCount * tableSectors + rootSectors;
  const sectors = dataSector + clusterCount * sectorsPerCluster;
  const image = Buffer.alloc(sectors * SECTOR);
  // What was on the medium before; only the root directory is made empty.
  image.fill(0xa5, (dataSector + (is32 ? sectorsPerCluster : 0)) * SECTOR);
  const boot = image.subarray(0, SECTOR);
  boot.set([0xeb, 0x58, 0x90, ...Buffer.from('FERRYFMT')]);
  boot.writeUInt16LE(SECTOR, 11);
  boot.writeUInt8(sectorsPerCluster, 13);
  boot.writeUInt16LE(reserved, 14);
  boot.writeUInt8(tableCount, 16);
  boot.writeUInt16LE(is32 ? 0 : rootEntries, 17);
  boot.writeUInt16LE(!is32 && sectors < 65536 ? sectors : 0, 19);
  boot.writeUInt8(0xf8, 21);
  boot.writeUInt16LE(is32 ? 0 : tableSectors, 22);
  boot.writeUInt16LE(32, 24);
  boot.writeUInt16LE(2, 26);
  boot.writeUInt32LE(!is32 && sectors < 65536 ? 0 : sectors, 32);
  const extended = is32 ? 64 : 36;
  boot.writeUInt8(0x80, extended);
  boot.writeUInt8(0x29, extended + 2);
  boot.writeUInt32LE(0x12345678, extended + 3);
  boot.write(label.padEnd(11), extended + 7, 'latin1');
  boot.write(`FAT${width}   `, extended + 18, 'latin1');
  boot.writeUInt16LE(0xaa55, 510);
  const first = is32 ? [0xf8, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0x0f] : width === 16 ? [0xf8, 0xff, 0xff, 0xff] : [0xf8, 0xff, 0xff];
  for (let table = 0; table < tableCount; table++) image.set(first, (reserved + table * tableSectors) * SECTOR);
  if (is32) {
    boot.writeUInt32LE(tableSectors, 36);
    boot.writeUInt32LE(2, 44);
    boot.writeUInt16LE(1, 48);
    boot.writeUInt16LE(6, 50);
    const info = image.subarray(SECTOR, 2 * SECTOR);
    info.writeUInt32LE(0x41615252, 0);
    info.writeUInt32LE(0x61417272, 484);
    info.writeUInt32LE(clusterCount - 1, 488);
    info.writeUInt32LE(2, 492);
    info.writeUInt32LE(0xaa550000, 508);
    boot.copy(image, 6 * SECTOR);
    info.copy(image, 7 * SECTOR);
  }
  const root = (is32 ? dataSector : dataSector - rootSectors) * SECTOR;
  image.write(label.padEnd(11), root, 'latin1');
  image.writeUInt8(0x08, root + 11);
  image.writeUInt16LE((46 << 9) | (3 << 5) | 1, root + 24);
  return image;
}

/** Where partitions begin in the disks that are made here: 1 MiB. */
export const FIRST_BLOCK = 2048;
export const PARTITION_GUID = '0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0';
const PARTITION_GUID_BYTES = [0x3c, 0x2d, 0x1e, 0x0f, 0x5a, 0x4b, 0x78, 0x69, 0x87, 0x96, 0xa5, 0xb4, 0xc3, 0xd2, 0xe1, 0xf0];
const SYSTEM_PARTITION_TYPE = [0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b];

/** A GPT disk with one partition that holds this file system. */
export function gptDisk(fileSystem: Buffer): Buffer {
  const blocks = fileSystem.length / SECTOR;
  const last = FIRST_BLOCK + blocks + 33;
  const disk = Buffer.alloc((last + 1) * SECTOR);
  fileSystem.copy(disk, FIRST_BLOCK * SECTOR);
  partitionEntry(disk, 0xee, 1, last);
  const entries = Buffer.alloc(128 * 128);
  entries.set([...SYSTEM_PARTITION_TYPE, ...PARTITION_GUID_BYTES]);
  entries.writeBigUInt64LE(BigInt(FIRST_BLOCK), 32);
  entries.writeBigUInt64LE(BigInt(FIRST_BLOCK + blocks - 1), 40);
  for (const [own, other, entriesAt] of [[1, last, 2], [last, 1, last - 32]] as const) {
    entries.copy(disk, entriesAt * SECTOR);
    const header = disk.subarray(own * SECTOR, own * SECTOR + 92);
    header.write('EFI PART', 0, 'latin1');
    header.writeUInt32LE(0x10000, 8);
    header.writeUInt32LE(92, 12);
    header.writeBigUInt64LE(BigInt(own), 24);
    header.writeBigUInt64LE(BigInt(other), 32);
    header.writeBigUInt64LE(34n, 40);
    header.writeBigUInt64LE(BigInt(last - 33), 48);
    header.writeBigUInt64LE(BigInt(entriesAt), 72);
    header.writeUInt32LE(128, 80);
    header.writeUInt32LE(128, 84);
    header.writeUInt32LE(crc32(entries), 88);
    header.writeUInt32LE(crc32(header), 16);
  }
  return disk;
}

/** A disk with a plain partition table and one partition of this type. */
export function mbrDisk(fileSystem: Buffer, type = 0x0c): Buffer {
  const disk = Buffer.alloc(FIRST_BLOCK * SECTOR + fileSystem.length);
  fileSystem.copy(disk, FIRST_BLOCK * SECTOR);
  disk.writeUInt32LE(0xcafe1234, 440);
  partitionEntry(disk, type, FIRST_BLOCK, fileSystem.length / SECTOR);
  return disk;
}

function partitionEntry(disk: Buffer, type: number, start: number, count: number): void {
  disk.writeUInt8(type, 446 + 4);
  disk.writeUInt32LE(start, 446 + 8);
  disk.writeUInt32LE(count, 446 + 12);
  disk.writeUInt16LE(0xaa55, 510);
}
