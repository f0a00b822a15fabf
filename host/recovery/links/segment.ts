// One piece of a stream over frames, with the numbers that make the stream whole.
//
//   connection u16 | flags u8 | poll u8 | answers u8 | room u16 | offset u32 | next u32 | count u8 | early × count | data
//   early: from u16 | to u16
//
// `offset` is where the data stands in its direction. `next`, `early` and `room` speak of the other direction: everything
// before `next` has arrived, and so have the ranges, which count from `next`; so many bytes from `next` on find room.

/** It begins a stream: its data starts with the port, a u16, which counts as the first two bytes. */
export const OPEN = 1;
/** The direction ends behind its data; the end itself counts as one byte. */
export const END = 2;
/** There is no such stream, or no longer. */
export const RESET = 4;
/** The sender has said all it has to say now, and asks what has arrived: `poll` counts these questions. */
export const POLL = 8;
/** From the end that was connected to. */
export const ACCEPTOR = 16;

/** Bytes from one offset up to another. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What is left of a range without another one. */
export function without({ from, to }: Range, other: Range): Range[] {
  if (other.from >= other.to) return [{ from, to }];
  return [{ from, to: Math.min(to, other.from) }, { from: Math.max(from, other.to), to }].filter((part) => part.from < part.to);
}

export interface Segment {
  readonly connection: number;
  readonly flags: number;
  readonly poll: number;
  /** The last question that was heard. */
  readonly answers: number;
  readonly room: number;
  readonly offset: number;
  readonly next: number;
  /** Counted from `next`. */
  readonly early: readonly Range[];
  readonly data: Uint8Array;
}

const HEADER = 16;
/** Ranges in one segment, and bytes of data. */
export const RANGES = 3;
export const SEGMENT_DATA = 2048;
export const LONGEST_SEGMENT = HEADER + RANGES * 4 + SEGMENT_DATA;
/** Bytes that may be under way in one direction: what one machine sends before others get the line. */
export const WINDOW = 8 * 1024;

export function encodeSegment({ connection, flags, poll, answers, room, offset, next, early, data }: Segment): Uint8Array {
  const bytes = Buffer.alloc(HEADER + early.length * 4 + data.length);
  bytes.writeUInt16LE(connection, 0);
  bytes.set([flags, poll, answers], 2);
  bytes.writeUInt16LE(room, 5);
  bytes.writeUInt32LE(offset >>> 0, 7);
  bytes.writeUInt32LE(next >>> 0, 11);
  bytes[15] = early.length;
  early.forEach(({ from, to }, index) => {
    bytes.writeUInt16LE(from, HEADER + index * 4);
    bytes.writeUInt16LE(to, HEADER + index * 4 + 2);
  });
  bytes.set(data, HEADER + early.length * 4);
  return bytes;
}

/** The segment, or undefined when it is none. Its data lies in `body`. */
export function decodeSegment(body: Uint8Array): Segment | undefined {
  if (body.length < HEADER) return undefined;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const count = bytes.readUInt8(15);
  const begin = HEADER + count * 4;
  if (count > RANGES || bytes.length < begin || bytes.length - begin > SEGMENT_DATA) return undefined;
  const early = Array.from({ length: count }, (_, index) => ({ from: bytes.readUInt16LE(HEADER + index * 4), to: bytes.readUInt16LE(HEADER + index * 4 + 2) }));
  return {
    connection: bytes.readUInt16LE(0), flags: bytes.readUInt8(2), poll: bytes.readUInt8(3), answers: bytes.readUInt8(4), room: bytes.readUInt16LE(5),
    offset: bytes.readUInt32LE(7), next: bytes.readUInt32LE(11), early, data: bytes.subarray(begin),
  };
}

/** How far one offset on the wire is ahead of another one, going round at 2^32. */
export const ahead = (offset: number, of: number): number => (offset - of) >>> 0;
