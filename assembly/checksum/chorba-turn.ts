/**
 * The inner loops of the ring (chorba-ring.ts, which draws the memory), with vectors and with words of 64 bits: a turn is
 * 192 bytes, unrolled so that the near taps' words change names instead of places.
 */
import { xor } from "./chorba";

/** The taps in bytes; the near ones are 16 and 32. */
export const LONGEST: usize = 18178;
export const FAR: usize = 3001;
export const TURN: usize = 192;
/** Whole turns, and a little more than the longest tap, by no more than a turn. */
export const RING: usize = 18240;

/**
 * Stores and answers the word `index` words after `at`. `older` and `newer` are the near taps' words; the newer, which is
 * ready last, comes last in the sum.
 */
// @ts-ignore: decorator
@inline
function step<W>(pointer: usize, at: usize, far: usize, index: usize, older: W, newer: W): W {
  const flips: W = xor<W>(load<W>(at + (RING - LONGEST + index * sizeof<W>())), load<W>(far + index * sizeof<W>()));
  const s: W = xor<W>(xor<W>(xor<W>(load<W>(pointer + index * sizeof<W>()), flips), older), newer);
  store<W>(at + index * sizeof<W>(), s);
  return s;
}

/**
 * Turns from `at` to `stop`. `far` is where the tap of 3001 bytes looks, `before` the end of the word before `at`.
 * In vectors the near taps are the last word and the one before it.
 */
export function turnsOfVectors(pointer: usize, at: usize, far: usize, before: usize, stop: usize): void {
  let a: v128 = load<v128>(before - 32);
  let b: v128 = load<v128>(before - 16);
  while (at != stop) {
    a = step<v128>(pointer, at, far, 0, a, b);
    b = step<v128>(pointer, at, far, 1, b, a);
    a = step<v128>(pointer, at, far, 2, a, b);
    b = step<v128>(pointer, at, far, 3, b, a);
    a = step<v128>(pointer, at, far, 4, a, b);
    b = step<v128>(pointer, at, far, 5, b, a);
    a = step<v128>(pointer, at, far, 6, a, b);
    b = step<v128>(pointer, at, far, 7, b, a);
    a = step<v128>(pointer, at, far, 8, a, b);
    b = step<v128>(pointer, at, far, 9, b, a);
    a = step<v128>(pointer, at, far, 10, a, b);
    b = step<v128>(pointer, at, far, 11, b, a);
    pointer += TURN;
    at += TURN;
    far += TURN;
  }
}

/** As above with words of 64 bits: the near taps are the second and the fourth word before. A turn is gone through in two halves. */
export function turnsOfWords(pointer: usize, at: usize, far: usize, before: usize, stop: usize): void {
  let a: u64 = load<u64>(before - 32);
  let b: u64 = load<u64>(before - 24);
  let c: u64 = load<u64>(before - 16);
  let d: u64 = load<u64>(before - 8);
  while (at != stop) {
    a = step<u64>(pointer, at, far, 0, a, c);
    b = step<u64>(pointer, at, far, 1, b, d);
    c = step<u64>(pointer, at, far, 2, c, a);
    d = step<u64>(pointer, at, far, 3, d, b);
    a = step<u64>(pointer, at, far, 4, a, c);
    b = step<u64>(pointer, at, far, 5, b, d);
    c = step<u64>(pointer, at, far, 6, c, a);
    d = step<u64>(pointer, at, far, 7, d, b);
    a = step<u64>(pointer, at, far, 8, a, c);
    b = step<u64>(pointer, at, far, 9, b, d);
    c = step<u64>(pointer, at, far, 10, c, a);
    d = step<u64>(pointer, at, far, 11, d, b);
    pointer += 96;
    at += 96;
    far += 96;
  }
}
