// The references that are as slow as they are plain.

/** CRC-16/AUG-CCITT bit by bit, as the catalogue's parameters say, going on from `crc`. */
export function crc16OfBits(bytes: Uint8Array, crc = 0x1d0f): number {
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? (crc << 1) & 0xffff : ((crc << 1) ^ 0x1021) & 0xffff;
  }
  return crc;
}

/** The results for every beginning of `bytes`, the empty one first, of a checksum that goes on from a result. */
export function ofBeginnings(bytes: Uint8Array, start: number, add: (byte: Uint8Array, crc: number) => number): Uint32Array {
  const results = new Uint32Array(bytes.length + 1);
  results[0] = start;
  for (let size = 0; size < bytes.length; size++) results[size + 1] = add(bytes.subarray(size, size + 1), results[size]!);
  return results;
}
