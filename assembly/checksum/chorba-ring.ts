/**
 * Chorba with taps of 18178, 3001, 32 and 16 bytes (chorba.ts), for long messages: three loads and one store a word, where a
 * window needs five loads. The two near taps are whole words away, so what they need is still in local variables. What the
 * far taps need lies in a ring:
 *
 *     | tail: pending bytes | ring: 95 turns of 192 bytes | mirror: the first turn once more |
 *                             ^ at goes round
 *
 * s[i] lies at i modulo RING. The longest tap finds s[i - 18178] at RING - 18178 = 62 bytes in front of `at`, where the
 * lap before wrote it; at the end of a lap that reaches into the mirror, which holds the first turn of this lap. The other
 * far tap looks 3001 bytes back, or in the first 3001 bytes of a lap at the end of the lap before. So a lap has three
 * stretches: the first turn, which is mirrored when it is done; the rest of where the tap reaches round; what is left.
 *
 * Most stores are aligned, most loads are not, and no load is of bytes stored less than 3001 bytes before: a load that follows
 * a store too closely, or follows it by a little less than a multiple of 4096 bytes, would wait for it.
 */
import { xorBytes } from "./chorba";
import { FAR, LONGEST, RING, turnsOfVectors, turnsOfWords, TURN } from "./chorba-turn";
import { chorbaWindow } from "./chorba-window";

/** Bytes at the start of a lap where the far tap reaches round, in whole turns. */
const ROUND: usize = (FAR + TURN - 1) / TURN * TURN;
/** Room for the pending bytes and for less than a turn more. */
const TAIL: usize = 18432;
const tail: usize = memory.data(18432 + 18240 + 192, 64);
const ring: usize = tail + TAIL;

/** Computes `left` turns of the message at `pointer`. Answers where the ring ends then, above `ring`. */
function turns(pointer: usize, left: u32, register: u32): usize {
  memory.fill(ring, 0, RING + TURN);
  store<u32>(ring + RING - LONGEST, register);
  let at: usize = ring;
  while (left > 0) {
    if (at == ring + RING) at = ring;
    const offset: usize = at - ring;
    const end: usize = offset == 0 ? TURN : offset < ROUND ? ROUND : RING;
    const run: u32 = min<u32>(left, <u32>(end - offset) / <u32>TURN);
    const stop: usize = at + <usize>run * TURN;
    const far: usize = offset < ROUND ? at + RING - FAR : at - FAR;
    const before: usize = offset == 0 ? ring + RING : at;
    if (ASC_FEATURE_SIMD) turnsOfVectors(pointer, at, far, before, stop);
    else turnsOfWords(pointer, at, far, before, stop);
    if (offset == 0) memory.copy(ring + RING, ring, TURN);
    pointer += stop - at;
    at = stop;
    left -= run;
  }
  return at;
}

/** Puts what the history of `reach` bytes before `at` flips on as many bytes at `pointer`, and the result at `out`. */
function flip(out: usize, pointer: usize, at: usize, reach: usize): void {
  const behind: usize = min<usize>(at - ring, reach);
  const round: usize = reach - behind;
  xorBytes(out, pointer, ring + RING - round, round);
  xorBytes(out + round, pointer + round, at - behind, behind);
}

/** The register after `size` bytes at `pointer`, at least `LONGEST`. */
export function chorbaRing(pointer: usize, size: u32, register: u32): u32 {
  const count: u32 = (size - <u32>LONGEST) / <u32>TURN;
  const at: usize = turns(pointer, count, register);
  const done: usize = <usize>count * TURN;
  const left: usize = <usize>size - done;
  pointer += done;
  flip(tail, pointer, at, LONGEST);
  flip(tail, tail, at, FAR);
  flip(tail, tail, at, 32);
  flip(tail, tail, at, 16);
  memory.copy(tail + LONGEST, pointer + LONGEST, left - LONGEST);
  return chorbaWindow(tail, <u32>left, 0);
}
