/**
 * One upgrade at the device: opened, its images sent in the order of the config, ended. A device that starts anew in
 * the middle is reached again and goes on from what it kept.
 */
import { imageComponent, imageComponentSize, imageCount } from "../config/image-table";
import { Activate as ConfigActivate, activate, OnError, onError } from "../config/upgrade-section";
import { busSleep } from "../bus/imports";
import { Status } from "../status";
import { EXCHANGE_OUT, exchangeBody, exchangeBodySize } from "../transfer/exchange";
import { senderCompletion, senderEqual, senderFlashMs, senderMayReuse, senderPhase, senderResumed, senderSlot, senderWireBytes } from "../transfer/sender";
import { AbortReason, abortRequestEncode } from "../wire/abort";
import { Completion } from "../wire/completion";
import {
  endUpgradeCompletion, endUpgradeRequestEncode, endUpgradeResponseDecode,
} from "../wire/end-upgrade";
import { HEADER_SIZE } from "../wire/frame";
import { inventoryFlags, inventoryRunning, FLAG_IN_PLACE, NO_SLOT } from "../wire/inventory";
import { Activate, MessageType, Origin, Phase } from "../wire/message-type";
import {
  startUpgradeCompletion, startUpgradeHeldMs, startUpgradeHolder, startUpgradeId, startUpgradeRequestEncode, startUpgradeResponseDecode,
} from "../wire/start-upgrade";
import { afterOs } from "./arguments";
import { milliseconds } from "./clock";
import { completionMeaning } from "./completion-words";
import { confirm, confirmMissing } from "./confirm";
import { deviceFind, deviceLoad } from "./device-table";
import { patchGiveUp } from "./image-patch";
import { linkExchange, linkIgnoreStop, linkMayGoOn } from "./link";
import { Outcome, outcomeOf, outcomeSet, outcomeStored } from "./outcome";
import { planSendBytes, planSendCount, planVerdict } from "./plan";
import { pushImage } from "./push";
import { tellPatchGivenUp } from "./push-view";
import { say } from "./say";
import { sessionId, sessionRenew } from "./session";
import { tellFailed, tellHeld, tellNotThere, tellOpened, tellStored } from "./upgrade-view";
import { Verdict, verdictSends } from "./verdict";

/** The device's number for the upgrade; 0 before one was opened. */
export let upgradeNumber: u32 = 0;
/** Why the upgrade as a whole did not end well; Ok when it did. */
export let upgradeStatus: Status = Status.Ok;
/** The completion code with `upgradeStatus` Refused. */
export let upgradeCompletion: u32 = 0;

/** The image that is being sent, or was last. */
let current: u32 = 0;

/** How often an upgrade is taken up again after the device started anew or forgot it. */
const RECOVERIES: u32 = 16;
/** Who has asked for a stop does not wait longer for a device that may be silent; the lease ends the lock then. */
const LEAVE_MS: u32 = 2000;
const BUSY_PATIENCE_MS: u64 = 30000;
const BUSY_PAUSE_MS: u32 = 250;

function wireActivate(): u32 {
  if (activate == ConfigActivate.Now) return Activate.Now;
  return activate == ConfigActivate.NextReset ? Activate.NextReset : Activate.No;
}

/** Opens the upgrade, and waits for a lock that someone else holds. */
function openUpgrade(): Status {
  const since: u64 = milliseconds();
  let told: bool = false;
  while (true) {
    const body: u32 = startUpgradeRequestEncode(
      EXCHANGE_OUT + HEADER_SIZE, sessionId, planSendCount, wireActivate(), afterOs ? Origin.AfterOs : Origin.BeforeOs, planSendBytes);
    // A stop that came before the answer would leave the lock with a session that does not know its upgrade's number.
    linkIgnoreStop(true);
    let status: Status = linkExchange(MessageType.StartUpgrade, body);
    linkIgnoreStop(false);
    if (status == Status.PeerRestarted) status = sessionRenew();
    else if (status == Status.Ok) status = startUpgradeResponseDecode(exchangeBody, exchangeBodySize);
    else return status;
    if (status != Status.Ok) return status;
    upgradeNumber = startUpgradeId;
    if (startUpgradeCompletion == Completion.Ok && startUpgradeId != 0) {
      tellOpened(upgradeNumber);
      return Status.Ok;
    }
    upgradeCompletion = startUpgradeCompletion;
    if (startUpgradeCompletion != Completion.Busy || milliseconds() - since >= BUSY_PATIENCE_MS) return Status.Refused;
    if (!told) tellHeld(startUpgradeHolder, startUpgradeHeldMs);
    told = true;
    busSleep(BUSY_PAUSE_MS);
    status = linkMayGoOn();
    if (status != Status.Ok) return status;
  }
  return Status.TimedOut;
}

/** Reaches the device again and opens the upgrade again. */
function recover(): Status {
  say("  the management controller has started anew or lost the transfer; going on with what it kept");
  const status: Status = sessionRenew();
  return status == Status.Ok ? openUpgrade() : status;
}

/** Whether the device has lost the upgrade, so that all of it has to be taken up again. */
function isLost(status: Status): bool {
  if (status == Status.PeerRestarted) return true;
  return status == Status.Refused && (senderCompletion == Completion.NoUpgrade || senderCompletion == Completion.NoTransfer);
}

/** Sends the image. `PeerRestarted` when the upgrade was lost on the way. */
function push(index: u32): Status {
  senderMayReuse(true);
  let status: Status = pushImage(upgradeNumber, index);
  if (status == Status.Refused && (senderCompletion == Completion.BaseNotHeld || senderCompletion == Completion.PatchFailed)) {
    patchGiveUp(index);
    tellPatchGivenUp(index, completionMeaning(senderCompletion));
    status = pushImage(upgradeNumber, index);
  }
  // What arrived was not what was sent: once is noise, or was made of what the device holds; twice is not.
  if (status == Status.Refused && senderCompletion == Completion.DigestMismatch) {
    senderMayReuse(false);
    status = pushImage(upgradeNumber, index);
  }
  if (status == Status.Refused && senderCompletion == Completion.AlreadyRunning) return Status.Ok;
  return isLost(status) ? Status.PeerRestarted : status;
}

function isPause(status: Status): bool {
  return status == Status.Stopped || status == Status.TimeLimit;
}

/**
 * What a failed image leaves behind. The device is asked; when it can't be, an image that was on its way into its only
 * slot counts as broken.
 */
function judgeFailure(index: u32, status: Status): Outcome {
  if (isPause(status)) return Outcome.Paused;
  if (planVerdict(index) == Verdict.FirstImage) return Outcome.Failed;
  const wasStoring: bool = senderPhase >= <u32>Phase.Verifying;
  const inPlace: bool = deviceFind(imageComponent(index), imageComponentSize(index)) && (inventoryFlags & FLAG_IN_PLACE) != 0;
  // A device that has just been silent through all tries is not asked again.
  if (status != Status.TimedOut && deviceLoad() == Status.Ok && deviceFind(imageComponent(index), imageComponentSize(index))) {
    return inventoryRunning == NO_SLOT ? Outcome.Broken : Outcome.Failed;
  }
  return wasStoring && inPlace ? Outcome.Broken : Outcome.Failed;
}

function noteFailure(index: u32, status: Status, completion: u32): void {
  outcomeSet(index, judgeFailure(index, status));
  if (outcomeOf(index) != Outcome.Paused) tellFailed(index, status, completion, outcomeOf(index));
}

/** Sends one image and notes how it went, unless the upgrade was lost on the way. */
function sendImage(index: u32): Status {
  const since: u64 = milliseconds();
  current = index;
  const status: Status = push(index);
  if (status == Status.Ok) {
    outcomeStored(index, senderSlot, senderResumed, senderFlashMs, <u32>(milliseconds() - since), senderEqual, senderWireBytes);
    tellStored(index);
    return Status.Ok;
  }
  if (status != Status.PeerRestarted) noteFailure(index, status, senderCompletion);
  return status;
}

/** Sends every image that is not stored yet. Answers Ok, or what ended the upgrade; `PeerRestarted` when it was lost. */
function sendAll(): Status {
  for (let i: u32 = 0; i < imageCount; i++) {
    if (!verdictSends(planVerdict(i)) || outcomeOf(i) == Outcome.Stored) continue;
    if (outcomeOf(i) == Outcome.Failed || outcomeOf(i) == Outcome.Broken) continue;
    const status: Status = sendImage(i);
    if (status == Status.Ok) continue;
    if (isPause(status) || onError == OnError.Stop) return status;
    if (status == Status.PeerRestarted || status == Status.TimedOut || status == Status.NoDevice) return status;
  }
  return Status.Ok;
}

/** Ends the upgrade. `PeerRestarted` when the device has forgotten it: its images have to be taken up again. */
function endUpgrade(mode: u32): Status {
  const status: Status = linkExchange(MessageType.EndUpgrade, endUpgradeRequestEncode(EXCHANGE_OUT + HEADER_SIZE, upgradeNumber, mode));
  if (status != Status.Ok) return status;
  const decoded: Status = endUpgradeResponseDecode(exchangeBody, exchangeBodySize);
  if (decoded != Status.Ok) return decoded;
  upgradeCompletion = endUpgradeCompletion;
  if (endUpgradeCompletion == Completion.NoUpgrade) return Status.PeerRestarted;
  return endUpgradeCompletion == Completion.Ok ? Status.Ok : Status.Refused;
}

/** Gives the upgrade up and leaves what was received for the next run. Nothing depends on the answer. */
function leave(reason: u32): void {
  linkIgnoreStop(true);
  linkExchange(MessageType.Abort, abortRequestEncode(EXCHANGE_OUT + HEADER_SIZE, upgradeNumber, true, reason), LEAVE_MS);
  linkIgnoreStop(false);
}

/**
 * Takes a lost upgrade up again: a new one is opened, and everything goes through it once more, because the device
 * activates only what it stored in the upgrade that ends. What it holds already costs a request an image.
 */
function takeUpAgain(): Status {
  const status: Status = recover();
  for (let i: u32 = 0; i < imageCount; i++) if (outcomeOf(i) == Outcome.Stored) outcomeSet(i, Outcome.NotTried);
  return status;
}

/** Ends the upgrade and looks whether the device holds what it acknowledged. */
function endAndConfirm(): Status {
  linkIgnoreStop(true);
  let status: Status = endUpgrade(wireActivate());
  if (status == Status.Ok) status = confirm();
  linkIgnoreStop(false);
  if (status == Status.Ok && confirmMissing < imageCount) tellNotThere(confirmMissing);
  return status;
}

/** Sends all and ends the upgrade, as often as the device loses it. */
function sendAndEnd(): Status {
  let status: Status = Status.PeerRestarted;
  for (let attempt: u32 = 0; attempt < RECOVERIES && status == Status.PeerRestarted; attempt++) {
    if (attempt > 0) status = takeUpAgain();
    else status = Status.Ok;
    if (status == Status.Ok) status = sendAll();
    if (status == Status.Ok) status = endAndConfirm();
  }
  return status;
}

/** Carries out what was planned. `upgradeStatus` says how the upgrade as a whole went. */
export function upgradeRun(): void {
  upgradeStatus = openUpgrade();
  if (upgradeStatus != Status.Ok) return;
  upgradeStatus = sendAndEnd();
  if (upgradeStatus == Status.Ok) return;
  // An image that was on its way when the device was lost for good has no outcome yet.
  if (outcomeOf(current) == Outcome.NotTried) noteFailure(current, upgradeStatus, senderCompletion);
  // Nobody is there to hear it.
  if (upgradeStatus == Status.TimedOut || upgradeStatus == Status.NoDevice) return;
  // What was stored stays where it is, inactive; the next run takes it from there.
  if (isPause(upgradeStatus)) leave(upgradeStatus == Status.TimeLimit ? AbortReason.TimeLimit : AbortReason.Asked);
  else leave(AbortReason.SenderFailed);
}
