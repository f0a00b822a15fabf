// Which bytes of a terminal make one key: an escape sequence, or one character of UTF-8.

const ESCAPE = 0x1b;
/** A sequence that does not end is no sequence. */
const MAXIMUM_SEQUENCE = 16;

export interface DecodedKey {
  readonly characters: string;
  /** How many bytes it took. */
  readonly size: number;
}

/** The first key of the bytes. Undefined when more bytes could make it another one, unless nothing more will come. */
export function takeKey(bytes: Uint8Array, { isComplete = false } = {}): DecodedKey | undefined {
  const [first] = bytes;
  if (first === undefined) return undefined;
  const size = first === ESCAPE ? sequenceSize(bytes, isComplete) : characterSize(bytes, isComplete);
  return size === undefined ? undefined : { characters: Buffer.from(bytes.subarray(0, size)).toString('utf8'), size };
}

/** ESC alone, `ESC O x`, or `ESC [` with parameters up to a final byte. */
function sequenceSize(bytes: Uint8Array, isComplete: boolean): number | undefined {
  const introducer = bytes[1] === undefined ? '' : String.fromCharCode(bytes[1]);
  if (introducer === '') return isComplete ? 1 : undefined;
  if (introducer === 'O') return bytes.length >= 3 ? 3 : isComplete ? 1 : undefined;
  if (introducer !== '[') return 1;
  const final = bytes.subarray(2, MAXIMUM_SEQUENCE).findIndex((byte) => byte >= 0x40 && byte <= 0x7e);
  if (final >= 0) return final + 3;
  return isComplete || bytes.length >= MAXIMUM_SEQUENCE ? 1 : undefined;
}

/** A character that is cut off is waited for; what can not be one is taken byte by byte. */
function characterSize(bytes: Uint8Array, isComplete: boolean): number | undefined {
  const first = bytes[0] as number;
  const size = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
  const isBroken = bytes.subarray(1, size).some((byte) => (byte & 0xc0) !== 0x80);
  if (isBroken) return 1;
  return bytes.length >= size ? size : isComplete ? 1 : undefined;
}
