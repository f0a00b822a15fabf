/**
 * One request and its response at a time, repeated until it is answered: the sending end of everything but data.
 * The caller encodes the body behind `EXCHANGE_OUT` + HEADER_SIZE, calls `exchangeBegin`, and then obeys
 * `exchangeNext`; what comes in goes to `exchangeMessage`.
 *
 *            begin           Send            timeout: Send again, same id
 *   Idle ──────────► Ready ────────► Waiting ──────────────┐
 *                                    │  │ ◄───────────────┘
 *                          response  │  │  silent too long
 *                                    ▼  ▼
 *                                 Done  Failed(TimedOut)
 */
import { timerBackOff, timerMeasure, timerProgress, timerTimeoutMs } from "../chunk/timer";
import { Status } from "../status";
import { frameDecode, frameEncode, frameId, frameIsResponse, frameType, HEADER_SIZE } from "../wire/frame";

/** What the caller does next. */
export enum ExchangeAction {
  /** Nothing is under way. */
  Idle = 0,
  /** Send `exchangeOutSize` bytes at EXCHANGE_OUT, and call `exchangeNext` again. */
  Send = 1,
  /** Wait for a message, at most `exchangeWaitMs`. */
  Wait = 2,
  /** The response's body lies in `exchangeBody`. */
  Done = 3,
  /** `exchangeFailure` says why. */
  Failed = 4,
}

/** The request: a header and the longest body that is not data, a start of file with its signature. */
const OUT_SIZE: u32 = 2304;
export const EXCHANGE_OUT: usize = memory.data(2304, 16);
/** Set by `exchangeBegin`: bytes of the request. */
export let exchangeOutSize: u32 = 0;
/** Set by `exchangeNext`. */
export let exchangeWaitMs: u32 = 0;
/** Set by `exchangeMessage` when it completes the exchange: where the body of the response lies, and its size. */
export let exchangeBody: usize = 0;
export let exchangeBodySize: u32 = 0;
/** Set when the action is Failed. */
export let exchangeFailure: Status = Status.Ok;
/** The id of the newest request; ids go up by one from where `exchangeSeed` set them. */
export let exchangeId: u32 = 0;

/** How often a request is sent at least, and for how long, before the peer counts as silent. */
const TRIES: u32 = 7;
const SILENCE_MS: u32 = 15000;

let state: ExchangeAction = ExchangeAction.Idle;
let type: u32 = 0;
let firstSentAt: u32 = 0;
let sentAt: u32 = 0;
let tries: u32 = 0;
/** What the peer itself said that it would take, on top of the round trip. */
let patienceMs: u32 = 0;

/** Starts the ids at a random number, so that answers to an earlier run are not taken for ours. */
export function exchangeSeed(id: u32): void {
  exchangeId = id;
  state = ExchangeAction.Idle;
}

/**
 * Begins a request of this type whose body of `bodySize` bytes lies behind EXCHANGE_OUT + HEADER_SIZE. The peer
 * may hold its answer back for `holdMs`. A request under way is forgotten.
 */
export function exchangeBegin(messageType: u32, bodySize: u32, holdMs: u32): Status {
  if (bodySize > OUT_SIZE - HEADER_SIZE) return Status.BadArgument;
  type = messageType;
  exchangeId++;
  exchangeOutSize = frameEncode(EXCHANGE_OUT, type, exchangeId, bodySize);
  tries = 0;
  patienceMs = holdMs;
  state = ExchangeAction.Send;
  return Status.Ok;
}

/** What to do now. After Send it counts the message as sent. */
export function exchangeNext(now: u32): ExchangeAction {
  if (state == ExchangeAction.Wait) {
    const waited: u32 = now - sentAt;
    const timeout: u32 = timerTimeoutMs + patienceMs;
    if (waited < timeout) {
      exchangeWaitMs = timeout - waited;
      return ExchangeAction.Wait;
    }
    timerBackOff();
    if (tries >= TRIES && now - firstSentAt >= SILENCE_MS) {
      exchangeFailure = Status.TimedOut;
      state = ExchangeAction.Failed;
    } else {
      state = ExchangeAction.Send;
    }
  }
  if (state != ExchangeAction.Send) return state;
  if (tries == 0) firstSentAt = now;
  sentAt = now;
  tries++;
  state = ExchangeAction.Wait;
  return ExchangeAction.Send;
}

/**
 * Takes a message that came in. `Ok` when it completes the exchange; `UnexpectedType` when it is a whole message
 * that is not for this exchange; otherwise what is wrong with it. Nothing but `Ok` changes anything.
 */
export function exchangeMessage(message: usize, size: u32, now: u32): Status {
  const status: Status = frameDecode(message, size);
  if (status != Status.Ok) return status;
  if (state != ExchangeAction.Wait) return Status.UnexpectedType;
  if (!frameIsResponse || frameType != type || frameId != exchangeId) return Status.UnexpectedType;
  // Karn: the answer to a request sent twice does not say which of the two it answers; and one that was held back
  // says nothing of the link, but that it is alive.
  if (tries == 1) {
    if (patienceMs == 0) timerMeasure(now - sentAt);
    else timerProgress();
  }
  exchangeBody = message + HEADER_SIZE;
  exchangeBodySize = size - HEADER_SIZE;
  state = ExchangeAction.Done;
  return Status.Ok;
}
