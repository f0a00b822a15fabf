/**
 * Chorba for two chunks of one size at once, as chorba-window.ts does for one. Their steps take turns, so that 145 bytes back
 * is twice as long ago and the taps need no doubling, and the build with SIMD takes what is pending of both in the
 * two halves of a vector, with the taps in bits of chorba-bits.ts:
 *
 *     pending: | word 0 of the first, of the second | word 1 of the first, of the second | …
 */
import { xor } from "./chorba";
import { chorbaBits, fifth, fourth, second, third } from "./chorba-bits";
import { advance, clear, HISTORY, step, WINDOW } from "./chorba-window";
import { slice16, slicing } from "./crc32-slicing";

/** The largest chunk that this form can take; the smallest is the history. */
export const PAIR_MOST: u32 = <u32>WINDOW;
/** Words in one turn of one of the two. */
const UNROLL: usize = 4;
const SPAN: usize = 8192 + 2 * 304;
const windows: usize = memory.data(2 * (8192 + 2 * 304), 64);
const pending: usize = memory.data(2 * 304, 64);
/** Bytes of `pending` that four words of each of the two take, and where the last six begin. */
const TURN: usize = 64;
const LAST: usize = 2 * 304 - 6 * 16;

function begin<W>(window: usize, register: u32): void {
  clear<W>(window, HISTORY);
  store<u32>(window, register, HISTORY - 300);
}

/** Takes all but the last `HISTORY` bytes of `taken` at `p` and at `q`; a multiple of a word. */
function advancePair<W>(p: usize, q: usize, taken: usize): usize {
  let a: usize = windows;
  let b: usize = windows + SPAN;
  const run: usize = taken - HISTORY;
  const end: usize = a + run;
  const wide: usize = a + (run & ~(UNROLL * sizeof<W>() - 1));
  while (a != wide) {
    advance<W>(1, p, a, 0);
    advance<W>(1, q, b, 0);
    advance<W>(1, p, a, 1);
    advance<W>(1, q, b, 1);
    advance<W>(1, p, a, 2);
    advance<W>(1, q, b, 2);
    advance<W>(1, p, a, 3);
    advance<W>(1, q, b, 3);
    p += UNROLL * sizeof<W>();
    q += UNROLL * sizeof<W>();
    a += UNROLL * sizeof<W>();
    b += UNROLL * sizeof<W>();
  }
  while (a != end) {
    advance<W>(1, p, a, 0);
    advance<W>(1, q, b, 0);
    p += sizeof<W>();
    q += sizeof<W>();
    a += sizeof<W>();
    b += sizeof<W>();
  }
  clear<W>(a + HISTORY, HISTORY);
  clear<W>(b + HISTORY, HISTORY);
  return run;
}

/** The last six words of one of the two, with what is pending on them. */
// @ts-ignore: decorator
@inline
function last(at: usize): u32 {
  let register: u32 = slice16(load<u64>(at), load<u64>(at, 16));
  register = slice16(load<u64>(at, 32) ^ <u64>register, load<u64>(at, 48));
  return slice16(load<u64>(at, 64) ^ <u64>register, load<u64>(at, 80));
}

// @ts-ignore: decorator
@inline
function flip(at: usize, flips: v128): void {
  store<v128>(at, v128.xor(load<v128>(at), flips));
}

/** Takes `pending` but for the last six words, with taps in bits, and puts on those what waits for them. */
function bitsOfPair(): void {
  let p0: v128 = i64x2.splat(0);
  let p1: v128 = p0;
  let p2: v128 = p0;
  let p3: v128 = p0;
  let p4: v128 = p0;
  for (let at: usize = pending; at != pending + LAST; at += TURN) {
    const s0: v128 = xor<v128>(load<v128>(at), p0);
    const s1: v128 = xor<v128>(load<v128>(at, 16), p1);
    const s2: v128 = xor<v128>(xor<v128>(load<v128>(at, 32), p2), second<v128>(s0));
    const s3: v128 = xor<v128>(xor<v128>(load<v128>(at, 48), p3), xor<v128>(third<v128>(s0), second<v128>(s1)));
    p0 = xor<v128>(xor<v128>(p4, fourth<v128>(s0)), xor<v128>(third<v128>(s1), second<v128>(s2)));
    p1 = xor<v128>(xor<v128>(fifth<v128>(s0), fourth<v128>(s1)), xor<v128>(third<v128>(s2), second<v128>(s3)));
    p2 = xor<v128>(xor<v128>(fifth<v128>(s1), fourth<v128>(s2)), third<v128>(s3));
    p3 = xor<v128>(fifth<v128>(s2), fourth<v128>(s3));
    p4 = fifth<v128>(s3);
  }
  flip(pending + LAST, p0);
  flip(pending + LAST + 16, p1);
  flip(pending + LAST + 32, p2);
  flip(pending + LAST + 48, p3);
  flip(pending + LAST + 64, p4);
}

function pairOfVectors(p: usize, q: usize, size: usize, register: u32, out: usize): void {
  begin<v128>(windows, register);
  begin<v128>(windows + SPAN, register);
  const taken: usize = size & ~15;
  const run: usize = advancePair<v128>(p, q, taken);
  for (let i: usize = 0; i < HISTORY; i += 16) {
    const a: v128 = step<v128>(1, p + run + i, windows + run + i, 0);
    const b: v128 = step<v128>(1, q + run + i, windows + SPAN + run + i, 0);
    store<v128>(pending + (i << 1), v128.shuffle<u64>(a, b, 0, 2));
    store<v128>(pending + (i << 1), v128.shuffle<u64>(a, b, 1, 3), 16);
  }
  bitsOfPair();
  const first: u32 = last(pending + LAST);
  const other: u32 = last(pending + LAST + 8);
  store<u32>(out, slicing(p + taken, <u32>(size - taken), first));
  store<u32>(out, slicing(q + taken, <u32>(size - taken), other), 4);
}

function one(p: usize, window: usize, run: usize): u32 {
  for (let i: usize = 0; i < HISTORY; i += 8) store<u64>(pending + i, step<u64>(1, p + run + i, window + run + i, 0));
  return chorbaBits(pending, <u32>HISTORY, 0);
}

function pairOfWords(p: usize, q: usize, size: usize, register: u32, out: usize): void {
  begin<u64>(windows, register);
  begin<u64>(windows + SPAN, register);
  const taken: usize = size & ~7;
  const run: usize = advancePair<u64>(p, q, taken);
  store<u32>(out, slicing(p + taken, <u32>(size - taken), one(p, windows, run)));
  store<u32>(out, slicing(q + taken, <u32>(size - taken), one(q, windows + SPAN, run)), 4);
}

/** Stores the registers after `size` bytes at `p` and after `size` bytes at `q`, both begun from `register`, at `out`. */
export function chorbaPair(p: usize, q: usize, size: u32, register: u32, out: usize): void {
  if (ASC_FEATURE_SIMD) pairOfVectors(p, q, <usize>size, register, out);
  else pairOfWords(p, q, <usize>size, register, out);
}
