/**
 * Done tells the donor how the upload ended.
 *
 *  0 u8 result   1 zero [3]
 */
import { Status } from "../status";
import { RecoveryResult } from "./recovery-message";

export const RECOVERY_DONE_SIZE: u32 = 4;

/** Set by `recoveryDoneDecode`. */
export let recoveryDoneResult: u32 = 0;

export function recoveryDoneEncode(body: usize, result: u32): u32 {
  store<u32>(body, result & 0xff);
  return RECOVERY_DONE_SIZE;
}

export function recoveryDoneDecode(body: usize, size: u32): Status {
  if (size < RECOVERY_DONE_SIZE) return Status.TooShort;
  recoveryDoneResult = load<u8>(body);
  if (recoveryDoneResult > <u32>RecoveryResult.Failed) return Status.BadField;
  return Status.Ok;
}
