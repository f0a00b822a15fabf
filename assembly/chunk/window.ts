/**
 * Which chunks the sending end has under way, and which it has to repeat. It knows offsets and times, not bytes.
 *
 * Slot i of the window stands for the chunk `windowBase / chunk size + i`. A chunk is repeated when its
 * acknowledgement is overdue, or when chunks that were sent at least REORDERING later have arrived: then it is
 * lost, and waiting for the timer would only cost time (RFC 9002, section 6.1.1, does the same).
 */
import { Status } from "../status";
import { MAXIMUM_CHUNK, MAXIMUM_WINDOW } from "../wire/message-type";
import { timerExpired, timerTimeoutMs } from "./timer";

/** How many sends later another chunk must have been sent before its arrival proves a loss. */
const REORDERING: u32 = 3;

/** All before this offset has been acknowledged. */
export let windowBase: u32 = 0;
/** Set by `windowNext`: the chunk to send. */
export let windowOffset: u32 = 0;
export let windowChunk: u32 = 0;
/** Chunks that were sent more than once since `windowBegin`. */
export let windowRepeats: u32 = 0;
/** Set by `windowAcknowledge`: whether it named a chunk that was not known to have arrived. */
export let windowHasNews: bool = false;

let size: u32 = 0;
let chunkSize: u32 = 0;
let limit: u32 = 0;
let sends: u32 = 0;

const UNSENT: u32 = 0;
const SENT: u32 = 1;
const ARRIVED: u32 = 2;
const LOST: u32 = 3;
/** It arrived in a form that the receiver could make nothing of: it is sent in another one. */
const REFUSED: u32 = 4;

// One entry a slot of the window: u32 state, u32 sent at (milliseconds), u32 number of the send, u32 times sent.
const ENTRY: u32 = 16;
const AT: usize = 4;
const NUMBER: usize = 8;
const TIMES: usize = 12;
const entries: usize = memory.data(512, 16);

/** `BadArgument` unless the chunk size is 1 to 65,536, the window 1 to 32, and `resume` inside the file. */
export function windowBegin(fileSize: u32, chunk: u32, window: u32, resume: u32): Status {
  if (fileSize == 0 || chunk == 0 || chunk > MAXIMUM_CHUNK || window == 0 || window > MAXIMUM_WINDOW) return Status.BadArgument;
  if (resume > fileSize || (resume != fileSize && resume % chunk != 0)) return Status.BadArgument;
  size = fileSize;
  chunkSize = chunk;
  limit = window;
  windowBase = resume;
  sends = 0;
  windowRepeats = 0;
  windowHasNews = false;
  memory.fill(entries, 0, MAXIMUM_WINDOW * ENTRY);
  return Status.Ok;
}

export function windowIsWhole(): bool {
  return windowBase == size;
}

// @ts-ignore: decorator
@inline
function entry(slot: u32): usize {
  return entries + <usize>(slot * ENTRY);
}

/** Slots of the window that lie inside the file. */
function slotCount(): u32 {
  const left: u32 = size - windowBase;
  return min<u32>(limit, left / chunkSize + (left % chunkSize ? 1 : 0));
}

/**
 * Looks for a chunk to send now: first what has to be repeated, then what was never sent. False when all of the
 * window is under way; `windowWaitMs` says for how long then.
 */
export function windowNext(): bool {
  const count: u32 = slotCount();
  for (let slot: u32 = 0; slot < count; slot++) {
    const state: u32 = load<u32>(entry(slot));
    if (state == UNSENT || state == LOST || state == REFUSED) {
      windowOffset = windowBase + slot * chunkSize;
      windowChunk = min<u32>(chunkSize, size - windowOffset);
      return true;
    }
  }
  return false;
}

/**
 * Takes note that the chunk at `offset`, which `windowNext` named, has been sent. Nothing changes when its
 * acknowledgement has come in between.
 */
export function windowSent(offset: u32, now: u32): void {
  if (offset < windowBase || offset >= size) return;
  const at: usize = entry((offset - windowBase) / chunkSize);
  if (load<u32>(at) == ARRIVED) return;
  const times: u32 = load<u32>(at, TIMES);
  if (times > 0 && load<u32>(at) != REFUSED) windowRepeats++;
  store<u32>(at, SENT);
  store<u32>(at, now, AT);
  store<u32>(at, sends++, NUMBER);
  store<u32>(at, times + 1, TIMES);
}

function arrived(slot: u32): u32 {
  const at: usize = entry(slot);
  const number: u32 = load<u32>(at, NUMBER);
  if (load<u32>(at) == ARRIVED || load<u32>(at, TIMES) == 0) return 0;
  store<u32>(at, ARRIVED);
  return number + 1;
}

/** Everything sent REORDERING or more before the newest send that arrived, and still not there, is lost. */
function markLost(newest: u32): void {
  const count: u32 = slotCount();
  for (let slot: u32 = 0; slot < count; slot++) {
    const at: usize = entry(slot);
    if (load<u32>(at) == SENT && load<u32>(at, NUMBER) + REORDERING < newest) store<u32>(at, LOST);
  }
}

/** Moves the window's base up by `count` slots. */
function advance(count: u32): void {
  const rest: u32 = MAXIMUM_WINDOW - count;
  memory.copy(entries, entry(count), rest * ENTRY);
  memory.fill(entry(rest), 0, count * ENTRY);
}

/**
 * Takes an acknowledgement. Old ones change nothing. `BadField` when it claims more than was ever sent; nothing
 * is changed then.
 */
export function windowAcknowledge(next: u32, mask: u32): Status {
  windowHasNews = false;
  if (next > size || (next != size && next % chunkSize != 0)) return Status.BadField;
  if (next < windowBase) return Status.Ok;
  const moved: u32 = next == size ? slotCountTo(next) : (next - windowBase) / chunkSize;
  if (moved > slotCount()) return Status.BadField;
  for (let slot: u32 = 0; slot < moved; slot++) if (load<u32>(entry(slot), TIMES) == 0) return Status.BadField;
  let newest: u32 = 0;
  for (let slot: u32 = 0; slot < moved; slot++) newest = max<u32>(newest, arrived(slot));
  if (moved > 0) advance(moved);
  windowBase = next;
  const count: u32 = slotCount();
  for (let slot: u32 = 1; slot < count; slot++) {
    if (mask & (1 << (slot - 1))) newest = max<u32>(newest, arrived(slot));
  }
  windowHasNews = newest > 0;
  markLost(newest);
  return Status.Ok;
}

function slotCountTo(next: u32): u32 {
  const left: u32 = next - windowBase;
  return left / chunkSize + (left % chunkSize ? 1 : 0);
}

/** The chunk at `offset` was understood and not taken: it is to be sent otherwise. False when it is not under way. */
export function windowRefuse(offset: u32): bool {
  if (offset < windowBase || offset % chunkSize != 0) return false;
  const slot: u32 = (offset - windowBase) / chunkSize;
  if (slot >= slotCount()) return false;
  const at: usize = entry(slot);
  if (load<u32>(at) != SENT && load<u32>(at) != LOST) return false;
  store<u32>(at, REFUSED);
  return true;
}

/** Marks every chunk whose acknowledgement is overdue as lost. Answers how many. */
export function windowExpire(now: u32): u32 {
  let lost: u32 = 0;
  const count: u32 = slotCount();
  for (let slot: u32 = 0; slot < count; slot++) {
    const at: usize = entry(slot);
    if (load<u32>(at) != SENT || !timerExpired(load<u32>(at, AT), now)) continue;
    store<u32>(at, LOST);
    lost++;
  }
  return lost;
}

/** Milliseconds until the first acknowledgement is overdue. */
export function windowWaitMs(now: u32): u32 {
  let wait: u32 = timerTimeoutMs;
  const count: u32 = slotCount();
  for (let slot: u32 = 0; slot < count; slot++) {
    const at: usize = entry(slot);
    if (load<u32>(at) != SENT) continue;
    const waited: u32 = now - load<u32>(at, AT);
    wait = min<u32>(wait, waited >= timerTimeoutMs ? 0 : timerTimeoutMs - waited);
  }
  return wait;
}
