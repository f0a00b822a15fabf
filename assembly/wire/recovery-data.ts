/**
 * Data carries one chunk. Whether the image has such a chunk is judged by the cursor, which knows it.
 *
 *  0 u32 offset   4 u32 bytes of image   8 the bytes
 */
import { Status } from "../status";
import { MAXIMUM_CHUNK } from "./message-type";

/** Bytes in front of the chunk. */
export const RECOVERY_DATA_SIZE: u32 = 8;

/** Set by `recoveryDataDecode`. */
export let recoveryDataOffset: u32 = 0;
export let recoveryDataCount: u32 = 0;
/** Set by `recoveryDataDecode`: where the chunk lies in the body. */
export let recoveryDataBytes: usize = 0;

/** The chunk already lies behind these fields. Answers the bytes of the whole body. */
export function recoveryDataEncode(body: usize, offset: u32, count: u32): u32 {
  store<u32>(body, offset);
  store<u32>(body, count, 4);
  return RECOVERY_DATA_SIZE + count;
}

export function recoveryDataDecode(body: usize, size: u32): Status {
  if (size < RECOVERY_DATA_SIZE) return Status.TooShort;
  recoveryDataOffset = load<u32>(body);
  recoveryDataCount = load<u32>(body, 4);
  recoveryDataBytes = body + RECOVERY_DATA_SIZE;
  if (recoveryDataCount == 0 || recoveryDataCount > MAXIMUM_CHUNK) return Status.BadField;
  if (size - RECOVERY_DATA_SIZE != recoveryDataCount) return Status.BadField;
  return Status.Ok;
}
