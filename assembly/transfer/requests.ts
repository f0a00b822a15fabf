/**
 * What the receiving end does with each request. A handler answers at once, or leaves `requestAwaits` set: then the
 * answer is made by `requestFinish` once the work that it started has ended.
 */
import { cursorIsWhole } from "../chunk/cursor";
import { Status } from "../status";
import { abortKeep, abortRequestDecode, abortResponseEncode, abortUpgrade } from "../wire/abort";
import { Completion } from "../wire/completion";
import { endFileRequestDecode, endFileSize, endFileTransfer, endFileWaitMs, endFileResponseEncode } from "../wire/end-file";
import { endUpgradeActivate, endUpgradeId, endUpgradeRequestDecode, endUpgradeResponseEncode } from "../wire/end-upgrade";
import { frameBodySize, frameId, frameSpeak, frameSpoken, frameType } from "../wire/frame";
import { helloHighest, helloLowest, helloRequestDecode, helloResponseEncode } from "../wire/hello";
import { inventoryIndex, inventoryRequestDecode, inventoryTrialEncode } from "../wire/inventory";
import { Allow, LOWEST_VERSION, MessageType, NAME_SIZE, NO_PATCH, PROTOCOL_VERSION, VERSION_SIZE } from "../wire/message-type";
import {
  startFileAllow, startFileComponent, startFileDigest, startFileIndex, startFilePatchDigest, startFilePatchSize, startFileRequestDecode, startFileResponseEncode, startFileSize,
  startFileBaseDigest, startFileSignature, startFileSignatureSize, startFileUpgrade, startFileVersion,
} from "../wire/start-file";
import {
  startUpgradeImageCount, startUpgradeOrigin, startUpgradeRequestDecode, startUpgradeResponseEncode, startUpgradeSession,
  startUpgradeTotal,
} from "../wire/start-upgrade";
import { paddedLength } from "../wire/text";
import {
  ENCODING_BLOCKS, ENCODING_DIGESTS, ENCODING_LZ4, transmitDataByteCount, transmitDataBytes, transmitDataEncoding, transmitDataErased, transmitDataHeld,
  transmitDataOffset, transmitDataRefusedEncode, transmitDataRequestDecode, transmitDataResponseEncode, transmitDataSize, transmitDataTransfer,
} from "../wire/transmit-data";
import { activationBegin, activationFailed, activationResets, TRIAL_LIMIT } from "./activation";
import {
  componentCount, componentFind, componentFloor, componentFound, componentHasRejected, componentInventory, componentIsInPlace,
  componentSlotSize, componentSound, componentTrial, slotHolds, slotVersion,
} from "./components";
import {
  FILE_DIGEST, fileBegin, fileChunk, fileDone, fileEnd, fileEqualBytes, fileFailure, fileFlashMs, fileHeld, fileHeldChunk, fileIs, fileIsBusy,
  fileIsRefused, fileMask, fileNextOffset, filePhase, fileRefused, fileSize, fileSlot, FileState, fileState, fileStore, fileTotal, fileTransfer,
} from "./incoming";
import { Note, noteAdd } from "./job";
import {
  lockGiveBack, lockHeard, lockHeldMs, lockIsLive, lockTake, upgradeAborted, upgradeId, upgradeIsOpen, upgradeSession, upgradeSlots, upgradeStored,
} from "./lock";
import { patchingChoose, patchingNone } from "./patching";
import { replyBody, replyNow, replyRefusal, replyTo } from "./reply";
import { trialHostUp, trialLeftMs } from "./trial";
import { compareVersions } from "./version";

/** The type of the request whose answer waits for work to end; 0 when none does. */
export let requestAwaits: u32 = 0;
/** Until when the answer to end of file may wait for the image to be stored. */
export let requestHoldUntil: u32 = 0;
/** The phase in which end of file was asked for; the next phase is worth an answer. */
export let requestPhase: u32 = 0;

/** The platform's name, NAME_SIZE bytes; the host sets it before it starts the receiver. */
export const PLATFORM: usize = memory.data(16, 16);
/** What the receiver announces. Set by `requestsConfigure`. */
export let limitChunk: u32 = 0;
export let limitWindow: u32 = 0;
export let bootId: u32 = 0;
/** Whether images are taken without a signature. */
export let labMode: bool = false;

/** The link of the host's bus. Every other number is a link of the device's network side. */
export const HOST_LINK: u32 = 0;
/** Holding an answer back for longer would look like silence. */
const HOLD_LIMIT_MS: u32 = 1000;

let awaitLink: u32 = 0;
let awaitId: u32 = 0;
let awaitVersion: u32 = 0;
// The upgrade that ended last, for a sender that did not hear the answer.
let endedId: u32 = 0;
let endedResets: u32 = 0;
let endedStored: u32 = 0;
let endedCompletion: u32 = 0;

export function requestsConfigure(chunk: u32, window: u32, boot: u32, lab: bool): void {
  labMode = lab;
  limitChunk = chunk;
  limitWindow = window;
  bootId = boot;
  requestAwaits = 0;
  endedId = 0;
}

/** Keeps who asked, until the work has ended. */
function answerLater(link: u32): void {
  requestAwaits = frameType;
  awaitLink = link;
  awaitId = frameId;
  awaitVersion = frameSpoken;
}

function hello(link: u32, body: usize): void {
  if (helloRequestDecode(body, frameBodySize) != Status.Ok) return replyRefusal(link, Completion.BadRequest);
  const fits: bool = helloLowest <= PROTOCOL_VERSION && LOWEST_VERSION <= helloHighest;
  if (link == HOST_LINK) trialHostUp();
  replyNow(link, helloResponseEncode(
    replyBody(), fits ? Completion.Ok : Completion.VersionNotSupported, fits ? min<u32>(helloHighest, PROTOCOL_VERSION) : 0, LOWEST_VERSION,
    PROTOCOL_VERSION, bootId, limitChunk, limitWindow, componentCount, PLATFORM));
}

function inventory(link: u32, body: usize, now: u32): void {
  if (inventoryRequestDecode(body, frameBodySize) != Status.Ok) return replyRefusal(link, Completion.BadRequest);
  if (inventoryIndex >= componentCount) return replyRefusal(link, Completion.UnknownComponent);
  const reply: usize = replyBody();
  let size: u32 = componentInventory(reply, inventoryIndex, labMode);
  if (frameSpoken > LOWEST_VERSION) {
    const attempt: u32 = componentTrial(inventoryIndex);
    size = inventoryTrialEncode(reply, componentFloor(inventoryIndex), attempt, attempt == 0 ? 0 : TRIAL_LIMIT, trialLeftMs(inventoryIndex, now));
  }
  replyNow(link, size);
}

function startUpgrade(link: u32, body: usize, now: u32): void {
  if (startUpgradeRequestDecode(body, frameBodySize) != Status.Ok) return replyRefusal(link, Completion.BadRequest);
  const same: bool = upgradeIsOpen && upgradeSession == startUpgradeSession;
  if (!same) {
    if (lockIsLive(now) || fileState == FileState.Storing) {
      replyNow(link, startUpgradeResponseEncode(replyBody(), Completion.Busy, 0, upgradeIsOpen ? upgradeSession : 0, lockHeldMs(now)));
      return;
    }
    if (upgradeIsOpen) noteAdd(Note.UpgradeAbandoned);
    fileEnd(true);
    lockTake(startUpgradeSession, link, startUpgradeImageCount, startUpgradeOrigin, startUpgradeTotal, now);
    noteAdd(Note.UpgradeStarted);
  }
  lockHeard(now);
  replyNow(link, startUpgradeResponseEncode(replyBody(), Completion.Ok, upgradeId, upgradeSession, lockHeldMs(now)));
}

/** Whether policy lets the announced image replace what the component runs. */
function judge(component: u32): u32 {
  // What runs and was found to be damaged may be replaced by any image that its security number allows, as if nothing ran.
  const active: u32 = componentSound(component);
  if (startFileSize == 0 || startFileSize > componentSlotSize(component)) return Completion.BadImageSize;
  if (slotHolds(component, active, startFileDigest)) return Completion.AlreadyRunning;
  if (startFileAllow < <u32>Allow.Reinstall && componentHasRejected(component, startFileDigest)) return Completion.TrialFailed;
  if (componentTrial(component) != 0 && !componentIsInPlace(component)) return Completion.OnTrial;
  if (active > 1) return Completion.Ok;
  const version: usize = slotVersion(component, active);
  const order: i32 = compareVersions(
    startFileVersion, paddedLength(startFileVersion, VERSION_SIZE), version, paddedLength(version, VERSION_SIZE));
  if (order < 0 && startFileAllow < <u32>Allow.Downgrade) return Completion.WouldDowngrade;
  if (order == 0 && startFileAllow < <u32>Allow.Reinstall) return Completion.WouldReinstall;
  return Completion.Ok;
}

/** How an upgrade is refused that is not open. */
function unknownUpgrade(id: u32): u32 {
  return upgradeAborted != 0 && id == upgradeAborted ? Completion.Aborted : Completion.NoUpgrade;
}

/** How a transfer is refused that is not under way: the last one may have ended with its upgrade. */
function unknownTransfer(transfer: u32): u32 {
  const isLast: bool = fileState == FileState.None && transfer == fileTransfer;
  return isLast && upgradeAborted != 0 && upgradeAborted == upgradeId ? Completion.Aborted : Completion.NoTransfer;
}

function replyStartFile(link: u32, id: u32): void {
  const completion: u32 = fileState == FileState.Failed ? fileFailure : Completion.Ok;
  replyTo(link, MessageType.StartFile, id, startFileResponseEncode(
    replyBody(), completion, fileSlot, limitWindow, fileTransfer, limitChunk, fileNextOffset()));
}

function startFile(link: u32, body: usize, now: u32): void {
  if (startFileRequestDecode(body, frameBodySize) != Status.Ok) return replyRefusal(link, Completion.BadRequest);
  if (!upgradeIsOpen || startFileUpgrade != upgradeId) return replyRefusal(link, unknownUpgrade(startFileUpgrade));
  lockHeard(now);
  if (!componentFind(startFileComponent)) return replyRefusal(link, Completion.UnknownComponent);
  const component: u32 = componentFound;
  if (fileIs(component, startFileSize, startFileDigest, startFilePatchSize, startFilePatchDigest)) return replyStartFile(link, frameId);
  if (fileState == FileState.Storing) return replyRefusal(link, Completion.Busy);
  const verdict: u32 = judge(component);
  if (verdict != Completion.Ok) return replyRefusal(link, verdict);
  if (startFilePatchSize > componentSlotSize(component)) return replyRefusal(link, Completion.BadImageSize);
  if (startFilePatchSize == NO_PATCH) patchingNone();
  else if (!patchingChoose(component, startFilePatchSize, startFilePatchDigest, startFileBaseDigest)) return replyRefusal(link, Completion.BaseNotHeld);
  fileBegin(
    startFileIndex, component, startFileSize, startFileVersion, startFileDigest, limitChunk, startFileSignature, startFileSignatureSize);
  answerLater(link);
}

function replyData(link: u32, id: u32, completion: u32): void {
  const body: usize = replyBody();
  let size: u32 = transmitDataResponseEncode(body, completion, fileTransfer, fileNextOffset(), fileMask());
  if (fileIsRefused && completion == Completion.Ok) size = transmitDataRefusedEncode(body, fileRefused, fileHeld);
  replyTo(link, MessageType.TransmitData, id, size);
}

/** Hands the chunk that the request carries to the file, in whatever form it came. */
function takeChunk(): Status {
  if (transmitDataEncoding == ENCODING_DIGESTS || transmitDataEncoding == ENCODING_BLOCKS) {
    return fileHeldChunk(
      transmitDataOffset, transmitDataSize, transmitDataBytes, transmitDataByteCount, transmitDataEncoding == ENCODING_DIGESTS,
      transmitDataHeld, transmitDataErased);
  }
  const blockSize: u32 = transmitDataEncoding == ENCODING_LZ4 ? transmitDataByteCount : 0;
  return fileChunk(transmitDataOffset, transmitDataSize, transmitDataBytes, blockSize);
}

function transmitData(link: u32, body: usize, now: u32): void {
  if (transmitDataRequestDecode(body, frameBodySize) != Status.Ok) return replyRefusal(link, Completion.BadRequest);
  if (fileState == FileState.None || transmitDataTransfer != fileTransfer) {
    replyNow(link, transmitDataResponseEncode(replyBody(), unknownTransfer(transmitDataTransfer), transmitDataTransfer, 0, 0));
    return;
  }
  lockHeard(now);
  if (fileState == FileState.Failed) return replyData(link, frameId, fileFailure);
  const status: Status = takeChunk();
  if (status == Status.BadBlock) return replyRefusal(link, Completion.BadRequest);
  if (status != Status.Ok) return replyData(link, frameId, Completion.BadOffset);
  if (fileIsBusy() && fileState == FileState.Receiving) answerLater(link);
  else replyData(link, frameId, Completion.Ok);
}

/** How end of file stands now. */
function endFileCompletionNow(): u32 {
  switch (fileState) {
    case FileState.Stored: return Completion.Ok;
    case FileState.Failed: return fileFailure;
    case FileState.Storing: return Completion.InProgress;
    default: return Completion.Incomplete;
  }
}

function replyEndFile(link: u32, id: u32): void {
  replyTo(link, MessageType.EndFile, id, endFileResponseEncode(
    replyBody(), endFileCompletionNow(), fileSlot, filePhase(), fileTransfer, fileDone(), fileTotal(), fileNextOffset(),
    fileFlashMs(), fileEqualBytes(), FILE_DIGEST));
}

function endFile(link: u32, body: usize, now: u32): void {
  if (endFileRequestDecode(body, frameBodySize) != Status.Ok) return replyRefusal(link, Completion.BadRequest);
  if (fileState == FileState.None || endFileTransfer != fileTransfer || endFileSize != fileSize) {
    return replyRefusal(link, unknownTransfer(endFileTransfer));
  }
  lockHeard(now);
  if (fileState == FileState.Receiving && cursorIsWhole()) fileStore();
  if (fileState != FileState.Storing) return replyEndFile(link, frameId);
  requestHoldUntil = now + min<u32>(endFileWaitMs, HOLD_LIMIT_MS);
  requestPhase = filePhase();
  answerLater(link);
}

function replyEndUpgrade(link: u32, id: u32): void {
  replyTo(link, MessageType.EndUpgrade, id, endUpgradeResponseEncode(
    replyBody(), endedCompletion, endedResets, endedStored, endedId));
}

function endUpgrade(link: u32, body: usize, now: u32): void {
  if (endUpgradeRequestDecode(body, frameBodySize) != Status.Ok) return replyRefusal(link, Completion.BadRequest);
  if (endedId != 0 && endUpgradeId == endedId) return replyEndUpgrade(link, frameId);
  if (!upgradeIsOpen || endUpgradeId != upgradeId) return replyRefusal(link, unknownUpgrade(endUpgradeId));
  lockHeard(now);
  if (fileState == FileState.Storing) return replyRefusal(link, Completion.Busy);
  fileEnd(true);
  activationBegin(upgradeStored, upgradeSlots, endUpgradeActivate);
  answerLater(link);
}

function abort(link: u32, body: usize): void {
  if (abortRequestDecode(body, frameBodySize) != Status.Ok) return replyRefusal(link, Completion.BadRequest);
  let completion: u32 = Completion.Ok;
  if (upgradeIsOpen && abortUpgrade == upgradeId) {
    // What is on its way into flash goes on to its end, whoever waits for it; only the lock is given back.
    const isStoring: bool = fileState == FileState.Storing;
    if (isStoring && !abortKeep) {
      completion = Completion.Busy;
    } else {
      if (!isStoring) fileEnd(abortKeep);
      lockGiveBack();
      noteAdd(Note.UpgradeAborted);
    }
  }
  replyNow(link, abortResponseEncode(replyBody(), completion, abortUpgrade));
}

/** Handles the request decoded last. `status` is answered by the receiver itself. */
export function requestHandle(link: u32, body: usize, now: u32): void {
  switch (frameType) {
    case MessageType.Hello: return hello(link, body);
    case MessageType.Inventory: return inventory(link, body, now);
    case MessageType.StartUpgrade: return startUpgrade(link, body, now);
    case MessageType.StartFile: return startFile(link, body, now);
    case MessageType.TransmitData: return transmitData(link, body, now);
    case MessageType.EndFile: return endFile(link, body, now);
    case MessageType.EndUpgrade: return endUpgrade(link, body, now);
    case MessageType.Abort: return abort(link, body);
    default: return replyRefusal(link, Completion.BadRequest);
  }
}

/** The activation of an upgrade has ended: gives the lock back and keeps what has to be answered. */
function upgradeEnded(): void {
  endedId = upgradeId;
  endedResets = activationResets;
  endedStored = popcnt<u32>(upgradeStored);
  endedCompletion = activationFailed ? Completion.RecordFailed : Completion.Ok;
  lockGiveBack();
  noteAdd(Note.UpgradeEnded);
}

/** The work that the awaited request started has ended, or may not be waited for any longer: answers it. */
export function requestFinish(): void {
  const type: u32 = requestAwaits;
  requestAwaits = 0;
  frameSpeak(awaitVersion);
  switch (type) {
    case MessageType.StartFile: return replyStartFile(awaitLink, awaitId);
    case MessageType.TransmitData: return replyData(awaitLink, awaitId, fileState == FileState.Failed ? fileFailure : Completion.Ok);
    case MessageType.EndFile: return replyEndFile(awaitLink, awaitId);
    case MessageType.EndUpgrade:
      upgradeEnded();
      return replyEndUpgrade(awaitLink, awaitId);
    default:
  }
}
