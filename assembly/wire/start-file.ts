/**
 * Start file transfer announces an image by its digest. The answer says at which offset to go on: 0 for a new
 * image, the size when everything has been received before.
 *
 * request   0 u32 upgrade id   4 u16 image index   6 u8 allow   7 zero   8 u32 size   12 component [16]
 *          28 version [32]   60 sha256 [32]
 *          since version 2: 92 u16 signature size   94 zero   96 signature
 *          since version 3, behind the signature: 0 u32 patch size, 0: the image itself comes   4 sha256 of the patch [32]
 *          36 sha256 of the image that it was made for [32]
 * response  0 u8 completion   1 u8 slot to be written   2 u16 window   4 u32 transfer id   8 u32 chunk size
 *          12 u32 next offset
 */
import { Status } from "../status";
import { frameVersion } from "./frame";
import { Allow, DIGEST_SIZE, MAXIMUM_CHUNK, MAXIMUM_WINDOW, NAME_SIZE, SIGNATURE_LIMIT, VERSION_SIZE } from "./message-type";
import { isName, isVersion } from "./text";

export const START_FILE_REQUEST_SIZE: u32 = 92;
export const START_FILE_RESPONSE_SIZE: u32 = 16;
/** Where the signature lies in the body. */
export const START_FILE_SIGNATURE: u32 = 96;
/** Bytes that follow the signature. */
export const START_FILE_PATCH_SIZE: u32 = 4 + 2 * DIGEST_SIZE;

/** Set by `startFileRequestDecode`. */
export let startFileUpgrade: u32 = 0;
export let startFileIndex: u32 = 0;
export let startFileAllow: u32 = 0;
export let startFileSize: u32 = 0;
/** Set by `startFileRequestDecode`: where the three texts lie in the body. */
export let startFileComponent: usize = 0;
export let startFileVersion: usize = 0;
export let startFileDigest: usize = 0;
/** Set by `startFileRequestDecode`: where the signature lies, and its bytes; 0 when there is none. */
export let startFileSignature: usize = 0;
export let startFileSignatureSize: u32 = 0;
/** Set by `startFileRequestDecode`: bytes of the patch that comes in place of the image; 0 when the image comes. */
export let startFilePatchSize: u32 = 0;
/** Set by `startFileRequestDecode` with a patch: where its digest lies, and that of the image it was made for. */
export let startFilePatchDigest: usize = 0;
export let startFileBaseDigest: usize = 0;
/** Set by `startFileResponseDecode`. */
export let startFileCompletion: u32 = 0;
export let startFileSlot: u32 = 0;
export let startFileWindow: u32 = 0;
export let startFileTransfer: u32 = 0;
export let startFileChunkSize: u32 = 0;
export let startFileNext: u32 = 0;

/** `component`, `version` and `digest` are NAME_SIZE, VERSION_SIZE and DIGEST_SIZE bytes. */
export function startFileRequestEncode(
  body: usize, upgrade: u32, index: u32, allow: u32, size: u32, component: usize, version: usize, digest: usize,
): u32 {
  store<u32>(body, upgrade);
  store<u16>(body, <u16>index, 4);
  store<u16>(body, <u16>allow, 6);
  store<u32>(body, size, 8);
  memory.copy(body + 12, component, NAME_SIZE);
  memory.copy(body + 28, version, VERSION_SIZE);
  memory.copy(body + 60, digest, DIGEST_SIZE);
  return START_FILE_REQUEST_SIZE;
}

/** Appends a signature to a request that has been encoded; at most SIGNATURE_LIMIT bytes. Answers the bytes of the body. */
export function startFileSignatureEncode(body: usize, signature: usize, size: u32): u32 {
  store<u16>(body, <u16>size, START_FILE_REQUEST_SIZE);
  store<u16>(body, 0, START_FILE_REQUEST_SIZE + 2);
  memory.copy(body + START_FILE_SIGNATURE, signature, size);
  return START_FILE_SIGNATURE + size;
}

/**
 * Appends a patch to a request of `size` bytes that has a signature or says that it has none; with `patchSize` 0 none comes.
 * Answers the bytes of the body.
 */
export function startFilePatchEncode(body: usize, size: u32, patchSize: u32, patchDigest: usize, baseDigest: usize): u32 {
  const at: usize = body + size;
  store<u32>(at, patchSize);
  memory.fill(at + 4, 0, 2 * DIGEST_SIZE);
  if (patchSize != 0) {
    memory.copy(at + 4, patchDigest, DIGEST_SIZE);
    memory.copy(at + 4 + DIGEST_SIZE, baseDigest, DIGEST_SIZE);
  }
  return size + START_FILE_PATCH_SIZE;
}

function patchDecode(body: usize, size: u32): Status {
  startFilePatchSize = 0;
  if (frameVersion < 3) return Status.Ok;
  if (size - START_FILE_SIGNATURE - startFileSignatureSize < START_FILE_PATCH_SIZE) return Status.TooShort;
  const at: usize = startFileSignature + startFileSignatureSize;
  startFilePatchSize = load<u32>(at);
  startFilePatchDigest = at + 4;
  startFileBaseDigest = at + 4 + DIGEST_SIZE;
  return Status.Ok;
}

/** What follows the fields of version 1: a signature that is there as a whole, or a size of 0. */
function signatureDecode(body: usize, size: u32): Status {
  startFileSignature = body + START_FILE_SIGNATURE;
  startFileSignatureSize = 0;
  if (frameVersion < 2) return Status.Ok;
  if (size < START_FILE_SIGNATURE) return Status.TooShort;
  const signatureSize: u32 = load<u16>(body, START_FILE_REQUEST_SIZE);
  if (signatureSize > SIGNATURE_LIMIT || signatureSize > size - START_FILE_SIGNATURE) return Status.BadField;
  startFileSignatureSize = signatureSize;
  return Status.Ok;
}

export function startFileRequestDecode(body: usize, size: u32): Status {
  if (size < START_FILE_REQUEST_SIZE) return Status.TooShort;
  startFileUpgrade = load<u32>(body);
  startFileIndex = load<u16>(body, 4);
  startFileAllow = load<u8>(body, 6);
  startFileSize = load<u32>(body, 8);
  startFileComponent = body + 12;
  startFileVersion = body + 28;
  startFileDigest = body + 60;
  if (startFileAllow > <u32>Allow.Downgrade) return Status.BadField;
  if (!isName(startFileComponent) || !isVersion(startFileVersion)) return Status.BadField;
  const status: Status = signatureDecode(body, size);
  return status == Status.Ok ? patchDecode(body, size) : status;
}

export function startFileResponseEncode(
  body: usize, completion: u32, slot: u32, window: u32, transfer: u32, chunkSize: u32, next: u32,
): u32 {
  store<u8>(body, <u8>completion);
  store<u8>(body, <u8>slot, 1);
  store<u16>(body, <u16>window, 2);
  store<u32>(body, transfer, 4);
  store<u32>(body, chunkSize, 8);
  store<u32>(body, next, 12);
  return START_FILE_RESPONSE_SIZE;
}

/** When the completion is not success, nothing else is checked. */
export function startFileResponseDecode(body: usize, size: u32): Status {
  if (size < START_FILE_RESPONSE_SIZE) return Status.TooShort;
  startFileCompletion = load<u8>(body);
  startFileSlot = load<u8>(body, 1);
  startFileWindow = load<u16>(body, 2);
  startFileTransfer = load<u32>(body, 4);
  startFileChunkSize = load<u32>(body, 8);
  startFileNext = load<u32>(body, 12);
  if (startFileCompletion != 0) return Status.Ok;
  if (startFileChunkSize == 0 || startFileChunkSize > MAXIMUM_CHUNK) return Status.BadField;
  if (startFileWindow == 0 || startFileWindow > MAXIMUM_WINDOW) return Status.BadField;
  return Status.Ok;
}
