/**
 * Ask names blocks of the image by their ranges and asks for their digests, or for their bytes. One answer comes for each.
 * Whether the image has such blocks is judged by the donor, which knows its size.
 *
 *  0 u8 what   1 zero   2 u16 range count   4 u32 block size   8 ranges: u32 first block, u32 blocks
 */
import { Status } from "../status";
import { MAXIMUM_CHUNK } from "./message-type";
import { RecoveryAsk } from "./recovery-message";

/** Bytes in front of the ranges, and of a range. */
export const RECOVERY_ASK_SIZE: u32 = 8;
export const RANGE_SIZE: u32 = 8;
/** Ranges in an ask. */
export const RANGE_LIMIT: u32 = 128;
/** Bytes of a block, one of two sizes: the large ones find out where it is worth looking at the small ones. */
export const SMALL_BLOCK: u32 = 4096;
export const LARGE_BLOCK: u32 = 65536;
/** Digests in an answer. */
export const DIGEST_LIMIT: u32 = 4096;

/** Set by `recoveryAskDecode`. */
export let recoveryAskWhat: u32 = 0;
export let recoveryAskBlockSize: u32 = 0;
export let recoveryAskRangeCount: u32 = 0;
/** Set by `recoveryAskDecode`: blocks in all ranges. */
export let recoveryAskBlocks: u32 = 0;
/** Set by `recoveryAskDecode`: where the ranges lie in the body. */
export let recoveryAskRanges: usize = 0;

/** The ranges already lie behind these fields. Answers the bytes of the whole body. */
export function recoveryAskEncode(body: usize, what: u32, blockSize: u32, rangeCount: u32): u32 {
  store<u32>(body, (what & 0xff) | (rangeCount << 16));
  store<u32>(body, blockSize, 4);
  return RECOVERY_ASK_SIZE + rangeCount * RANGE_SIZE;
}

/** `BadField` also when a range is empty, begins before the one before it ends, or all of them are too much for an answer. */
export function recoveryAskDecode(body: usize, size: u32): Status {
  if (size < RECOVERY_ASK_SIZE) return Status.TooShort;
  recoveryAskWhat = load<u8>(body);
  recoveryAskRangeCount = load<u16>(body, 2);
  recoveryAskBlockSize = load<u32>(body, 4);
  recoveryAskRanges = body + RECOVERY_ASK_SIZE;
  recoveryAskBlocks = 0;
  if (recoveryAskWhat != RecoveryAsk.Digests && recoveryAskWhat != RecoveryAsk.Bytes) return Status.BadField;
  if (recoveryAskBlockSize != SMALL_BLOCK && recoveryAskBlockSize != LARGE_BLOCK) return Status.BadField;
  if (recoveryAskRangeCount == 0 || recoveryAskRangeCount > RANGE_LIMIT) return Status.BadField;
  if ((size - RECOVERY_ASK_SIZE) / RANGE_SIZE < recoveryAskRangeCount) return Status.TooShort;
  const most: u32 = recoveryAskWhat == RecoveryAsk.Digests ? DIGEST_LIMIT : MAXIMUM_CHUNK / recoveryAskBlockSize;
  // No image has more blocks than this: an offset always fits 32 bits.
  const imageBlocks: u32 = <u32>(<u64>0x100000000 / recoveryAskBlockSize);
  let end: u32 = 0;
  for (let i: u32 = 0; i < recoveryAskRangeCount; i++) {
    const first: u32 = load<u32>(recoveryAskRanges + <usize>(i * RANGE_SIZE));
    const blocks: u32 = load<u32>(recoveryAskRanges + <usize>(i * RANGE_SIZE), 4);
    if (blocks == 0 || blocks > most - recoveryAskBlocks) return Status.BadField;
    if (first < end || first > imageBlocks - blocks) return Status.BadField;
    recoveryAskBlocks += blocks;
    end = first + blocks;
  }
  return Status.Ok;
}
