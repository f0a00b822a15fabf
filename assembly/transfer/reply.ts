/** The receiver's answer to a request, and the request it belongs to. */
import { frameEncode, frameId, frameType, HEADER_SIZE } from "../wire/frame";
import { RESPONSE } from "../wire/message-type";

/** Where a response is made: a header and the longest body of one. */
export const OUTBOX: usize = memory.data(256, 16);
/** Bytes of the response that waits to be sent; 0 when none does. */
export let replySize: u32 = 0;
/** Which link it goes to. */
export let replyLink: u32 = 0;

const BODY_LIMIT: u32 = 256 - HEADER_SIZE;
const body: usize = OUTBOX + HEADER_SIZE;

/** The body of the next response, all zeros. */
export function replyBody(): usize {
  memory.fill(body, 0, BODY_LIMIT);
  return body;
}

/** Makes the response to the request decoded last from the body at `replyBody`. */
export function replyNow(link: u32, size: u32): void {
  replyTo(link, frameType, frameId, size);
}

/** The same for a request that was decoded earlier and is answered only now. */
export function replyTo(link: u32, type: u32, id: u32, size: u32): void {
  replySize = frameEncode(OUTBOX, type | RESPONSE, id, size);
  replyLink = link;
}

/** A response that says only how the request ended: every field behind the completion code is zero. */
export function replyRefusal(link: u32, completion: u32): void {
  store<u8>(replyBody(), <u8>completion);
  replyNow(link, BODY_LIMIT);
}

export function replyClear(): void {
  replySize = 0;
}
