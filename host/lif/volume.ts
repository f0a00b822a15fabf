// A LIF volume: files found, read, written and removed. Every call reads the directory anew, and a file's data is on the
// medium before the directory names it: a process that is killed anywhere leaves the old file or the new one.
import { encodeTime } from './bcd-time.ts';
import { findPlace, isWhole, readDirectory, type Directory, type FileEntry } from './directory.ts';
import { FileType, keepsSize } from './file-type.ts';
import { ENTRY_SIZE, encodeEntry, encodeType, SECTOR_SIZE, TYPE_OFFSET, sectorsOf, type DirectoryEntry } from './layout.ts';
import { LifError } from './lif-error.ts';
import type { LifMedium } from './medium.ts';
import { lifName } from './name.ts';
import { decodeAscii, decodeBinary, encodeAscii } from './records.ts';

/** A file's bytes, without what its records or its last sector add. */
export interface LifContent {
  readonly size: number;
  /** At most so many bytes from there; fewer at the end. */
  read(position: number, size: number): Uint8Array;
}

export class LifVolume {
  readonly #medium: LifMedium;

  /** Looks at the volume once, so that what is none is refused at once. */
  constructor(medium: LifMedium) {
    this.#medium = medium;
    readDirectory(medium);
  }

  directory(): Directory {
    return readDirectory(this.#medium);
  }

  /** The file of a name: one that is spelt exactly so, else the one that the name means. */
  find(name: string): FileEntry | undefined {
    const { files } = this.directory();
    const exact = files.find((file) => file.name === name);
    if (exact) return exact;
    const wanted = lifName(name);
    return files.find((file) => file.name === wanted);
  }

  /** As `find`; `not-found` when there is none. */
  get(name: string): FileEntry {
    const found = this.find(name);
    if (!found) throw new LifError('not-found', `no file ${lifName(name)} on the volume`);
    return found;
  }

  open(file: FileEntry): LifContent {
    if (!isWhole(this.directory(), file)) {
      throw new LifError('damaged', `${file.name}: expected it within the volume, got ${file.length} sectors at ${file.start}`);
    }
    if (file.length === 0) return memoryContent(new Uint8Array(0));
    const from = file.start * SECTOR_SIZE;
    const extent = (): Uint8Array => this.#medium.read(from, file.length * SECTOR_SIZE);
    if (file.type === FileType.ascii) return memoryContent(decodeAscii(extent()));
    if (file.type === FileType.binary) return memoryContent(decodeBinary(extent()));
    const size = rawSize(file);
    return { size, read: (position, wanted) => this.#medium.read(from + Math.min(position, size), Math.max(0, Math.min(wanted, size - position))) };
  }

  read(file: FileEntry): Uint8Array {
    const content = this.open(file);
    return content.read(0, content.size);
  }

  /** Creates or replaces a file. A file that is replaced stays until the new one is complete; both need room so long. */
  write(name: string, content: Uint8Array, { type, now }: { readonly type: number; readonly now: number }): void {
    const old = this.find(name);
    const bytes = type === FileType.ascii ? encodeAscii(content) : content;
    const length = sectorsOf(bytes.length);
    const directory = this.directory();
    const place = findPlace(directory, length);
    const padded = new Uint8Array(length * SECTOR_SIZE);
    padded.set(bytes);
    this.#medium.write(place.start * SECTOR_SIZE, padded);
    this.#medium.sync();
    const entry: DirectoryEntry = {
      name: old?.name ?? lifName(name), type, start: place.start, length, time: encodeTime(now),
      implementation: keepsSize(type) ? content.length : 0,
    };
    // What lies behind the end was never an entry: the mark moves before the entry is made.
    if (place.index === directory.end && place.index + 1 < directory.capacity) this.#setType(directory, place.index + 1, FileType.end);
    this.#makeEntry(directory, place.index, entry);
    for (const file of directory.files) if (file.name === entry.name) this.#setType(directory, file.index, FileType.purged);
  }

  remove(name: string): void {
    const { name: found } = this.get(name);
    const directory = this.directory();
    for (const file of directory.files) if (file.name === found) this.#setType(directory, file.index, FileType.purged);
  }

  close(): void {
    this.#medium.close();
  }

  /** The type comes last, so that an entry is one only when all of it is there. */
  #makeEntry(directory: Directory, index: number, entry: DirectoryEntry): void {
    this.#setType(directory, index, FileType.purged);
    this.#writeEntry(directory, index, encodeEntry({ ...entry, type: FileType.purged }));
    this.#setType(directory, index, entry.type);
  }

  /** An entry is purged, and the end is marked, by the type alone. */
  #setType(directory: Directory, index: number, type: number): void {
    this.#writeEntry(directory, index, encodeType(type), TYPE_OFFSET);
  }

  #writeEntry({ header }: Directory, index: number, bytes: Uint8Array, offset = 0): void {
    this.#medium.write(header.directoryStart * SECTOR_SIZE + index * ENTRY_SIZE + offset, bytes);
    this.#medium.sync();
  }
}

/** The implementation field says the size in bytes where it can: on volumes of other systems it may say anything. */
function rawSize({ type, length, implementation }: FileEntry): number {
  const most = length * SECTOR_SIZE;
  return keepsSize(type) && implementation <= most && implementation > most - SECTOR_SIZE ? implementation : most;
}

function memoryContent(bytes: Uint8Array): LifContent {
  return { size: bytes.length, read: (position, size) => bytes.slice(position, Math.max(position, position + size)) };
}
