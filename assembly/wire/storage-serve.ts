/**
 * Serve: a program of the host lets the device read files of the host's storage. The host asks what the device wishes for
 * and answers the wish in its next request, so that here, too, only the host asks.
 *
 * request    0 u32 wish that is answered (0: none)   4 u8 outcome   5 zero [3]   8 u32 offset   12 u32 size of the file
 *           16 the bytes from the offset on
 * response   0 u8 completion   1 u8 zero   2 u16 wait   4 u32 wish (0: none)   8 u32 offset   12 u32 bytes   16 path [128]
 */
import { Status } from "../status";
import { MAXIMUM_CHUNK } from "./message-type";

/** Types of messages by which the host's storage is reached. */
export enum StorageMessage {
  Serve = 28,
}

/** How a wish has been answered. */
export enum ServeOutcome {
  /** The bytes are there; fewer than wished for where the file ends. */
  Ok = 0,
  /** There is no such file. */
  NotFound = 1,
  /** It could not be read. */
  Failed = 2,
}

export const SERVE_REQUEST_SIZE: u32 = 16;
export const SERVE_RESPONSE_SIZE: u32 = 144;
/** Bytes of a path, padded with zeros. At least one zero ends it. */
export const SERVE_PATH_SIZE: u32 = 128;

const PATH: u32 = 16;

/** Set by both decoders. */
export let serveWish: u32 = 0;
export let serveOffset: u32 = 0;
/** Set by `serveRequestDecode`. */
export let serveOutcome: u32 = 0;
export let serveFileSize: u32 = 0;
/** Set by `serveRequestDecode`: where the bytes lie; by both decoders: how many there are, or are wished for. */
export let serveBytes: usize = 0;
export let serveSize: u32 = 0;
/** Set by `serveResponseDecode`. */
export let serveCompletion: u32 = 0;
export let serveWaitMs: u32 = 0;
export let servePath: usize = 0;
export let servePathSize: u32 = 0;

/** The bytes, at most MAXIMUM_CHUNK, lie behind the SERVE_REQUEST_SIZE bytes already. */
export function serveRequestEncode(body: usize, wish: u32, outcome: u32, offset: u32, fileSize: u32, size: u32): u32 {
  store<u32>(body, wish);
  store<u32>(body, outcome & 0xff, 4);
  store<u32>(body, offset, 8);
  store<u32>(body, fileSize, 12);
  return SERVE_REQUEST_SIZE + size;
}

export function serveRequestDecode(body: usize, size: u32): Status {
  if (size < SERVE_REQUEST_SIZE) return Status.TooShort;
  if (size - SERVE_REQUEST_SIZE > MAXIMUM_CHUNK) return Status.BadSize;
  serveWish = load<u32>(body);
  serveOutcome = load<u8>(body, 4);
  serveOffset = load<u32>(body, 8);
  serveFileSize = load<u32>(body, 12);
  serveBytes = body + SERVE_REQUEST_SIZE;
  serveSize = size - SERVE_REQUEST_SIZE;
  return serveOutcome <= <u32>ServeOutcome.Failed ? Status.Ok : Status.BadField;
}

/** `path` is SERVE_PATH_SIZE bytes. */
export function serveResponseEncode(body: usize, completion: u32, waitMs: u32, wish: u32, offset: u32, size: u32, path: usize): u32 {
  store<u16>(body, <u16>(completion & 0xff));
  store<u16>(body, <u16>waitMs, 2);
  store<u32>(body, wish, 4);
  store<u32>(body, offset, 8);
  store<u32>(body, size, 12);
  memory.copy(body + PATH, path, SERVE_PATH_SIZE);
  return SERVE_RESPONSE_SIZE;
}

export function serveResponseDecode(body: usize, size: u32): Status {
  if (size < SERVE_RESPONSE_SIZE) return Status.TooShort;
  serveCompletion = load<u8>(body);
  serveWaitMs = load<u16>(body, 2);
  serveWish = load<u32>(body, 4);
  serveOffset = load<u32>(body, 8);
  serveSize = load<u32>(body, 12);
  servePath = body + PATH;
  servePathSize = 0;
  while (servePathSize < SERVE_PATH_SIZE && isPathByte(load<u8>(servePath + <usize>servePathSize))) servePathSize++;
  for (let i: u32 = servePathSize; i < SERVE_PATH_SIZE; i++) if (load<u8>(servePath + <usize>i) != 0) return Status.BadField;
  if (serveCompletion != 0 || serveWish == 0) return Status.Ok;
  return servePathSize > 0 && servePathSize < SERVE_PATH_SIZE && serveSize <= MAXIMUM_CHUNK ? Status.Ok : Status.BadField;
}

/** Printable ASCII, space included. */
function isPathByte(byte: u32): bool {
  return byte >= 0x20 && byte < 0x7f;
}
