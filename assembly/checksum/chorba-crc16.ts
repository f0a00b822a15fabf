/**
 * Chorba (chorba.ts) for CRC-16 of polynomial 0x1021. P itself, x^16 + x^12 + x^5 + 1, has four terms: taps of 4, 11 and
 * 16 bits. Squared seven times they count vectors of 128 bits: 64, 176 and 256 bytes, all of them multiples of a
 * vector, so that no load spans two stores. The byte order of the register does not matter to taps of whole bytes.
 *
 *     | history, 256 | s, up to 8 KiB, written front to back | as many zeros at the end |
 */
import { nothing, xor } from "./chorba";
import { messageOrder, slicing16 } from "./crc16-slicing";

const HISTORY: usize = 256;
const WINDOW: usize = 8192;
/** Bytes of one turn. */
const TURN: usize = 128;
const window: usize = memory.data(8192 + 2 * 256, 64);
const pending: usize = memory.data(256, 64);

/** The word `index` words after `pointer`, with the flips of the two far taps. */
// @ts-ignore: decorator
@inline
function far<W>(pointer: usize, at: usize, index: usize): W {
  const flips: W = xor<W>(load<W>(at + index * sizeof<W>()), load<W>(at + (HISTORY - 176 + index * sizeof<W>())));
  return xor<W>(load<W>(pointer + index * sizeof<W>()), flips);
}

// @ts-ignore: decorator
@inline
function advance<W>(pointer: usize, at: usize, index: usize, near: W): W {
  const s: W = xor<W>(far<W>(pointer, at, index), near);
  store<W>(at + (HISTORY + index * sizeof<W>()), s);
  return s;
}

function chorba<W>(pointer: usize, size: u32, register: u32): u32 {
  memory.fill(window, 0, HISTORY);
  store<u32>(window, messageOrder(register));
  // The last eight words. 64 bytes back is the same word of the turn before, or with vectors the fourth before this.
  let s0: W = nothing<W>();
  let s1: W = nothing<W>();
  let s2: W = nothing<W>();
  let s3: W = nothing<W>();
  let s4: W = nothing<W>();
  let s5: W = nothing<W>();
  let s6: W = nothing<W>();
  let s7: W = nothing<W>();
  let at: usize = window;
  let left: usize = <usize>size - HISTORY;
  while (left >= TURN) {
    const run: usize = min<usize>(left, WINDOW) & ~(TURN - 1);
    const end: usize = at + run;
    while (at != end) {
      s0 = advance<W>(pointer, at, 0, isVector<W>() ? s4 : s0);
      s1 = advance<W>(pointer, at, 1, isVector<W>() ? s5 : s1);
      s2 = advance<W>(pointer, at, 2, isVector<W>() ? s6 : s2);
      s3 = advance<W>(pointer, at, 3, isVector<W>() ? s7 : s3);
      s4 = advance<W>(pointer, at, 4, isVector<W>() ? s0 : s4);
      s5 = advance<W>(pointer, at, 5, isVector<W>() ? s1 : s5);
      s6 = advance<W>(pointer, at, 6, isVector<W>() ? s2 : s6);
      s7 = advance<W>(pointer, at, 7, isVector<W>() ? s3 : s7);
      at += 8 * sizeof<W>();
      pointer += 8 * sizeof<W>();
    }
    left -= run;
    if (left >= TURN) {
      memory.copy(window, at, HISTORY);
      at = window;
    }
  }
  memory.fill(at + HISTORY, 0, HISTORY);
  for (let i: usize = 0; i < HISTORY; i += sizeof<W>()) {
    store<W>(pending + i, xor<W>(far<W>(pointer + i, at + i, 0), load<W>(at + i, HISTORY - 64)));
  }
  return slicing16(pointer + HISTORY, <u32>left, slicing16(pending, <u32>HISTORY, 0));
}

/** The register after `size` bytes at `pointer`, at least `HISTORY`. */
export function chorba16(pointer: usize, size: u32, register: u32): u32 {
  if (ASC_FEATURE_SIMD) return chorba<v128>(pointer, size, register);
  return chorba<u64>(pointer, size, register);
}
