/**
 * The entry of core.wasm: what is exported here is the whole ABI. No imports; static buffers; one fixed memory.
 * How to drive it: README.md in this folder.
 */
import { crc16 as crc16From } from "./checksum/crc16";
import { crc32 as crc32From } from "./checksum/crc32";

export { Status } from "./status";
export { crc32Each } from "./checksum/crc32";
export { XXH3_SIZE, xxh3, xxh3Each } from "./checksum/xxh3";
export { SHA256_SIZE, sha256Begin, sha256Update, sha256End } from "./checksum/sha256";

/** A buffer that belongs to the host, for the bytes that it wants checked or hashed. */
export const SCRATCH_SIZE: u32 = 65536;
export const SCRATCH: usize = memory.data(65536, 64);

// An optional parameter of an export needs a call before the call; the ABI has none.
/** See checksum/crc32.ts. `crc` is 0 for the first bytes. */
export function crc32(pointer: usize, size: u32, crc: u32): u32 {
  return crc32From(pointer, size, crc);
}

/** See checksum/crc16.ts. `crc` is 0x1D0F for the first bytes. */
export function crc16(pointer: usize, size: u32, crc: u32): u32 {
  return crc16From(pointer, size, crc);
}

export * from "./wire/message-type";
export * from "./wire/completion";
export * from "./wire/frame";
export * from "./wire/hello";
export * from "./wire/inventory";
export * from "./wire/start-upgrade";
export * from "./wire/start-file";
export * from "./wire/transmit-data";
export * from "./wire/end-file";
export * from "./wire/end-upgrade";
export * from "./wire/abort";
export * from "./wire/status-report";
export * from "./wire/storage-serve";
export * from "./wire/recovery-message";
export * from "./wire/recovery-request";
export * from "./wire/recovery-offer";
export * from "./wire/recovery-accept";
export * from "./wire/recovery-decline";
export * from "./wire/recovery-statement";
export * from "./wire/recovery-acknowledge";
export * from "./wire/recovery-data";
export * from "./wire/recovery-done";
export * from "./wire/recovery-report";
export * from "./wire/recovery-ask";
export * from "./wire/recovery-digests";
export * from "./wire/recovery-blocks";

export * from "./chunk/cursor";
export * from "./chunk/timer";
export * from "./chunk/window";

export { LZ4_SOURCE_LIMIT, lz4Encode } from "./compress/lz4-encode";
export { lz4Decode } from "./compress/lz4-decode";

export * from "./patch/header";
export * from "./patch/apply";
export * from "./patch/make";
export { AROUND as PATCH_AROUND } from "./patch/bytes";
export { CODED as PATCH_CODED, coderAt as patchCodedSize, coderTaken as patchCodedTaken } from "./patch/coder";
export { LEAST_COPY as PATCH_LEAST_COPY } from "./patch/segment";

export * from "./transfer/components";
export * from "./transfer/job";
export * from "./transfer/exchange";
export * from "./transfer/sender";
export * from "./transfer/receiver";
export * from "./transfer/version";
export { PLATFORM } from "./transfer/requests";
export { activationResets, TRIAL_LIMIT } from "./transfer/activation";
export { trialComponent, trialLeftMs } from "./transfer/trial";
export {
  fileComponent, fileDone, fileFailure, fileIndex, fileResumed, fileSize, fileSlot, FILE_DIGEST, FILE_VERSION, filePhase,
  fileFlashMs, fileEqualBytes, fileSecurity,
} from "./transfer/incoming";
export { upgradeId, upgradeSession, upgradeLink, upgradeImageCount, upgradeOrigin, upgradeStored } from "./transfer/lock";

export * from "./flash/geometry";
export * from "./flash/plan";
export * from "./flash/store";
export * from "./flash/slot-record";
export * from "./flash/record-log";
