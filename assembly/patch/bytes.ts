/**
 * What the bytes of an image look like when there is an older one to compare with.
 *
 * A copied byte is mostly the one of the base: first a bit that says so. Where it is not, code was moved and an address in
 * it has changed, by the same amount as in other places: then the difference is coded. Both are guessed from the bytes of
 * the base around it, behind it, too, because the opcode of an instruction often follows its address, and from the differences
 * before it. An inserted byte is guessed from those before it.
 */
import { contextSet, predictBit } from "./predictor";

/** Bytes of the base that have to be readable before and behind a copied byte. */
export const AROUND: u32 = 8;
/** Bits that are coded for one byte, at most. */
export const BYTE_BITS: u32 = 9;

/** The last eight bytes of the image, the newest lowest. */
let last: u64 = 0;
/** The last eight differences in a copy, likewise, and whether they were none, as bits. */
let differences: u64 = 0;
let misses: u32 = 0;
/** The newest two differences that were not 0, and copied bytes since. */
let newest: u32 = 0;
let second: u32 = 0;
let since: u32 = 0;

export function bytesReset(): void {
  last = 0;
  differences = 0;
  misses = 0;
  newest = 0;
  second = 0;
  since = 0;
}

/** Bits of a number without leading zeros. */
export function bitsOf(value: u32): u32 {
  return 32 - clz<u32>(value);
}

/** Codes one byte that is copied from `base`, the address of its original; when applying, `byte` is not looked at. */
export function copiedByte(byte: u32, base: usize, position: u32): u32 {
  const old: u32 = load<u8>(base);
  const behind: u32 = load<u32>(base, 1);
  const before: u32 = load<u32>(base - 4);
  const phase: u32 = position & 3;
  contextSet(0, (misses & 0xffff) | (phase << 16));
  contextSet(1, old | ((before >>> 24) << 8) | ((behind & 255) << 16) | ((misses & 7) << 24));
  contextSet(2, ((behind & 0xffffff) * 31 + old) * 4 + phase);
  contextSet(3, min<u32>(since, 255) | (phase << 8) | (bitsOf(since) << 10) | ((newest & 255) << 16));
  contextSet(4, (before >>> 8) * 0x2f0b4c47 + old * 0x01000193 + (misses & 15));
  contextSet(5, (behind & 0xff000000) | ((behind & 0xff0000) >>> 8) | (phase << 6) | (misses & 63));
  const missed: u32 = predictBit(<u32>(byte != old), 6, 0, (phase << 4) | (misses & 15), 250);
  let difference: u32 = 0;
  if (missed != 0) {
    difference = codeDifference((byte - old) & 255, old, before, behind, phase);
    second = newest;
    newest = difference;
    since = 0;
  } else since++;
  misses = (misses << 1) | missed;
  differences = (differences << 8) | difference;
  byte = (old + difference) & 255;
  last = (last << 8) | byte;
  return byte;
}

function codeDifference(difference: u32, old: u32, before: u32, behind: u32, phase: u32): u32 {
  const recent: u32 = <u32>differences & 0xffffff;
  contextSet(0, 0x40000000 | newest | (phase << 8));
  contextSet(1, 0x41000000 ^ (recent * 4 + phase));
  contextSet(2, 0x42000000 ^ (old | (behind << 8)) * 0x01000193);
  contextSet(3, 0x43000000 | newest | (second << 8) | (phase << 16));
  contextSet(4, 0x44000000 ^ ((before >>> 8) * 0x2f0b4c47 + old));
  contextSet(5, 0x45000000 ^ ((old << 8) | newest | ((behind & 255) << 16)));
  let node: u32 = 1;
  for (let i: i32 = 7; i >= 0; i--) {
    node = (node << 1) | predictBit((difference >>> <u32>i) & 1, 6, node, 64 + node, 60);
  }
  return node & 255;
}

/** Codes one byte that is not copied. */
export function insertedByte(byte: u32): u32 {
  const newer: u32 = <u32>last;
  contextSet(0, 0x50000000);
  contextSet(1, 0x51000000 | (newer & 255));
  contextSet(2, 0x52000000 | (newer & 0xffff));
  contextSet(3, 0x53000000 ^ (newer & 0xffffff) * 0x01000193);
  contextSet(4, 0x54000000 ^ newer * 0x2f0b4c47);
  contextSet(5, 0x55000000 ^ <u32>((last & 0xffffffffffff) * 0x9e3779b97f4a7c15 >> 32));
  contextSet(6, 0x56000000 ^ (newer & 0xffff0000) * 0x3c6ef35f);
  contextSet(7, 0x57000000 ^ ((newer >>> 24) | ((newer & 255) << 8)));
  let node: u32 = 1;
  for (let i: i32 = 7; i >= 0; i--) {
    node = (node << 1) | predictBit((byte >>> <u32>i) & 1, 8, node, 320 + node, 127);
  }
  byte = node & 255;
  last = (last << 8) | byte;
  return byte;
}
