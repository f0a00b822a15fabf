/**
 * Transmit data carries one chunk. Its acknowledgement says what is still missing: everything before the next
 * offset has arrived, and bit i of the mask stands for the chunk i + 1 chunks behind the next offset.
 *
 * request   0 u32 transfer id   4 u32 offset   8 u32 encoding (0: plain, 1: an LZ4 block)   12 u32 bytes of image
 *          16 the bytes, or the block that makes them
 *          2: 16 digests, u64 each, of the chunk's blocks of HELD_BLOCK bytes; the receiver makes the chunk of its slot
 *          3: 16 u16 blocks that the slot has   18 u16 blocks that are erased   20 the bytes of the others, or the LZ4
 *             block that makes them
 * response  0 u8 completion   1 zero [3]   4 u32 transfer id   8 u32 next offset   12 u32 mask
 *          of a chunk that the receiver could not make:  16 u32 its offset   20 u16 blocks that the slot has   22 u16 1
 */
import { Status } from "../status";
import { frameVersion } from "./frame";
import { MAXIMUM_CHUNK } from "./message-type";

/** Bytes in front of the chunk. */
export const TRANSMIT_DATA_REQUEST_SIZE: u32 = 16;
export const TRANSMIT_DATA_RESPONSE_SIZE: u32 = 16;
/** The only encoding of version 1: the bytes as they are. */
export const ENCODING_PLAIN: u32 = 0;
/** Since version 2: an LZ4 block that makes the bytes. */
export const ENCODING_LZ4: u32 = 1;

/** Since version 3: digests of the chunk's blocks, and the chunk without the blocks that the slot has. */
export const ENCODING_DIGESTS: u32 = 2;
export const ENCODING_BLOCKS: u32 = 3;
/** Bytes of these blocks; the last one of an image may be shorter. */
export const HELD_BLOCK: u32 = 4096;
/** Bytes of the two masks of blocks. */
export const HELD_MASKS: u32 = 4;
/** Bytes of a response that refuses a chunk. */
export const TRANSMIT_DATA_REFUSED_SIZE: u32 = 24;

/** Set by `transmitDataRequestDecode` and `transmitDataResponseDecode`. */
export let transmitDataTransfer: u32 = 0;
/** Set by `transmitDataRequestDecode`. */
export let transmitDataOffset: u32 = 0;
export let transmitDataEncoding: u32 = 0;
/** Set by `transmitDataRequestDecode`: bytes of image. */
export let transmitDataSize: u32 = 0;
/** Set by `transmitDataRequestDecode`: where the chunk or its block lies in the body, and its bytes. */
export let transmitDataBytes: usize = 0;
export let transmitDataByteCount: u32 = 0;
/** Set by `transmitDataResponseDecode`. */
export let transmitDataCompletion: u32 = 0;
export let transmitDataNext: u32 = 0;
export let transmitDataMask: u32 = 0;
/** Set by `transmitDataResponseDecode`: whether the receiver could not make the chunk at this offset, and what it has of it. */
export let transmitDataIsRefused: bool = false;
export let transmitDataRefused: u32 = 0;
/** Set by `transmitDataRequestDecode` and `transmitDataResponseDecode`: a bit for each block that the slot has. */
export let transmitDataHeld: u32 = 0;
/** Set by `transmitDataRequestDecode`: a bit for each block that is erased. */
export let transmitDataErased: u32 = 0;

function encode(body: usize, transfer: u32, offset: u32, encoding: u32, size: u32, byteCount: u32): u32 {
  store<u32>(body, transfer);
  store<u32>(body, offset, 4);
  store<u32>(body, encoding, 8);
  store<u32>(body, size, 12);
  return TRANSMIT_DATA_REQUEST_SIZE + byteCount;
}

/** The chunk already lies behind these fields. Answers the bytes of the whole body. */
export function transmitDataRequestEncode(body: usize, transfer: u32, offset: u32, size: u32): u32 {
  return encode(body, transfer, offset, ENCODING_PLAIN, size, size);
}

/** The same for a chunk of `size` bytes whose LZ4 block, of `blockSize` bytes, lies behind these fields. */
export function transmitDataBlockEncode(body: usize, transfer: u32, offset: u32, size: u32, blockSize: u32): u32 {
  return encode(body, transfer, offset, ENCODING_LZ4, size, blockSize);
}

/** The same for a chunk of `size` bytes whose digests, `digestBytes`, lie behind these fields. */
export function transmitDataDigestsEncode(body: usize, transfer: u32, offset: u32, size: u32, digestBytes: u32): u32 {
  return encode(body, transfer, offset, ENCODING_DIGESTS, size, digestBytes);
}

/** The same for a chunk of which `byteCount` bytes, or what makes them, lie HELD_MASKS behind these fields. */
export function transmitDataBlocksEncode(body: usize, transfer: u32, offset: u32, size: u32, held: u32, erased: u32, byteCount: u32): u32 {
  store<u32>(body + TRANSMIT_DATA_REQUEST_SIZE, (held & 0xffff) | (erased << 16));
  return encode(body, transfer, offset, ENCODING_BLOCKS, size, HELD_MASKS + byteCount);
}

/** How many blocks a chunk has. */
export function heldBlockCount(size: u32): u32 {
  return (size + HELD_BLOCK - 1) / HELD_BLOCK;
}

/** A digest for each block; or masks of blocks that the chunk has, none in both, and bytes only when some are in none. */
function reuseDecode(): Status {
  if (frameVersion < 3 || transmitDataSize == 0 || transmitDataSize > MAXIMUM_CHUNK) return Status.BadField;
  const blocks: u32 = heldBlockCount(transmitDataSize);
  if (transmitDataEncoding == ENCODING_DIGESTS) return transmitDataByteCount == blocks << 3 ? Status.Ok : Status.BadField;
  if (transmitDataByteCount < HELD_MASKS) return Status.TooShort;
  transmitDataHeld = load<u16>(transmitDataBytes);
  transmitDataErased = load<u16>(transmitDataBytes, 2);
  transmitDataBytes += HELD_MASKS;
  transmitDataByteCount -= HELD_MASKS;
  const all: u32 = (1 << blocks) - 1;
  const known: u32 = transmitDataHeld | transmitDataErased;
  if ((transmitDataHeld & transmitDataErased) != 0 || (known & ~all) != 0) return Status.BadField;
  return (known == all) == (transmitDataByteCount == 0) ? Status.Ok : Status.BadField;
}

export function transmitDataRequestDecode(body: usize, size: u32): Status {
  if (size < TRANSMIT_DATA_REQUEST_SIZE) return Status.TooShort;
  transmitDataTransfer = load<u32>(body);
  transmitDataOffset = load<u32>(body, 4);
  transmitDataSize = load<u32>(body, 12);
  transmitDataBytes = body + TRANSMIT_DATA_REQUEST_SIZE;
  transmitDataByteCount = size - TRANSMIT_DATA_REQUEST_SIZE;
  transmitDataEncoding = load<u32>(body, 8);
  transmitDataHeld = 0;
  transmitDataErased = 0;
  if (transmitDataEncoding == ENCODING_DIGESTS || transmitDataEncoding == ENCODING_BLOCKS) return reuseDecode();
  if (transmitDataEncoding == ENCODING_PLAIN) return transmitDataByteCount == transmitDataSize ? Status.Ok : Status.BadField;
  if (transmitDataEncoding != ENCODING_LZ4 || frameVersion < 2) return Status.BadField;
  return transmitDataSize <= MAXIMUM_CHUNK && transmitDataByteCount > 0 ? Status.Ok : Status.BadField;
}

export function transmitDataResponseEncode(body: usize, completion: u32, transfer: u32, next: u32, mask: u32): u32 {
  store<u32>(body, completion & 0xff);
  store<u32>(body, transfer, 4);
  store<u32>(body, next, 8);
  store<u32>(body, mask, 12);
  return TRANSMIT_DATA_RESPONSE_SIZE;
}

/** Appends to a response which chunk the receiver could not make, and which blocks of it its slot has. */
export function transmitDataRefusedEncode(body: usize, offset: u32, held: u32): u32 {
  store<u32>(body, offset, 16);
  store<u32>(body, (held & 0xffff) | (1 << 16), 20);
  return TRANSMIT_DATA_REFUSED_SIZE;
}

export function transmitDataResponseDecode(body: usize, size: u32): Status {
  if (size < TRANSMIT_DATA_RESPONSE_SIZE) return Status.TooShort;
  transmitDataCompletion = load<u8>(body);
  transmitDataTransfer = load<u32>(body, 4);
  transmitDataNext = load<u32>(body, 8);
  transmitDataMask = load<u32>(body, 12);
  transmitDataIsRefused = frameVersion > 2 && size >= TRANSMIT_DATA_REFUSED_SIZE && load<u16>(body, 22) == 1;
  transmitDataRefused = transmitDataIsRefused ? load<u32>(body, 16) : 0;
  transmitDataHeld = transmitDataIsRefused ? load<u16>(body, 20) : 0;
  return Status.Ok;
}
