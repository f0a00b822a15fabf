/**
 * XXH3-64 of more than 240 bytes. Eight sums of 64 bits take stripes of 64 bytes; the secret moves on by eight bytes from
 * stripe to stripe, and after sixteen the sums are scrambled. Two builds, one idea: two sums to a vector, or one to a word.
 *
 *   stripe   word i ─┬─ xor secret ── low half × high half ──► sum i
 *                    └────────────────────────────────────────► its neighbour's sum
 */
import { avalanche, foldedProduct, PRIME32_1, PRIME32_2, PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME64_5, SECRET, SECRET_SIZE } from "./xxh3-mix";

const STRIPE: usize = 64;
/** Stripes between two scrambles, in bytes. */
const ROUND: usize = 1024;
const SCRAMBLE_SECRET: usize = SECRET + SECRET_SIZE - STRIPE;
const LAST_SECRET: usize = SCRAMBLE_SECRET - 7;
const MERGE_SECRET: usize = SECRET + 11;

/** The eight sums, when they are not in variables. */
const sums: usize = memory.data(64, 16);

function begin(): void {
  store<u64>(sums, PRIME32_3);
  store<u64>(sums, PRIME64_1, 8);
  store<u64>(sums, PRIME64_2, 16);
  store<u64>(sums, PRIME64_3, 24);
  store<u64>(sums, PRIME64_4, 32);
  store<u64>(sums, PRIME32_2, 40);
  store<u64>(sums, PRIME64_5, 48);
  store<u64>(sums, PRIME32_1, 56);
}

// @ts-ignore: decorator
@inline
function taken(sum: v128, pointer: usize, secret: usize, offset: usize): v128 {
  const data: v128 = v128.load(pointer + offset);
  const key: v128 = v128.xor(data, v128.load(secret + offset));
  const product: v128 = i64x2.extmul_low_i32x4_u(v128.shuffle<i32>(key, key, 0, 2, 0, 2), v128.shuffle<i32>(key, key, 1, 3, 1, 3));
  return v128.add<i64>(sum, v128.add<i64>(product, v128.shuffle<i64>(data, data, 1, 0)));
}

/** Stripes up to `end`; the secret begins at `secret`. */
function stripesOfVectors(pointer: usize, end: usize, secret: usize): void {
  let a: v128 = v128.load(sums);
  let b: v128 = v128.load(sums, 16);
  let c: v128 = v128.load(sums, 32);
  let d: v128 = v128.load(sums, 48);
  while (pointer < end) {
    a = taken(a, pointer, secret, 0);
    b = taken(b, pointer, secret, 16);
    c = taken(c, pointer, secret, 32);
    d = taken(d, pointer, secret, 48);
    pointer += STRIPE;
    secret += 8;
  }
  v128.store(sums, a);
  v128.store(sums, b, 16);
  v128.store(sums, c, 32);
  v128.store(sums, d, 48);
}

// @ts-ignore: decorator
@inline
function product(pointer: usize, secret: usize, offset: usize): u64 {
  const key: u64 = load<u64>(pointer + offset) ^ load<u64>(secret + offset);
  return (key & 0xffffffff) * (key >> 32);
}

/** As above, with words. */
function stripesOfWords(pointer: usize, end: usize, secret: usize): void {
  let a: u64 = load<u64>(sums);
  let b: u64 = load<u64>(sums, 8);
  let c: u64 = load<u64>(sums, 16);
  let d: u64 = load<u64>(sums, 24);
  let e: u64 = load<u64>(sums, 32);
  let f: u64 = load<u64>(sums, 40);
  let g: u64 = load<u64>(sums, 48);
  let h: u64 = load<u64>(sums, 56);
  while (pointer < end) {
    a += product(pointer, secret, 0) + load<u64>(pointer, 8);
    b += product(pointer, secret, 8) + load<u64>(pointer);
    c += product(pointer, secret, 16) + load<u64>(pointer, 24);
    d += product(pointer, secret, 24) + load<u64>(pointer, 16);
    e += product(pointer, secret, 32) + load<u64>(pointer, 40);
    f += product(pointer, secret, 40) + load<u64>(pointer, 32);
    g += product(pointer, secret, 48) + load<u64>(pointer, 56);
    h += product(pointer, secret, 56) + load<u64>(pointer, 48);
    pointer += STRIPE;
    secret += 8;
  }
  store<u64>(sums, a);
  store<u64>(sums, b, 8);
  store<u64>(sums, c, 16);
  store<u64>(sums, d, 24);
  store<u64>(sums, e, 32);
  store<u64>(sums, f, 40);
  store<u64>(sums, g, 48);
  store<u64>(sums, h, 56);
}

// @ts-ignore: decorator
@inline
function stripes(pointer: usize, end: usize, secret: usize): void {
  if (ASC_FEATURE_SIMD) stripesOfVectors(pointer, end, secret);
  else stripesOfWords(pointer, end, secret);
}

function scramble(): void {
  for (let i: usize = 0; i < STRIPE; i += 8) {
    const sum: u64 = load<u64>(sums + i);
    store<u64>(sums + i, (sum ^ (sum >> 47) ^ load<u64>(SCRAMBLE_SECRET + i)) * PRIME32_1);
  }
}

// @ts-ignore: decorator
@inline
function merged(offset: usize): u64 {
  return foldedProduct(load<u64>(sums + offset) ^ load<u64>(MERGE_SECRET + offset), load<u64>(sums + offset, 8) ^ load<u64>(MERGE_SECRET + offset, 8));
}

/** XXH3-64 of more than 240 bytes. */
export function xxh3Long(pointer: usize, size: u32): u64 {
  const end: usize = pointer + size;
  begin();
  // The last stripe is taken again, or for the first time, whole: so the rounds end before the last byte.
  while (pointer + ROUND < end) {
    stripes(pointer, pointer + ROUND, SECRET);
    scramble();
    pointer += ROUND;
  }
  stripes(pointer, pointer + (((end - 1 - pointer) >> 6) << 6), SECRET);
  stripes(end - STRIPE, end, LAST_SECRET);
  return avalanche(<u64>size * PRIME64_1 + merged(0) + merged(16) + merged(32) + merged(48));
}
