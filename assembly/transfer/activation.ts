/**
 * Makes stored images the running ones: now, or at the next reset of the device, or not. One record a component is
 * appended, one after the other; a power cut between two leaves each component whole, old or new.
 */
import { Status } from "../status";
import { RESET_DEVICE, RESET_HOST } from "../wire/end-upgrade";
import { NO_SLOT } from "../wire/inventory";
import { Activate } from "../wire/message-type";
import {
  componentBoot, componentCount, componentIsInPlace, componentNeedsHostReset, componentPage,
  componentRemember, componentRestore, componentSeal, componentSetActive, componentSetHostReset, componentSetPending,
  slotDigest, slotImageSize,
} from "./components";
import { jobFlash, jobStaging, ReceiverAction } from "./job";

enum Work {
  None,
  /** The images of an upgrade. */
  Activate,
  /** The device has started: pending slots become the running ones. */
  Boot,
  /** The host has been reset: what waited for a reset runs now, the device's own images included. */
  HostReset,
}

/** Resets that are needed for the activated images to run. */
export let activationResets: u32 = 0;
/** Whether a record could not be written. */
export let activationFailed: bool = false;

let work: Work = Work.None;
let stored: u32 = 0;
let slots: u32 = 0;
let mode: u32 = 0;
let index: u32 = 0;
let discarding: bool = false;

function begin(which: Work): void {
  work = which;
  index = 0;
  discarding = false;
  activationResets = 0;
  activationFailed = false;
}

export function activationReset(): void {
  work = Work.None;
}

export function activationIsBusy(): bool {
  return work != Work.None;
}

/** Activates what was stored, one bit a component in both masks, and then lets go of the staged images. */
export function activationBegin(components: u32, componentSlots: u32, activate: u32): void {
  begin(Work.Activate);
  stored = components;
  slots = componentSlots;
  mode = activate;
}

export function activationBoot(): void {
  begin(Work.Boot);
}

export function activationHostReset(): void {
  begin(Work.HostReset);
}

/** Changes the component at `index` as the present work wants it. True when its record has to be written. */
function change(): bool {
  if (work == Work.Boot) return componentBoot(index);
  if (work == Work.HostReset) {
    const changed: bool = componentBoot(index);
    if (!componentNeedsHostReset(index)) return changed;
    componentSetHostReset(index, false);
    return true;
  }
  if ((stored & (1 << index)) == 0) return false;
  if (componentIsInPlace(index)) {
    if (componentNeedsHostReset(index)) activationResets |= RESET_HOST;
    return false;
  }
  if (mode == Activate.No) return false;
  const slot: u32 = storedSlot();
  if (mode == Activate.Now) {
    componentSetActive(index, slot);
    componentSetPending(index, NO_SLOT);
    return true;
  }
  activationResets |= RESET_DEVICE;
  componentSetPending(index, slot);
  return true;
}

function storedSlot(): u32 {
  return (slots >> index) & 1;
}

function discard(): ReceiverAction {
  jobStaging(0, slotImageSize(index, storedSlot()), slotDigest(index, storedSlot()));
  return ReceiverAction.DiscardStaging;
}

/** What the activation wants done now; Idle when it has ended. */
export function activationNext(): ReceiverAction {
  while (work != Work.None) {
    if (index == componentCount) {
      work = Work.None;
      break;
    }
    if (discarding) return discard();
    componentRemember(index);
    if (change()) {
      if (componentSeal(index) == Status.Ok) {
        jobFlash(index, 0, 0, 256, componentPage(index));
        return ReceiverAction.WriteRecord;
      }
      componentRestore(index);
      activationFailed = true;
    }
    afterRecord();
  }
  return ReceiverAction.Idle;
}

function afterRecord(): void {
  if (work == Work.Activate && (stored & (1 << index)) != 0 && mode != Activate.No && !activationFailed) discarding = true;
  else index++;
}

/** How the action that `activationNext` named has ended. */
export function activationDoneWith(status: Status): void {
  if (discarding) {
    discarding = false;
    index++;
    return;
  }
  if (status != Status.Ok) {
    componentRestore(index);
    activationFailed = true;
  }
  afterRecord();
}
