/**
 * Acknowledge says what has arrived, as the response to transmit data does, and so grants the next window. The first
 * one starts the upload. Whether an offset can be one is judged by the window, which knows the image.
 *
 *  0 u32 next offset   4 u32 mask (bit i: the chunk i + 1 chunks behind the next one is there, too)
 */
import { Status } from "../status";

export const RECOVERY_ACKNOWLEDGE_SIZE: u32 = 8;

/** Set by `recoveryAcknowledgeDecode`. */
export let recoveryAcknowledgeNext: u32 = 0;
export let recoveryAcknowledgeMask: u32 = 0;

export function recoveryAcknowledgeEncode(body: usize, next: u32, mask: u32): u32 {
  store<u32>(body, next);
  store<u32>(body, mask, 4);
  return RECOVERY_ACKNOWLEDGE_SIZE;
}

export function recoveryAcknowledgeDecode(body: usize, size: u32): Status {
  if (size < RECOVERY_ACKNOWLEDGE_SIZE) return Status.TooShort;
  recoveryAcknowledgeNext = load<u32>(body);
  recoveryAcknowledgeMask = load<u32>(body, 4);
  return Status.Ok;
}
