/**
 * Blocks answers an ask for bytes: those of all its ranges, one after the other, as they are or as one LZ4 block.
 *
 *  0 u32 first block of the ask   4 u32 bytes of image   8 u8 encoding   9 zero [3]   12 the bytes, to the end of the body
 */
import { Status } from "../status";
import { MAXIMUM_CHUNK } from "./message-type";

/** Bytes in front of those of the image. */
export const RECOVERY_BLOCKS_SIZE: u32 = 12;
const PLAIN: u32 = 0;
const LZ4: u32 = 1;

/** Set by `recoveryBlocksDecode`. */
export let recoveryBlocksFirst: u32 = 0;
export let recoveryBlocksCount: u32 = 0;
export let recoveryBlocksEncoding: u32 = 0;
/** Set by `recoveryBlocksDecode`: where the bytes lie in the body, and how many were sent. */
export let recoveryBlocksBytes: usize = 0;
export let recoveryBlocksSent: u32 = 0;

/** `sent` bytes already lie behind these fields; `count` bytes of image are in them. Answers the bytes of the whole body. */
export function recoveryBlocksEncode(body: usize, first: u32, count: u32, encoding: u32, sent: u32): u32 {
  store<u32>(body, first);
  store<u32>(body, count, 4);
  store<u32>(body, encoding & 0xff, 8);
  return RECOVERY_BLOCKS_SIZE + sent;
}

/** Whether an LZ4 block makes what is promised is found when it is unpacked. */
export function recoveryBlocksDecode(body: usize, size: u32): Status {
  if (size < RECOVERY_BLOCKS_SIZE) return Status.TooShort;
  recoveryBlocksFirst = load<u32>(body);
  recoveryBlocksCount = load<u32>(body, 4);
  recoveryBlocksEncoding = load<u8>(body, 8);
  recoveryBlocksBytes = body + RECOVERY_BLOCKS_SIZE;
  recoveryBlocksSent = size - RECOVERY_BLOCKS_SIZE;
  if (recoveryBlocksCount == 0 || recoveryBlocksCount > MAXIMUM_CHUNK || recoveryBlocksEncoding > LZ4) return Status.BadField;
  if (recoveryBlocksEncoding == PLAIN) return recoveryBlocksSent == recoveryBlocksCount ? Status.Ok : Status.BadField;
  return recoveryBlocksSent == 0 || recoveryBlocksSent >= recoveryBlocksCount ? Status.BadField : Status.Ok;
}
