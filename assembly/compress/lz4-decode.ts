/**
 * Unpacks an LZ4 block (lz4_Block_format.md of the LZ4 project). The block comes from a peer that may be hostile: nothing
 * outside the two buffers is read or written, whatever it says, and no call takes longer than its bytes and those it makes.
 *
 *   sequence   token │ more of the literals' length │ literals │ u16 offset │ more of the match's length
 *              high half: literals, 15: bytes of 255 and a last one less are added
 *              low half: bytes of the match less four, 15: likewise. The match begins `offset` bytes before its target
 *              and may reach into it. The last sequence ends with its literals.
 */
import { Status } from "../status";
import { copyWide, copyWider } from "./copy";

/**
 * A sequence whose lengths both fit the token reads at most 17 bytes and writes at most 14 + 18; while so much is left on
 * both sides it needs no other check than that of its offset.
 */
const MARGIN: u32 = 32;

/** Set by `readMore`: the whole length. */
let length: u32 = 0;

/**
 * Reads what a length of 15 has more, from the bytes at `from`. Answers where they end; 0 when they don't before `end`, or
 * make it more than `limit`.
 */
function readMore(from: usize, end: usize, limit: u32): usize {
  length = 15;
  while (from < end) {
    const byte: u32 = load<u8>(from++);
    length += byte;
    if (length > limit) return 0;
    if (byte != 255) return from;
  }
  return 0;
}

/** Repeats one byte: erased flash, and zeros. Up to seven bytes more are written. */
// @ts-ignore: decorator
@inline
function fill(to: usize, byte: u32, size: u32): void {
  if (size >= 64) {
    memory.fill(to, <u8>byte, size);
    return;
  }
  const end: usize = to + size;
  for (; to < end; to += 8) store<u64>(to, <u64>byte * 0x0101010101010101);
}

/** Copies a match of `size` bytes. Up to fifteen bytes more are written. */
function copyMatch(to: usize, offset: u32, size: u32): void {
  const from: usize = to - offset;
  if (offset >= 8) {
    copyWider(to, from, size);
  } else if (offset == 1) {
    fill(to, load<u8>(from), size);
  } else {
    // Eight bytes one by one repeat the pattern; from then on a whole number of patterns, eight bytes or more, lies before.
    for (let i: usize = 0; i < 8; i++) store<u8>(to + i, load<u8>(from + i));
    if (size > 8) copyWide(to + 8, to + 8 - (8 - 8 % offset + offset), size - 8);
  }
}

/** Copies a match behind whose end there is no room: all but its end widely, the rest byte by byte. */
function copyLastMatch(to: usize, offset: u32, size: u32): void {
  const wide: u32 = size > 16 ? size - 16 : 0;
  if (wide > 0) copyMatch(to, offset, wide);
  for (let i: usize = wide; i < size; i++) store<u8>(to + i, load<u8>(to + i - offset));
}

/**
 * Unpacks the block of `size` bytes at `source` into exactly `room` bytes at `target`. `BadBlock` when it is no block, or
 * makes more or less; what lies at the target then means nothing. The two must not overlap.
 */
export function lz4Decode(source: usize, size: u32, target: usize, room: u32): Status {
  const sourceEnd: usize = source + size;
  const targetEnd: usize = target + room;
  const quickSource: usize = size > MARGIN ? sourceEnd - MARGIN : source;
  const quickTarget: usize = room > MARGIN ? targetEnd - MARGIN : target;
  let from: usize = source;
  let to: usize = target;
  while (true) {
    // Sequences of short lengths. The first one that needs more is begun again below, from its token.
    while (from < quickSource && to < quickTarget) {
      const token: u32 = load<u8>(from);
      const literals: u32 = token >> 4;
      const matched: u32 = token & 15;
      if (literals == 15) break;
      store<u64>(to, load<u64>(from, 1));
      store<u64>(to, load<u64>(from, 9), 8);
      const at: usize = to + literals;
      const offset: u32 = load<u16>(from + literals, 1);
      if (matched == 15 || offset < 8 || offset > <u32>(at - target)) break;
      const match: usize = at - offset;
      store<u64>(at, load<u64>(match));
      store<u64>(at, load<u64>(match, 8), 8);
      store<u16>(at, load<u16>(match, 16), 16);
      from += literals + 3;
      to = at + matched + 4;
    }
    if (from >= sourceEnd) return Status.BadBlock;
    const token: u32 = load<u8>(from++);
    let count: u32 = token >> 4;
    if (count == 15) {
      from = readMore(from, sourceEnd, room);
      if (from == 0) return Status.BadBlock;
      count = length;
    }
    const left: u32 = <u32>(sourceEnd - from);
    let free: u32 = <u32>(targetEnd - to);
    if (count > left || count > free) return Status.BadBlock;
    if (left - count >= 16 && free - count >= 16) copyWider(to, from, count);
    else memory.copy(to, from, count);
    from += count;
    to += count;
    free -= count;
    if (from == sourceEnd) return free == 0 ? Status.Ok : Status.BadBlock;
    if (<u32>(sourceEnd - from) < 2) return Status.BadBlock;
    const offset: u32 = load<u16>(from);
    from += 2;
    if (offset == 0 || offset > <u32>(to - target)) return Status.BadBlock;
    count = token & 15;
    if (count == 15) {
      from = readMore(from, sourceEnd, room);
      if (from == 0) return Status.BadBlock;
      count = length;
    }
    count += 4;
    if (count > free) return Status.BadBlock;
    if (free - count >= 16) copyMatch(to, offset, count);
    else copyLastMatch(to, offset, count);
    to += count;
  }
  return Status.BadBlock;
}
