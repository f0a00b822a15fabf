/**
 * Looks, after an upgrade, whether the device holds what it acknowledged, where the config wants it. A success that the
 * device's own inventory does not bear out is none.
 */
import { imageComponent, imageComponentSize, imageCount } from "../config/image-table";
import { Activate, activate } from "../config/upgrade-section";
import { Status } from "../status";
import { RESET_DEVICE, RESET_HOST } from "../wire/end-upgrade";
import {
  FLAG_HOST_RESET, FLAG_IN_PLACE, inventoryFlags, inventoryPending, inventoryRunning, inventorySlotCount, inventorySlotDigest,
  inventorySlotState, NO_SLOT,
} from "../wire/inventory";
import { DIGEST_SIZE, SlotState } from "../wire/message-type";
import { deviceFind, deviceLoad } from "./device-table";
import { Outcome, outcomeOf, outcomeSet } from "./outcome";
import { planDigest } from "./plan";

/** Set by `confirm`: the resets after which everything that was stored runs. */
export let confirmResets: u32 = 0;
/** Set by `confirm`: the first image that the inventory does not bear out; `imageCount` when there is none. */
export let confirmMissing: u32 = 0;

function holds(slot: u32, digest: usize): bool {
  return slot != NO_SLOT && inventorySlotState(slot) == SlotState.Valid
    && memory.compare(inventorySlotDigest(slot), digest, DIGEST_SIZE) == 0;
}

/** Whether the component that is selected holds the image where it should. Adds to `confirmResets`. */
function isWhereItShould(index: u32): bool {
  const digest: usize = planDigest(index);
  if (holds(inventoryRunning, digest)) {
    if ((inventoryFlags & FLAG_HOST_RESET) != 0) confirmResets |= RESET_HOST;
    return true;
  }
  if ((inventoryFlags & FLAG_IN_PLACE) != 0 || activate == Activate.Now) return false;
  if (activate == Activate.NextReset) {
    confirmResets |= RESET_DEVICE;
    return holds(inventoryPending, digest);
  }
  for (let slot: u32 = 0; slot < inventorySlotCount; slot++) if (holds(slot, digest)) return true;
  return false;
}

/**
 * Asks for the inventory and compares. An image that is not where it should be counts as broken: what its component runs
 * is not known. What the link answers when the inventory can't be had.
 */
export function confirm(): Status {
  confirmResets = 0;
  confirmMissing = imageCount;
  const status: Status = deviceLoad();
  if (status != Status.Ok) return status;
  for (let i: u32 = 0; i < imageCount; i++) {
    if (outcomeOf(i) != Outcome.Stored) continue;
    if (deviceFind(imageComponent(i), imageComponentSize(i)) && isWhereItShould(i)) continue;
    outcomeSet(i, Outcome.Broken);
    if (confirmMissing == imageCount) confirmMissing = i;
  }
  return Status.Ok;
}
