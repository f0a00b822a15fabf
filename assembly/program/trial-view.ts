/**
 * Trials: a device runs a new image of its own for a while before it commits it, and goes back by itself when the image
 * does not hold; one of the host counts as held when the host has come up with it.
 */
import { imageComponent, imageComponentSize, imageCount, imageName, imageNameSize } from "../config/image-table";
import { LOWEST_VERSION, SlotState } from "../wire/message-type";
import {
  FLAG_IN_PLACE, inventoryFlags, inventoryFloor, inventoryPending, inventoryRunning, inventorySlotSecurity, inventorySlotState,
  inventoryTrialAttempt, inventoryTrialLimit, inventoryTrialMs, NO_SLOT,
} from "../wire/inventory";
import { deviceFind } from "./device-table";
import { eventBegin, eventBool, eventEnd, eventNumber, eventText } from "./event";
import { Outcome, outcomeOf } from "./outcome";
import { textDuration } from "./quantity";
import { sayBegin, sayEnd } from "./say";
import { sessionVersion } from "./session";
import { textBytes, textLiteral, textNumber } from "./text";

/** Rounded up: 0 is said only when nothing is left. */
function textLeft(): void {
  textDuration((<u64>inventoryTrialMs + 999) / 1000 * 1000);
}

/** "on trial: attempt 1 of 3, 42 s left", of the component that is selected. */
export function textTrial(): void {
  textLiteral("on trial: attempt ");
  textNumber(inventoryTrialAttempt);
  textLiteral(" of ");
  textNumber(inventoryTrialLimit);
  if ((inventoryFlags & FLAG_IN_PLACE) != 0) return textLiteral(", until the host has come up with it");
  textLiteral(", ");
  textLeft();
  textLiteral(" left");
}

/** The same as members of an event. */
export function eventTrial(): void {
  eventNumber("trialAttempt", inventoryTrialAttempt);
  eventNumber("trialLimit", inventoryTrialLimit);
  eventNumber("trialRemainingMs", inventoryTrialMs);
}

/** The component takes the image after the trial of what it runs, and is waited for. */
export function tellTrialWait(index: u32): void {
  const isKnown: bool = deviceFind(imageComponent(index), imageComponentSize(index)) && inventoryTrialAttempt != 0;
  sayBegin();
  textLiteral("  ");
  textBytes(imageName(index), imageNameSize(index));
  textLiteral(": what the component runs is on trial; it is sent when the device has committed that or gone back, ");
  if (isKnown) {
    textLiteral("in up to ");
    textLeft();
  } else {
    textLiteral("which takes a while");
  }
  textLiteral("; waiting");
  sayEnd();
  eventBegin("waiting-for-trial");
  eventText("image", imageName(index), imageNameSize(index));
  if (isKnown) eventTrial();
  eventEnd();
}

/** After an upgrade: says what the device does next with what it runs now, or will run after the next reset. */
export function tellTrials(): void {
  if (sessionVersion == LOWEST_VERSION) return;
  for (let i: u32 = 0; i < imageCount; i++) {
    if (outcomeOf(i) != Outcome.Stored || !deviceFind(imageComponent(i), imageComponentSize(i))) continue;
    // A component with one slot has no image to go back to.
    if ((inventoryFlags & FLAG_IN_PLACE) != 0) continue;
    if (inventoryTrialAttempt != 0 || inventoryPending != NO_SLOT) tellTrial(i);
  }
}

/** Whether there is an image before that the device may go back to. */
function canGoBack(): bool {
  if (inventoryPending != NO_SLOT) return inventoryRunning != NO_SLOT;
  if (inventoryRunning == NO_SLOT) return false;
  const other: u32 = 1 - inventoryRunning;
  return inventorySlotState(other) == SlotState.Valid && inventorySlotSecurity(other) >= inventoryFloor;
}

function tellTrial(index: u32): void {
  const isPending: bool = inventoryPending != NO_SLOT;
  sayBegin();
  textLiteral("  ");
  textBytes(imageName(index), imageNameSize(index));
  if (isPending) {
    textLiteral(": on trial after the next reset");
  } else {
    textLiteral(": ");
    textTrial();
  }
  textLiteral("; the device commits the image after its trial");
  textLiteral(canGoBack() ? ", or goes back to the one before by itself" : "; there is none before it to go back to");
  sayEnd();
  eventBegin("trial");
  eventText("image", imageName(index), imageNameSize(index));
  eventText("component", imageComponent(index), imageComponentSize(index));
  eventBool("pending", isPending);
  eventBool("canGoBack", canGoBack());
  if (!isPending) eventTrial();
  eventEnd();
}
