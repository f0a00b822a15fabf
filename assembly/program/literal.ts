/** Comparing bytes with the ASCII literals of this program. */

/** A letter in lower case; every other byte as it is. */
export function lowerCase(byte: u32): u32 {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/** The character of a literal at this index. */
export function literalAt(text: string, index: u32): u32 {
  return load<u16>(changetype<usize>(text) + (<usize>index << 1));
}

/** Whether the bytes begin with the literal. */
export function startsWith(at: usize, size: u32, text: string): bool {
  const wanted: u32 = text.length;
  if (size < wanted) return false;
  for (let i: u32 = 0; i < wanted; i++) {
    if (<u32>load<u8>(at + <usize>i) != literalAt(text, i)) return false;
  }
  return true;
}

/** Whether the bytes are the literal. */
export function equals(at: usize, size: u32, text: string): bool {
  return size == <u32>text.length && startsWith(at, size, text);
}

/** Whether two runs of bytes are the same. */
export function sameBytes(a: usize, aSize: u32, b: usize, bSize: u32): bool {
  return aSize == bSize && memory.compare(a, b, <usize>aSize) == 0;
}

/** Whether two names are the same to a file system that does not tell upper from lower case, as FAT's. */
export function sameName(a: usize, aSize: u32, b: usize, bSize: u32): bool {
  if (aSize != bSize) return false;
  for (let i: usize = 0; i < <usize>aSize; i++) {
    if (lowerCase(load<u8>(a + i)) != lowerCase(load<u8>(b + i))) return false;
  }
  return true;
}
