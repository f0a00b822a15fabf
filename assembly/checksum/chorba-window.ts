/**
 * Chorba with taps of 300, 211, 183 and 145 bytes (chorba.ts), and with each of them doubled, which is M squared once more.
 * What has been computed lies in a window, the history it looks back on in front:
 *
 *     | history, 304 or 608 | s, up to 8 KiB, written front to back | as many zeros at the end |
 *
 * A full window starts anew with its last bytes as the history. At the end zeros stand for what is not cleared any more,
 * so that the same step makes the pending bytes.
 *
 * Why doubled: a load that spans two earlier stores waits until both have left the store buffer, some thirty cycles after
 * they were begun. 145 bytes are nine vectors, which are done in fewer; 290 bytes are not. What the doubled taps leave, the
 * single ones take.
 */
import { nothing, xor } from "./chorba";
import { chorbaBits } from "./chorba-bits";
import { slicing } from "./crc32-slicing";

/** The longest tap, in whole vectors. */
export const HISTORY: usize = 304;
export const WINDOW: usize = 8192;
/** Words in one turn. */
const UNROLL: usize = 8;
const window: usize = memory.data(8192 + 4 * 304, 64);
const pendingOfDoubled: usize = memory.data(2 * 304, 64);
const pendingOfSingle: usize = memory.data(304, 64);
/** From this size on doubled taps are faster; measured. */
const DOUBLED_FROM: u32 = ASC_FEATURE_SIMD ? 6144 : 20480;

/** The word `index` words after `pointer`, with the flips of the history that begins at `at`. `scale` is 1 or 2. */
// @ts-ignore: decorator
@inline
export function step<W>(scale: usize, pointer: usize, at: usize, index: usize): W {
  const near: usize = at + index * sizeof<W>();
  const far: W = xor<W>(
    xor<W>(load<W>(near + scale * (HISTORY - 300)), load<W>(near + scale * (HISTORY - 211))),
    xor<W>(load<W>(near + scale * (HISTORY - 183)), load<W>(near + scale * (HISTORY - 145))),
  );
  return xor<W>(load<W>(pointer + index * sizeof<W>()), far);
}

// @ts-ignore: decorator
@inline
export function advance<W>(scale: usize, pointer: usize, at: usize, index: usize): void {
  store<W>(at + (scale * HISTORY + index * sizeof<W>()), step<W>(scale, pointer, at, index));
}

/** Zeros; `size` is a multiple of a vector. */
// @ts-ignore: decorator
@inline
export function clear<W>(from: usize, size: usize): void {
  for (const end: usize = from + size; from != end; from += sizeof<W>()) store<W>(from, nothing<W>());
}

/** Takes all but the last `scale * HISTORY` bytes and less than a word, and stores the first of them at `pending`. */
// @ts-ignore: decorator
@inline
function reduce<W>(scale: usize, pointer: usize, size: usize, register: u32, pending: usize): void {
  clear<W>(window, scale * HISTORY);
  store<u32>(window + scale * (HISTORY - 300), register);
  let at: usize = window;
  let left: usize = (size - scale * HISTORY) & ~(sizeof<W>() - 1);
  while (left > 0) {
    const run: usize = min<usize>(left, WINDOW);
    const end: usize = at + run;
    const wide: usize = at + (run & ~(UNROLL * sizeof<W>() - 1));
    while (at != wide) {
      advance<W>(scale, pointer, at, 0);
      advance<W>(scale, pointer, at, 1);
      advance<W>(scale, pointer, at, 2);
      advance<W>(scale, pointer, at, 3);
      advance<W>(scale, pointer, at, 4);
      advance<W>(scale, pointer, at, 5);
      advance<W>(scale, pointer, at, 6);
      advance<W>(scale, pointer, at, 7);
      at += UNROLL * sizeof<W>();
      pointer += UNROLL * sizeof<W>();
    }
    while (at != end) {
      advance<W>(scale, pointer, at, 0);
      at += sizeof<W>();
      pointer += sizeof<W>();
    }
    left -= run;
    if (left > 0) {
      memory.copy(window, at, scale * HISTORY);
      at = window;
    }
  }
  clear<W>(at + scale * HISTORY, scale * HISTORY);
  for (const end: usize = at + scale * HISTORY; at != end; at += sizeof<W>()) {
    store<W>(pending, step<W>(scale, pointer, at, 0));
    pending += sizeof<W>();
    pointer += sizeof<W>();
  }
}

function chorba<W>(pointer: usize, size: u32, register: u32): u32 {
  let taken: usize = <usize>size & ~(sizeof<W>() - 1);
  const rest: usize = pointer + taken;
  if (size >= DOUBLED_FROM) {
    reduce<W>(2, pointer, taken, register, pendingOfDoubled);
    pointer = pendingOfDoubled;
    taken = 2 * HISTORY;
    register = 0;
  }
  reduce<W>(1, pointer, taken, register, pendingOfSingle);
  return slicing(rest, size & <u32>(sizeof<W>() - 1), chorbaBits(pendingOfSingle, <u32>HISTORY, 0));
}

/** The register after `size` bytes at `pointer`, at least `HISTORY`. */
export function chorbaWindow(pointer: usize, size: u32, register: u32): u32 {
  if (ASC_FEATURE_SIMD) return chorba<v128>(pointer, size, register);
  return chorba<u64>(pointer, size, register);
}
