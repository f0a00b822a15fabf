/** Shows a transfer while it goes: its phases, how far they are, and whose signature goes with the image. */
import { imageName, imageNameSize, imageVersion, imageVersionSize } from "../config/image-table";
import { senderDone, senderPhase, senderResumed, senderTotal } from "../transfer/sender";
import { LOWEST_VERSION, NO_PATCH, Phase, VERSION_SIZE } from "../wire/message-type";
import { eventBegin, eventEnd, eventLiteral, eventNumber, eventText } from "./event";
import { paddedLength } from "../wire/text";
import { patchBaseVersion, patchToSend } from "./image-patch";
import { planSize } from "./plan";
import { progress, progressBegin, progressEnd } from "./progress";
import { textSize } from "./quantity";
import { sayBegin, sayEnd } from "./say";
import { sessionVersion } from "./session";
import { textSignature } from "./signature-view";
import { textBytes, textLiteral } from "./text";

let image: u32 = 0;
let shownPhase: u32 = Phase.Idle;
let shownTotal: u32 = 0;

/** A transfer of this image of the config begins. */
export function showBegin(index: u32): void {
  image = index;
  shownPhase = Phase.Idle;
}

/** The transfer has ended, well or not: a bar that is drawn is left standing where it is. */
export function showEnd(): void {
  if (isMeasured(shownPhase)) progressEnd(senderDone);
}

function phaseName(): string {
  switch (senderPhase) {
    case Phase.Receiving: return "send";
    case Phase.Patching: return "patch";
    case Phase.Verifying: return "verify";
    case Phase.Writing: return "write";
    case Phase.ReadingBack: return "read-back";
    default: return "";
  }
}

function phaseWords(): string {
  switch (senderPhase) {
    case Phase.Receiving: return "sending";
    case Phase.Patching: return "the patch has arrived; the device makes the image from it and from what it holds";
    case Phase.Verifying: return patchToSend(image) != NO_PATCH ? "made; the device computes its digest" : "all of it has arrived; the device computes its digest";
    case Phase.Writing: return "the digest is right; the device writes it to flash";
    default: return "written; the device reads it back";
  }
}

/** Phases that take so long on real parts that people want to see how far they are. */
function isMeasured(phase: u32): bool {
  return phase == Phase.Receiving || phase == Phase.Writing;
}

/** What is sent in place of the image. */
function textInstead(): void {
  const patch: u32 = patchToSend(image);
  if (patch == NO_PATCH) return;
  textLiteral(" a patch of ");
  textSize(patch);
  textLiteral(" for ");
  textBytes(patchBaseVersion(image), paddedLength(patchBaseVersion(image), VERSION_SIZE));
  textLiteral(" -> ");
  textBytes(imageVersion(image), imageVersionSize(image));
  textLiteral(" instead of ");
  textSize(planSize(image));
}

/** The patch of an image is not used after all. */
export function tellPatchGivenUp(index: u32, why: string): void {
  sayBegin();
  textLiteral("  ");
  textBytes(imageName(index), imageNameSize(index));
  textLiteral(": ");
  textLiteral(why);
  textLiteral("; the image itself is sent");
  sayEnd();
  eventBegin("patch-given-up");
  eventText("image", imageName(index), imageNameSize(index));
  eventLiteral("reason", why);
  eventEnd();
}

function beginPhase(): void {
  if (isMeasured(shownPhase)) progressEnd(shownTotal);
  shownPhase = senderPhase;
  if (phaseName().length == 0) return;
  sayBegin();
  textLiteral("  ");
  textBytes(imageName(image), imageNameSize(image));
  textLiteral(": ");
  textLiteral(phaseWords());
  if (senderPhase == Phase.Receiving) textInstead();
  if (senderPhase == Phase.Receiving && sessionVersion != LOWEST_VERSION) {
    textLiteral(", ");
    textSignature(image);
  }
  sayEnd();
  eventBegin("phase");
  eventText("image", imageName(image), imageNameSize(image));
  eventLiteral("phase", phaseName());
  eventEnd();
  if (!isMeasured(shownPhase)) return;
  shownTotal = senderTotal;
  progressBegin(imageName(image), imageNameSize(image), senderTotal, senderDone);
}

/** Shows where the transfer is. */
export function show(): void {
  if (senderPhase != shownPhase) beginPhase();
  if (isMeasured(senderPhase)) progress(senderDone);
}

/** Says where the transfer goes on, when the device has some of the image already. */
export function tellResumed(): void {
  if (senderResumed == 0) return;
  sayBegin();
  textLiteral("  ");
  textBytes(imageName(image), imageNameSize(image));
  textLiteral(": going on at ");
  textSize(senderResumed);
  textLiteral(", the device has what comes before");
  sayEnd();
  eventBegin("resumed");
  eventText("image", imageName(image), imageNameSize(image));
  eventNumber("offset", senderResumed);
  eventEnd();
}
