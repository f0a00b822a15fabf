/**
 * The idea of Chorba (Russell, "Chorba: A novel CRC32 implementation", arXiv 2412.16398), and what its forms share.
 *
 * A CRC is the remainder of the message, read as a polynomial, after division by P. Any multiple of P may be
 * subtracted on the way. Take a multiple with few terms, M = x^n + x^(n-t1) + … + 1: subtracting it where a bit is set
 * clears that bit and flips the bits t1, …, n places later. Done for all bits from the front, with `in` the message,
 *
 *     s[i] = in[i] ^ s[i - t1] ^ … ^ s[i - n]
 *
 * where s[i] is what bit i had become when its turn came. The distances t1 … n are the taps. No tables, no
 * multiplication: a few exclusive ors for a whole word, as long as a word is shorter than the smallest tap.
 *
 * Over GF(2) squaring doubles every exponent, so three squarings later the same taps count bytes instead of bits: M(x^8) is
 * a multiple of P too. Bytes need no shifts, only loads at odd addresses.
 *
 * The last n bytes (or bits) cannot be cleared, there is nothing behind them: they are the pending bytes, `in` with the
 * flips that fell on them, and a form with smaller taps goes on with them, from a register of zero. The register of a
 * running CRC belongs on the first four bytes of the message; it is laid where the longest tap finds it.
 *
 *     form            taps                        leaves      used for
 *     chorba-ring     18178 3001 32 16 bytes      18 KiB      long messages
 *     chorba-window   300 211 183 145 bytes       304 bytes   what a ring leaves, and shorter messages
 *     chorba-pair     as chorba-window            nothing     two short chunks of one size at once
 *     chorba-bits     300 211 183 145 bits        40 bytes    what a window leaves, and shorter messages
 *     slicing         (tables)                    nothing     what bits leave, and short messages
 *     chorba-crc16    16 11 4 vectors             256 bytes   CRC-16, with slicing of its own
 *
 * All forms are written over a word W: v128 in the build with SIMD, u64 in the other. tests/checksum/taps.test.ts divides
 * each set of taps by P.
 */

// @ts-ignore: decorator
@inline
export function xor<W>(a: W, b: W): W {
  if (isVector<W>()) return <W>v128.xor(<v128>a, <v128>b);
  return a ^ b;
}

// @ts-ignore: decorator
@inline
export function nothing<W>(): W {
  if (isVector<W>()) return <W>i64x2.splat(0);
  return <W>0;
}

// @ts-ignore: decorator
@inline
function xorWords<W>(out: usize, a: usize, b: usize, size: usize): usize {
  let at: usize = 0;
  while (at + 4 * sizeof<W>() <= size) {
    store<W>(out + at, xor<W>(load<W>(a + at), load<W>(b + at)));
    store<W>(out + at, xor<W>(load<W>(a + at, sizeof<W>()), load<W>(b + at, sizeof<W>())), sizeof<W>());
    store<W>(out + at, xor<W>(load<W>(a + at, 2 * sizeof<W>()), load<W>(b + at, 2 * sizeof<W>())), 2 * sizeof<W>());
    store<W>(out + at, xor<W>(load<W>(a + at, 3 * sizeof<W>()), load<W>(b + at, 3 * sizeof<W>())), 3 * sizeof<W>());
    at += 4 * sizeof<W>();
  }
  return at;
}

/** Stores the exclusive or of `size` bytes at `a` and at `b` at `out`, which may be one of them. */
export function xorBytes(out: usize, a: usize, b: usize, size: usize): void {
  let at: usize = ASC_FEATURE_SIMD ? xorWords<v128>(out, a, b, size) : xorWords<u64>(out, a, b, size);
  while (at + 8 <= size) {
    store<u64>(out + at, load<u64>(a + at) ^ load<u64>(b + at));
    at += 8;
  }
  while (at < size) {
    store<u8>(out + at, load<u8>(a + at) ^ load<u8>(b + at));
    at++;
  }
}
