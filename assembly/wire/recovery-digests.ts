/**
 * Digests answers an ask for digests: XXH3-64 of each block, in the order of the ask. They are claims that save bytes, and
 * prove nothing: what is built by them is judged by the digest that was signed.
 *
 *  0 u32 first block of the ask   4 u32 count   8 digests: u64 each
 */
import { Status } from "../status";
import { DIGEST_LIMIT } from "./recovery-ask";

/** Bytes in front of the digests, and of a digest. */
export const RECOVERY_DIGESTS_SIZE: u32 = 8;
export const BLOCK_DIGEST_SIZE: u32 = 8;

/** Set by `recoveryDigestsDecode`. */
export let recoveryDigestsFirst: u32 = 0;
export let recoveryDigestsCount: u32 = 0;
/** Set by `recoveryDigestsDecode`: where the digests lie in the body. */
export let recoveryDigestsBytes: usize = 0;

/** The digests already lie behind these fields. Answers the bytes of the whole body. */
export function recoveryDigestsEncode(body: usize, first: u32, count: u32): u32 {
  store<u32>(body, first);
  store<u32>(body, count, 4);
  return RECOVERY_DIGESTS_SIZE + count * BLOCK_DIGEST_SIZE;
}

export function recoveryDigestsDecode(body: usize, size: u32): Status {
  if (size < RECOVERY_DIGESTS_SIZE) return Status.TooShort;
  recoveryDigestsFirst = load<u32>(body);
  recoveryDigestsCount = load<u32>(body, 4);
  recoveryDigestsBytes = body + RECOVERY_DIGESTS_SIZE;
  if (recoveryDigestsCount == 0 || recoveryDigestsCount > DIGEST_LIMIT) return Status.BadField;
  if ((size - RECOVERY_DIGESTS_SIZE) / BLOCK_DIGEST_SIZE < recoveryDigestsCount) return Status.TooShort;
  return Status.Ok;
}
