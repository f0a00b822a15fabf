/** Finds the characters in bytes that claim to be UTF-8 (RFC 3629, section 4). Knows nothing of what they are for. */

/** Set by `utf8Next`: the code point that it found. */
export let utf8Code: u32 = 0;

function continuation(at: usize): u32 {
  const byte: u32 = load<u8>(at);
  return (byte & 0xc0) == 0x80 ? byte & 0x3f : 0xff;
}

/** Bytes of the character at `at`, which is below `end`; 0 when the bytes there are no UTF-8. */
export function utf8Next(at: usize, end: usize): u32 {
  const first: u32 = load<u8>(at);
  utf8Code = first;
  if (first < 0x80) return 1;
  const size: u32 = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || end - at < <usize>size) return 0;
  let code: u32 = first & (0x7f >> size);
  for (let i: u32 = 1; i < size; i++) {
    const bits: u32 = continuation(at + <usize>i);
    if (bits == 0xff) return 0;
    code = (code << 6) | bits;
  }
  utf8Code = code;
  if (size == 3 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))) return 0;
  if (size == 4 && (code < 0x10000 || code > 0x10ffff)) return 0;
  return size;
}

/**
 * Whether a character moves a cursor, starts an escape sequence, breaks a line or turns the reading direction: what a
 * name from a file or a device must never do to a terminal.
 */
export function isControl(code: u32): bool {
  if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return true;
  if (code == 0x061c || code == 0x200e || code == 0x200f) return true;
  return (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}
