/**
 * One session with the device: find it, reset the mailbox, say hello; and the same again when the device has started
 * anew. What the device says of itself is kept here.
 */
import { busSleep } from "../bus/imports";
import { mailboxHeldMs, mailboxHighest, mailboxHolder, mailboxLowest, mailboxOpen, mailboxReset } from "../bus/mailbox";
import { timerReset } from "../chunk/timer";
import { Status } from "../status";
import { EXCHANGE_OUT, exchangeBody, exchangeBodySize, exchangeSeed } from "../transfer/exchange";
import { frameSpeak, HEADER_SIZE } from "../wire/frame";
import {
  helloBootId, helloChunkSize, helloCompletion, helloComponentCount, helloHighest, helloLowest, helloPlatform, helloRequestEncode,
  helloResponseDecode, helloVersion, helloWindow,
} from "../wire/hello";
import { LOWEST_VERSION, MAXIMUM_BODY, MessageType, NAME_SIZE, PROTOCOL_VERSION } from "../wire/message-type";
import { random_get } from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";
import { milliseconds } from "./clock";
import { linkExchange, linkIsLate, linkMayGoOn } from "./link";
import { say } from "./say";

/** How long a device that is silent, or held by someone else, is waited for. */
const PATIENCE_MS: u64 = 30000;
const PAUSE_MS: u32 = 200;

/** Names this run to the device. Set by `sessionBegin`. */
export let sessionId: u32 = 0;
/** Set by `sessionBegin` and `sessionRenew`, from hello. */
export let sessionVersion: u32 = LOWEST_VERSION;
export let sessionBootId: u32 = 0;
export let sessionChunkSize: u32 = 0;
export let sessionWindow: u32 = 0;
export let sessionComponentCount: u32 = 0;
export const SESSION_PLATFORM: usize = memory.data(16, 16);
/** Who holds the device, and for how long, when it answers that it is busy. */
export let sessionHolder: u32 = 0;
export let sessionHeldMs: u32 = 0;
/** The versions that the device speaks, when none is ours. */
export let sessionLowest: u32 = 0;
export let sessionHighest: u32 = 0;

const randomWord: usize = memory.data(4, 16);

function randomId(): u32 {
  random_get(randomWord, 4);
  return max<u32>(load<u32>(randomWord), 1);
}

function hello(): Status {
  frameSpeak(LOWEST_VERSION);
  const size: u32 = helloRequestEncode(
    EXCHANGE_OUT + HEADER_SIZE, LOWEST_VERSION, PROTOCOL_VERSION, sessionId, MAXIMUM_BODY + HEADER_SIZE);
  const status: Status = linkExchange(MessageType.Hello, size);
  if (status != Status.Ok) return status;
  const decoded: Status = helloResponseDecode(exchangeBody, exchangeBodySize);
  if (decoded != Status.Ok) return decoded;
  if (helloCompletion != 0 || helloVersion < LOWEST_VERSION || helloVersion > PROTOCOL_VERSION) {
    sessionLowest = helloLowest;
    sessionHighest = helloHighest;
    return Status.DeviceTooNew;
  }
  frameSpeak(helloVersion);
  sessionVersion = helloVersion;
  sessionBootId = helloBootId;
  sessionChunkSize = helloChunkSize;
  sessionWindow = helloWindow;
  sessionComponentCount = helloComponentCount;
  memory.copy(SESSION_PLATFORM, helloPlatform, NAME_SIZE);
  return Status.Ok;
}

function attempt(): Status {
  let status: Status = mailboxOpen();
  if (status == Status.DeviceTooNew) {
    sessionLowest = mailboxLowest;
    sessionHighest = mailboxHighest;
  }
  if (status != Status.Ok) return status;
  status = mailboxReset(randomId());
  if (status == Status.DeviceBusy) {
    sessionHolder = mailboxHolder;
    sessionHeldMs = mailboxHeldMs;
  }
  return status == Status.Ok ? hello() : status;
}

/** Whether the same attempt can succeed a little later. */
function isTemporary(status: Status): bool {
  return status == Status.TimedOut || status == Status.DeviceBusy || status == Status.PeerRestarted || status == Status.Garbage;
}

function tellWaiting(status: Status): void {
  if (status == Status.DeviceBusy) say("the management controller is held by another session; waiting up to 30 s for it");
  else say("the management controller does not answer; waiting up to 30 s for it");
}

/**
 * Reaches the device, and waits for one that is silent or busy. `NoDevice`, `DeviceTooNew`, `DeviceBusy`, `TimedOut`,
 * `Garbage`, `Stopped`, `TimeLimit`.
 */
export function sessionRenew(): Status {
  const since: u64 = milliseconds();
  let told: bool = false;
  timerReset();
  while (true) {
    const status: Status = attempt();
    if (!isTemporary(status)) return status;
    if (milliseconds() - since >= PATIENCE_MS) return status;
    if (!told && status != Status.PeerRestarted) {
      tellWaiting(status);
      told = true;
    }
    busSleep(PAUSE_MS);
    const going: Status = linkMayGoOn();
    if (going != Status.Ok) return going;
    // Waiting for a device that may never come is not what a limit is to be held back for.
    if (linkIsLate()) return Status.TimeLimit;
  }
  return Status.TimedOut;
}

/** Begins a session of its own name. See `sessionRenew` for the answers. */
export function sessionBegin(): Status {
  sessionId = randomId();
  exchangeSeed(randomId());
  return sessionRenew();
}
