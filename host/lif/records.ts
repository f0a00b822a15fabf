// Files in records. ASCII: the length of a line as a u16, the line, one more byte where the length is odd; FFFFh ends the
// file, FFFEh is no record. BINARY: the length as a u16, up to 1 KiB of bytes.
import { LifError } from './lif-error.ts';

const END = 0xffff;
const NO_RECORD = 0xfffe;
/** A length is a signed word on the machines that read it. */
const MAXIMUM_LINE = 32767;
const NEWLINE = 0x0a;

/** Text as ASCII records. A line end of the last line is not needed. */
export function encodeAscii(text: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < text.length;) {
    const found = text.indexOf(NEWLINE, at);
    const end = found < 0 ? text.length : found;
    parts.push(record(text.subarray(at, end)));
    at = end + 1;
  }
  parts.push(Uint8Array.of(END >> 8, END & 0xff));
  return Buffer.concat(parts);
}

function record(line: Uint8Array): Uint8Array {
  if (line.length > MAXIMUM_LINE) throw new LifError('damaged', `a line of ${line.length} bytes: expected at most ${MAXIMUM_LINE} in a file of type ASCII`);
  const bytes = new Uint8Array(2 + line.length + (line.length & 1));
  bytes[0] = line.length >> 8;
  bytes[1] = line.length & 0xff;
  bytes.set(line, 2);
  return bytes;
}

/** The text of ASCII records, `\n` behind every line. Without an end mark the file ends with its extent. */
export function decodeAscii(extent: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at + 2 <= extent.length;) {
    const length = wordAt(extent, at);
    at += 2;
    if (length === END) break;
    if (length === NO_RECORD) continue;
    parts.push(within(extent, at, length), Uint8Array.of(NEWLINE));
    at += length + (length & 1);
  }
  return Buffer.concat(parts);
}

/** The bytes of BINARY records. They end with the extent, at an end mark or at padding. */
export function decodeBinary(extent: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at + 2 <= extent.length;) {
    const length = wordAt(extent, at);
    if (length === 0 || length === END) break;
    parts.push(within(extent, at + 2, length));
    at += 2 + length;
  }
  return Buffer.concat(parts);
}

const wordAt = (bytes: Uint8Array, at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);

function within(extent: Uint8Array, at: number, length: number): Uint8Array {
  if (length <= extent.length - at) return extent.subarray(at, at + length);
  throw new LifError('damaged', `a record of ${length} bytes at ${at}: expected it to end within the file's ${extent.length} bytes`);
}
