/**
 * Which image runs: makes stored images the running ones, now or at the next reset of the device; counts attempts to
 * start one that is on trial; commits it or goes back. One record a component is appended, one after the other; a power
 * cut between two leaves each component whole, old or new.
 *
 *              activate, or reset          the trial holds: commit, the security floor rises
 *   stored ──────────────────────► on trial ───────────────────────────────────────────────► running
 *                                    │  ▲ │
 *                 the device starts  └──┘ │ it does not hold, or the device has started TRIAL_LIMIT times without a commit
 *                 again: attempt + 1      └──────────────────────────► rejected; the image before runs
 *
 * An image that was looked at and is not what its record says is condemned: its slot is on record as failed from then on,
 * so that a start of the device finds out, and the same image is taken again.
 */
import { Status } from "../status";
import { RESET_DEVICE, RESET_HOST } from "../wire/end-upgrade";
import { NO_SLOT } from "../wire/inventory";
import { Activate, SlotState } from "../wire/message-type";
import {
  componentActive, componentBoot, componentCount, componentFallback, componentIsInPlace, componentNeedsHostReset, componentPage,
  componentPending, componentRaiseFloor, componentRemember, componentRestore, componentSeal, componentSetActive, componentSetHostReset,
  componentSetPending, componentSetTrial, componentTrial, slotDigest, slotImageSize, slotSetState,
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
  /** The running image of one component has held its trial. */
  Commit,
  /** It has not: the image before runs again. */
  Reject,
  /** The image in the other slot of one component shall run. */
  Choose,
  /** A pending activation of one component is taken back, or the image before shall run. */
  Revert,
  /** The slot that one component runs from does not hold what its record says. */
  Condemn,
}

/** So often the device starts with an image on trial that is not committed; the next start goes back. */
export const TRIAL_LIMIT: u32 = 3;

/** Resets that are needed for the activated images to run. */
export let activationResets: u32 = 0;
/** Whether a record could not be written. */
export let activationFailed: bool = false;

/** Whether something has been put on trial: its time begins. */
export let activationBeganTrial: bool = false;

let work: Work = Work.None;
/** The only component that the work is about. */
let only: u32 = 0;
let stored: u32 = 0;
let slots: u32 = 0;
let mode: u32 = 0;
let index: u32 = 0;
let discarding: bool = false;

function begin(which: Work): void {
  work = which;
  index = 0;
  discarding = false;
  activationBeganTrial = false;
  activationResets = 0;
  activationFailed = false;
}

export function activationReset(): void {
  work = Work.None;
}

/** The beginning of a trial has been taken note of. */
export function activationTrialSeen(): void {
  activationBeganTrial = false;
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

function beginOne(which: Work, component: u32): void {
  begin(which);
  only = component;
}

/** The running image of a component has held its trial. */
export function activationCommit(component: u32): void {
  beginOne(Work.Commit, component);
}

/** It has not: with another image to run, that runs now, and the one on trial is marked. */
export function activationReject(component: u32): void {
  beginOne(Work.Reject, component);
}

/** Makes the image in the slot that does not run the running one, on trial. The caller has seen that there is one. */
export function activationChoose(component: u32): void {
  beginOne(Work.Choose, component);
}

/** Takes a pending activation back, or runs the image before. The caller has seen that there is one of the two. */
export function activationRevert(component: u32): void {
  beginOne(Work.Revert, component);
}

/** Puts on record that the slot that a component runs from holds no whole image. The caller has seen that one is on record. */
export function activationCondemn(component: u32): void {
  beginOne(Work.Condemn, component);
}

function runFromNow(slot: u32, attempt: u32): void {
  componentSetActive(index, slot);
  componentSetPending(index, NO_SLOT);
  componentSetTrial(index, attempt);
  if (attempt != 0) activationBeganTrial = true;
}

function reject(): bool {
  const fallback: u32 = componentFallback(index);
  if (fallback == NO_SLOT) return false;
  if (componentActive(index) != NO_SLOT) slotSetState(index, componentActive(index), SlotState.Rejected);
  runFromNow(fallback, 0);
  return true;
}

/** The device has started: what is pending runs, and an image on trial is one attempt further. */
function boot(): bool {
  if (componentBoot(index)) {
    activationBeganTrial = true;
    return true;
  }
  const attempt: u32 = componentTrial(index);
  if (attempt == 0 || componentIsInPlace(index)) return false;
  if (attempt >= TRIAL_LIMIT) return reject();
  componentSetTrial(index, attempt + 1);
  return true;
}

function hostReset(): bool {
  const changed: bool = componentBoot(index);
  if (changed) activationBeganTrial = true;
  if (!componentIsInPlace(index)) return changed;
  if (componentNeedsHostReset(index)) {
    componentSetHostReset(index, false);
    componentSetTrial(index, 1);
    return true;
  }
  const attempt: u32 = componentTrial(index);
  if (attempt == 0 || attempt >= TRIAL_LIMIT) return changed;
  componentSetTrial(index, attempt + 1);
  return true;
}

function commit(): bool {
  if (componentTrial(index) == 0) return false;
  componentSetTrial(index, 0);
  componentRaiseFloor(index);
  return true;
}

function revert(): bool {
  if (componentPending(index) != NO_SLOT) componentSetPending(index, NO_SLOT);
  else runFromNow(componentFallback(index), 0);
  return true;
}

/** The security floor stays: what was damaged had been committed, or had not. */
function condemn(): bool {
  slotSetState(index, componentActive(index), SlotState.Failed);
  componentSetTrial(index, 0);
  return true;
}

/** Changes the component at `index` as the present work wants it. True when its record has to be written. */
function change(): bool {
  switch (work) {
    case Work.Boot: return boot();
    case Work.HostReset: return hostReset();
    case Work.Commit: return index == only && commit();
    case Work.Reject: return index == only && reject();
    case Work.Revert: return index == only && revert();
    case Work.Condemn: return index == only && condemn();
    case Work.Choose:
      if (index != only) return false;
      runFromNow(componentFallback(index), 1);
      return true;
    default: return activate();
  }
}

/** What was stored in the upgrade becomes active as its end says. */
function activate(): bool {
  if ((stored & (1 << index)) == 0) return false;
  if (componentIsInPlace(index)) {
    if (componentNeedsHostReset(index)) activationResets |= RESET_HOST;
    return false;
  }
  if (mode == Activate.No) return false;
  const slot: u32 = storedSlot();
  if (mode == Activate.Now) {
    runFromNow(slot, 1);
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
