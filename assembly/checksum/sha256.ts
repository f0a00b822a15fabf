/**
 * SHA-256 (FIPS 180-4, section 6.2), one running digest at a time: begin, update as often as bytes come, end.
 * Rounds are unrolled eight at a time, so that the eight working variables change names instead of places. A round's
 * sum begins with what is known longest, and ends with what the round before has just computed. The schedule is
 * made eight words at a time between the rounds, two turns ahead: its work fills the gaps that their chain leaves.
 */

import { extend, firstWords, SUMS } from "./sha256-schedule";

/** Bytes of a digest. */
export const SHA256_SIZE: u32 = 32;
const BLOCK: u32 = 64;

/** What has arrived of a block that is not whole yet. */
const partial: usize = memory.data(64, 64);

let h0: u32 = 0;
let h1: u32 = 0;
let h2: u32 = 0;
let h3: u32 = 0;
let h4: u32 = 0;
let h5: u32 = 0;
let h6: u32 = 0;
let h7: u32 = 0;
let total: u64 = 0;
let held: u32 = 0;

// @ts-ignore: decorator
@inline
function mixE(sum: u32, e: u32, f: u32, g: u32): u32 {
  return sum + (g ^ (e & (f ^ g))) + (rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25));
}

// @ts-ignore: decorator
@inline
function mixA(a: u32, b: u32, c: u32): u32 {
  return (rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22)) + (b ^ ((a ^ b) & (b ^ c)));
}

function compress(block: usize): void {
  firstWords(block);
  let a: u32 = h0;
  let b: u32 = h1;
  let c: u32 = h2;
  let d: u32 = h3;
  let e: u32 = h4;
  let f: u32 = h5;
  let g: u32 = h6;
  let h: u32 = h7;
  for (let i: usize = 0; i < 256; i += 32) {
    if (i < 192) extend(i);
    h = mixE(h + load<u32>(SUMS + i, 0), e, f, g);
    d += h;
    h += mixA(a, b, c);
    g = mixE(g + load<u32>(SUMS + i, 4), d, e, f);
    c += g;
    g += mixA(h, a, b);
    f = mixE(f + load<u32>(SUMS + i, 8), c, d, e);
    b += f;
    f += mixA(g, h, a);
    e = mixE(e + load<u32>(SUMS + i, 12), b, c, d);
    a += e;
    e += mixA(f, g, h);
    d = mixE(d + load<u32>(SUMS + i, 16), a, b, c);
    h += d;
    d += mixA(e, f, g);
    c = mixE(c + load<u32>(SUMS + i, 20), h, a, b);
    g += c;
    c += mixA(d, e, f);
    b = mixE(b + load<u32>(SUMS + i, 24), g, h, a);
    f += b;
    b += mixA(c, d, e);
    a = mixE(a + load<u32>(SUMS + i, 28), f, g, h);
    e += a;
    a += mixA(b, c, d);
  }
  h0 += a;
  h1 += b;
  h2 += c;
  h3 += d;
  h4 += e;
  h5 += f;
  h6 += g;
  h7 += h;
}

/** Starts a new digest; a running one is forgotten. */
export function sha256Begin(): void {
  h0 = 0x6a09e667;
  h1 = 0xbb67ae85;
  h2 = 0x3c6ef372;
  h3 = 0xa54ff53a;
  h4 = 0x510e527f;
  h5 = 0x9b05688c;
  h6 = 0x1f83d9ab;
  h7 = 0x5be0cd19;
  total = 0;
  held = 0;
}

/** Adds `size` bytes at `pointer`. */
export function sha256Update(pointer: usize, size: u32): void {
  total += size;
  if (held > 0) {
    const taken: u32 = min<u32>(BLOCK - held, size);
    memory.copy(partial + held, pointer, taken);
    held += taken;
    pointer += taken;
    size -= taken;
    if (held < BLOCK) return;
    compress(partial);
    held = 0;
  }
  while (size >= BLOCK) {
    compress(pointer);
    pointer += BLOCK;
    size -= BLOCK;
  }
  memory.copy(partial, pointer, size);
  held = size;
}

/** Ends the running digest and stores its 32 bytes at `out`. */
export function sha256End(out: usize): void {
  const bits: u64 = total << 3;
  store<u8>(partial + held, 0x80);
  held++;
  if (held > BLOCK - 8) {
    memory.fill(partial + held, 0, BLOCK - held);
    compress(partial);
    held = 0;
  }
  memory.fill(partial + held, 0, BLOCK - 8 - held);
  store<u64>(partial, bswap<u64>(bits), 56);
  compress(partial);
  store<u32>(out, bswap<u32>(h0));
  store<u32>(out, bswap<u32>(h1), 4);
  store<u32>(out, bswap<u32>(h2), 8);
  store<u32>(out, bswap<u32>(h3), 12);
  store<u32>(out, bswap<u32>(h4), 16);
  store<u32>(out, bswap<u32>(h5), 20);
  store<u32>(out, bswap<u32>(h6), 24);
  store<u32>(out, bswap<u32>(h7), 28);
}
