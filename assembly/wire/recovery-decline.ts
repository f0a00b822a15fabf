/**
 * Decline says no to what the other side has offered or accepted, and why. It ends the stream.
 *
 *  0 digest [32]   32 u8 reason   33 zero [3]
 */
import { Status } from "../status";
import { DIGEST_SIZE } from "./message-type";
import { DeclineReason } from "./recovery-message";

export const RECOVERY_DECLINE_SIZE: u32 = 36;

/** Set by `recoveryDeclineDecode`: where the digest lies in the body. */
export let recoveryDeclineDigest: usize = 0;
/** Set by `recoveryDeclineDecode`. */
export let recoveryDeclineReason: u32 = 0;

/** `digest` is DIGEST_SIZE bytes. */
export function recoveryDeclineEncode(body: usize, digest: usize, reason: u32): u32 {
  memory.copy(body, digest, DIGEST_SIZE);
  store<u32>(body, reason & 0xff, 32);
  return RECOVERY_DECLINE_SIZE;
}

export function recoveryDeclineDecode(body: usize, size: u32): Status {
  if (size < RECOVERY_DECLINE_SIZE) return Status.TooShort;
  recoveryDeclineDigest = body;
  recoveryDeclineReason = load<u8>(body, 32);
  if (recoveryDeclineReason < <u32>DeclineReason.Busy || recoveryDeclineReason > <u32>DeclineReason.TookAnother) return Status.BadField;
  return Status.Ok;
}
