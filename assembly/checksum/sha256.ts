/**
 * SHA-256 (FIPS 180-4, section 6.2), one running digest at a time: begin, update as often as bytes come, end.
 * Rounds are unrolled eight at a time, so that the eight working variables change names instead of places.
 */

/** Bytes of a digest. */
export const SHA256_SIZE: u32 = 32;
const BLOCK: u32 = 64;

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

/** The message schedule of one block. */
const W: usize = memory.data(256, 64);
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
function mixE(e: u32, f: u32, g: u32): u32 {
  return (rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25)) + (g ^ (e & (f ^ g)));
}

// @ts-ignore: decorator
@inline
function mixA(a: u32, b: u32, c: u32): u32 {
  return (rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22)) + (b ^ ((a ^ b) & (b ^ c)));
}

function compress(block: usize): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(W + i, bswap<u32>(load<u32>(block + i)));
  for (let i: usize = 64; i < 256; i += 4) {
    const w15: u32 = load<u32>(W + i - 60);
    const w2: u32 = load<u32>(W + i - 8);
    const s0: u32 = rotr<u32>(w15, 7) ^ rotr<u32>(w15, 18) ^ (w15 >> 3);
    const s1: u32 = rotr<u32>(w2, 17) ^ rotr<u32>(w2, 19) ^ (w2 >> 10);
    store<u32>(W + i, load<u32>(W + i - 64) + s0 + load<u32>(W + i - 28) + s1);
  }
  let a: u32 = h0;
  let b: u32 = h1;
  let c: u32 = h2;
  let d: u32 = h3;
  let e: u32 = h4;
  let f: u32 = h5;
  let g: u32 = h6;
  let h: u32 = h7;
  for (let i: usize = 0; i < 256; i += 32) {
    h += mixE(e, f, g) + load<u32>(K + i, 0) + load<u32>(W + i, 0);
    d += h;
    h += mixA(a, b, c);
    g += mixE(d, e, f) + load<u32>(K + i, 4) + load<u32>(W + i, 4);
    c += g;
    g += mixA(h, a, b);
    f += mixE(c, d, e) + load<u32>(K + i, 8) + load<u32>(W + i, 8);
    b += f;
    f += mixA(g, h, a);
    e += mixE(b, c, d) + load<u32>(K + i, 12) + load<u32>(W + i, 12);
    a += e;
    e += mixA(f, g, h);
    d += mixE(a, b, c) + load<u32>(K + i, 16) + load<u32>(W + i, 16);
    h += d;
    d += mixA(e, f, g);
    c += mixE(h, a, b) + load<u32>(K + i, 20) + load<u32>(W + i, 20);
    g += c;
    c += mixA(d, e, f);
    b += mixE(g, h, a) + load<u32>(K + i, 24) + load<u32>(W + i, 24);
    f += b;
    b += mixA(c, d, e);
    a += mixE(f, g, h) + load<u32>(K + i, 28) + load<u32>(W + i, 28);
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
