/**
 * Accept opens the stream to one donor: it names the image, where to go on, and how much the recipient takes at once.
 * The donor answers with the statement; bytes flow after the first acknowledgement only.
 *
 *  0 digest [32]   32 nonce of the recipient [8]   40 donor [8]   48 u32 next offset   52 u32 chunk size
 * 56 u16 window   58 zero [2]
 */
import { Status } from "../status";
import { DIGEST_SIZE, MAXIMUM_CHUNK, MAXIMUM_WINDOW } from "./message-type";
import { DONOR_SIZE, NONCE_SIZE } from "./recovery-message";

export const RECOVERY_ACCEPT_SIZE: u32 = 60;

/** Set by `recoveryAcceptDecode`: where the bytes lie in the body. */
export let recoveryAcceptDigest: usize = 0;
export let recoveryAcceptNonce: usize = 0;
export let recoveryAcceptDonor: usize = 0;
/** Set by `recoveryAcceptDecode`. */
export let recoveryAcceptNext: u32 = 0;
export let recoveryAcceptChunkSize: u32 = 0;
export let recoveryAcceptWindow: u32 = 0;

/** `digest` is DIGEST_SIZE, `nonce` NONCE_SIZE and `donor` DONOR_SIZE bytes. */
export function recoveryAcceptEncode(body: usize, digest: usize, nonce: usize, donor: usize, next: u32, chunkSize: u32, window: u32): u32 {
  memory.copy(body, digest, DIGEST_SIZE);
  memory.copy(body + 32, nonce, NONCE_SIZE);
  memory.copy(body + 40, donor, DONOR_SIZE);
  store<u32>(body, next, 48);
  store<u32>(body, chunkSize, 52);
  store<u32>(body, window & 0xffff, 56);
  return RECOVERY_ACCEPT_SIZE;
}

export function recoveryAcceptDecode(body: usize, size: u32): Status {
  if (size < RECOVERY_ACCEPT_SIZE) return Status.TooShort;
  recoveryAcceptDigest = body;
  recoveryAcceptNonce = body + 32;
  recoveryAcceptDonor = body + 40;
  recoveryAcceptNext = load<u32>(body, 48);
  recoveryAcceptChunkSize = load<u32>(body, 52);
  recoveryAcceptWindow = load<u16>(body, 56);
  if (recoveryAcceptChunkSize == 0 || recoveryAcceptChunkSize > MAXIMUM_CHUNK) return Status.BadField;
  if (recoveryAcceptWindow == 0 || recoveryAcceptWindow > MAXIMUM_WINDOW) return Status.BadField;
  if (recoveryAcceptNext % recoveryAcceptChunkSize != 0) return Status.BadField;
  return Status.Ok;
}
