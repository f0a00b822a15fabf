/**
 * Statement is the image's signature file, with the donor's part of what makes this stream unlike all others. It comes
 * before any byte of the image, and the recipient verifies it before it takes one.
 *
 *  0 nonce of the donor [8]   8 u32 size of the image   12 u16 signature size   14 zero [2]   16 signature
 */
import { Status } from "../status";
import { SIGNATURE_LIMIT } from "./message-type";
import { NONCE_SIZE } from "./recovery-message";

/** Bytes in front of the signature. */
export const RECOVERY_STATEMENT_SIZE: u32 = 16;

/** Set by `recoveryStatementDecode`: where the bytes lie in the body. */
export let recoveryStatementNonce: usize = 0;
export let recoveryStatementSignature: usize = 0;
/** Set by `recoveryStatementDecode`. */
export let recoveryStatementImageSize: u32 = 0;
export let recoveryStatementSignatureSize: u32 = 0;

/** `nonce` is NONCE_SIZE bytes, the signature at most SIGNATURE_LIMIT. */
export function recoveryStatementEncode(body: usize, nonce: usize, imageSize: u32, signature: usize, signatureSize: u32): u32 {
  memory.copy(body, nonce, NONCE_SIZE);
  store<u32>(body, imageSize, 8);
  store<u32>(body, signatureSize & 0xffff, 12);
  memory.copy(body + RECOVERY_STATEMENT_SIZE, signature, signatureSize);
  return RECOVERY_STATEMENT_SIZE + signatureSize;
}

export function recoveryStatementDecode(body: usize, size: u32): Status {
  if (size < RECOVERY_STATEMENT_SIZE) return Status.TooShort;
  recoveryStatementNonce = body;
  recoveryStatementSignature = body + RECOVERY_STATEMENT_SIZE;
  recoveryStatementImageSize = load<u32>(body, 8);
  recoveryStatementSignatureSize = load<u16>(body, 12);
  if (recoveryStatementImageSize == 0 || recoveryStatementSignatureSize == 0) return Status.BadField;
  if (recoveryStatementSignatureSize > SIGNATURE_LIMIT) return Status.BadField;
  if (recoveryStatementSignatureSize > size - RECOVERY_STATEMENT_SIZE) return Status.BadField;
  return Status.Ok;
}
