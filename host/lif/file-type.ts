// File types: what HP registered, as far as the machines with an ISL used them. A type is a signed 16-bit number.

/** Types with a meaning of their own here. */
export const FileType = {
  /** A free entry of the directory. */
  purged: 0,
  /** Behind the last entry. */
  end: -1,
  /** Text in records: lines with their length in front. */
  ascii: 1,
  /** Records of up to 1 KiB with their length in front. Read, never written. */
  binary: -2,
  /** Bytes as they are. */
  bin: -23951,
  /** The auto-execute file AUTO of an ISL: text as it is. */
  auto: -12289,
} as const;

/** The words that lifls and lifcp use, and `AUTO`, which they show as its number. */
const NAMES: ReadonlyMap<number, string> = new Map([[FileType.ascii, 'ASCII'], [FileType.binary, 'BINARY'], [FileType.bin, 'BIN']]);

/** How a listing shows a type. */
export const typeText = (type: number): string => NAMES.get(type) ?? String(type);

/** The type that a word of the command line means: `ascii`, `bin`, `auto`, or a number. Undefined: none that can be written. */
export function parseType(word: string): number | undefined {
  const known = { ascii: FileType.ascii, bin: FileType.bin, auto: FileType.auto }[word.toLowerCase()];
  if (known !== undefined) return known;
  const number = /^-?\d{1,5}$/.test(word) ? Number(word) : Number.NaN;
  const isFree = number !== FileType.purged && number !== FileType.end && number !== FileType.binary;
  return number >= -32768 && number <= 32767 && isFree ? number : undefined;
}

/** Types whose bytes lie in the extent as they are and whose implementation field Ferry uses for the size in bytes. */
export const keepsSize = (type: number): boolean => type === FileType.bin || type === FileType.auto;
