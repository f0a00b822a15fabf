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
import { copySixteen, copyWide, copyWider } from "./copy";

/**
 * A sequence whose lengths both fit the token reads at most 17 bytes and writes at most 14 + 18; while so much is left on
 * both sides it needs no other check than that of its offset.
 */
const MARGIN: u32 = 32;

/** The length that was read last, and where the bytes behind it begin. */
let length: u32 = 0;

/**
 * Adds to `length` the bytes at `from` that belong to it. Answers where they end; 0 when they don't before `end`, or make
 * it more than `limit`.
 */
function readMore(from: usize, end: usize, limit: u32): usize {
  while (from < end) {
    const byte: u32 = load<u8>(from++);
    length += byte;
    if (length > limit) return 0;
    if (byte != 255) return from;
  }
  return 0;
}

/** Copies a match of `size` bytes that ends inside the target. `room` bytes may be written. */
// @ts-ignore: decorator
@inline
function copyMatch(to: usize, offset: u32, size: u32, room: u32): void {
  const from: usize = to - offset;
  if (room - size < 16) {
    for (let i: usize = 0; i < size; i++) store<u8>(to + i, load<u8>(from + i));
  } else if (offset >= 16) {
    copyWider(to, from, size);
  } else if (offset >= 8) {
    copyWide(to, from, size);
  } else if (offset == 1) {
    memory.fill(to, load<u8>(from), size);
  } else {
    // Eight bytes one by one repeat the pattern; from then on a whole number of patterns, eight bytes or more, lies before.
    for (let i: usize = 0; i < 8; i++) store<u8>(to + i, load<u8>(from + i));
    if (size > 8) copyWide(to + 8, to + 8 - (8 - 8 % offset + offset), size - 8);
  }
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
  while (from < sourceEnd) {
    const token: u32 = load<u8>(from++);
    length = token >> 4;
    if (length < 15 && from < quickSource && to < quickTarget) {
      copySixteen(to, from);
      from += length;
      to += length;
      const offset: u32 = load<u16>(from);
      if (offset >= 16 && offset <= <u32>(to - target) && (token & 15) < 15) {
        copySixteen(to, to - offset);
        store<u16>(to, load<u16>(to - offset, 16), 16);
        from += 2;
        to += (token & 15) + 4;
        continue;
      }
    } else {
      if (length == 15) {
        from = readMore(from, sourceEnd, room);
        if (from == 0) return Status.BadBlock;
      }
      const left: u32 = <u32>(sourceEnd - from);
      if (length > left || length > <u32>(targetEnd - to)) return Status.BadBlock;
      if (left - length >= 16 && <u32>(targetEnd - to) - length >= 16) copyWider(to, from, length);
      else memory.copy(to, from, length);
      from += length;
      to += length;
      if (from == sourceEnd) return to == targetEnd ? Status.Ok : Status.BadBlock;
    }
    if (<u32>(sourceEnd - from) < 2) return Status.BadBlock;
    const offset: u32 = load<u16>(from);
    from += 2;
    if (offset == 0 || offset > <u32>(to - target)) return Status.BadBlock;
    length = token & 15;
    if (length == 15) {
      from = readMore(from, sourceEnd, room);
      if (from == 0) return Status.BadBlock;
    }
    length += 4;
    const left: u32 = <u32>(targetEnd - to);
    if (length > left) return Status.BadBlock;
    copyMatch(to, offset, length, left);
    to += length;
  }
  return Status.BadBlock;
}
