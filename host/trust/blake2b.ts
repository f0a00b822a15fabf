// BLAKE2b (RFC 7693) of at most one block, for the one length that OpenSSL does not offer: minisign's checksum of a
// secret key is BLAKE2b-256, which is not the first half of BLAKE2b-512. Images go through node:crypto.
const BLOCK_SIZE = 128;
const MASK = 0xffffffffffffffffn;

const IV = [
  0x6a09e667f3bcc908n, 0xbb67ae8584caa73bn, 0x3c6ef372fe94f82bn, 0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n, 0x9b05688c2b3e6c1fn, 0x1f83d9abfb41bd6bn, 0x5be0cd19137e2179n,
];

/** Which word of the message each step takes, a round a line. Rounds 10 and 11 are rounds 0 and 1 again. */
const SIGMA = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/** The columns and the diagonals of the state that a round mixes. */
const QUARTERS = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
];

const turn = (word: bigint, count: bigint): bigint => ((word >> count) | (word << (64n - count))) & MASK;

function mix(state: bigint[], quarter: readonly number[], first: bigint, second: bigint): void {
  const [a = 0, b = 0, c = 0, d = 0] = quarter;
  const at = (index: number): bigint => state[index] ?? 0n;
  for (const [word, turnD, turnB] of [[first, 32n, 24n], [second, 16n, 63n]] as const) {
    state[a] = (at(a) + at(b) + word) & MASK;
    state[d] = turn(at(d) ^ at(a), turnD);
    state[c] = (at(c) + at(d)) & MASK;
    state[b] = turn(at(b) ^ at(c), turnB);
  }
}

/** The digest, of `size` bytes (1 to 64), of a message of at most 128 bytes. */
export function blake2bOfBlock(message: Uint8Array, size: number): Buffer {
  if (message.length > BLOCK_SIZE) throw new RangeError(`expected a message of at most ${BLOCK_SIZE} bytes, got ${message.length}`);
  const block = Buffer.alloc(BLOCK_SIZE);
  block.set(message);
  const words = Array.from({ length: 16 }, (_, index) => block.readBigUInt64LE(index * 8));
  const start = IV.map((word, index) => (index === 0 ? word ^ 0x01010000n ^ BigInt(size) : word));
  const state = [...start, ...IV];
  state[12] = (state[12] ?? 0n) ^ BigInt(message.length);
  state[14] = (state[14] ?? 0n) ^ MASK; // the last block
  for (let round = 0; round < 12; round++) {
    const order = SIGMA[round % 10] ?? [];
    QUARTERS.forEach((quarter, index) => mix(state, quarter, words[order[index * 2] ?? 0] ?? 0n, words[order[index * 2 + 1] ?? 0] ?? 0n));
  }
  const digest = Buffer.alloc(64);
  start.forEach((word, index) => digest.writeBigUInt64LE(word ^ (state[index] ?? 0n) ^ (state[index + 8] ?? 0n), index * 8));
  block.fill(0);
  return digest.subarray(0, size);
}
