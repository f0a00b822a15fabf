/**
 * Hello agrees on a version. It is frozen: every version of the protocol sends and understands these bytes, in
 * a header whose version byte is not looked at.
 *
 * request   0 u8 lowest version   1 u8 highest version   2 u16 zero   4 u32 session   8 u32 largest message taken
 * response  0 u8 completion   1 u8 version chosen   2 u8 lowest   3 u8 highest   4 u32 boot id   8 u32 chunk size
 *          12 u16 window   14 u16 component count   16 platform [16]
 */
import { Status } from "../status";
import { MAXIMUM_CHUNK, MAXIMUM_WINDOW, NAME_SIZE } from "./message-type";
import { isName } from "./text";

export const HELLO_REQUEST_SIZE: u32 = 12;
export const HELLO_RESPONSE_SIZE: u32 = 32;

/** Set by `helloRequestDecode` and `helloResponseDecode`. */
export let helloLowest: u32 = 0;
export let helloHighest: u32 = 0;
/** Set by `helloRequestDecode`: names one run of the sending end. */
export let helloSession: u32 = 0;
export let helloLargestMessage: u32 = 0;
/** Set by `helloResponseDecode`. */
export let helloCompletion: u32 = 0;
export let helloVersion: u32 = 0;
/** Set by `helloResponseDecode`: another one at each start of the receiving end. */
export let helloBootId: u32 = 0;
export let helloChunkSize: u32 = 0;
export let helloWindow: u32 = 0;
export let helloComponentCount: u32 = 0;
/** Set by `helloResponseDecode`: where the platform's name lies, NAME_SIZE bytes. */
export let helloPlatform: usize = 0;

export function helloRequestEncode(body: usize, lowest: u32, highest: u32, session: u32, largestMessage: u32): u32 {
  store<u8>(body, <u8>lowest);
  store<u8>(body, <u8>highest, 1);
  store<u16>(body, 0, 2);
  store<u32>(body, session, 4);
  store<u32>(body, largestMessage, 8);
  return HELLO_REQUEST_SIZE;
}

export function helloRequestDecode(body: usize, size: u32): Status {
  if (size < HELLO_REQUEST_SIZE) return Status.TooShort;
  helloLowest = load<u8>(body);
  helloHighest = load<u8>(body, 1);
  helloSession = load<u32>(body, 4);
  helloLargestMessage = load<u32>(body, 8);
  if (helloLowest == 0 || helloHighest < helloLowest) return Status.BadField;
  return Status.Ok;
}

/** The platform's name is copied from `platform`, NAME_SIZE bytes. */
export function helloResponseEncode(
  body: usize, completion: u32, version: u32, lowest: u32, highest: u32, bootId: u32, chunkSize: u32, window: u32,
  componentCount: u32, platform: usize,
): u32 {
  store<u8>(body, <u8>completion);
  store<u8>(body, <u8>version, 1);
  store<u8>(body, <u8>lowest, 2);
  store<u8>(body, <u8>highest, 3);
  store<u32>(body, bootId, 4);
  store<u32>(body, chunkSize, 8);
  store<u16>(body, <u16>window, 12);
  store<u16>(body, <u16>componentCount, 14);
  memory.copy(body + 16, platform, NAME_SIZE);
  return HELLO_RESPONSE_SIZE;
}

/** When the completion is not success, only the completion and the versions are set and checked. */
export function helloResponseDecode(body: usize, size: u32): Status {
  if (size < HELLO_RESPONSE_SIZE) return Status.TooShort;
  helloCompletion = load<u8>(body);
  helloVersion = load<u8>(body, 1);
  helloLowest = load<u8>(body, 2);
  helloHighest = load<u8>(body, 3);
  if (helloCompletion != 0) return Status.Ok;
  helloBootId = load<u32>(body, 4);
  helloChunkSize = load<u32>(body, 8);
  helloWindow = load<u16>(body, 12);
  helloComponentCount = load<u16>(body, 14);
  helloPlatform = body + 16;
  if (helloChunkSize == 0 || helloChunkSize > MAXIMUM_CHUNK) return Status.BadField;
  if (helloWindow == 0 || helloWindow > MAXIMUM_WINDOW) return Status.BadField;
  if (!isName(helloPlatform)) return Status.BadField;
  return Status.Ok;
}
