/**
 * Transmit data carries one chunk. Its acknowledgement says what is still missing: everything before the next
 * offset has arrived, and bit i of the mask stands for the chunk i + 1 chunks behind the next offset.
 *
 * request   0 u32 transfer id   4 u32 offset   8 u32 encoding (0: plain, 1: an LZ4 block)   12 u32 bytes of image
 *          16 the bytes, or the block that makes them
 * response  0 u8 completion   1 zero [3]   4 u32 transfer id   8 u32 next offset   12 u32 mask
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

export function transmitDataRequestDecode(body: usize, size: u32): Status {
  if (size < TRANSMIT_DATA_REQUEST_SIZE) return Status.TooShort;
  transmitDataTransfer = load<u32>(body);
  transmitDataOffset = load<u32>(body, 4);
  transmitDataSize = load<u32>(body, 12);
  transmitDataBytes = body + TRANSMIT_DATA_REQUEST_SIZE;
  transmitDataByteCount = size - TRANSMIT_DATA_REQUEST_SIZE;
  transmitDataEncoding = load<u32>(body, 8);
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

export function transmitDataResponseDecode(body: usize, size: u32): Status {
  if (size < TRANSMIT_DATA_RESPONSE_SIZE) return Status.TooShort;
  transmitDataCompletion = load<u8>(body);
  transmitDataTransfer = load<u32>(body, 4);
  transmitDataNext = load<u32>(body, 8);
  transmitDataMask = load<u32>(body, 12);
  return Status.Ok;
}
