/** `ferry inventory`: the components of the device as the device tells them. */
import {
  FLAG_HOST_RESET, FLAG_IN_PLACE, inventoryFlags, inventoryFloor, inventoryName, inventoryPending, inventoryRunning, inventorySlotCount,
  inventorySlotDigest, inventorySlotImageSize, inventorySlotSecurity, inventorySlotSize, inventorySlotState, inventorySlotVersion,
  inventoryTrialAttempt,
} from "../wire/inventory";
import { LOWEST_VERSION, NAME_SIZE, SlotState, VERSION_SIZE } from "../wire/message-type";
import { paddedLength } from "../wire/text";
import { deviceCount, deviceSelect } from "./device-table";
import { eventBegin, eventBool, eventDigest, eventEnd, eventLiteral, eventNumber, eventText } from "./event";
import { ExitCode } from "./exit-code";
import { reachDevice } from "./prepare";
import { textSize } from "./quantity";
import { sayBegin, sayEnd } from "./say";
import { sessionVersion } from "./session";
import { textBytes, textColumn, textHex, textLiteral, textNumber } from "./text";
import { eventTrial, textTrial } from "./trial-view";

function stateName(state: u32): string {
  switch (state) {
    case SlotState.Empty: return "empty";
    case SlotState.Writing: return "half written";
    case SlotState.Valid: return "whole";
    case SlotState.Rejected: return "rejected";
    default: return "failed";
  }
}

function textUse(slot: u32): void {
  if (slot == inventoryPending) textLiteral("after the next reset");
  if (slot != inventoryRunning) return;
  if ((inventoryFlags & FLAG_HOST_RESET) != 0) return textLiteral("after a reset of the host");
  textLiteral("running");
  if (inventoryTrialAttempt == 0) return;
  textLiteral(", ");
  textTrial();
}

/** A device of version 1 has no security numbers. */
function textSecurity(number: u32): void {
  if (sessionVersion == LOWEST_VERSION) textLiteral("-");
  else textNumber(number);
}

function sayHead(): void {
  sayBegin();
  textLiteral("  component");
  textColumn(14);
  textLiteral("slot");
  textColumn(20);
  textLiteral("state");
  textColumn(34);
  textLiteral("version");
  textColumn(48);
  textLiteral("size");
  textColumn(60);
  textLiteral("security");
  textColumn(70);
  textLiteral("floor");
  textColumn(77);
  textLiteral("sha256");
  textColumn(98);
  textLiteral("use");
  sayEnd();
}

function saySlot(slot: u32): void {
  const state: u32 = inventorySlotState(slot);
  const whole: bool = state == SlotState.Valid || state == SlotState.Rejected;
  sayBegin();
  textLiteral("  ");
  if (slot == 0) textBytes(inventoryName, paddedLength(inventoryName, NAME_SIZE));
  textColumn(14);
  textNumber(slot);
  textColumn(20);
  textLiteral(stateName(state));
  if (whole) {
    textColumn(34);
    textBytes(inventorySlotVersion(slot), paddedLength(inventorySlotVersion(slot), VERSION_SIZE));
    textColumn(48);
    textSize(inventorySlotImageSize(slot));
    textColumn(60);
    textSecurity(inventorySlotSecurity(slot));
  }
  if (slot == 0) {
    textColumn(70);
    textSecurity(inventoryFloor);
  }
  if (whole) {
    textColumn(77);
    textHex(inventorySlotDigest(slot), 8);
    textLiteral("...");
    if (slot == inventoryRunning || slot == inventoryPending) textColumn(98);
    textUse(slot);
  }
  sayEnd();
}

function eventSlot(slot: u32): void {
  eventBegin("slot");
  eventText("component", inventoryName, paddedLength(inventoryName, NAME_SIZE));
  eventNumber("slot", slot);
  eventLiteral("state", stateName(inventorySlotState(slot)));
  eventNumber("slotSize", inventorySlotSize);
  eventText("version", inventorySlotVersion(slot), paddedLength(inventorySlotVersion(slot), VERSION_SIZE));
  eventNumber("size", inventorySlotImageSize(slot));
  eventDigest("sha256", inventorySlotDigest(slot));
  eventNumber("security", inventorySlotSecurity(slot));
  eventNumber("securityFloor", inventoryFloor);
  eventBool("running", slot == inventoryRunning);
  if (slot == inventoryRunning && inventoryTrialAttempt != 0) eventTrial();
  eventBool("pending", slot == inventoryPending);
  eventBool("inPlace", (inventoryFlags & FLAG_IN_PLACE) != 0);
  eventBool("hostResetNeeded", (inventoryFlags & FLAG_HOST_RESET) != 0);
  eventEnd();
}

/** Answers the exit code. */
export function inventoryCommand(): u32 {
  const code: ExitCode = reachDevice();
  if (code != ExitCode.Done) return code;
  sayHead();
  for (let i: u32 = 0; i < deviceCount; i++) {
    deviceSelect(i);
    for (let slot: u32 = 0; slot < inventorySlotCount; slot++) {
      saySlot(slot);
      eventSlot(slot);
    }
  }
  return ExitCode.Done;
}
