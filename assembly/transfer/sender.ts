/**
 * The sending end of one file: start file transfer, transmit data in a window, end file transfer, until the
 * stored acknowledgement. It runs on an upgrade that is open already, owns no image and no link: it says which
 * chunk it wants read and which message it wants sent.
 *
 *   begin ─► Starting ─► Sending ─► Ending ─► Done
 *                │           ▲  │        │
 *                └─ refused  │  └─ silence
 *                     ▼      └─ incomplete ┘
 *                   Failed
 */
import { reuseAcknowledged, reuseBegin, reuseRefused, reuseSent } from "../chunk/reuse";
import { timerBackOff, timerMeasure } from "../chunk/timer";
import {
  windowAcknowledge, windowBase, windowBegin, windowChunk, windowExpire, windowHasNews, windowIsWhole, windowNext, windowOffset,
  windowRefuse, windowRepeats, windowSent, windowWaitMs,
} from "../chunk/window";
import { lz4Encode } from "../compress/lz4-encode";
import { paceAcknowledged, paceBegin, paceCompresses, paceSent } from "../compress/pace";
import { Status } from "../status";
import { Completion } from "../wire/completion";
import {
  endFileCompletion, endFileDigest, endFileDone, endFileEqual, endFileFlashMs, endFileNext, endFilePhase, endFileRequestEncode,
  endFileResponseDecode, endFileTransfer,
} from "../wire/end-file";
import { frameBodySize, frameDecode, frameEncode, frameId, frameIsResponse, frameSpoken, frameType, HEADER_SIZE } from "../wire/frame";
import { DIGEST_SIZE, LOWEST_VERSION, MessageType, NAME_SIZE, Phase, SIGNATURE_LIMIT, VERSION_SIZE } from "../wire/message-type";
import {
  startFileChunkSize, startFileCompletion, startFileNext, startFilePatchEncode, startFileRequestEncode, startFileResponseDecode,
  startFileSignatureEncode, startFileSlot, startFileTransfer, startFileWindow,
} from "../wire/start-file";
import {
  heldBlockCount, TRANSMIT_DATA_REQUEST_SIZE, transmitDataBlockEncode, transmitDataCompletion, transmitDataHeld, transmitDataIsRefused, transmitDataMask,
  transmitDataNext, transmitDataRefused, transmitDataRequestEncode, transmitDataResponseDecode, transmitDataTransfer,
} from "../wire/transmit-data";
import {
  EXCHANGE_OUT, ExchangeAction, exchangeBegin, exchangeBody, exchangeBodySize, exchangeFailure, exchangeId, exchangeMessage,
  exchangeNext, exchangeOutSize, exchangeWaitMs,
} from "./exchange";
import { reusedChunkLooks, reusedChunkEncode } from "./reused-chunk";

/** What the caller does next. */
export enum SenderAction {
  Idle = 0,
  /** Copy `senderChunk` bytes of the image, or of the patch that is sent in its place, from `senderOffset` to SENDER_CHUNK, then call `senderRead`. */
  Read = 1,
  /** Send `senderOutSize` bytes at `senderOut`. */
  Send = 2,
  /** Wait for a message, at most `senderWaitMs`. */
  Wait = 3,
  /** The image has been stored; the results are in the `sender…` variables. */
  Done = 4,
  /** `senderFailure` says why, and `senderCompletion` what the peer answered. */
  Failed = 5,
}

/** The caller fills these before `senderBegin`. */
export const SENDER_COMPONENT: usize = memory.data(16, 16);
export const SENDER_VERSION: usize = memory.data(32, 16);
export const SENDER_DIGEST: usize = memory.data(32, 16);
/** The signature file, `senderBegin` takes its size. A receiver of version 1 is not sent one. */
export const SENDER_SIGNATURE: usize = memory.data(2048, 16);
/** Digests of a patch that is sent in place of the image, and of the image that it was made for. */
export const SENDER_PATCH_DIGEST: usize = memory.data(32, 16);
export const SENDER_BASE_DIGEST: usize = memory.data(32, 16);

const dataMessage: usize = memory.data(65568, 64);
/** Where a chunk is put: inside the message that will carry it. */
export const SENDER_CHUNK: usize = dataMessage + HEADER_SIZE + TRANSMIT_DATA_REQUEST_SIZE;
/** The message that carries a chunk as an LZ4 block, when that makes it smaller. */
const blockMessage: usize = memory.data(65568, 64);

/** Set with the action Read. */
export let senderOffset: u32 = 0;
export let senderChunk: u32 = 0;
/** Set with the action Send. */
export let senderOut: usize = 0;
export let senderOutSize: u32 = 0;
/** Set with the action Wait. */
export let senderWaitMs: u32 = 0;
/** Set with the action Failed. */
export let senderFailure: Status = Status.Ok;
/** The completion code of the last response that was no success. */
export let senderCompletion: u32 = 0;
/** The chunk that was read last is on its way with all its bytes: the receiver does not have to look at its slot for any. */
export let senderBrings: bool = false;
/** The slot that is written. */
export let senderSlot: u32 = 0;
/** Where the transfer began: bytes that the receiver had from an earlier run. */
export let senderResumed: u32 = 0;
/**
 * What the receiver does, and how far it is with it: bytes received while sending, bytes stored while ending. After a
 * failure, what it was doing then.
 */
export let senderPhase: u32 = Phase.Idle;
export let senderDone: u32 = 0;
export let senderTotal: u32 = 0;
/** Of the stored acknowledgement: modelled flash time, and bytes that needed no writing. */
export let senderFlashMs: u32 = 0;
export let senderEqual: u32 = 0;
/** Data messages that were sent again. */
export let senderRepeats: u32 = 0;
/** Bytes of all data messages, headers and repeats included; FFFFFFFF: that or more. */
export let senderWireBytes: u32 = 0;

/** How long the receiver may hold back the answer to end of file while it is still writing. */
const HOLD_MS: u32 = 100;
/** Without any new acknowledgement for so long, and after so many repeats, the receiver counts as silent. */
const SILENCE_MS: u32 = 15000;
const TRIES: u32 = 7;
/** A receiver that answers, but has got no further for so long, counts as silent, too. */
const STALL_MS: u32 = 60000;
/** For so long a trial of what the receiver runs is waited for, and so often it is asked. */
const TRIAL_MS: u32 = 300000;
const TRIAL_ASK_MS: u32 = 250;
/** How often a receiver may find at the end of the file that something is missing after all. */
const INCOMPLETE_LIMIT: u32 = 16;

enum State {
  Idle,
  Starting,
  /** What the receiver runs is on trial; it takes the next image after that. */
  Waiting,
  Sending,
  Reading,
  Ending,
  Done,
  Failed,
}

let state: State = State.Idle;
/** Bytes of the body of start file. */
let startSize: u32 = 0;
/** When the receiver is asked again whether its trial has ended. */
let askAt: u32 = 0;
let size: u32 = 0;
/** Bytes that are sent: those of the image, or of its patch. */
let sentSize: u32 = 0;
/** What comes is a patch: the first phase behind it is its own. */
let isPatched: bool = false;
let transfer: u32 = 0;
let chunkSize: u32 = 0;
let window: u32 = 0;
/** When something was last heard that is nearer to the end; not yet set while `isTimed` is false. */
let progressAt: u32 = 0;
let isTimed: bool = false;
let incompletes: u32 = 0;
/** Whether the receiver takes LZ4 blocks. */
let takesBlocks: bool = false;
/** Whether what the receiver's slot holds may be used: not for a patch, nor after that has led to a wrong image. */
let mayReuse: bool = true;
let reuses: bool = false;
/** How often acknowledgements were overdue since something was heard that is nearer to the end. */
let overdue: u32 = 0;

function fail(status: Status, completion: u32): void {
  senderFailure = status;
  senderCompletion = completion;
  state = State.Failed;
}

/** Whether the next files are sent by digests where the receiver's slot holds some of them already. They are, unless said otherwise. */
export function senderMayReuse(allowed: bool): void {
  mayReuse = allowed;
}

/** The rest of the file goes as bytes: the receiver takes those at once. */
export function senderForgoReuse(): void {
  reuses = false;
}

/**
 * Begins the file that the SENDER_ buffers describe, `fileSize` bytes, as image `index` of an open upgrade.
 * `signatureSize` is 0 when there is none; `patchSize` not 0 sends so many bytes of a patch in place of the image.
 * `BadArgument` when the signature is above SIGNATURE_LIMIT, or the version spoken knows no patches.
 */
export function senderBegin(upgrade: u32, index: u32, allow: u32, fileSize: u32, signatureSize: u32, patchSize: u32): Status {
  if (signatureSize > SIGNATURE_LIMIT || (patchSize != 0 && frameSpoken < 3)) return Status.BadArgument;
  size = fileSize;
  isPatched = patchSize != 0;
  sentSize = isPatched ? patchSize : fileSize;
  senderTotal = sentSize;
  senderDone = 0;
  senderResumed = 0;
  senderRepeats = 0;
  senderWireBytes = 0;
  takesBlocks = frameSpoken > LOWEST_VERSION;
  reuses = mayReuse && patchSize == 0 && frameSpoken > 2;
  senderFlashMs = 0;
  senderEqual = 0;
  senderCompletion = Completion.Ok;
  senderPhase = Phase.Open;
  isTimed = false;
  incompletes = 0;
  let body: u32 = startFileRequestEncode(
    EXCHANGE_OUT + HEADER_SIZE, upgrade, index, allow, fileSize, SENDER_COMPONENT, SENDER_VERSION, SENDER_DIGEST);
  if (frameSpoken > LOWEST_VERSION) body = startFileSignatureEncode(EXCHANGE_OUT + HEADER_SIZE, SENDER_SIGNATURE, signatureSize);
  if (frameSpoken > 2) body = startFilePatchEncode(EXCHANGE_OUT + HEADER_SIZE, body, patchSize, SENDER_PATCH_DIGEST, SENDER_BASE_DIGEST);
  startSize = body;
  state = State.Starting;
  return exchangeBegin(MessageType.StartFile, body, 0);
}

function progressed(now: u32): void {
  progressAt = now;
  isTimed = true;
  overdue = 0;
}

function isStalled(now: u32): bool {
  return isTimed && now - progressAt > STALL_MS;
}

function beginEnding(now: u32): void {
  state = State.Ending;
  senderDone = 0;
  senderTotal = size;
  senderPhase = isPatched ? Phase.Patching : Phase.Verifying;
  progressed(now);
  exchangeBegin(MessageType.EndFile, endFileRequestEncode(EXCHANGE_OUT + HEADER_SIZE, transfer, size, HOLD_MS), HOLD_MS);
}

function started(now: u32): void {
  const status: Status = startFileResponseDecode(exchangeBody, exchangeBodySize);
  if (status != Status.Ok) return fail(status, 0);
  if (startFileCompletion == Completion.InProgress) {
    // The receiver is still looking at what it has of this image: ask again.
    if (!isTimed) progressed(now);
    if (isStalled(now)) return fail(Status.TimedOut, startFileCompletion);
    exchangeBegin(MessageType.StartFile, startSize, 0);
    return;
  }
  if (startFileCompletion == Completion.OnTrial) {
    if (!isTimed) progressed(now);
    if (now - progressAt > TRIAL_MS) return fail(Status.Refused, startFileCompletion);
    senderCompletion = startFileCompletion;
    askAt = now + TRIAL_ASK_MS;
    state = State.Waiting;
    return;
  }
  senderCompletion = Completion.Ok;
  if (startFileCompletion != Completion.Ok) return fail(Status.Refused, startFileCompletion);
  chunkSize = startFileChunkSize;
  window = startFileWindow;
  if (windowBegin(sentSize, chunkSize, window, startFileNext) != Status.Ok) return fail(Status.BadField, 0);
  paceBegin(chunkSize, startFileNext);
  reuseBegin(chunkSize, startFileNext, reuses);
  transfer = startFileTransfer;
  senderSlot = startFileSlot;
  senderResumed = startFileNext;
  senderDone = startFileNext;
  progressed(now);
  senderPhase = Phase.Receiving;
  state = State.Sending;
  if (windowIsWhole()) beginEnding(now);
}

/** Chunks that had been acknowledged are gone: sends from where the receiver really is. */
function sendAgain(now: u32): void {
  if (incompletes++ == INCOMPLETE_LIMIT) return fail(Status.Refused, endFileCompletion);
  if (windowBegin(sentSize, chunkSize, window, endFileNext) != Status.Ok || windowIsWhole()) return fail(Status.BadField, 0);
  paceBegin(chunkSize, endFileNext);
  reuseBegin(chunkSize, endFileNext, reuses);
  senderPhase = Phase.Receiving;
  senderTotal = sentSize;
  senderDone = endFileNext;
  progressed(now);
  state = State.Sending;
}

/** The image is still being stored: asks again. */
function askAgain(now: u32): void {
  const done: u32 = min<u32>(endFileDone, size);
  if (senderPhase != endFilePhase || senderDone != done) progressed(now);
  if (isStalled(now)) return fail(Status.TimedOut, endFileCompletion);
  senderPhase = endFilePhase;
  senderDone = done;
  exchangeBegin(MessageType.EndFile, endFileRequestEncode(EXCHANGE_OUT + HEADER_SIZE, transfer, size, HOLD_MS), HOLD_MS);
}

function isAboutTransfer(completion: u32): bool {
  return completion == Completion.Ok || completion == Completion.InProgress || completion == Completion.Incomplete;
}

function ended(now: u32): void {
  const status: Status = endFileResponseDecode(exchangeBody, exchangeBodySize);
  if (status != Status.Ok) return fail(status, 0);
  // A refusal says nothing behind its completion code, not even of which transfer it is.
  if (!isAboutTransfer(endFileCompletion)) return fail(Status.Refused, endFileCompletion);
  if (endFileTransfer != transfer) return fail(Status.BadField, 0);
  if (endFileCompletion == Completion.Incomplete) return sendAgain(now);
  if (endFileCompletion == Completion.InProgress) return askAgain(now);
  // A success that names other bytes than ours is none.
  if (memory.compare(endFileDigest, SENDER_DIGEST, DIGEST_SIZE) != 0) return fail(Status.DigestMismatch, 0);
  senderFlashMs = endFileFlashMs;
  senderEqual = endFileEqual;
  senderPhase = Phase.Stored;
  senderDone = size;
  state = State.Done;
}

function nextOfExchange(now: u32): SenderAction {
  const action: ExchangeAction = exchangeNext(now);
  if (action == ExchangeAction.Send) {
    senderOut = EXCHANGE_OUT;
    senderOutSize = exchangeOutSize;
    return SenderAction.Send;
  }
  if (action == ExchangeAction.Failed) {
    fail(exchangeFailure, 0);
    return SenderAction.Failed;
  }
  senderWaitMs = exchangeWaitMs;
  return SenderAction.Wait;
}

function nextOfWindow(now: u32): SenderAction {
  if ((overdue >= TRIES && now - progressAt > SILENCE_MS) || isStalled(now)) {
    fail(Status.TimedOut, 0);
    return SenderAction.Failed;
  }
  if (windowExpire(now) > 0) {
    overdue++;
    timerBackOff();
  }
  if (windowNext()) {
    senderOffset = windowOffset;
    senderChunk = windowChunk;
    state = State.Reading;
    return SenderAction.Read;
  }
  senderWaitMs = max<u32>(windowWaitMs(now), 1);
  return SenderAction.Wait;
}

function nextOfWaiting(now: u32): SenderAction {
  const left: i32 = <i32>(askAt - now);
  if (left > 0) {
    senderWaitMs = left;
    return SenderAction.Wait;
  }
  state = State.Starting;
  exchangeBegin(MessageType.StartFile, startSize, 0);
  return nextOfExchange(now);
}

/** What to do now. */
export function senderNext(now: u32): SenderAction {
  switch (state) {
    case State.Starting:
    case State.Ending: return nextOfExchange(now);
    case State.Waiting: return nextOfWaiting(now);
    case State.Sending: return nextOfWindow(now);
    case State.Reading: return SenderAction.Read;
    case State.Done: return SenderAction.Done;
    case State.Failed: return SenderAction.Failed;
    default: return SenderAction.Idle;
  }
}

/** Makes the message that carries the chunk, or stands for it; compressed where that pays and saves at least a sixteenth. */
function makeMessage(id: u32): void {
  let body: u32 = 0;
  senderBrings = true;
  senderOut = blockMessage;
  if (reuses) body = reusedChunkEncode(blockMessage + HEADER_SIZE, transfer, senderOffset, SENDER_CHUNK, senderChunk, paceCompresses());
  if (body != 0) senderBrings = !reusedChunkLooks;
  if (body == 0 && takesBlocks && paceCompresses()) {
    const block: usize = blockMessage + HEADER_SIZE + TRANSMIT_DATA_REQUEST_SIZE;
    const blockSize: u32 = lz4Encode(SENDER_CHUNK, senderChunk, block, senderChunk - (senderChunk >> 4));
    if (blockSize != 0) body = transmitDataBlockEncode(blockMessage + HEADER_SIZE, transfer, senderOffset, senderChunk, blockSize);
  }
  if (body == 0) {
    senderOut = dataMessage;
    body = transmitDataRequestEncode(dataMessage + HEADER_SIZE, transfer, senderOffset, senderChunk);
  }
  senderOutSize = frameEncode(senderOut, MessageType.TransmitData, id, body);
  senderWireBytes = senderOutSize > ~senderWireBytes ? u32.MAX_VALUE : senderWireBytes + senderOutSize;
}

/**
 * The chunk asked for lies at SENDER_CHUNK: `senderOut` and `senderOutSize` are then the message to send, and it
 * counts as sent; a link that has no room for it may drop it, it is repeated in time. A chunk that could not be read
 * ends the transfer with the status given.
 */
export function senderRead(status: Status, now: u32): Status {
  if (state != State.Reading) return Status.WrongState;
  if (status != Status.Ok) {
    fail(status, 0);
    return Status.Ok;
  }
  // The acknowledgement carries the id back: as the time of sending it tells the round trip, for repeated chunks, too.
  makeMessage(now);
  windowSent(senderOffset, now);
  paceSent(senderOffset + senderChunk);
  reuseSent(senderOffset + senderChunk);
  state = State.Sending;
  return Status.Ok;
}

/** Takes the acknowledgement of a chunk. */
function acknowledged(message: usize, now: u32): Status {
  const status: Status = transmitDataResponseDecode(message + HEADER_SIZE, frameBodySize);
  if (status != Status.Ok) return status;
  // A message that the receiver can't read is answered without the number of its transfer.
  if (transmitDataTransfer != transfer && transmitDataCompletion != Completion.BadRequest) return Status.UnexpectedType;
  if (transmitDataCompletion != Completion.Ok) {
    fail(Status.Refused, transmitDataCompletion);
    return Status.Ok;
  }
  const before: u32 = windowBase;
  const taken: Status = windowAcknowledge(transmitDataNext, transmitDataMask);
  if (taken != Status.Ok) return taken;
  if (windowHasNews) timerMeasure(now - frameId);
  if (transmitDataIsRefused && reuses && windowRefuse(transmitDataRefused)) {
    reuseRefused(transmitDataRefused, transmitDataHeld, heldBlockCount(min<u32>(chunkSize, sentSize - transmitDataRefused)));
  }
  if (windowBase != before) {
    progressed(now);
    paceAcknowledged(windowBase, now);
    reuseAcknowledged(windowBase, now);
    senderDone = windowBase;
    senderRepeats = windowRepeats;
  }
  if (windowIsWhole()) beginEnding(now);
  return Status.Ok;
}

/**
 * Takes a message that came in. `UnexpectedType` for a whole message that is not for this transfer; otherwise
 * what is wrong with it. Neither changes anything.
 */
export function senderMessage(message: usize, messageSize: u32, now: u32): Status {
  if (state == State.Starting || state == State.Ending) {
    const status: Status = exchangeMessage(message, messageSize, now);
    if (status != Status.Ok) return status;
    if (state == State.Starting) started(now);
    else ended(now);
    return Status.Ok;
  }
  const status: Status = frameDecode(message, messageSize);
  if (status != Status.Ok) return status;
  if (!frameIsResponse || frameType != MessageType.TransmitData) return Status.UnexpectedType;
  if (state != State.Sending && state != State.Reading) return Status.UnexpectedType;
  return acknowledged(message, now);
}
