/** Base64 (RFC 4648, section 4) with padding, and only the one way to write the same bytes. */

const PADDING: u32 = 0x3d;

/** Characters that so many bytes have. */
export function base64Length(size: u32): u32 {
  return (size + 2) / 3 * 4;
}

/** What a character stands for; 64 when it is none. */
function sextet(byte: u32): u32 {
  if (byte - 0x41 < 26) return byte - 0x41;
  if (byte - 0x61 < 26) return byte - 0x61 + 26;
  if (byte - 0x30 < 10) return byte - 0x30 + 52;
  return byte == 0x2b ? 62 : byte == 0x2f ? 63 : 64;
}

/** Decodes `base64Length(size)` characters to `into`, `size` bytes; false when they are not what `size` bytes are written as. */
export function base64Decode(at: usize, size: u32, into: usize): bool {
  const length: u32 = base64Length(size);
  const digits: u32 = (size * 8 + 5) / 6;
  let bits: u32 = 0;
  let held: u32 = 0;
  let done: u32 = 0;
  for (let i: u32 = 0; i < length; i++) {
    const byte: u32 = load<u8>(at + <usize>i);
    if (i >= digits) {
      if (byte != PADDING) return false;
      continue;
    }
    const value: u32 = sextet(byte);
    if (value > 63) return false;
    bits = bits << 6 | value;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    store<u8>(into + <usize>done, <u8>(bits >> held));
    done++;
  }
  // Bits of the last character that no byte has are zero in the one way to write it.
  return (bits & ((1 << held) - 1)) == 0;
}
