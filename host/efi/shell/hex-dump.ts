// Bytes as the shell shows them: offset, sixteen bytes, and the characters that they are in ASCII.

const ROW = 16;
const HALF = 8;
const HEX_COLUMNS = ROW * 3;

const hexadecimal = (value: number, size: number): string => value.toString(16).toUpperCase().padStart(size, '0');

/** The rows of a dump, the offset of the first byte being `start`, each with its line end. */
export function hexDump(bytes: Uint8Array, start = 0): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += ROW) {
    const row = [...bytes.subarray(at, at + ROW)];
    const digits = row.map((byte, index) => hexadecimal(byte, 2) + (index === HALF - 1 ? '-' : ' ')).join('');
    const characters = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    text += `  ${hexadecimal(start + at, 8)}: ${digits.padEnd(HEX_COLUMNS)} *${characters}*\n`;
  }
  return text;
}
