/**
 * Request asks everyone on a link for an image. Its body is padded to the size of an offer's, so that nobody can have a
 * donor send more than was sent to it.
 *
 *  0 compatible [16]   16 beginning of the digest wanted [16] (zeros: any)   32 u32 lowest security number
 * 36 u32 slot size   40 u8 reason   41 u8 round   42 zero [6]   48 nonce [8]   56 padding [8]
 */
import { Status } from "../status";
import { COMPATIBLE_SIZE, NONCE_SIZE, RecoveryReason } from "./recovery-message";

export const RECOVERY_REQUEST_SIZE: u32 = 64;

/** Set by `recoveryRequestDecode`: where the bytes lie in the body. */
export let recoveryRequestCompatible: usize = 0;
export let recoveryRequestWanted: usize = 0;
export let recoveryRequestNonce: usize = 0;
/** Set by `recoveryRequestDecode`. */
export let recoveryRequestFloor: u32 = 0;
export let recoveryRequestSlotSize: u32 = 0;
export let recoveryRequestReason: u32 = 0;
export let recoveryRequestRound: u32 = 0;

/** `compatible` and `wanted` are COMPATIBLE_SIZE bytes, `nonce` is NONCE_SIZE bytes. */
export function recoveryRequestEncode(
  body: usize, compatible: usize, wanted: usize, floor: u32, slotSize: u32, reason: u32, round: u32, nonce: usize,
): u32 {
  memory.copy(body, compatible, COMPATIBLE_SIZE);
  memory.copy(body + 16, wanted, COMPATIBLE_SIZE);
  store<u32>(body, floor, 32);
  store<u32>(body, slotSize, 36);
  store<u64>(body, 0, 40);
  store<u8>(body, <u8>reason, 40);
  store<u8>(body, <u8>round, 41);
  memory.copy(body + 48, nonce, NONCE_SIZE);
  store<u64>(body, 0, 56);
  return RECOVERY_REQUEST_SIZE;
}

export function recoveryRequestDecode(body: usize, size: u32): Status {
  if (size < RECOVERY_REQUEST_SIZE) return Status.TooShort;
  recoveryRequestCompatible = body;
  recoveryRequestWanted = body + 16;
  recoveryRequestNonce = body + 48;
  recoveryRequestFloor = load<u32>(body, 32);
  recoveryRequestSlotSize = load<u32>(body, 36);
  recoveryRequestReason = load<u8>(body, 40);
  recoveryRequestRound = load<u8>(body, 41);
  if (recoveryRequestReason < <u32>RecoveryReason.Corrupt || recoveryRequestReason > <u32>RecoveryReason.Ordered) return Status.BadField;
  if (recoveryRequestSlotSize == 0) return Status.BadField;
  return Status.Ok;
}
