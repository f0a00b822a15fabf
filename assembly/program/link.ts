/**
 * Waiting for the device: messages go out and come in through the mailbox, and between them the program sleeps, looks
 * at its clock and hears when it is asked to stop. It knows no order of messages.
 */
import { busSleep } from "../bus/imports";
import { mailboxReceive, mailboxSend, mailboxSize } from "../bus/mailbox";
import { Status } from "../status";
import {
  EXCHANGE_OUT, ExchangeAction, exchangeBegin, exchangeFailure, exchangeMessage, exchangeNext, exchangeOutSize, exchangeWaitMs,
} from "../transfer/exchange";
import { milliseconds } from "./clock";

/** Where a message lies that came in. */
export const LINK_IN: usize = memory.data(1024, 16);
const LINK_IN_SIZE: u32 = 1024;

/** Looks at an empty ring so often before it begins to sleep between the looks. */
const EAGER_LOOKS: u32 = 64;
/** The longest pause between two looks. */
const LONGEST_PAUSE_MS: u32 = 3;

let deadline: u64 = 0;
let ignoresStop: bool = false;
let holdsTimeLimit: bool = false;

/** Until when the run may go on, in the program's clock; 0 is no limit. */
export function linkSetDeadline(at: u64): void {
  deadline = at;
}

/** While this is on, neither a stop nor the time limit ends a wait: for the few messages that end a run cleanly. */
export function linkIgnoreStop(on: bool): void {
  ignoresStop = on;
}

/**
 * While this is on, the time limit ends no wait for an answer: from the start of a run to its first chunk, so that every
 * run gets further, however short its limit is. A stop is heard all the same.
 */
export function linkHoldTimeLimit(on: bool): void {
  holdsTimeLimit = on;
}

/** Whether the time limit has passed, held or not. */
export function linkIsLate(): bool {
  return deadline != 0 && milliseconds() >= deadline;
}

/** The program's clock as the state machines take it. */
export function linkNow(): u32 {
  return <u32>milliseconds();
}

/** Whether to end at this chunk: `Stopped`, `TimeLimit`, or `Ok` to go on. */
export function linkMayGoOn(): Status {
  if (ignoresStop) return Status.Ok;
  if (busSleep(0)) return Status.Stopped;
  return !holdsTimeLimit && linkIsLate() ? Status.TimeLimit : Status.Ok;
}

/** Sends; waits for room in the ring as long as `patienceMs`. `Full` when there was none. */
export function linkSend(message: usize, size: u32, patienceMs: u32): Status {
  const since: u32 = linkNow();
  for (let look: u32 = 0; ; look++) {
    const status: Status = mailboxSend(message, size);
    if (status != Status.Full || linkNow() - since >= patienceMs) return status;
    busSleep(look < EAGER_LOOKS ? 0 : 1);
  }
  return Status.Full;
}

/**
 * Waits for a message, at most so long. `Ok`: it lies at LINK_IN, `mailboxSize` bytes. `Empty`: the time has passed.
 * `PeerRestarted`, `Stopped`, `TimeLimit`: see status.ts. Garbage is passed over: the sender repeats what it lost.
 */
export function linkReceive(waitMs: u32): Status {
  const since: u32 = linkNow();
  for (let look: u32 = 0; ; look++) {
    const status: Status = mailboxReceive(LINK_IN, LINK_IN_SIZE);
    if (status != Status.Empty && status != Status.Garbage) return status;
    const waited: u32 = linkNow() - since;
    if (waited >= waitMs) return Status.Empty;
    const going: Status = linkMayGoOn();
    if (going != Status.Ok) return going;
    if (look >= EAGER_LOOKS) busSleep(min<u32>(min<u32>(look - EAGER_LOOKS + 1, LONGEST_PAUSE_MS), waitMs - waited));
  }
  return Status.Empty;
}

/**
 * Carries out one exchange whose body of `bodySize` bytes lies behind EXCHANGE_OUT + HEADER_SIZE. `Ok`: the response
 * is at `exchangeBody`. `TimedOut` after all tries, or after `limitMs` where that is not 0; `PeerRestarted`, `Stopped`,
 * `TimeLimit`.
 */
export function linkExchange(type: u32, bodySize: u32, limitMs: u32 = 0): Status {
  const since: u32 = linkNow();
  const begun: Status = exchangeBegin(type, bodySize, 0);
  if (begun != Status.Ok) return begun;
  while (true) {
    const action: ExchangeAction = exchangeNext(linkNow());
    if (action == ExchangeAction.Done) return Status.Ok;
    if (action == ExchangeAction.Failed) return exchangeFailure;
    if (action == ExchangeAction.Send) {
      linkSend(EXCHANGE_OUT, exchangeOutSize, 0);
      continue;
    }
    const status: Status = linkReceive(limitMs == 0 ? exchangeWaitMs : min<u32>(exchangeWaitMs, limitMs));
    if (status == Status.Ok) exchangeMessage(LINK_IN, mailboxSize, linkNow());
    else if (status != Status.Empty) return status;
    else if (limitMs != 0 && linkNow() - since >= limitMs) return Status.TimedOut;
  }
  return Status.TimedOut;
}
