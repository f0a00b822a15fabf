// The boot sector of a FAT file system and its BIOS parameter block (Microsoft's "FAT32 File System Specification" 1.03):
// where everything lies. Every field is checked here, so that nothing behind it has to.
import { bytesAt, type BlockDevice } from './block-device.ts';
import { FatError } from './fat-error.ts';
import { hasBootSignature } from './mbr.ts';

/** How wide an entry of the allocation table is. */
export type FatWidth = 12 | 16 | 32;

/** Where everything lies. Positions and sizes in bytes from the start of the file system. */
export interface Geometry {
  readonly width: FatWidth;
  readonly sectorSize: number;
  readonly clusterSize: number;
  /** Valid clusters are 2 to clusterCount + 1. */
  readonly clusterCount: number;
  readonly dataStart: number;
  /** The copies of the allocation table that are kept, the one that is read first. */
  readonly tables: readonly number[];
  readonly tableSize: number;
  /** FAT12 and FAT16: the area of the root directory. */
  readonly rootStart: number;
  readonly rootSize: number;
  /** FAT32: the first cluster of the root directory; else 0. */
  readonly rootCluster: number;
  /** FAT32: where the FSInfo sector is, if there is one. */
  readonly infoStart: number | undefined;
  /** Where the flag "not closed cleanly" is, if the boot sector has the extended fields. */
  readonly stateAt: number | undefined;
  readonly label: string;
  readonly serial: number;
}

const NO_MIRROR = 0x80;
const MAXIMUM_CLUSTER = 64 * 1024;
/** Counts of clusters from which on an entry needs 16 bits, and which 16 and 32 bits can not number any more. */
const FAT16_FROM = 4085;
const LIMIT = { 12: FAT16_FROM, 16: 65525, 32: 0x0ffffff5 } as const;

function refuse(field: string, expected: string, got: number): FatError {
  return new FatError('no-file-system', `this is no FAT file system: ${field}: expected ${expected}, got ${got}`);
}

/** Reads and checks the boot sector. `no-file-system` when it is none, `corrupt` when it is one that can not be right. */
export function readBootSector(device: BlockDevice): Geometry {
  if (device.size < 512) throw refuse('size', 'at least 512 bytes', device.size);
  const sector = bytesAt(device, 0, 512);
  if (!hasBootSignature(sector)) throw refuse('boot signature', '43605', sector.readUInt16LE(510));
  const sectorSize = sector.readUInt16LE(11);
  if (![512, 1024, 2048, 4096].includes(sectorSize)) throw refuse('bytes per sector', '512, 1024, 2048 or 4096', sectorSize);
  const clusterSectors = sector.readUInt8(13);
  const clusterSize = clusterSectors * sectorSize;
  if (clusterSectors === 0 || (clusterSectors & (clusterSectors - 1)) !== 0 || clusterSize > MAXIMUM_CLUSTER) throw refuse('sectors per cluster', 'a power of 2, at most 64 KiB in all', clusterSectors);
  const reserved = sector.readUInt16LE(14);
  if (reserved === 0) throw refuse('reserved sectors', 'at least 1', reserved);
  const tableCount = sector.readUInt8(16);
  if (tableCount < 1 || tableCount > 4) throw refuse('allocation tables', '1 to 4', tableCount);
  const media = sector.readUInt8(21);
  if (media !== 0xf0 && media < 0xf8) throw refuse('media byte', '240 or at least 248', media);
  return layout(device, sector, { sectorSize, clusterSize, reserved, tableCount });
}

interface Basics { readonly sectorSize: number; readonly clusterSize: number; readonly reserved: number; readonly tableCount: number }

function layout(device: BlockDevice, sector: Buffer, { sectorSize, clusterSize, reserved, tableCount }: Basics): Geometry {
  const is32 = sector.readUInt16LE(22) === 0;
  const total = (sector.readUInt16LE(19) || sector.readUInt32LE(32)) * sectorSize;
  const tableSize = (is32 ? sector.readUInt32LE(36) : sector.readUInt16LE(22)) * sectorSize;
  const rootEntries = sector.readUInt16LE(17);
  if (total === 0) throw refuse('sectors', 'at least 1', 0);
  if (total > device.size) throw bad(`its boot sector counts ${total} bytes, the medium has ${device.size}: it was cut, or belongs to something larger`);
  if (tableSize === 0) throw refuse('sectors per allocation table', 'at least 1', 0);
  if (is32 === (rootEntries !== 0)) throw refuse('entries of the root directory', is32 ? '0 on FAT32' : 'at least 1', rootEntries);
  const rootSize = Math.ceil((rootEntries * 32) / sectorSize) * sectorSize;
  const tableStart = reserved * sectorSize;
  const rootStart = tableStart + tableCount * tableSize;
  const dataStart = rootStart + rootSize;
  if (dataStart + clusterSize > total) throw bad(`its tables end at ${dataStart} bytes, the whole has ${total}`);
  const clusterCount = Math.floor((total - dataStart) / clusterSize);
  const width: FatWidth = is32 ? 32 : clusterCount < FAT16_FROM ? 12 : 16;
  if (clusterCount >= LIMIT[width]) throw bad(`${clusterCount} clusters: FAT${width} has fewer than ${LIMIT[width]}`);
  if (tableSize < Math.ceil(((clusterCount + 2) * width) / 8)) throw bad(`an allocation table of ${tableSize} bytes is too small for ${clusterCount} clusters`);
  const all = Array.from({ length: tableCount }, (_, index) => tableStart + index * tableSize);
  const extended = is32 ? 64 : 36;
  const hasExtended = (sector.readUInt8(extended + 2) & 0xfe) === 0x28;
  return {
    width, sectorSize, clusterSize, clusterCount, dataStart, tableSize, rootStart, rootSize,
    tables: is32 ? keptTables(sector, all) : all,
    rootCluster: is32 ? rootCluster(sector, clusterCount) : 0,
    infoStart: is32 ? infoStart(device, sector, reserved, sectorSize) : undefined,
    stateAt: hasExtended ? extended + 1 : undefined,
    label: hasExtended && sector.readUInt8(extended + 2) === 0x29 ? sector.toString('latin1', extended + 7, extended + 18).trimEnd() : '',
    serial: hasExtended ? sector.readUInt32LE(extended + 3) : 0,
  };
}

const bad = (what: string): FatError => new FatError('corrupt', `the FAT file system is corrupt: ${what}; nothing was changed`);

/** FAT32 can keep one copy only. */
function keptTables(sector: Buffer, all: readonly number[]): readonly number[] {
  const flags = sector.readUInt16LE(40);
  if ((flags & NO_MIRROR) === 0) return all;
  const active = all[flags & 0x0f];
  if (active === undefined) throw bad(`allocation table ${flags & 0x0f} of ${all.length} is the active one`);
  return [active];
}

function rootCluster(sector: Buffer, clusterCount: number): number {
  const cluster = sector.readUInt32LE(44);
  if (cluster < 2 || cluster > clusterCount + 1) throw bad(`its root directory begins at cluster ${cluster}, the clusters are 2 to ${clusterCount + 1}`);
  return cluster;
}

/** Only a sector with the three signatures is used: it is a hint, and what is none is left alone. */
function infoStart(device: BlockDevice, sector: Buffer, reserved: number, sectorSize: number): number | undefined {
  const number = sector.readUInt16LE(48);
  if (number === 0 || number >= reserved) return undefined;
  const info = bytesAt(device, number * sectorSize, 512);
  const isOne = info.readUInt32LE(0) === 0x41615252 && info.readUInt32LE(484) === 0x61417272 && info.readUInt32LE(508) === 0xaa550000;
  return isOne ? number * sectorSize : undefined;
}
