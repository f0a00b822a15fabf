/**
 * The header that every message starts with. README.md in this folder is the specification; this file knows
 * nothing of what the bodies mean.
 *
 *  0  u16 magic      2  u8 version     3  u8 type (bit 7: response)
 *  4  u32 id         a response carries the id of what it answers
 *  8  u32 size       bytes of body
 * 12  u32 crc        CRC-32 of header (this field as zero) and body
 */
import { crc32 } from "../checksum/crc32";
import { Status } from "../status";
import { LOWEST_VERSION, MAXIMUM_BODY, MessageType, PROTOCOL_VERSION, RESPONSE } from "./message-type";

/** "FY" in the order of the bytes. */
export const MAGIC: u16 = 0x5946;
/** Bytes of the header. */
export const HEADER_SIZE: u32 = 16;

const VERSION: usize = 2;
const TYPE: usize = 3;
const ID: usize = 4;
const SIZE: usize = 8;
const CRC: usize = 12;

/** Set by `frameDecode`: the type without the response bit. */
export let frameType: u32 = 0;
/** Set by `frameDecode`. */
export let frameIsResponse: bool = false;
/** Set by `frameDecode`. */
export let frameId: u32 = 0;
/** Set by `frameDecode`: bytes of the body. */
export let frameBodySize: u32 = 0;
/** Set by `frameDecode`. */
export let frameVersion: u32 = 0;
/** The version that messages are made in: set by `frameSpeak`, and at first the oldest, which every peer reads. */
export let frameSpoken: u32 = LOWEST_VERSION;

function checksum(message: usize, bodySize: u32): u32 {
  store<u32>(message, 0, CRC);
  return crc32(message, HEADER_SIZE + bodySize);
}

/** Messages are made in this version from now on. */
export function frameSpeak(version: u32): void {
  frameSpoken = version;
}

/**
 * Puts the header in front of a body that already lies at `message` + HEADER_SIZE. Answers the bytes of the
 * whole message.
 */
export function frameEncode(message: usize, type: u32, id: u32, bodySize: u32): u32 {
  store<u16>(message, MAGIC);
  store<u8>(message, <u8>frameSpoken, VERSION);
  store<u8>(message, <u8>type, TYPE);
  store<u32>(message, id, ID);
  store<u32>(message, bodySize, SIZE);
  store<u32>(message, checksum(message, bodySize), CRC);
  return HEADER_SIZE + bodySize;
}

/**
 * The size that a header promises for its whole message, without trusting anything else in it; for a link
 * that has to know how much to fetch. 0 when no message can start like this.
 */
export function framePeekSize(header: usize, available: u32): u32 {
  if (available < HEADER_SIZE) return 0;
  if (load<u16>(header) != MAGIC) return 0;
  const bodySize: u32 = load<u32>(header, SIZE);
  if (bodySize > MAXIMUM_BODY) return 0;
  return HEADER_SIZE + bodySize;
}

/**
 * Checks a whole message and takes its header apart. `TooShort`, `BadMagic`, `BadSize`, `BadChecksum` and
 * `BadVersion` mean: drop it. The checksum is proved before the version is believed, so that a flipped bit in
 * the version is noise and not a newer peer. Hello is the same in every version (see README.md).
 */
export function frameDecode(message: usize, size: u32): Status {
  if (size < HEADER_SIZE) return Status.TooShort;
  if (load<u16>(message) != MAGIC) return Status.BadMagic;
  const bodySize: u32 = load<u32>(message, SIZE);
  if (bodySize > MAXIMUM_BODY || size - HEADER_SIZE != bodySize) return Status.BadSize;
  const crc: u32 = load<u32>(message, CRC);
  const computed: u32 = checksum(message, bodySize);
  store<u32>(message, crc, CRC);
  if (computed != crc) return Status.BadChecksum;
  const type: u32 = load<u8>(message, TYPE);
  frameVersion = load<u8>(message, VERSION);
  frameType = type & ~RESPONSE;
  frameIsResponse = (type & RESPONSE) != 0;
  frameId = load<u32>(message, ID);
  frameBodySize = bodySize;
  if (frameType == MessageType.Hello) return Status.Ok;
  if (frameVersion < LOWEST_VERSION || frameVersion > PROTOCOL_VERSION) return Status.BadVersion;
  return Status.Ok;
}
