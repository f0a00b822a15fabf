/**
 * End file transfer asks for the image to be verified, stored and read back. The answer comes when that is done,
 * or after `wait` milliseconds with `InProgress` and how far it is; the sender then asks again. Asking twice does
 * nothing twice.
 *
 * request   0 u32 transfer id   4 u32 size   8 u16 wait in milliseconds   10 u16 zero
 * response  0 u8 completion   1 u8 slot   2 u8 phase   3 zero   4 u32 transfer id   8 u32 bytes done   12 u32 bytes in all
 *          16 u32 next offset (when incomplete)   20 u32 flash time in milliseconds   24 u32 bytes that were equal already
 *          28 zero [4]   32 sha256 [32] as read back
 */
import { Status } from "../status";
import { DIGEST_SIZE, Phase } from "./message-type";

export const END_FILE_REQUEST_SIZE: u32 = 12;
export const END_FILE_RESPONSE_SIZE: u32 = 64;

/** Set by `endFileRequestDecode` and `endFileResponseDecode`. */
export let endFileTransfer: u32 = 0;
/** Set by `endFileRequestDecode`. */
export let endFileSize: u32 = 0;
export let endFileWaitMs: u32 = 0;
/** Set by `endFileResponseDecode`. */
export let endFileCompletion: u32 = 0;
export let endFileSlot: u32 = 0;
export let endFilePhase: u32 = 0;
export let endFileDone: u32 = 0;
export let endFileTotal: u32 = 0;
export let endFileNext: u32 = 0;
export let endFileFlashMs: u32 = 0;
export let endFileEqual: u32 = 0;
/** Set by `endFileResponseDecode`: where the digest lies in the body. */
export let endFileDigest: usize = 0;

export function endFileRequestEncode(body: usize, transfer: u32, size: u32, waitMs: u32): u32 {
  store<u32>(body, transfer);
  store<u32>(body, size, 4);
  store<u32>(body, waitMs & 0xffff, 8);
  return END_FILE_REQUEST_SIZE;
}

export function endFileRequestDecode(body: usize, size: u32): Status {
  if (size < END_FILE_REQUEST_SIZE) return Status.TooShort;
  endFileTransfer = load<u32>(body);
  endFileSize = load<u32>(body, 4);
  endFileWaitMs = load<u16>(body, 8);
  return Status.Ok;
}

/** `digest` is DIGEST_SIZE bytes. */
export function endFileResponseEncode(
  body: usize, completion: u32, slot: u32, phase: u32, transfer: u32, done: u32, total: u32, next: u32, flashMs: u32,
  equal: u32, digest: usize,
): u32 {
  store<u8>(body, <u8>completion);
  store<u8>(body, <u8>slot, 1);
  store<u16>(body, <u16>phase, 2);
  store<u32>(body, transfer, 4);
  store<u32>(body, done, 8);
  store<u32>(body, total, 12);
  store<u32>(body, next, 16);
  store<u32>(body, flashMs, 20);
  store<u32>(body, equal, 24);
  store<u32>(body, 0, 28);
  memory.copy(body + 32, digest, DIGEST_SIZE);
  return END_FILE_RESPONSE_SIZE;
}

export function endFileResponseDecode(body: usize, size: u32): Status {
  if (size < END_FILE_RESPONSE_SIZE) return Status.TooShort;
  endFileCompletion = load<u8>(body);
  endFileSlot = load<u8>(body, 1);
  endFilePhase = load<u8>(body, 2);
  endFileTransfer = load<u32>(body, 4);
  endFileDone = load<u32>(body, 8);
  endFileTotal = load<u32>(body, 12);
  endFileNext = load<u32>(body, 16);
  endFileFlashMs = load<u32>(body, 20);
  endFileEqual = load<u32>(body, 24);
  endFileDigest = body + 32;
  if (endFilePhase > <u32>Phase.Patching || endFileDone > endFileTotal) return Status.BadField;
  return Status.Ok;
}
