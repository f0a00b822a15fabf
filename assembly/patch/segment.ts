/**
 * A segment of an image: bytes that are inserted, then bytes that are copied from the base. Its numbers, both ways.
 *
 *   image  ▒▒▒ inserted ▒▒▒│──────── copied ────────│▒▒ …
 *   base                   └─ from                  └─ expected after it: where it ends, and as many as are inserted next
 */
import { bitsOf } from "./bytes";
import { CODER_BIT_LIMIT } from "./coder";
import { contextSet, predictBit } from "./predictor";

/** The fewest bytes that are copied: so that a patch can not have much read for few bytes. */
export const LEAST_COPY: u32 = 12;
/** The most bytes that the numbers of a segment take. */
export const SEGMENT_LIMIT: u32 = 4 * (6 + 31) * CODER_BIT_LIMIT;

/** Set by `segmentCode`. */
export let segmentInserted: u32 = 0;
export let segmentCopied: u32 = 0;
export let segmentFrom: u32 = 0;

/** Where the base goes on when nothing was moved. */
let expected: u64 = 0;

enum Kind {
  Inserted,
  Copied,
  Ahead,
  Back,
  Direction,
}

export function segmentReset(): void {
  expected = 0;
}

/** Codes a number: how many bits it has, then those below its highest one. */
function number(value: u32, kind: Kind): u32 {
  contextSet(0, 0x60000000 | <u32>kind);
  const bits: u32 = bitsOf(value);
  let node: u32 = 1;
  for (let i: i32 = 5; i >= 0; i--) node = (node << 1) | predictBit((bits >>> <u32>i) & 1, 1, node, 576 + <u32>kind, 60);
  const count: u32 = min<u32>(node & 63, 32);
  if (count <= 1) return count;
  let read: u32 = 1;
  for (let i: i32 = <i32>count - 2; i >= 0; i--) {
    contextSet(0, 0x61000000 | (<u32>kind << 16) | (count << 8) | <u32>i);
    read = (read << 1) | predictBit((value >>> <u32>i) & 1, 1, read < 8 ? read : 0, 582 + <u32>kind, 60);
  }
  return read;
}

/**
 * Codes the next segment; when applying, the arguments are not looked at. False when it is none: it has no bytes, more than
 * the `left` that the image still needs, too few copied ones, or copies from outside of the base.
 */
export function segmentCode(inserted: u32, copied: u32, from: u32, left: u32, baseSize: u32): bool {
  segmentInserted = number(inserted, Kind.Inserted);
  segmentCopied = number(copied, Kind.Copied);
  if (segmentInserted > left || segmentCopied > left - segmentInserted) return false;
  if (segmentCopied == 0) return segmentInserted == left && left != 0;
  if (segmentCopied < LEAST_COPY || segmentCopied > baseSize) return false;
  const here: u64 = expected + segmentInserted;
  const back: u32 = number(<u32>(<u64>from < here), Kind.Direction);
  const distance: u64 = number(<u32>(back != 0 ? here - from : <u64>from - here), back != 0 ? Kind.Back : Kind.Ahead);
  if (back != 0 && distance > here) return false;
  const start: u64 = back != 0 ? here - distance : here + distance;
  if (start > baseSize - segmentCopied) return false;
  segmentFrom = <u32>start;
  expected = start + segmentCopied;
  return true;
}
