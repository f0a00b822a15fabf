/**
 * A binary arithmetic coder of 32 bits, both ways: one `coderBit` writes a bit in an instance that makes a patch and reads
 * one in an instance that applies it, so that the model above it exists once.
 *
 *   low ────────────── middle ─── high      0 keeps the upper part, 1 the lower one; bytes on which both ends
 *    │  probability of 1 │          │       agree are shifted out, and in
 */

/** Makes: coded bytes appear here. Applies: the host puts coded bytes here. */
export const CODED_SIZE: u32 = 65536;
export const CODED: usize = memory.data(65536, 64);
/** Making: bytes that lie at CODED. Applying: the next one that is read. */
export let coderAt: u32 = 0;
/** Applying: bytes that lie at CODED. */
let end: u32 = 0;
let low: u32 = 0;
let high: u32 = 0;
let value: u32 = 0;
let makes: bool = false;
/** More was read than there is. */
export let coderRanOut: bool = false;

/** The most bytes that one bit takes. */
export const CODER_BIT_LIMIT: u32 = 4;

export function coderBeginMaking(): void {
  makes = true;
  coderAt = 0;
  low = 0;
  high = u32.MAX_VALUE;
}

/** The coded bytes have been taken away. */
export function coderTaken(): void {
  coderAt = 0;
}

export function coderBeginApplying(): void {
  makes = false;
  coderAt = 0;
  end = 0;
  low = 0;
  high = u32.MAX_VALUE;
  value = 0;
  coderRanOut = false;
}

/** The first bytes are there. */
export function coderStart(): void {
  for (let i: u32 = 0; i < 4; i++) value = (value << 8) | next();
}

/** Bytes that lie there and have not been read; making, bytes that there is room for. */
export function coderLeft(): u32 {
  return (makes ? CODED_SIZE : end) - coderAt;
}

/** Moves what has not been read to the start of CODED. Answers where more bytes are put, after the first ones. */
export function coderMakeRoom(): u32 {
  const left: u32 = end - coderAt;
  memory.copy(CODED, CODED + coderAt, left);
  coderAt = 0;
  end = left;
  return left;
}

/** So many bytes have been put there. */
export function coderFilled(size: u32): void {
  end += size;
}

function next(): u32 {
  if (coderAt >= end) {
    coderRanOut = true;
    return 0;
  }
  return load<u8>(CODED + coderAt++);
}

/** Codes a bit that is 1 with `probability` / 65536, from 1 to 65535. Answers the bit; when applying, `bit` is not looked at. */
// @ts-ignore: decorator
@inline
export function coderBit(bit: u32, probability: u32): u32 {
  const range: u32 = high - low;
  const middle: u32 = low + (range >>> 16) * probability + (((range & 0xffff) * probability) >>> 16);
  if (!makes) bit = <u32>(value <= middle);
  if (bit != 0) high = middle;
  else low = middle + 1;
  while (((low ^ high) & 0xff000000) == 0) shift();
  return bit;
}

function shift(): void {
  if (makes) store<u8>(CODED + coderAt++, <u8>(high >>> 24));
  else value = (value << 8) | next();
  low <<= 8;
  high = (high << 8) | 255;
}

/** Ends the making: the last bytes. */
export function coderFlush(): void {
  for (let i: u32 = 0; i < 4; i++) {
    store<u8>(CODED + coderAt++, <u8>(low >>> 24));
    low <<= 8;
  }
}
