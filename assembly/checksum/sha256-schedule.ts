/**
 * The message schedule of SHA-256 (FIPS 180-4, sections 4.2.2 and 6.2.2, step 1): sixteen words of a block become
 * sixty-four, and each gets its constant added here, off the chain of the rounds.
 */

const K: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

/** Sixty-four words: each the sum of the schedule's and the constant of that round. */
export const SUMS: usize = memory.data(256, 64);
/** The words themselves. */
const W: usize = memory.data(256, 64);

// @ts-ignore: decorator
@inline
function keepWord(i: usize, word: u32): void {
  store<u32>(W + i, word);
  store<u32>(SUMS + i, word + load<u32>(K + i));
}

/** The word of the schedule sixteen words after the one at `i`. */
// @ts-ignore: decorator
@inline
function extendWord(i: usize): void {
  const w15: u32 = load<u32>(W + i, 4);
  const w2: u32 = load<u32>(W + i, 56);
  const s0: u32 = rotr<u32>(w15, 7) ^ rotr<u32>(w15, 18) ^ (w15 >> 3);
  const s1: u32 = rotr<u32>(w2, 17) ^ rotr<u32>(w2, 19) ^ (w2 >> 10);
  keepWord(i + 64, load<u32>(W + i) + s0 + load<u32>(W + i, 36) + s1);
}

// @ts-ignore: decorator
@inline
function bigEndian(words: v128): v128 {
  return v128.swizzle(words, i8x16(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
}

// @ts-ignore: decorator
@inline
function rotated(words: v128, count: i32): v128 {
  return v128.or(i32x4.shr_u(words, count), i32x4.shl(words, 32 - count));
}

// @ts-ignore: decorator
@inline
function sigma1(words: v128): v128 {
  return v128.xor(v128.xor(rotated(words, 17), rotated(words, 19)), i32x4.shr_u(words, 10));
}

/** The next four words after sixteen. The last two of them need the first two. */
// @ts-ignore: decorator
@inline
function next(a: v128, b: v128, c: v128, d: v128): v128 {
  const zero: v128 = i32x4.splat(0);
  const w15: v128 = v128.shuffle<u32>(a, b, 1, 2, 3, 4);
  const s0: v128 = v128.xor(v128.xor(rotated(w15, 7), rotated(w15, 18)), i32x4.shr_u(w15, 3));
  const sum: v128 = i32x4.add(i32x4.add(a, s0), v128.shuffle<u32>(c, d, 1, 2, 3, 4));
  const half: v128 = i32x4.add(sum, sigma1(v128.shuffle<u32>(d, zero, 2, 3, 4, 4)));
  return i32x4.add(half, sigma1(v128.shuffle<u32>(zero, half, 0, 0, 4, 5)));
}

// @ts-ignore: decorator
@inline
function keep(i: usize, words: v128): void {
  store<v128>(W + i, words);
  store<v128>(SUMS + i, i32x4.add(words, load<v128>(K + i)));
}

// @ts-ignore: decorator
@inline
function extendVectors(i: usize): void {
  const c: v128 = load<v128>(W + i, 32);
  const d: v128 = load<v128>(W + i, 48);
  const b: v128 = load<v128>(W + i, 16);
  const e: v128 = next(load<v128>(W + i), b, c, d);
  keep(i + 64, e);
  keep(i + 80, next(b, c, d, e));
}

/** The first sixteen words are those of the block of 64 bytes at `block`. */
export function firstWords(block: usize): void {
  if (ASC_FEATURE_SIMD) {
    for (let i: usize = 0; i < 64; i += 16) keep(i, bigEndian(load<v128>(block + i)));
  } else {
    for (let i: usize = 0; i < 64; i += 4) keepWord(i, bswap<u32>(load<u32>(block + i)));
  }
}

/** Makes the eight words that come sixteen words after the eight at `i`. */
// @ts-ignore: decorator
@inline
export function extend(i: usize): void {
  if (ASC_FEATURE_SIMD) extendVectors(i);
  else for (let k: usize = 0; k < 32; k += 4) extendWord(i + k);
}
