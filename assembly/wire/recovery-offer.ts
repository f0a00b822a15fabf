/**
 * Offer says that a donor holds an image that fits a request, which it has verified itself. Everything in it is a claim
 * until the statement has been verified.
 *
 *  0 donor [8]   8 digest [32]   40 u32 security   44 u32 size   48 u8 class   49 u8 load (255: full)
 * 50 u8 rate (power of two, KiB/s)   51 u8 time to live (seconds)   52 nonce of the request [8]
 * 60 u16 port of the upload   62 zero [2]
 */
import { Status } from "../status";
import { DIGEST_SIZE } from "./message-type";
import { DONOR_SIZE, DonorClass, NONCE_SIZE } from "./recovery-message";

export const RECOVERY_OFFER_SIZE: u32 = 64;
/** The highest exponent of a rate: 2 TiB/s. */
const HIGHEST_RATE: u32 = 31;

/** Set by `recoveryOfferDecode`: where the bytes lie in the body. */
export let recoveryOfferDonor: usize = 0;
export let recoveryOfferDigest: usize = 0;
export let recoveryOfferNonce: usize = 0;
/** Set by `recoveryOfferDecode`. */
export let recoveryOfferSecurity: u32 = 0;
export let recoveryOfferSize: u32 = 0;
export let recoveryOfferClass: u32 = 0;
export let recoveryOfferLoad: u32 = 0;
export let recoveryOfferRate: u32 = 0;
export let recoveryOfferLives: u32 = 0;
export let recoveryOfferPort: u32 = 0;

/** `donor` is DONOR_SIZE, `digest` DIGEST_SIZE and `nonce` NONCE_SIZE bytes. */
export function recoveryOfferEncode(
  body: usize, donor: usize, digest: usize, security: u32, size: u32, donorClass: u32, load: u32, rate: u32, lives: u32, nonce: usize, port: u32,
): u32 {
  memory.copy(body, donor, DONOR_SIZE);
  memory.copy(body + 8, digest, DIGEST_SIZE);
  store<u32>(body, security, 40);
  store<u32>(body, size, 44);
  store<u8>(body, <u8>donorClass, 48);
  store<u8>(body, <u8>load, 49);
  store<u8>(body, <u8>rate, 50);
  store<u8>(body, <u8>lives, 51);
  memory.copy(body + 52, nonce, NONCE_SIZE);
  store<u32>(body, port & 0xffff, 60);
  return RECOVERY_OFFER_SIZE;
}

export function recoveryOfferDecode(body: usize, size: u32): Status {
  if (size < RECOVERY_OFFER_SIZE) return Status.TooShort;
  recoveryOfferDonor = body;
  recoveryOfferDigest = body + 8;
  recoveryOfferNonce = body + 52;
  recoveryOfferSecurity = load<u32>(body, 40);
  recoveryOfferSize = load<u32>(body, 44);
  recoveryOfferClass = load<u8>(body, 48);
  recoveryOfferLoad = load<u8>(body, 49);
  recoveryOfferRate = load<u8>(body, 50);
  recoveryOfferLives = load<u8>(body, 51);
  recoveryOfferPort = load<u16>(body, 60);
  if (recoveryOfferClass < <u32>DonorClass.Peer || recoveryOfferClass > <u32>DonorClass.Console) return Status.BadField;
  if (recoveryOfferSize == 0 || recoveryOfferRate > HIGHEST_RATE || recoveryOfferPort == 0) return Status.BadField;
  return Status.Ok;
}
