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
import {
  frameBodySize, frameDecode, frameEncode, frameId, frameIsResponse, frameSpeak, frameSpoken, frameType, frameVersion, HEADER_SIZE,
} from "../wire/frame";
import { LOWEST_VERSION, MAXIMUM_CHUNK, MAXIMUM_WINDOW, MessageType, NAME_SIZE, Phase, RESPONSE, VERSION_SIZE } from "../wire/message-type";
import { statusResponseEncode } from "../wire/status-report";
import {
  activationBoot, activationChoose, activationCondemn, activationDoneWith, activationHostReset, activationIsBusy, activationNext, activationReset, activationRevert,
} from "./activation";
import {
  componentActive, componentCount, componentFallback, componentIsBroken, componentPending, componentSlotCount, componentTrial, slotNoteLook,
} from "./components";
import {
  FILE_VERSION, fileComponent, fileComponentName, fileDone, fileDoneWith, fileEnd, fileFailure, fileIndex,
  fileIsBusy, fileIsWhole, fileNext, filePhase, fileReset, fileResume, fileSeed, fileSlot, FileState, fileState, fileStore, fileTotal, fileVerdict,
} from "./incoming";
import { jobStaging, Note, noteAdd, notesClear, noteTake, noteWaits, ReceiverAction } from "./job";
import {
  lockGiveBack, lockHeldMs, lockIsLive, lockNoteStored, lockReset, lockTakeAway, upgradeId, upgradeImageCount, upgradeIsOpen, upgradeLink, upgradeSession,
} from "./lock";
import { OUTBOX, replyBody, replyClear, replyLink, replyRefusal, replySize, replyNow } from "./reply";
import { trialDoneWith, trialHostDown, trialHostUp, trialLeftMs, trialNext, trialReset, trialTick } from "./trial";
import { NO_SLOT } from "../wire/inventory";
import { bootId, HOST_LINK, limitChunk, requestAwaits, requestFinish, requestHandle, requestHoldUntil, requestPhase, requestsConfigure } from "./requests";

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
  Trial,
  Note,
}

let owner: Owner = Owner.None;
/** When the action that is being performed was asked for. */
let at: u32 = 0;
let repairing: u32 = 0;
let repairActive: bool = false;

/**
 * Starts the receiver; components have been added and loaded. `boot` differs from start to start. A pending slot
 * becomes the running one, an image on trial is one attempt further, and an interrupted writing in place is finished when
 * its staging is whole. With `labMode` not 0 images are taken without a signature, and the inventory says so.
 */
export function receiverStart(chunkSize: u32, window: u32, leaseMs: u32, trialMs: u32, boot: u32, labMode: u32): Status {
  if (chunkSize == 0 || chunkSize > MAXIMUM_CHUNK || window == 0 || window > MAXIMUM_WINDOW) return Status.BadArgument;
  requestsConfigure(chunkSize, window, boot, labMode != 0);
  lockReset(boot, leaseMs);
  fileReset();
  fileSeed(boot);
  activationReset();
  trialReset(trialMs);
  replyClear();
  notesClear();
  owner = Owner.None;
  repairing = 0;
  repairActive = false;
  activationBoot();
  return Status.Ok;
}

/** Whether a message may come in now: no answer is waiting to be made or sent, and no event to be written down. */
export function receiverReady(): bool {
  if (replySize != 0 || noteWaits() || activationIsBusy() || repairing < componentCount) return false;
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
  frameSpeak(status == Status.Ok && frameType != MessageType.Hello ? frameVersion : LOWEST_VERSION);
  if (status == Status.BadVersion) {
    if (!frameIsResponse) replyRefusal(link, Completion.VersionNotSupported);
    return status;
  }
  if (status != Status.Ok) return status;
  if (frameIsResponse) return Status.UnexpectedType;
  if (frameType == MessageType.Status) replyNow(link, statusBody(replyBody(), now, phaseTold()));
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
    fileResume(index, limitChunk);
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
      noteAdd(Note.RepairImpossible);
      repairActive = false;
      fileEnd(true);
    }
  } else if (fileState == FileState.Stored || fileState == FileState.Failed) {
    repairActive = false;
    fileEnd(fileState == FileState.Failed);
  }
}

/** For how long nothing happens by itself. */
function idleMs(now: u32): u32 {
  let wait: u32 = IDLE_WAIT_MS;
  for (let i: u32 = 0; i < componentCount; i++) {
    if (componentTrial(i) != 0 && trialLeftMs(i, now) != 0) wait = min<u32>(wait, trialLeftMs(i, now));
  }
  return wait;
}

/** What the host does now. */
export function receiverNext(now: u32): ReceiverAction {
  trialTick(now);
  at = now;
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
  const look: ReceiverAction = trialNext(now);
  if (look != ReceiverAction.Idle) {
    owner = Owner.Trial;
    return look;
  }
  owner = Owner.None;
  receiverWaitMs = requestAwaits != 0 ? max<i32>(<i32>(requestHoldUntil - now), 0) : idleMs(now);
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
    case Owner.Trial:
      trialDoneWith(status, value, at);
      break;
    case Owner.Note: break;
    default: return Status.WrongState;
  }
  owner = Owner.None;
  return Status.Ok;
}

/** The host machine has been reset: images that waited for a reset run now. Only when `receiverReady`. */
export function receiverHostReset(): void {
  if (activationIsBusy()) return;
  receiverHostLost();
  trialHostDown();
  activationHostReset();
}

/** The host machine has come up, as its firmware says: as good as a hello. Only when `receiverReady`. */
export function receiverHostUp(): void {
  trialHostUp();
}

/** The host machine is down: the session of its program that held the lock is gone. Only when `receiverReady`. */
export function receiverHostLost(): void {
  if (!upgradeIsOpen || upgradeLink != HOST_LINK) return;
  if (fileState != FileState.Storing) fileEnd(true);
  lockGiveBack();
  noteAdd(Note.UpgradeAbandoned);
}

/** What the host says of a signature, before it reports JudgeImage or AuthenticateStaging: a completion code. */
export function receiverVerdict(completion: u32, security: u32): void {
  fileVerdict(completion, security);
}

/** Whether someone on the network side may change which image runs: not while an upgrade is open or work is under way. */
function mayChoose(component: u32): Status {
  if (component >= componentCount) return Status.BadArgument;
  if (upgradeIsOpen || !receiverReady() || fileIsBusy()) return Status.Full;
  return Status.Ok;
}

/**
 * Makes the whole image in the slot that does not run the running one, on trial. `Full` while something is under way,
 * `WrongState` when there is no such image or one is on trial.
 */
export function receiverActivate(component: u32): Status {
  const status: Status = mayChoose(component);
  if (status != Status.Ok) return status;
  if (componentFallback(component) == NO_SLOT || componentTrial(component) != 0) return Status.WrongState;
  activationChoose(component);
  return Status.Ok;
}

/**
 * Takes a pending activation back, or runs the image before. `Full` while something is under way, `WrongState` when
 * there is nothing to go back to.
 */
export function receiverRevert(component: u32): Status {
  const status: Status = mayChoose(component);
  if (status != Status.Ok) return status;
  if (componentPending(component) == NO_SLOT && componentFallback(component) == NO_SLOT) return Status.WrongState;
  activationRevert(component);
  return Status.Ok;
}

/**
 * Puts on record that the slot that a component runs from does not hold what its record says: failed. What the slot holds
 * stays there, and the same image is taken again. `Full` while something is under way, `WrongState` when no slot is on
 * record as running a whole image.
 */
export function receiverCondemn(component: u32): Status {
  const status: Status = mayChoose(component);
  if (status != Status.Ok) return status;
  if (componentActive(component) == NO_SLOT) return Status.WrongState;
  activationCondemn(component);
  return Status.Ok;
}

/**
 * Somebody has read the whole slot back, and it does not (`differs` not 0) or does hold what its record says. Until the next look, or
 * until it is written, or until the device starts anew, a slot that differs holds no whole image for hosts that ask.
 */
export function receiverLooked(component: u32, slot: u32, differs: u32): Status {
  if (component >= componentCount || slot >= componentSlotCount(component)) return Status.BadArgument;
  slotNoteLook(component, slot, differs != 0);
  return Status.Ok;
}

/**
 * Ends the open upgrade, whoever holds it; what was received is kept, and an image that is being stored goes on to its
 * end. `WrongState` when none is open, `Full` in the middle of an action.
 */
export function receiverAbort(): Status {
  if (!upgradeIsOpen) return Status.WrongState;
  if (!receiverReady()) return Status.Full;
  if (fileState != FileState.Storing) fileEnd(true);
  lockTakeAway();
  noteAdd(Note.UpgradeTakenAway);
  return Status.Ok;
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

/** As the version that is spoken has it: before the third, what a patch needs is a part of verifying. */
function phaseTold(): u32 {
  const phase: u32 = phaseNow();
  return phase == Phase.Patching && frameSpoken < 3 ? <u32>Phase.Verifying : phase;
}

function statusBody(body: usize, now: u32, phase: u32): u32 {
  const hasFile: bool = fileState != FileState.None;
  return statusResponseEncode(
    body, phase, !anyIsBroken(), fileFailure, upgradeIsOpen ? upgradeId : 0, upgradeIsOpen ? upgradeSession : 0,
    lockHeldMs(now), hasFile ? fileIndex : 0, upgradeIsOpen ? upgradeImageCount : 0, hasFile ? fileDone() : 0,
    hasFile ? fileTotal() : 0, hasFile ? fileComponentName() : NO_TEXT, hasFile ? FILE_VERSION : NO_TEXT, bootId);
}

/** Makes a status response, as a whole message, at STATUS_OUT. Answers its bytes. */
export function receiverStatus(now: u32): u32 {
  frameSpeak(LOWEST_VERSION);
  return frameEncode(STATUS_OUT, MessageType.Status | RESPONSE, 0, statusBody(STATUS_OUT + HEADER_SIZE, now, phaseNow()));
}
