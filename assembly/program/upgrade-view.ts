/** Tells what happens to an image while an upgrade runs: lines for people, events for scripts. */
import { imageComponent, imageComponentSize, imageName, imageNameSize, imageVersion, imageVersionSize } from "../config/image-table";
import { Status } from "../status";
import { senderPhase } from "../transfer/sender";
import { Completion } from "../wire/completion";
import { Phase } from "../wire/message-type";
import { completionAdvice, completionMeaning, completionName } from "./completion-words";
import { eventBegin, eventDigest, eventEnd, eventNumber, eventText } from "./event";
import { failAdvice, failBegin, failEnd, failLiteral, failNumber, failState, failText } from "./failure";
import { eventUpgradeId, textUpgradeId } from "./identifier";
import { failImage } from "./image-failure";
import { Outcome, outcomeBusBytes, outcomeEqual, outcomeFlashMs, outcomeResumed, outcomeSlot, outcomeTookMs } from "./outcome";
import { planDigest, planSendBytes, planSendCount, planSize } from "./plan";
import { textDuration, textSize } from "./quantity";
import { sayBegin, sayEnd } from "./say";
import { textBytes, textHex, textLiteral, textNumber } from "./text";

/** An upgrade was opened: this is what to ask the device's log and history for. */
export function tellOpened(id: u32): void {
  sayBegin();
  textLiteral("upgrade ");
  textUpgradeId(id);
  textLiteral(": ");
  textNumber(planSendCount);
  textLiteral(planSendCount == 1 ? " image, " : " images, ");
  textSize(planSendBytes);
  sayEnd();
  eventBegin("upgrade");
  eventNumber("upgrade", id);
  eventUpgradeId(id);
  eventNumber("images", planSendCount);
  eventNumber("bytes", planSendBytes);
  eventEnd();
}

/** The lock is held by someone else, and is waited for. */
export function tellHeld(holder: u32, heldMs: u32): void {
  sayBegin();
  if (holder == 0) {
    textLiteral("the management controller is finishing a write that was cut");
  } else {
    textLiteral("the management controller is busy with session ");
    textUpgradeId(holder);
    textLiteral(", for ");
    textDuration(heldMs);
  }
  textLiteral("; waiting up to 30 s for it");
  sayEnd();
  eventBegin("waiting");
  eventNumber("holder", holder);
  eventNumber("heldMs", heldMs);
  eventEnd();
}

/** An image has been stored, read back and acknowledged. */
export function tellStored(index: u32): void {
  sayBegin();
  textLiteral("  ");
  textBytes(imageName(index), imageNameSize(index));
  textLiteral(": stored in slot ");
  textNumber(outcomeSlot(index));
  textLiteral(" and read back, sha256 ");
  textHex(planDigest(index), 8);
  textLiteral("...; flash time ");
  textDuration(outcomeFlashMs(index));
  textLiteral(" (modelled), ");
  textSize(outcomeEqual(index));
  textLiteral(" equal before");
  sayEnd();
  eventBegin("stored");
  eventText("image", imageName(index), imageNameSize(index));
  eventText("component", imageComponent(index), imageComponentSize(index));
  eventText("version", imageVersion(index), imageVersionSize(index));
  eventNumber("slot", outcomeSlot(index));
  eventNumber("size", planSize(index));
  eventDigest("sha256", planDigest(index));
  eventNumber("resumedAt", outcomeResumed(index));
  eventNumber("flashMs", outcomeFlashMs(index));
  eventNumber("equalBytes", outcomeEqual(index));
  eventNumber("tookMs", outcomeTookMs(index));
  eventNumber("busBytes", outcomeBusBytes(index));
  eventEnd();
}

/** What is true of a component after one of its images failed. */
export function stateAfter(outcome: Outcome): string {
  if (outcome == Outcome.Broken) return "the component may hold no whole image; do not cut the power and do not reset the machine";
  return "the component is on its old image, whole";
}

function adviceAfter(outcome: Outcome, status: Status, completion: u32): string {
  if (outcome == Outcome.Broken) return "run the same command again now; it writes the component anew";
  return completionAdvice(status == Status.Refused ? completion : Completion.Ok);
}

function isOfImage(status: Status): bool {
  switch (status) {
    case Status.NotFound:
    case Status.FileError:
    case Status.FileChanged:
    case Status.PathEscapes:
    case Status.FileEmpty:
    case Status.FileTooLarge:
      return true;
    default:
      return false;
  }
}

function phaseWords(): string {
  switch (senderPhase) {
    case Phase.Patching: return " while it was made from the patch";
    case Phase.Verifying: return " while it was verified";
    case Phase.Writing: return " while it was written to flash";
    case Phase.ReadingBack: return " while it was read back";
    default: return " while it was sent";
  }
}

function tell(status: Status, completion: u32): void {
  switch (status) {
    case Status.Refused:
      textLiteral("the management controller answered ");
      textLiteral(completionName(completion));
      textLiteral(": ");
      return textLiteral(completionMeaning(completion));
    case Status.TimedOut:
      textLiteral("the management controller fell silent");
      return textLiteral(phaseWords());
    case Status.PeerRestarted: return textLiteral("the management controller started anew again and again");
    case Status.DigestMismatch: return textLiteral("the management controller acknowledged other bytes than were sent");
    case Status.NoDevice: return textLiteral("the management controller is gone from the bus");
    case Status.DeviceBusy: return textLiteral("the management controller was taken by another session");
    default:
      textLiteral("the management controller sent a response that its protocol does not allow (status ");
      textNumber(<u64>status);
      return textLiteral(")");
  }
}

/** An image has failed. */
export function tellFailed(index: u32, status: Status, completion: u32, outcome: Outcome): void {
  if (isOfImage(status)) return failImage(index, status, stateAfter(outcome));
  failBegin();
  textLiteral("image ");
  textBytes(imageName(index), imageNameSize(index));
  textLiteral(": ");
  tell(status, completion);
  failState();
  textLiteral(stateAfter(outcome));
  failAdvice();
  textLiteral(adviceAfter(outcome, status, completion));
  failText("image", imageName(index), imageNameSize(index));
  failNumber("status", <u64>status);
  failNumber("completion", completion);
  if (status == Status.Refused) failLiteral("completionName", completionName(completion));
  failEnd();
}

/** The device acknowledged an image, and its inventory does not have it where it should be. */
export function tellNotThere(index: u32): void {
  failBegin();
  textLiteral("image ");
  textBytes(imageName(index), imageNameSize(index));
  textLiteral(": the management controller acknowledged it, and its inventory does not show it where the config wants it");
  failState();
  textLiteral("what the component runs is not known for certain; ferry inventory shows what the device says");
  failAdvice();
  textLiteral("run the same command again; if it stays, the management controller needs attention");
  failText("image", imageName(index), imageNameSize(index));
  failEnd();
}
