/**
 * One image open at a time, read in pieces: first the whole of it for its size, its SHA-256 and a CRC-32 of each block,
 * then, also after it was closed, any block again, which must be what it was. An image costs a table of 4 KiB, of which
 * there is one for each image of a config, and all together one block. Knows no device.
 */
import { MAXIMUM_IMAGES } from "../config/image-table";
import { crc32 } from "../checksum/crc32";
import { sha256Begin, sha256End, sha256Update } from "../checksum/sha256";
import { Status } from "../status";
import { fileClose, fileMeasure, fileOpen, fileOpened, fileRead, fileReadSize, fileSeek, fileSize } from "./file";

/** Bytes of a block; the last of an image may be shorter. */
export const IMAGE_BLOCK: u32 = 65536;
/** The largest image, in bytes. */
export const IMAGE_LIMIT: u32 = 64 << 20;
const MAXIMUM_BLOCKS: u32 = 1024;
const DIGEST_SIZE: usize = 32;

const block: usize = memory.data(65536, 64);
// A table an image: a CRC-32 of each block.
const TABLE: usize = 4096;
const tables: usize = memory.data(65536, 16);
if (IMAGE_LIMIT != MAXIMUM_BLOCKS * IMAGE_BLOCK || TABLE != MAXIMUM_BLOCKS * 4) ERROR("one checksum a block");
if (<usize>65536 != TABLE * <usize>MAXIMUM_IMAGES) ERROR("one table an image");
let checksums: usize = tables;

/** Set by `imageOpen`: the SHA-256 of the whole image. */
export const IMAGE_DIGEST: usize = memory.data(32, 16);
/** Set by `imageOpen`: the image's size in bytes. */
export let imageSize: u32 = 0;
/** Set by `imageOpen`: how many blocks the image has. */
export let imageBlockCount: u32 = 0;
/** Set by `imageReadBlock`: bytes of the block. */
export let imageBlockSize: u32 = 0;
/** Set when a call here answers FileError or FileChanged: at which byte of the image. */
export let imageFailedAt: u32 = 0;

let file: u32 = 0;
let open: bool = false;

/**
 * Opens image `index` of the config and reads all of it once. `expected` points to the digest that it must have, 0 when the config gives
 * none. The image stays open, for `imageReadBlock`, only when this answers Ok.
 *
 * NotFound, PathEscapes, FileEmpty, FileTooLarge (`fileSize` is what was found), FileError (`fileErrno`), FileChanged while it was read,
 * DigestMismatch (IMAGE_DIGEST is what was found).
 */
export function imageOpen(index: u32, path: usize, pathSize: u32, expected: usize): Status {
  let status: Status = begin(index, path, pathSize);
  if (status == Status.Ok) status = readWhole();
  if (status == Status.Ok && expected != 0 && memory.compare(expected, IMAGE_DIGEST, DIGEST_SIZE) != 0) {
    status = Status.DigestMismatch;
  }
  if (status != Status.Ok) imageClose();
  return status;
}

/**
 * Opens image `index` again, of `size` bytes, which `imageOpen` has read whole before: the table of that time proves
 * every block. FileChanged when it has another size now; otherwise as `imageOpen`.
 */
export function imageReopen(index: u32, path: usize, pathSize: u32, size: u32): Status {
  let status: Status = begin(index, path, pathSize);
  if (status == Status.Ok) status = measure();
  if (status == Status.Ok && imageSize != size) status = Status.FileChanged;
  if (status != Status.Ok) imageClose();
  return status;
}

function begin(index: u32, path: usize, pathSize: u32): Status {
  imageClose();
  imageSize = 0;
  imageBlockCount = 0;
  imageFailedAt = 0;
  checksums = tables + <usize>index * TABLE;
  const status: Status = fileOpen(path, pathSize);
  if (status != Status.Ok) return status;
  file = fileOpened;
  open = true;
  return Status.Ok;
}

function readWhole(): Status {
  let status: Status = measure();
  if (status != Status.Ok) return status;
  sha256Begin();
  for (let i: u32 = 0; i < imageBlockCount; i++) {
    const wanted: u32 = sizeOfBlock(i);
    status = readAt(i * IMAGE_BLOCK, block, wanted);
    if (status != Status.Ok) return status;
    sha256Update(block, wanted);
    store<u32>(checksums + (<usize>i << 2), crc32(block, wanted));
  }
  status = expectEnd();
  if (status != Status.Ok) return status;
  sha256End(IMAGE_DIGEST);
  return Status.Ok;
}

function measure(): Status {
  const status: Status = fileMeasure(file);
  if (status != Status.Ok) return status;
  if (fileSize == 0) return Status.FileEmpty;
  if (fileSize > IMAGE_LIMIT) return Status.FileTooLarge;
  imageSize = <u32>fileSize;
  imageBlockCount = (imageSize + IMAGE_BLOCK - 1) / IMAGE_BLOCK;
  return Status.Ok;
}

function sizeOfBlock(index: u32): u32 {
  return min<u32>(IMAGE_BLOCK, imageSize - index * IMAGE_BLOCK);
}

/** Reads from the present position, which is `offset`. */
function readAt(offset: u32, into: usize, wanted: u32): Status {
  const status: Status = fileRead(file, into, wanted);
  imageFailedAt = offset + fileReadSize;
  if (status != Status.Ok) return status;
  return fileReadSize == wanted ? Status.Ok : Status.FileChanged;
}

/** A file that is still growing is not the image that someone meant. */
function expectEnd(): Status {
  const status: Status = fileRead(file, block, 1);
  imageFailedAt = imageSize;
  if (status != Status.Ok) return status;
  return fileReadSize == 0 ? Status.Ok : Status.FileChanged;
}

/**
 * Reads a block of the open image again, `imageBlockSize` bytes into `into`. FileChanged when it is not what it was
 * when the image was opened, FileError when reading failed.
 */
export function imageReadBlock(index: u32, into: usize): Status {
  if (!open) return Status.WrongState;
  if (index >= imageBlockCount) return Status.BadArgument;
  const offset: u32 = index * IMAGE_BLOCK;
  imageBlockSize = sizeOfBlock(index);
  imageFailedAt = offset;
  let status: Status = fileSeek(file, offset);
  if (status != Status.Ok) return status;
  status = readAt(offset, into, imageBlockSize);
  if (status != Status.Ok) return status;
  imageFailedAt = offset;
  return crc32(into, imageBlockSize) == load<u32>(checksums + (<usize>index << 2)) ? Status.Ok : Status.FileChanged;
}

/** Closes the open image, if there is one. */
export function imageClose(): void {
  if (open) fileClose(file);
  open = false;
}
