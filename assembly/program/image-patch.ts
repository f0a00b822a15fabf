/**
 * Patches of the config's images: for each one the file that makes it from something that the device holds. The config names
 * it, or it lies beside the image as FILE.<first 16 hex digits of the base's SHA-256>.patch. A patch only spares bytes: one that is
 * missing, damaged or made for something else is passed over, and the image itself is sent.
 */
import { imageFile, imageFileSize, imagePatch, imagePatchSize, MAXIMUM_IMAGES } from "../config/image-table";
import { PATCH_HEADER_SIZE, patchBaseDigest, patchHeaderDecode, patchImageDigest, patchImageSize } from "../patch/header";
import { Status } from "../status";
import { inventorySlotCount, inventorySlotDigest, inventorySlotState, inventorySlotVersion } from "../wire/inventory";
import { DIGEST_SIZE, NO_PATCH, SlotState, VERSION_SIZE } from "../wire/message-type";
import { fileClose, fileMeasure, fileOpen, fileOpened, fileRead, fileReadSize, fileSize } from "./file";
import { imageClose, imageOpen, imageSize } from "./image";
import { literalAt } from "./literal";
import { PATH_CAPACITY } from "./path";

// One entry an image: u32 bytes of its patch, u32 1 when it was given up, base [32], version of the base [32].
const ENTRY: usize = 72;
const BASE: usize = 8;
const VERSION: usize = 40;
const entries: usize = memory.data(1152, 16);
if (<usize>1152 != ENTRY * <usize>MAXIMUM_IMAGES) ERROR("one entry an image");
const SUFFIX: string = ".patch";
const DIGITS: string = "0123456789abcdef";
const NAME_DIGITS: u32 = 16;

const path: usize = memory.data(1056, 16);
if (PATH_CAPACITY + NAME_DIGITS + 8 > 1056) ERROR("room for the path beside the image");
const header: usize = memory.data(80, 16);

function entry(index: u32): usize {
  return entries + <usize>index * ENTRY;
}

/** Bytes of the patch that was found; NO_PATCH when there is none. */
export function patchFound(index: u32): u32 {
  return load<u32>(entry(index));
}

/** Bytes of the patch that is sent in place of the image; NO_PATCH when the image is sent. */
export function patchToSend(index: u32): u32 {
  return load<u32>(entry(index), 4) != 0 ? NO_PATCH : patchFound(index);
}

/** The image itself is sent from now on. */
export function patchGiveUp(index: u32): void {
  store<u32>(entry(index), 1, 4);
}

/** Digest of the image that the patch was made for, and its version, VERSION_SIZE bytes, padded with zeros. */
export function patchBase(index: u32): usize {
  return entry(index) + BASE;
}

export function patchBaseVersion(index: u32): usize {
  return entry(index) + VERSION;
}

/** Makes the path of the patch for this base at `path`. Answers its bytes. */
function pathFor(index: u32, base: usize): u32 {
  const named: u32 = imagePatchSize(index);
  if (named != 0) {
    memory.copy(path, imagePatch(index), named);
    return named;
  }
  let size: u32 = imageFileSize(index);
  memory.copy(path, imageFile(index), size);
  store<u8>(path + <usize>(size++), 0x2e);
  for (let i: u32 = 0; i < NAME_DIGITS; i++) {
    const digit: u32 = (load<u8>(base + <usize>(i >> 1)) >> (4 - 4 * (i & 1))) & 15;
    store<u8>(path + <usize>(size++), <u8>literalAt(DIGITS, digit));
  }
  for (let i: u32 = 0; i < <u32>SUFFIX.length; i++) store<u8>(path + <usize>(size++), <u8>literalAt(SUFFIX, i));
  return size;
}

/** Whether the file is a patch that makes this image from this base. Answers its bytes, NO_PATCH when it is not. */
function measure(pathSize: u32, digest: usize, size: u32, base: usize): u32 {
  if (fileOpen(path, pathSize) != Status.Ok) return NO_PATCH;
  const file: u32 = fileOpened;
  let found: u32 = NO_PATCH;
  if (fileRead(file, header, PATCH_HEADER_SIZE) == Status.Ok && patchHeaderDecode(header, fileReadSize) == Status.Ok
    && patchImageSize == size && memory.compare(patchImageDigest, digest, DIGEST_SIZE) == 0
    && memory.compare(patchBaseDigest, base, DIGEST_SIZE) == 0 && fileMeasure(file) == Status.Ok && fileSize < <u64>size) found = <u32>fileSize;
  fileClose(file);
  return found;
}

/** Looks for a patch of an image from what the selected component holds. */
export function patchFind(index: u32, digest: usize, size: u32): void {
  memory.fill(entry(index), 0, ENTRY);
  for (let slot: u32 = 0; slot < inventorySlotCount; slot++) {
    if (inventorySlotState(slot) != SlotState.Valid) continue;
    const base: usize = inventorySlotDigest(slot);
    const found: u32 = measure(pathFor(index, base), digest, size, base);
    if (found == NO_PATCH || (patchFound(index) != NO_PATCH && patchFound(index) <= found)) continue;
    store<u32>(entry(index), found);
    memory.copy(patchBase(index), base, DIGEST_SIZE);
    memory.copy(patchBaseVersion(index), inventorySlotVersion(slot), VERSION_SIZE);
  }
}

/** No patch: nothing is sent, or the device knows none. */
export function patchNone(index: u32): void {
  memory.fill(entry(index), 0, ENTRY);
}

/** Opens the patch that was found as the image whose blocks are read. Anything but Ok: it is not that any more. */
export function patchOpen(index: u32): Status {
  const status: Status = imageOpen(index, path, pathFor(index, patchBase(index)), 0);
  if (status != Status.Ok || imageSize == patchFound(index)) return status;
  imageClose();
  return Status.FileChanged;
}
