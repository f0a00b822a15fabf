/**
 * Makes an LZ4 block (lz4_Block_format.md of the LZ4 project), in one pass and greedily: the last place where four bytes
 * with the same hash stood is looked at, and nothing else. Where nothing is found the steps become longer, so that packed
 * data costs little. What a block is made of is told in lz4-decode.ts.
 *
 *   source   ░░ sent ░░│▒▒ literals since the last match ▒▒│ next ─►               │ the last 12 bytes begin no match
 *                    anchor                              at                      lastStart
 */
import { copyWide } from "./copy";

/** The most bytes that one block can be made of: positions are kept as u16. */
export const LZ4_SOURCE_LIMIT: u32 = 65536;

/** Positions of four bytes, by their hash. Only this file looks at it, and only within one call. */
const table: usize = memory.data(16384, 64);
const HASH_BITS: u32 = 13;

/** No match is shorter. */
const SHORTEST: u32 = 4;
/** The format wants the last five bytes to be literals, and the last match to begin twelve bytes before the end. */
const LAST_LITERALS: u32 = 5;
const LAST_START: u32 = 12;
/** So many misses make the next step one byte longer. */
const MISSES_LOG: u32 = 6;

// @ts-ignore: decorator
@inline
function place(bytes: u32): usize {
  return table + (<usize>((bytes * 2654435761) >> (32 - HASH_BITS)) << 1);
}

/** How many bytes at `one` and `other` are equal; `one` lies behind and is not looked at from `end` on. */
// @ts-ignore: decorator
@inline
function equalBytes(one: usize, other: usize, end: usize): u32 {
  const begin: usize = one;
  while (one + 8 <= end) {
    const difference: u64 = load<u64>(one) ^ load<u64>(other);
    if (difference != 0) return <u32>(one - begin) + <u32>(ctz<u64>(difference) >> 3);
    one += 8;
    other += 8;
  }
  while (one < end && load<u8>(one) == load<u8>(other)) {
    one++;
    other++;
  }
  return <u32>(one - begin);
}

/** Writes what a length has above the 15 of its half of the token. Answers where it ends. */
// @ts-ignore: decorator
@inline
function putLength(to: usize, length: u32): usize {
  let left: u32 = length - 15;
  while (left >= 255) {
    store<u8>(to++, 255);
    left -= 255;
  }
  store<u8>(to, <u8>left);
  return to + 1;
}

/** The literals after the last match, to the end. Answers the bytes of the whole block, 0 when there is no room. */
function finish(target: usize, to: usize, end: usize, anchor: usize, literals: u32): u32 {
  const room: u32 = <u32>(end - to);
  if (room < 2 || literals > room - 2 || literals + literals / 255 > room - 2) return 0;
  store<u8>(to++, <u8>(min<u32>(literals, 15) << 4));
  if (literals >= 15) to = putLength(to, literals);
  memory.copy(to, anchor, literals);
  return <u32>(to + literals - target);
}

/**
 * Packs `size` bytes, at most LZ4_SOURCE_LIMIT, into a block at `target`. Answers the block's bytes; 0 when
 * it would have more than `room`, or almost as many. Room for any block is `size + size / 255 + 24`. The same bytes always
 * make the same block.
 */
export function lz4Encode(source: usize, size: u32, target: usize, room: u32): u32 {
  const end: usize = target + room;
  let to: usize = target;
  let anchor: usize = source;
  if (size > LZ4_SOURCE_LIMIT) return 0;
  if (size <= LAST_START) return finish(target, to, end, anchor, size);
  const lastStart: usize = source + size - LAST_START;
  const matchEnd: usize = source + size - LAST_LITERALS;
  // A place that was never noted says position 0, which is as good a guess as any: a guess is compared.
  memory.fill(table, 0, 2 << HASH_BITS);
  let at: usize = source + 1;
  while (true) {
    let match: usize = source;
    let next: usize = at;
    let misses: u32 = 1 << MISSES_LOG;
    let bytes: u32 = 0;
    do {
      at = next;
      if (at > lastStart) return finish(target, to, end, anchor, <u32>(source + size - anchor));
      next = at + (misses++ >> MISSES_LOG);
      bytes = load<u32>(at);
      const noted: usize = place(bytes);
      match = source + <usize>load<u16>(noted);
      store<u16>(noted, <u16>(at - source));
    } while (load<u32>(match) != bytes);
    while (at > anchor && match > source && load<u8>(at - 1) == load<u8>(match - 1)) {
      at--;
      match--;
    }
    const literals: u32 = <u32>(at - anchor);
    const more: u32 = equalBytes(at + SHORTEST, match + SHORTEST, matchEnd);
    // A token, an offset, the longest forms of both lengths, and what a copy in wide steps writes behind its end.
    if (<u32>(end - to) < literals + literals / 255 + more / 255 + 24) return 0;
    const token: usize = to++;
    if (literals >= 15) to = putLength(to, literals);
    copyWide(to, anchor, literals);
    to += literals;
    store<u16>(to, <u16>(at - match));
    to += 2;
    if (more >= 15) to = putLength(to, more);
    store<u8>(token, <u8>((min<u32>(literals, 15) << 4) | min<u32>(more, 15)));
    at += SHORTEST + more;
    anchor = at;
    if (at <= lastStart) store<u16>(place(load<u32>(at - 2)), <u16>(at - 2 - source));
  }
  return 0;
}
