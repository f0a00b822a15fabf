/** Shows a plan: a line an image for people, an event each for scripts. */
import {
  imageComponent, imageComponentSize, imageName, imageNameSize, imageVersion, imageVersionSize,
} from "../config/image-table";
import { eventBegin, eventBool, eventDigest, eventEnd, eventLiteral, eventNumber, eventText } from "./event";
import { patchBaseVersion, patchFound } from "./image-patch";
import { NO_PATCH, VERSION_SIZE } from "../wire/message-type";
import { paddedLength } from "../wire/text";
import { planDigest, planPresent, planPresentSize, planSize, planSlotSize, planVerdict, planWaitsForTrial } from "./plan";
import { textSize } from "./quantity";
import { eventSignature } from "./signature-view";
import { sayBegin, sayEnd } from "./say";
import { textBytes, textColumn, textLiteral } from "./text";
import { Verdict, verdictName, verdictSends } from "./verdict";

function reason(verdict: Verdict): string {
  switch (verdict) {
    case Verdict.Upgrade: return "send: newer than what runs";
    case Verdict.Reinstall: return "send: same version, other bytes (allow = reinstall)";
    case Verdict.Downgrade: return "send: older than what runs (allow = downgrade)";
    case Verdict.FirstImage: return "send: no whole image runs";
    case Verdict.UpToDate: return "nothing to do: the device holds exactly this image";
    case Verdict.WaitsForReset: return "nothing to send: stored, runs after the next reset";
    case Verdict.RunsNewer: return "not sent: what runs is newer (allow = downgrade would send it)";
    case Verdict.RunsOther: return "not sent: same version with other bytes runs (allow = reinstall would send it)";
    case Verdict.NoComponent: return "error: the device has no such component";
    case Verdict.TooLarge: return "error: larger than the slot";
    case Verdict.BadImage: return "error: the image can't be used";
    case Verdict.BadSignature: return "error: the signature can't be used";
    case Verdict.WrongPlatform: return "error: signed for another platform";
    case Verdict.SignatureMissing: return "error: not signed, and the device takes signed images only";
    case Verdict.SecurityTooLow: return "error: security number below the one that the component has reached";
    default: return "error: was on trial here and did not hold (allow = reinstall would try it again)";
  }
}

/** The head of the table. */
export function sayPlanHead(): void {
  sayBegin();
  textLiteral("  image");
  textColumn(12);
  textLiteral("component");
  textColumn(24);
  textLiteral("runs");
  textColumn(36);
  textLiteral("image is");
  textColumn(48);
  textLiteral("size");
  textColumn(60);
  textLiteral("what happens");
  sayEnd();
}

/** What is sent in place of the image. */
function textPatch(index: u32): void {
  if (patchFound(index) == NO_PATCH) return;
  textLiteral(", as a patch of ");
  textSize(patchFound(index));
  textLiteral(" for ");
  textBytes(patchBaseVersion(index), paddedLength(patchBaseVersion(index), VERSION_SIZE));
}

export function showPlanned(index: u32): void {
  const verdict: Verdict = planVerdict(index);
  sayBegin();
  textLiteral("  ");
  textBytes(imageName(index), imageNameSize(index));
  textColumn(12);
  textBytes(imageComponent(index), imageComponentSize(index));
  textColumn(24);
  if (planPresentSize(index) > 0) textBytes(planPresent(index), planPresentSize(index));
  else textLiteral("-");
  textColumn(36);
  textBytes(imageVersion(index), imageVersionSize(index));
  textColumn(48);
  textSize(planSize(index));
  textColumn(60);
  textLiteral(reason(verdict));
  textPatch(index);
  if (planWaitsForTrial(index)) textLiteral(", once the trial of what runs has ended");
  sayEnd();
  eventBegin("plan");
  eventText("image", imageName(index), imageNameSize(index));
  eventText("component", imageComponent(index), imageComponentSize(index));
  eventText("runs", planPresent(index), planPresentSize(index));
  eventText("version", imageVersion(index), imageVersionSize(index));
  eventNumber("size", planSize(index));
  eventNumber("slotSize", planSlotSize(index));
  eventDigest("sha256", planDigest(index));
  eventLiteral("verdict", verdictName(verdict));
  eventBool("send", verdictSends(verdict));
  eventLiteral("reason", reason(verdict));
  eventNumber("patch", patchFound(index));
  eventBool("waitsForTrial", planWaitsForTrial(index));
  eventSignature(index);
  eventEnd();
}
