/**
 * Codes the segments of a patch, in the order of the image. Which bytes are copied from where is the caller's business; it
 * puts them into the buffers of apply.ts (an instance makes or applies) and takes what was coded from CODED after each call.
 */
import { AROUND, bytesReset, copiedByte, insertedByte } from "./bytes";
import { coderBeginMaking, coderFlush } from "./coder";
import { PATCH_BASE, PATCH_IMAGE } from "./apply";
import { predictorReset } from "./predictor";
import { segmentCode, segmentReset } from "./segment";

/** The most bytes that one call codes. */
export const PATCH_MAKE_LIMIT: u32 = 1024;

export function patchMakeBegin(): void {
  predictorReset();
  bytesReset();
  segmentReset();
  coderBeginMaking();
}

/** Begins a segment. False when it is none: see segment.ts. `left` are the bytes that the image has from here on. */
export function patchMakeSegment(inserted: u32, copied: u32, from: u32, left: u32, baseSize: u32): bool {
  return segmentCode(inserted, copied, from, left, baseSize);
}

/** Codes `size` bytes at PATCH_IMAGE that are inserted. */
export function patchMakeInserted(size: u32): void {
  for (let i: u32 = 0; i < size; i++) insertedByte(load<u8>(PATCH_IMAGE + i));
}

/**
 * Codes `size` bytes at PATCH_IMAGE that are copied from `from` on. The bytes of the base lie at PATCH_BASE, with AROUND ones
 * before and behind them, zeros where the base has none.
 */
export function patchMakeCopied(size: u32, from: u32): void {
  for (let i: u32 = 0; i < size; i++) copiedByte(load<u8>(PATCH_IMAGE + i), PATCH_BASE + AROUND + i, from + i);
}

/** Codes what is left. */
export function patchMakeEnd(): void {
  coderFlush();
}
