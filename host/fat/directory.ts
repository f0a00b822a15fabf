// The entries of one directory: found, added, changed, renamed, removed. Knows no trees and no open files.
import type { Storage } from './cluster-chain.ts';
import { DELETED, encodeEntry, parseDirectory, SLOT_SIZE, updateEntry, type DirectoryEntry, type EntryRecord, type ParsedDirectory } from './directory-entry.ts';
import { FatError } from './fat-error.ts';
import { encodeLongName, validName } from './long-name.ts';
import type { Medium } from './medium.ts';
import { exactShortName, makeShortName } from './short-name.ts';

/** FAT specification: a directory has at most 65,536 entries. */
const MAXIMUM_SIZE = 65536 * SLOT_SIZE;
/** What one write changes at once whatever happens. */
const SECTOR = 512;

/** A directory. */
export class Directory {
  readonly #medium: Medium;
  readonly #storage: Storage;

  constructor(medium: Medium, storage: Storage) {
    this.#medium = medium;
    this.#storage = storage;
  }

  /** Everything in it, as it is on the medium now. */
  read(): ParsedDirectory {
    return this.#parse(this.#bytes());
  }

  /** The entry of this name, long or short, whatever its case. */
  find(name: string): DirectoryEntry | undefined {
    const wanted = (validName(name) ?? '').toLowerCase();
    const { entries } = this.read();
    const short = exactShortName(wanted.toUpperCase());
    return entries.find((entry) => entry.name.toLowerCase() === wanted) ?? (short && entries.find(({ shortName }) => shortName.equals(short)));
  }

  /** Adds an entry. The clusters that it names must be in the allocation table on the medium before. */
  add(name: string, record: EntryRecord): DirectoryEntry {
    const bytes = this.#bytes();
    const { entries, end } = this.#parse(bytes);
    const slots = encodeSlots(name, record, entries);
    const first = freeRun(bytes, end, slots.length) ?? this.#grow(bytes.length, end, slots.length);
    this.#put(first, slots, end);
    return this.#entryAt(first + slots.length - 1);
  }

  /** Writes what a file is now. */
  update(entry: DirectoryEntry, record: EntryRecord): DirectoryEntry {
    const slot = Buffer.alloc(SLOT_SIZE);
    this.#storage.read(entry.slot * SLOT_SIZE, slot);
    updateEntry(slot, record);
    this.#storage.write(entry.slot * SLOT_SIZE, slot);
    return { ...entry, ...record };
  }

  /** Removes an entry: the short name first, so that a cut leaves parts of a long name, which mean nothing. */
  remove({ slot, firstSlot }: DirectoryEntry): void {
    for (let number = slot; number >= firstSlot; number--) this.#storage.write(number * SLOT_SIZE, Uint8Array.of(DELETED));
  }

  /**
   * Gives an entry another name, in one write of a sector where old and new name fit into one; else the new name is
   * written before the old one is removed: a cut between leaves both, and never none.
   */
  rename(entry: DirectoryEntry, name: string): DirectoryEntry {
    const bytes = this.#bytes();
    const { entries, end } = this.#parse(bytes);
    const slots = encodeSlots(name, entry, entries.filter(({ slot }) => slot !== entry.slot));
    const without = Buffer.from(bytes);
    for (let number = entry.firstSlot; number <= entry.slot; number++) without.writeUInt8(DELETED, number * SLOT_SIZE);
    const first = freeRun(without, end, slots.length);
    if (first !== undefined) {
      const from = Math.min(first, entry.firstSlot) * SLOT_SIZE;
      const to = Math.max(first + slots.length, entry.slot + 1) * SLOT_SIZE;
      if (first + slots.length <= end && Math.floor(from / SECTOR) === Math.floor((to - 1) / SECTOR)) {
        Buffer.concat(slots).copy(without, first * SLOT_SIZE);
        this.#storage.write(from, without.subarray(from, to));
        return this.#entryAt(first + slots.length - 1);
      }
    }
    const added = this.add(name, entry);
    this.remove(entry);
    return added;
  }

  /** Puts another directory into the entry `..`. */
  setParent(cluster: number): void {
    const slot = Buffer.alloc(SLOT_SIZE);
    this.#storage.read(SLOT_SIZE, slot);
    if (slot.toString('latin1', 0, 11) !== '..         ') return;
    slot.writeUInt16LE(cluster >>> 16, 20);
    slot.writeUInt16LE(cluster & 0xffff, 26);
    this.#storage.write(SLOT_SIZE, slot);
  }

  #bytes(): Buffer {
    const bytes = Buffer.alloc(Math.min(this.#storage.capacity, MAXIMUM_SIZE));
    this.#storage.read(0, bytes);
    return bytes;
  }

  #parse(bytes: Buffer): ParsedDirectory {
    return parseDirectory(bytes, this.#medium.geometry.width === 32);
  }

  #entryAt(slot: number): DirectoryEntry {
    const found = this.read().entries.find((entry) => entry.slot === slot);
    if (!found) throw new FatError('device', 'an entry of a directory was written, but it is not read back: the device does not keep what it is given');
    return found;
  }

  /** One cluster more as long as the slots have no room: zeros first, then the allocation table. Answers the first slot. */
  #grow(size: number, end: number, count: number): number {
    const needed = (end + count) * SLOT_SIZE;
    if (needed > MAXIMUM_SIZE) throw new FatError('full', `the directory is full: it has ${end} entries of at most ${MAXIMUM_SIZE / SLOT_SIZE}`);
    this.#storage.grow(needed);
    this.#storage.write(size, new Uint8Array(this.#storage.capacity - size));
    this.#medium.table.flush();
    return end;
  }

  /** What lay behind the end may be anything: the new end is marked before the old one is overwritten. */
  #put(first: number, slots: readonly Buffer[], end: number): void {
    const behind = first + slots.length;
    if (behind > end && behind * SLOT_SIZE < this.#storage.capacity) this.#storage.write(behind * SLOT_SIZE, new Uint8Array(SLOT_SIZE));
    this.#storage.write(first * SLOT_SIZE, Buffer.concat(slots));
  }
}

/** The slots of a new entry in a directory with these other ones. */
function encodeSlots(name: string, record: EntryRecord, others: readonly DirectoryEntry[]): Buffer[] {
  const kept = validName(name);
  if (kept === undefined) throw new FatError('invalid-name', `${JSON.stringify(name)} is no name of a file`);
  const taken = new Set(others.map(({ shortName }) => shortName.toString('latin1')));
  const exact = exactShortName(kept);
  if (exact && !taken.has(exact.toString('latin1'))) return [encodeEntry(exact, record)];
  const short = makeShortName(kept, (bytes) => taken.has(bytes.toString('latin1')));
  return [...encodeLongName(kept, short), encodeEntry(short, record)];
}

/** The first of so many free slots in a row. */
function freeRun(bytes: Buffer, end: number, count: number): number | undefined {
  let length = 0;
  for (let number = 0; number < bytes.length / SLOT_SIZE; number++) {
    length = number >= end || bytes[number * SLOT_SIZE] === DELETED ? length + 1 : 0;
    if (length === count) return number - count + 1;
  }
  return undefined;
}
