/**
 * The receiving end, sans-IO. A message goes in through `receiverMessage`; `receiverNext` says what to do, one action
 * at a time, and `receiverDone` hears how it went. Messages may come in between any two actions while an image is
 * being stored. Nothing that a peer sends can trap, hang or grow memory here.
 *
 *   message ──► requestHandle ──► reply at once ───────────────────────────────► Respond
 *                     └─ starts work ──► actions of the file or the activation ──► reply when they have ended
 */
import { Status } from "../status";
import { Completion } from "../wire/completion";
import { frameBodySize, frameDecode, frameEncode, frameId, frameIsResponse, frameType, HEADER_SIZE } from "../wire/frame";
import { MAXIMUM_CHUNK, MAXIMUM_WINDOW, MessageType, NAME_SIZE, Phase, RESPONSE, VERSION_SIZE } from "../wire/message-type";
import { statusResponseEncode } from "../wire/status-report";
import { activationBoot, activationDoneWith, activationHostReset, activationIsBusy, activationNext, activationReset } from "./activation";
import {
  componentCount, componentIsBroken, slotDigest, slotImageSize, slotVersion,
} from "./components";
import {
  FILE_VERSION, fileBegin, fileComponent, fileComponentName, fileDone, fileDoneWith, fileEnd, fileFailure, fileIndex,
  fileIsBusy, fileIsWhole, fileNext, filePhase, fileReset, fileSeed, fileSize, fileSlot, FileState, fileState, fileStore,
} from "./incoming";
import { jobStaging, Note, noteAdd, notesClear, noteTake, ReceiverAction } from "./job";
import {
  lockGiveBack, lockHeldMs, lockIsLive, lockNoteStored, lockReset, upgradeId, upgradeImageCount, upgradeIsOpen, upgradeSession,
} from "./lock";
import { OUTBOX, replyBody, replyClear, replyLink, replyRefusal, replySize, replyNow } from "./reply";
import { bootId, limitChunk, requestAwaits, requestFinish, requestHandle, requestHoldUntil, requestPhase, requestsConfigure } from "./requests";

/** Where the host puts a message before `receiverMessage`. */
export const INBOX_SIZE: u32 = 65568;
export const INBOX: usize = memory.data(65568, 64);
/** Where `receiverStatus` makes its message. */
export const STATUS_OUT: usize = memory.data(128, 16);
/** Set with the action Idle: milliseconds after which there may be something to do again. */
export let receiverWaitMs: u32 = 0;
/** Set with the action Respond: the link on which the request came. */
export let receiverLink: u32 = 0;

const IDLE_WAIT_MS: u32 = 1000;
const NO_TEXT: usize = memory.data(32, 16);

enum Owner {
  None,
  Reply,
  File,
  Activation,
  Note,
}

let owner: Owner = Owner.None;
let repairing: u32 = 0;
let repairActive: bool = false;

/**
 * Starts the receiver; components have been added and loaded. `boot` differs from start to start. A pending slot
 * becomes the running one, and an interrupted writing in place is finished when its staging is whole.
 */
export function receiverStart(chunkSize: u32, window: u32, leaseMs: u32, boot: u32): Status {
  if (chunkSize == 0 || chunkSize > MAXIMUM_CHUNK || window == 0 || window > MAXIMUM_WINDOW) return Status.BadArgument;
  requestsConfigure(chunkSize, window, boot);
  lockReset(boot, leaseMs);
  fileReset();
  fileSeed(boot);
  activationReset();
  replyClear();
  notesClear();
  owner = Owner.None;
  repairing = 0;
  repairActive = false;
  activationBoot();
  return Status.Ok;
}

/** Whether a message may come in now: no answer is waiting to be made or sent. */
export function receiverReady(): bool {
  if (replySize != 0 || activationIsBusy() || repairing < componentCount) return false;
  // A repair takes no message between its steps but while it stores: a session would take its file away.
  if (repairActive && fileState != FileState.Storing) return false;
  if (requestAwaits != 0 && requestAwaits != MessageType.EndFile) return false;
  return !fileIsBusy() || fileState == FileState.Storing;
}

/**
 * Takes a message of `size` bytes in INBOX that came on `link`. `Full` when `receiverReady` is false. Anything else
 * that is not `Ok` says why the message was dropped; the sender repeats it.
 */
export function receiverMessage(link: u32, size: u32, now: u32): Status {
  if (!receiverReady()) return Status.Full;
  if (size > INBOX_SIZE) return Status.BadSize;
  const status: Status = frameDecode(INBOX, size);
  if (status == Status.BadVersion) {
    if (!frameIsResponse) replyRefusal(link, Completion.VersionNotSupported);
    return status;
  }
  if (status != Status.Ok) return status;
  if (frameIsResponse) return Status.UnexpectedType;
  if (frameType == MessageType.Status) replyNow(link, statusBody(replyBody(), now));
  else requestHandle(link, INBOX + HEADER_SIZE, now);
  return Status.Ok;
}

/** Whether an awaited answer can be made now. */
function canFinish(now: u32): bool {
  if (requestAwaits == 0) return false;
  if (requestAwaits == MessageType.EndFile) {
    if (fileState == FileState.Storing) return <i32>(now - requestHoldUntil) >= 0 || filePhase() != requestPhase;
    return !fileIsBusy();
  }
  return !fileIsBusy() && !activationIsBusy();
}

/** Looks for a component whose writing in place was cut or has failed, and begins to finish it from its staging. */
function repairNext(): void {
  while (repairing < componentCount) {
    const index: u32 = repairing++;
    if (!componentIsBroken(index)) continue;
    fileBegin(0, index, slotImageSize(index, 0), slotVersion(index, 0), slotDigest(index, 0), limitChunk);
    repairActive = true;
    return;
  }
}

/** The staging that a repair opened is whole: store it. It is not: keep it for the next host. */
function repairGoOn(): void {
  if (fileState == FileState.Receiving) {
    if (fileIsWhole()) {
      noteAdd(Note.RepairStarted);
      fileStore();
    } else {
      repairActive = false;
      fileEnd(true);
    }
  } else if (fileState == FileState.Stored || fileState == FileState.Failed) {
    repairActive = false;
    fileEnd(fileState == FileState.Failed);
  }
}

/** What the host does now. */
export function receiverNext(now: u32): ReceiverAction {
  if (replySize == 0 && canFinish(now)) requestFinish();
  if (replySize != 0) {
    owner = Owner.Reply;
    receiverLink = replyLink;
    jobStaging(0, replySize, OUTBOX);
    return ReceiverAction.Respond;
  }
  if (noteTake()) {
    owner = Owner.Note;
    return ReceiverAction.Note;
  }
  if (activationIsBusy()) {
    owner = Owner.Activation;
    const action: ReceiverAction = activationNext();
    if (action != ReceiverAction.Idle) return action;
    return receiverNext(now);
  }
  if (fileIsBusy()) {
    owner = Owner.File;
    const action: ReceiverAction = fileNext();
    if (action != ReceiverAction.Idle) return action;
  }
  if (repairActive) {
    repairGoOn();
    return receiverNext(now);
  }
  if (repairing < componentCount) {
    repairNext();
    return receiverNext(now);
  }
  owner = Owner.None;
  receiverWaitMs = requestAwaits != 0 ? max<i32>(<i32>(requestHoldUntil - now), 0) : IDLE_WAIT_MS;
  return ReceiverAction.Idle;
}

/** How the action that `receiverNext` named has ended; `value` is what OpenStaging answers. */
export function receiverDone(status: Status, value: u32): Status {
  switch (owner) {
    case Owner.Reply:
      replyClear();
      break;
    case Owner.Activation:
      activationDoneWith(status);
      break;
    case Owner.File:
      fileDoneWith(status, value);
      if (fileState == FileState.Stored && !repairActive && upgradeIsOpen) lockNoteStored(fileComponent, fileSlot);
      break;
    case Owner.Note: break;
    default: return Status.WrongState;
  }
  owner = Owner.None;
  return Status.Ok;
}

/**
 * The host machine has been reset: images that waited for a reset run now, and the session of the host's program that
 * held the lock is gone. Only when `receiverReady`.
 */
export function receiverHostReset(): void {
  if (activationIsBusy()) return;
  activationHostReset();
  if (!upgradeIsOpen) return;
  if (fileState != FileState.Storing) fileEnd(true);
  lockGiveBack();
  noteAdd(Note.UpgradeAbandoned);
}

/** Whether a live session holds the lock: its link must not be taken away. */
export function receiverIsHeld(now: u32): bool {
  return lockIsLive(now);
}

function phaseNow(): u32 {
  const phase: u32 = filePhase();
  return phase == Phase.Idle && upgradeIsOpen ? Phase.Open : phase;
}

function anyIsBroken(): bool {
  for (let i: u32 = 0; i < componentCount; i++) if (componentIsBroken(i)) return true;
  return false;
}

function statusBody(body: usize, now: u32): u32 {
  const hasFile: bool = fileState != FileState.None;
  return statusResponseEncode(
    body, phaseNow(), !anyIsBroken(), fileFailure, upgradeIsOpen ? upgradeId : 0, upgradeIsOpen ? upgradeSession : 0,
    lockHeldMs(now), hasFile ? fileIndex : 0, upgradeIsOpen ? upgradeImageCount : 0, hasFile ? fileDone() : 0,
    hasFile ? fileSize : 0, hasFile ? fileComponentName() : NO_TEXT, hasFile ? FILE_VERSION : NO_TEXT, bootId);
}

/** Makes a status response, as a whole message, at STATUS_OUT. Answers its bytes. */
export function receiverStatus(now: u32): u32 {
  return frameEncode(STATUS_OUT, MessageType.Status | RESPONSE, 0, statusBody(STATUS_OUT + HEADER_SIZE, now));
}
