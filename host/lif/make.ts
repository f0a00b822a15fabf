// Making a volume: header, empty directory, and nothing in it.
import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { encodeTime } from './bcd-time.ts';
import { encodeHeader, ENTRIES_PER_SECTOR, SECTOR_SIZE } from './layout.ts';
import { LifError } from './lif-error.ts';
import { volumeLabel } from './name.ts';

/** Where the directory begins on nearly every volume; sector 1 stays free. */
const DIRECTORY_START = 2;

export interface VolumeShape {
  /** Bytes; rounded down to whole sectors. */
  readonly size: number;
  /** Files that the directory has room for; rounded up to whole sectors. */
  readonly files: number;
  readonly label: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The beginning of a new volume: everything up to its first file. What follows is zero. */
export function emptyVolume({ size, files, label, now }: VolumeShape): Uint8Array {
  const directoryLength = Math.ceil(files / ENTRIES_PER_SECTOR);
  const sectorCount = Math.floor(size / SECTOR_SIZE);
  const dataStart = DIRECTORY_START + directoryLength;
  if (sectorCount <= dataStart) throw new LifError('no-space', `expected more than ${dataStart} sectors, got ${sectorCount}; nothing was made`);
  const bytes = new Uint8Array(dataStart * SECTOR_SIZE);
  bytes.set(encodeHeader({ label: volumeLabel(label), directoryStart: DIRECTORY_START, directoryLength, sectorCount, time: encodeTime(now) }));
  bytes.fill(0xff, DIRECTORY_START * SECTOR_SIZE);
  return bytes;
}

/** Makes a volume in a new file. A file that is there is never overwritten. */
export function makeVolumeFile(path: string, shape: VolumeShape): void {
  const bytes = emptyVolume(shape);
  let file: number;
  try {
    file = openSync(path, 'wx');
  } catch (cause) {
    throw new LifError('io', `${path} can not be made: ${(cause as Error).message}`, { cause });
  }
  try {
    ftruncateSync(file, Math.floor(shape.size / SECTOR_SIZE) * SECTOR_SIZE);
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    fsyncSync(file);
  } catch (cause) {
    throw new LifError('io', `${path} can not be written: ${(cause as Error).message}`, { cause });
  } finally {
    closeSync(file);
  }
}
