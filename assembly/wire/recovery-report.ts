/**
 * Report tells everyone on the link what became of a machine that had asked. Nobody answers it.
 *
 *  0 nonce of the request [8]   8 donor [8] (zeros: another source)   16 digest before [32] (zeros: none)
 * 48 digest now [32]   80 u32 milliseconds since the request   84 u32 bytes received   88 u8 result   89 u8 reason
 * 90 zero [2]
 */
import { Status } from "../status";
import { DIGEST_SIZE } from "./message-type";
import { DONOR_SIZE, NONCE_SIZE, RecoveryReason, RecoveryResult } from "./recovery-message";

export const RECOVERY_REPORT_SIZE: u32 = 92;

/** Set by `recoveryReportDecode`: where the bytes lie in the body. */
export let recoveryReportNonce: usize = 0;
export let recoveryReportDonor: usize = 0;
export let recoveryReportBefore: usize = 0;
export let recoveryReportDigest: usize = 0;
/** Set by `recoveryReportDecode`. */
export let recoveryReportMs: u32 = 0;
export let recoveryReportBytes: u32 = 0;
export let recoveryReportResult: u32 = 0;
export let recoveryReportReason: u32 = 0;

/** `nonce` is NONCE_SIZE, `donor` DONOR_SIZE, `before` and `digest` DIGEST_SIZE bytes. */
export function recoveryReportEncode(
  body: usize, nonce: usize, donor: usize, before: usize, digest: usize, ms: u32, bytes: u32, result: u32, reason: u32,
): u32 {
  memory.copy(body, nonce, NONCE_SIZE);
  memory.copy(body + 8, donor, DONOR_SIZE);
  memory.copy(body + 16, before, DIGEST_SIZE);
  memory.copy(body + 48, digest, DIGEST_SIZE);
  store<u32>(body, ms, 80);
  store<u32>(body, bytes, 84);
  store<u32>(body, (result & 0xff) | ((reason & 0xff) << 8), 88);
  return RECOVERY_REPORT_SIZE;
}

export function recoveryReportDecode(body: usize, size: u32): Status {
  if (size < RECOVERY_REPORT_SIZE) return Status.TooShort;
  recoveryReportNonce = body;
  recoveryReportDonor = body + 8;
  recoveryReportBefore = body + 16;
  recoveryReportDigest = body + 48;
  recoveryReportMs = load<u32>(body, 80);
  recoveryReportBytes = load<u32>(body, 84);
  recoveryReportResult = load<u8>(body, 88);
  recoveryReportReason = load<u8>(body, 89);
  if (recoveryReportResult > <u32>RecoveryResult.Failed) return Status.BadField;
  if (recoveryReportReason < <u32>RecoveryReason.Corrupt || recoveryReportReason > <u32>RecoveryReason.Ordered) return Status.BadField;
  return Status.Ok;
}
