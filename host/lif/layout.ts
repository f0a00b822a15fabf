// The bytes of a LIF volume: its header in sector 0 and the entries of its directory. Everything is big endian.
//
//   header   0 u16 8000h   2 label[6]     8 u32 directory start     12 u16 octal 10000   14 u16 0
//           16 u32 directory length      20 u16 version   22 u16 0
//           24 u32 tracks  28 u32 sides  32 u32 sectors a track    36 time[6]
//          240 u32 start, size and entry point of the ISL's machine code (zero: none)
//   entry    0 name[10]   10 i16 type    12 u32 start    16 u32 length    20 time[6]
//           26 u16 8001h: the last and only volume of the file           28 u32 implementation
//
// Starts and lengths count sectors. Sources: host/isl/README.md.
import { timeText } from './bcd-time.ts';
import { LABEL_SIZE, NAME_SIZE } from './name.ts';

export const SECTOR_SIZE = 256;
export const ENTRY_SIZE = 32;
export const ENTRIES_PER_SECTOR = SECTOR_SIZE / ENTRY_SIZE;
export const VOLUME_MAGIC = 0x8000;
/** The word that version-0 systems look for. */
const SYSTEM_WORD = 0o10000;
const VERSION = 1;
const LAST_VOLUME = 0x8001;

export interface VolumeHeader {
  readonly label: string;
  readonly directoryStart: number;
  readonly directoryLength: number;
  /** Sectors of the volume: tracks times sides times sectors a track. 0 when the header does not say. */
  readonly sectorCount: number;
  /** The six bytes. */
  readonly time: Uint8Array;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly type: number;
  readonly start: number;
  readonly length: number;
  /** The six bytes. */
  readonly time: Uint8Array;
  readonly implementation: number;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const text = (bytes: Uint8Array, at: number, size: number): string => Buffer.from(bytes.subarray(at, at + size)).toString('latin1').trimEnd();

/** The first sector of a volume. Its length is one track of one side, so that every reading of the geometry agrees. */
export function encodeHeader(header: VolumeHeader): Uint8Array {
  const bytes = new Uint8Array(SECTOR_SIZE);
  const words = view(bytes);
  words.setUint16(0, VOLUME_MAGIC);
  bytes.set(Buffer.from(header.label.padEnd(LABEL_SIZE), 'latin1'), 2);
  words.setUint32(8, header.directoryStart);
  words.setUint16(12, SYSTEM_WORD);
  words.setUint32(16, header.directoryLength);
  words.setUint16(20, VERSION);
  words.setUint32(24, 1);
  words.setUint32(28, 1);
  words.setUint32(32, header.sectorCount);
  bytes.set(header.time, 36);
  return bytes;
}

/** The header of a sector; undefined when it is none. */
export function decodeHeader(bytes: Uint8Array): VolumeHeader | undefined {
  if (bytes.length < SECTOR_SIZE) return undefined;
  const words = view(bytes);
  if (words.getUint16(0) !== VOLUME_MAGIC) return undefined;
  return {
    label: text(bytes, 2, LABEL_SIZE),
    directoryStart: words.getUint32(8),
    directoryLength: words.getUint32(16),
    sectorCount: words.getUint16(20) === 0 ? 0 : words.getUint32(24) * words.getUint32(28) * words.getUint32(32),
    time: bytes.slice(36, 42),
  };
}

/** One entry of the directory. */
export function encodeEntry(entry: DirectoryEntry): Uint8Array {
  const bytes = new Uint8Array(ENTRY_SIZE);
  const words = view(bytes);
  bytes.set(Buffer.from(entry.name.padEnd(NAME_SIZE), 'latin1'), 0);
  words.setInt16(10, entry.type);
  words.setUint32(12, entry.start);
  words.setUint32(16, entry.length);
  bytes.set(entry.time, 20);
  words.setUint16(26, LAST_VOLUME);
  words.setUint32(28, entry.implementation);
  return bytes;
}

/** Where the type lies in an entry, and its bytes: an entry is purged by them alone. */
export const TYPE_OFFSET = 10;
export const encodeType = (type: number): Uint8Array => Uint8Array.of((type >> 8) & 0xff, type & 0xff);

/** One entry out of 32 bytes. Any bytes are an entry: whether it can be is the directory's matter. */
export function decodeEntry(bytes: Uint8Array): DirectoryEntry {
  const words = view(bytes);
  return {
    name: text(bytes, 0, NAME_SIZE), type: words.getInt16(10), start: words.getUint32(12), length: words.getUint32(16),
    time: bytes.slice(20, 26), implementation: words.getUint32(28),
  };
}

/** Sectors that so many bytes take. */
export const sectorsOf = (size: number): number => Math.ceil(size / SECTOR_SIZE);

/** When an entry or a volume was made. */
export const createdText = ({ time }: { readonly time: Uint8Array }): string => timeText(time);
