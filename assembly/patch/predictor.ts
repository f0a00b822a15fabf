/**
 * How likely the next bit is 1: several contexts each have learned a probability, and a mixer that has learned whom to
 * trust weighs them (logistic mixing, as the PAQ family does it). What the contexts are is the business of the one who
 * asks. Whole numbers only, so that both ends come to the same result everywhere.
 *
 *   context 0 ─► slot ─► stretch ─┐ weights of the set
 *   context 1 ─► slot ─► stretch ─┼──────── Σ ────────► squash ─► coder ─► bit ─► every slot and weight learns
 *   …                             │
 */
import { coderBit } from "./coder";

/** Slots of all contexts together: the probability of a 1 in the upper 22 bits, how often it was learned in the lower 10. */
const SLOTS: u32 = 1 << 18;
const slots: usize = memory.data(1048576, 64);
/** stretch(p) = ln(p / (1 - p)) in units of 1/256, by the upper 12 bits of p. */
const stretches: usize = memory.data(8192, 64);
/** squash is its inverse, from -3072 to 3071, in 1/65536. */
const SQUASH: i32 = 3072;
const squashes: usize = memory.data(12288, 64);
/** 65536 / (n + 1.6): how much the n-th time teaches. */
const RATES: u32 = 256;
const rates: usize = memory.data(1024, 64);

const INPUTS: u32 = 8;
const SETS: u32 = 1024;
const weights: usize = memory.data(32768, 64);
/** The hash of each context, for the symbol that is being coded. */
export const CONTEXT: usize = memory.data(32, 64);
const found: usize = memory.data(32, 64);
const inputs: usize = memory.data(32, 64);

/** How fast the weights learn; times the largest input and the largest error it stays below 2^31. */
const LEARNING: i32 = 13;

let isReady: bool = false;

function prepare(): void {
  for (let i: i32 = 0; i < 4096; i++) {
    const p: f64 = (<f64>i + 0.5) / 4096;
    store<i16>(stretches + (<usize>i << 1), <i16>Math.round(Math.log(p / (1 - p)) * 256));
  }
  for (let i: i32 = -SQUASH; i < SQUASH; i++) {
    const p: i32 = <i32>Math.round(65536 / (1 + Math.exp(-<f64>i / 256)));
    store<u16>(squashes + (<usize>(i + SQUASH) << 1), <u16>min<i32>(max<i32>(p, 1), 65535));
  }
  for (let n: u32 = 0; n < RATES; n++) store<u32>(rates + (<usize>n << 2), <u32>(65536 / (<f64>n + 1.6)));
  isReady = true;
}

/** Nothing has been learned. */
export function predictorReset(): void {
  if (!isReady) prepare();
  for (let i: u32 = 0; i < SLOTS; i++) store<u32>(slots + (<usize>i << 2), 0x80000000);
  for (let i: u32 = 0; i < SETS * INPUTS; i++) store<i32>(weights + (<usize>i << 2), 0x5000);
}

/** Says what a context is for the next symbol. */
// @ts-ignore: decorator
@inline
export function contextSet(index: u32, value: u32): void {
  let hash: u32 = (value + index * 0x3c6ef372 + 1) * 0x9e3779b1;
  hash ^= hash >>> 15;
  store<u32>(CONTEXT + (<usize>index << 2), hash * 0x85ebca6b);
}

/**
 * Codes one bit of a symbol. `count` contexts have been set; `node` tells the bits of the symbol before this one, `set`
 * chooses the weights, `limit` below RATES how long a probability goes on learning fast.
 */
export function predictBit(bit: u32, count: u32, node: u32, set: u32, limit: u32): u32 {
  const weight: usize = weights + (<usize>set << 5);
  const salt: u32 = node * 0x2545f491;
  let sum: i32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const at: usize = <usize>i << 2;
    let hash: u32 = load<u32>(CONTEXT + at) + salt;
    hash ^= hash >>> 14;
    const slot: usize = slots + (<usize>(hash & (SLOTS - 1)) << 2);
    store<u32>(found + at, <u32>slot);
    const input: i32 = load<i16>(stretches + (<usize>(load<u32>(slot) >>> 20) << 1));
    store<i32>(inputs + at, input);
    sum += input * (load<i32>(weight + at) >> 2);
  }
  sum >>= 14;
  sum = min<i32>(max<i32>(sum, -SQUASH), SQUASH - 1);
  const probability: u32 = load<u16>(squashes + (<usize>(sum + SQUASH) << 1));
  bit = coderBit(bit, probability);
  const error: i32 = (<i32>(bit << 16) - <i32>probability) * LEARNING;
  for (let i: u32 = 0; i < count; i++) {
    const at: usize = <usize>i << 2;
    store<i32>(weight + at, load<i32>(weight + at) + ((load<i32>(inputs + at) * error + 0x20000) >> 18));
    const slot: usize = <usize>load<u32>(found + at);
    const state: u32 = load<u32>(slot);
    const times: u32 = state & 1023;
    const p: i32 = <i32>(state >>> 10);
    const goal: i32 = bit != 0 ? 0x3fffff : 0;
    const learned: i32 = p + <i32>((<i64>(goal - p) * <i64>load<u32>(rates + (<usize>times << 2))) >> 16);
    store<u32>(slot, (<u32>learned << 10) | (times < limit ? times + 1 : times));
  }
  return bit;
}
