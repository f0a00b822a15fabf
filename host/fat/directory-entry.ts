// The 32 bytes of an entry of a directory, and what they mean.
import { decodeTime, encodeTime } from './fat-time.ts';
import { decodeLongName, isLongPart, shownShortName } from './long-name.ts';
import { shortNameText } from './short-name.ts';

/** Attribute bits. */
export const Attribute = { readOnly: 0x01, hidden: 0x02, system: 0x04, volumeLabel: 0x08, directory: 0x10, archive: 0x20 } as const;

export const SLOT_SIZE = 32;
/** First byte of a slot that is free, and of the first slot behind the last one in use. */
export const DELETED = 0xe5;
const NEVER_USED = 0x00;
const DOT = 0x2e;
/** A long name has at most twenty parts. */
const MAXIMUM_PARTS = 20;

/** What an entry says about its file. */
export interface EntryRecord {
  readonly attributes: number;
  /** 0: it has no clusters yet. */
  readonly cluster: number;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** An entry in its place. */
export interface DirectoryEntry extends EntryRecord {
  readonly name: string;
  readonly shortName: Buffer;
  /** The slot of the short name, and the first one of the long name before it. */
  readonly slot: number;
  readonly firstSlot: number;
}

/** The short name's slot of a new entry. */
export function encodeEntry(shortName: Uint8Array, record: EntryRecord): Buffer {
  const slot = Buffer.alloc(SLOT_SIZE);
  slot.set(shortName);
  const { date, time } = encodeTime(record.modified);
  slot.writeUInt16LE(time, 14);
  slot.writeUInt16LE(date, 16);
  updateEntry(slot, record);
  return slot;
}

/** Puts what a file is now into its slot. */
export function updateEntry(slot: Buffer, { attributes, cluster, size, modified }: EntryRecord): void {
  const { date, time } = encodeTime(modified);
  slot.writeUInt8(attributes, 11);
  slot.writeUInt16LE(date, 18);
  slot.writeUInt16LE(cluster >>> 16, 20);
  slot.writeUInt16LE(time, 22);
  slot.writeUInt16LE(date, 24);
  slot.writeUInt16LE(cluster & 0xffff, 26);
  slot.writeUInt32LE(size, 28);
}

/** What the slots of a directory hold. */
export interface ParsedDirectory {
  /** Without the volume label, `.` and `..`. */
  readonly entries: readonly DirectoryEntry[];
  /** The eleven characters of the volume label. */
  readonly label: string | undefined;
  /** The first slot behind the last one in use: from here on everything is free. */
  readonly end: number;
}

/** Reads all slots. Parts of long names without their short name are passed over. */
export function parseDirectory(bytes: Buffer, is32: boolean): ParsedDirectory {
  const entries: DirectoryEntry[] = [];
  const count = Math.floor(bytes.length / SLOT_SIZE);
  let parts: Buffer[] = [];
  let label: string | undefined;
  for (let number = 0; number < count; number++) {
    const slot = bytes.subarray(number * SLOT_SIZE, (number + 1) * SLOT_SIZE);
    const first = slot.readUInt8(0);
    if (first === NEVER_USED) return { entries, label, end: number };
    if (first !== DELETED && isLongPart(slot)) {
      if (first & 0x40 || parts.length >= MAXIMUM_PARTS) parts = [];
      parts.push(slot);
      continue;
    }
    const isLabel = (slot.readUInt8(11) & Attribute.volumeLabel) !== 0;
    if (first !== DELETED && isLabel) label ??= slot.toString('latin1', 0, 11).trimEnd();
    else if (first !== DELETED && first !== DOT) entries.push(decodeEntry(slot, number, parts, is32));
    parts = [];
  }
  return { entries, label, end: count };
}

function decodeEntry(slot: Buffer, number: number, parts: readonly Buffer[], is32: boolean): DirectoryEntry {
  const shortName = Buffer.from(slot.subarray(0, 11));
  const long = decodeLongName(parts, shortName);
  const attributes = slot.readUInt8(11) & 0x3f;
  return {
    name: long ?? shownShortName(shortNameText(shortName, slot.readUInt8(12))), shortName, attributes,
    cluster: (is32 ? (slot.readUInt16LE(20) & 0x0fff) * 0x10000 : 0) + slot.readUInt16LE(26),
    size: attributes & Attribute.directory ? 0 : slot.readUInt32LE(28),
    modified: decodeTime(slot.readUInt16LE(24), slot.readUInt16LE(22)),
    slot: number, firstSlot: long === undefined ? number : number - parts.length,
  };
}
