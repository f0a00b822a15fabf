/**
 * Chorba with taps in bits (chorba.ts), over words of 64 bits. The first bit of the message is the lowest of the first
 * word, so a bit moves to a later place by a shift to the left. A tap of 145 = 2 * 64 + 17 bits puts what is left of
 * `s << 17` on the second word from here and the rest, `s >> 47`, on the third; and so with the others:
 *
 *     145 = 128 + 17     183 = 128 + 55     211 = 192 + 19     300 = 256 + 44
 *
 * `p0` … `p4` are the flips that wait for the next five words. At the end they fall on the last forty bytes that are
 * looked at, and slicing takes those.
 */
import { xor } from "./chorba";
import { slice16, slice8, slicing } from "./crc32-slicing";

/** One turn is four words; behind the last turn there must be five. */
const TURN: u32 = 32;
const PENDING: u32 = 40;
/** The fewest bytes that this form can take. */
export const BITS_LEAST: u32 = TURN + PENDING;

// @ts-ignore: decorator
@inline
function left<W>(s: W, count: i32): W {
  if (isVector<W>()) return <W>i64x2.shl(<v128>s, count);
  return s << count;
}

// @ts-ignore: decorator
@inline
function right<W>(s: W, count: i32): W {
  if (isVector<W>()) return <W>i64x2.shr_u(<v128>s, count);
  return s >> count;
}

/** What a word puts on the second word from it, and on the third, fourth and fifth. */
// @ts-ignore: decorator
@inline
export function second<W>(s: W): W {
  return xor<W>(left<W>(s, 17), left<W>(s, 55));
}

// @ts-ignore: decorator
@inline
export function third<W>(s: W): W {
  return xor<W>(xor<W>(right<W>(s, 47), right<W>(s, 9)), left<W>(s, 19));
}

// @ts-ignore: decorator
@inline
export function fourth<W>(s: W): W {
  return xor<W>(right<W>(s, 45), left<W>(s, 44));
}

// @ts-ignore: decorator
@inline
export function fifth<W>(s: W): W {
  return right<W>(s, 20);
}

/** The register after `size` bytes at `pointer`, at least `BITS_LEAST`. */
export function chorbaBits(pointer: usize, size: u32, register: u32): u32 {
  let p0: u64 = <u64>register;
  let p1: u64 = 0;
  let p2: u64 = 0;
  let p3: u64 = 0;
  let p4: u64 = 0;
  while (size >= TURN + PENDING) {
    const s0: u64 = load<u64>(pointer) ^ p0;
    const s1: u64 = load<u64>(pointer, 8) ^ p1;
    const s2: u64 = load<u64>(pointer, 16) ^ p2 ^ second<u64>(s0);
    const s3: u64 = load<u64>(pointer, 24) ^ p3 ^ third<u64>(s0) ^ second<u64>(s1);
    p0 = p4 ^ fourth<u64>(s0) ^ third<u64>(s1) ^ second<u64>(s2);
    p1 = fifth<u64>(s0) ^ fourth<u64>(s1) ^ third<u64>(s2) ^ second<u64>(s3);
    p2 = fifth<u64>(s1) ^ fourth<u64>(s2) ^ third<u64>(s3);
    p3 = fifth<u64>(s2) ^ fourth<u64>(s3);
    p4 = fifth<u64>(s3);
    pointer += TURN;
    size -= TURN;
  }
  register = slice16(load<u64>(pointer) ^ p0, load<u64>(pointer, 8) ^ p1);
  register = slice16(load<u64>(pointer, 16) ^ p2 ^ <u64>register, load<u64>(pointer, 24) ^ p3);
  register = slice8(load<u64>(pointer, 32) ^ p4 ^ <u64>register);
  return slicing(pointer + PENDING, size - PENDING, register);
}
