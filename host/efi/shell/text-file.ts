// Text files as the shell reads and writes them: UCS-2 with a byte order mark, or bytes. Bytes are taken as UTF-8, of
// which the ASCII of the specification is a part.

/** The byte order mark that starts a UCS-2 file. */
export const UCS2_TAG = Uint8Array.from([0xff, 0xfe]);

/** Whether the bytes are a UCS-2 text. */
export const isUcs2 = (bytes: Uint8Array): boolean => bytes[0] === UCS2_TAG[0] && bytes[1] === UCS2_TAG[1];

/** The text of a file. */
export function decodeText(bytes: Uint8Array): string {
  if (isUcs2(bytes)) return Buffer.from(bytes.subarray(2)).toString('utf16le');
  return new TextDecoder('utf-8').decode(bytes);
}

/** The bytes of a text, without a byte order mark. */
export const encodeText = (text: string, ucs2: boolean): Uint8Array => Buffer.from(text, ucs2 ? 'utf16le' : 'utf8');

/** The lines of a text, without their ends. */
export function textLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
