/** `ferry inventory`: the components of the device as the device tells them. */
import {
  FLAG_HOST_RESET, FLAG_IN_PLACE, inventoryFlags, inventoryName, inventoryPending, inventoryRunning, inventorySlotCount,
  inventorySlotDigest, inventorySlotImageSize, inventorySlotSize, inventorySlotState, inventorySlotVersion,
} from "../wire/inventory";
import { NAME_SIZE, SlotState, VERSION_SIZE } from "../wire/message-type";
import { paddedLength } from "../wire/text";
import { deviceCount, deviceSelect } from "./device-table";
import { eventBegin, eventBool, eventDigest, eventEnd, eventLiteral, eventNumber, eventText } from "./event";
import { ExitCode } from "./exit-code";
import { reachDevice } from "./prepare";
import { textSize } from "./quantity";
import { sayBegin, sayEnd } from "./say";
import { textBytes, textColumn, textHex, textLiteral, textNumber } from "./text";

function stateName(state: u32): string {
  switch (state) {
    case SlotState.Empty: return "empty";
    case SlotState.Writing: return "half written";
    case SlotState.Valid: return "whole";
    default: return "failed";
  }
}

function use(slot: u32): string {
  if (slot == inventoryRunning) return (inventoryFlags & FLAG_HOST_RESET) != 0 ? "after a reset of the host" : "running";
  return slot == inventoryPending ? "after the next reset" : "";
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
  textLiteral("sha256");
  textColumn(81);
  textLiteral("use");
  sayEnd();
}

function saySlot(slot: u32): void {
  const whole: bool = inventorySlotState(slot) == SlotState.Valid;
  sayBegin();
  textLiteral("  ");
  if (slot == 0) textBytes(inventoryName, paddedLength(inventoryName, NAME_SIZE));
  textColumn(14);
  textNumber(slot);
  textColumn(20);
  textLiteral(stateName(inventorySlotState(slot)));
  if (whole) {
    textColumn(34);
    textBytes(inventorySlotVersion(slot), paddedLength(inventorySlotVersion(slot), VERSION_SIZE));
    textColumn(48);
    textSize(inventorySlotImageSize(slot));
    textColumn(60);
    textHex(inventorySlotDigest(slot), 8);
    textLiteral("...");
    textColumn(81);
    textLiteral(use(slot));
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
  eventBool("running", slot == inventoryRunning);
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
