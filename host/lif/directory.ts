// The directory of a volume in memory: which entries are files, which are free, and where a new file finds its place.
// Whatever the bytes say, nothing here looks outside of them or goes on without end.
import { FileType } from './file-type.ts';
import { LifError } from './lif-error.ts';
import { decodeEntry, decodeHeader, ENTRY_SIZE, SECTOR_SIZE, type DirectoryEntry, type VolumeHeader } from './layout.ts';
import type { LifMedium } from './medium.ts';

/** Far beyond any volume that was ever made: a header that asks for more is not one. */
const MAXIMUM_DIRECTORY_SECTORS = 4096;

/** A file, and its place among the entries. */
export interface FileEntry extends DirectoryEntry {
  readonly index: number;
}

export interface Directory {
  readonly header: VolumeHeader;
  /** Sectors of the volume that are there. */
  readonly sectorCount: number;
  /** How many entries there is room for. */
  readonly capacity: number;
  /** The first entry behind the last one that was ever used; `capacity` when there is none. */
  readonly end: number;
  /** In the order of the directory. */
  readonly files: readonly FileEntry[];
}

/** Reads header and directory. `not-lif` when they can not be. */
export function readDirectory(medium: LifMedium): Directory {
  const present = Math.floor(medium.size / SECTOR_SIZE);
  const header = present > 0 ? decodeHeader(medium.read(0, SECTOR_SIZE)) : undefined;
  if (!header) throw new LifError('not-lif', 'expected a LIF volume, which begins with the bytes 80h 00h, got none');
  const { directoryStart: start, directoryLength: length } = header;
  if (start < 1 || length < 1 || length > MAXIMUM_DIRECTORY_SECTORS || start + length > present) {
    throw new LifError('not-lif', `expected a directory within the volume's ${present} sectors, got ${length} sectors at ${start}`);
  }
  const bytes = medium.read(start * SECTOR_SIZE, length * SECTOR_SIZE);
  const capacity = bytes.length / ENTRY_SIZE;
  const entries = Array.from({ length: capacity }, (_, index) => ({ ...decodeEntry(bytes.subarray(index * ENTRY_SIZE, (index + 1) * ENTRY_SIZE)), index }));
  const marked = entries.findIndex(({ type }) => type === FileType.end);
  const end = marked < 0 ? capacity : marked;
  return {
    header, capacity, end,
    sectorCount: header.sectorCount === 0 ? present : Math.min(present, header.sectorCount),
    files: entries.slice(0, end).filter(({ type }) => type !== FileType.purged),
  };
}

/** Whether a file lies within its volume, and neither on the header nor on the directory. */
export function isWhole({ header, sectorCount }: Directory, { start, length }: DirectoryEntry): boolean {
  const end = start + length;
  const isBeforeDirectory = start >= 1 && end <= header.directoryStart;
  return length === 0 || (end <= sectorCount && (isBeforeDirectory || start >= header.directoryStart + header.directoryLength));
}

/** A place for a new file: an entry, and the first of its sectors. */
export interface Place {
  readonly index: number;
  readonly start: number;
}

/**
 * First fit: the first free entry for which there is room between the files before it and those behind it. So entries
 * and files stay in the same order, as the systems that had LIF volumes expect it.
 */
export function findPlace(directory: Directory, length: number): Place {
  const { header, capacity, end, files, sectorCount } = directory;
  const upper = upperBounds(directory);
  let lower = header.directoryStart + header.directoryLength;
  let largest = 0;
  let isFull = true;
  for (let index = 0, next = 0; index < Math.min(end + 1, capacity); index++) {
    const file = files[next];
    if (file?.index === index) {
      if (file.length > 0) lower = Math.max(lower, file.start + file.length);
      next++;
      continue;
    }
    isFull = false;
    const room = (upper[next] as number) - lower;
    if (room >= length) return { index, start: lower };
    largest = Math.max(largest, room);
  }
  if (isFull) throw new LifError('directory-full', `the directory has ${capacity} entries and all are in use; the volume is as it was`);
  throw new LifError('no-space', `expected ${length} free sectors in one piece, got ${largest} at most on a volume of ${sectorCount}; the volume is as it was`);
}

/** For each file, and behind the last: the first sector that it or any later file takes. */
function upperBounds({ files, sectorCount }: Directory): number[] {
  const bounds = new Array<number>(files.length + 1).fill(sectorCount);
  for (let at = files.length - 1; at >= 0; at--) {
    const { start, length } = files[at] as FileEntry;
    const later = bounds[at + 1] as number;
    bounds[at] = length === 0 ? later : Math.min(later, start);
  }
  return bounds;
}
