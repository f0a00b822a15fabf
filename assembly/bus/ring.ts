/**
 * A ring of whole messages in the shared window. One end owns the head and puts messages in, the other owns the tail
 * and takes them out; README.md draws it. An index is a count of bytes that wraps at 2^32, stored twice: as it is and
 * with every bit inverted, so that one that is torn, or never was an index, is not believed.
 */
import { Status } from "../status";
import { framePeekSize, HEADER_SIZE } from "../wire/frame";
import { memoryCopyFrom, memoryCopyTo } from "./imports";

/** Messages begin at multiples of this. */
const ALIGNMENT: u32 = 8;
/** How often an index whose two halves disagree is read again before it counts as garbage. */
const READS: u32 = 16;

/** Set by `ringTake`: bytes of the message. */
export let ringMessageSize: u32 = 0;

const pair: usize = memory.data(8, 8);
let value: u32 = 0;

function readIndex(fn: u32, bar: u32, offset: u32): bool {
  for (let i: u32 = 0; i < READS; i++) {
    memoryCopyFrom(fn, bar, offset, pair, 8);
    value = load<u32>(pair);
    if (load<u32>(pair, 4) == ~value) return true;
  }
  return false;
}

function writeIndex(fn: u32, bar: u32, offset: u32, index: u32): void {
  store<u32>(pair, index);
  store<u32>(pair, ~index, 4);
  memoryCopyTo(fn, bar, offset, pair, 8);
}

// @ts-ignore: decorator
@inline
function aligned(size: u32): u32 {
  return (size + (ALIGNMENT - 1)) & ~(ALIGNMENT - 1);
}

/**
 * Puts a message in. `head` is our own index, kept by the caller, who adds `ringMessageSize` to it after `Ok`.
 * `Full` when it does not fit now; `Garbage` when the other end's index makes no sense.
 */
export function ringPut(
  fn: u32, bar: u32, headAt: u32, tailAt: u32, data: u32, size: u32, head: u32, message: usize, messageSize: u32,
): Status {
  const room: u32 = aligned(messageSize);
  if (room > size) return Status.BadArgument;
  if (!readIndex(fn, bar, tailAt)) return Status.Garbage;
  const used: u32 = head - value;
  if (used > size) return Status.Garbage;
  if (size - used < room) return Status.Full;
  const at: u32 = head & (size - 1);
  const first: u32 = min<u32>(messageSize, size - at);
  memoryCopyTo(fn, bar, data + at, message, first);
  if (first < messageSize) memoryCopyTo(fn, bar, data, message + first, messageSize - first);
  writeIndex(fn, bar, headAt, head + room);
  ringMessageSize = room;
  return Status.Ok;
}

function copyOut(fn: u32, bar: u32, data: u32, size: u32, index: u32, into: usize, count: u32): void {
  const at: u32 = index & (size - 1);
  const first: u32 = min<u32>(count, size - at);
  memoryCopyFrom(fn, bar, data + at, into, first);
  if (first < count) memoryCopyFrom(fn, bar, data, into + first, count - first);
}

/** Set by `ringTake`: our tail after it. */
export let ringTail: u32 = 0;

/**
 * Takes a message out. `tail` is our own index. `Empty` when there is none; `Garbage` when what lies there is no
 * message: everything up to the head was dropped then. `ringTail` is the new tail after `Ok` and `Garbage`.
 */
export function ringTake(
  fn: u32, bar: u32, headAt: u32, tailAt: u32, data: u32, size: u32, tail: u32, into: usize, capacity: u32,
): Status {
  ringTail = tail;
  if (!readIndex(fn, bar, headAt)) return Status.Garbage;
  const head: u32 = value;
  const used: u32 = head - tail;
  if (used == 0) return Status.Empty;
  let messageSize: u32 = 0;
  if (used <= size && used >= HEADER_SIZE && used % ALIGNMENT == 0) {
    copyOut(fn, bar, data, size, tail, into, HEADER_SIZE);
    messageSize = framePeekSize(into, HEADER_SIZE);
  }
  if (messageSize == 0 || messageSize > used || messageSize > capacity) {
    ringTail = head;
    writeIndex(fn, bar, tailAt, head);
    return Status.Garbage;
  }
  copyOut(fn, bar, data, size, tail, into, messageSize);
  ringTail = tail + aligned(messageSize);
  ringMessageSize = messageSize;
  writeIndex(fn, bar, tailAt, ringTail);
  return Status.Ok;
}
