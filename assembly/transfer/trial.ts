/**
 * When an image on trial is looked at: one of the device itself after it has run for the time of a trial, one of the host
 * once the host has come up with it, which it shows by saying hello. What counts then is the device's own look at itself.
 * Attempts and records are activation.ts's.
 */
import { Status } from "../status";
import { NO_SLOT } from "../wire/inventory";
import { activationBeganTrial, activationCommit, activationReject, activationTrialSeen } from "./activation";
import { componentActive, componentCount, componentFallback, componentIsInPlace, componentTrial, slotNoteLook } from "./components";
import { jobFlash, Note, noteAdd, ReceiverAction } from "./job";

/** The component that is or was looked at. */
export let trialComponent: u32 = 0;

let periodMs: u32 = 0;
let since: u32 = 0;
/** The time of the trial runs; not yet set while this is false. */
let isTimed: bool = false;
let hostCameUp: bool = false;
let isLooking: bool = false;
/** When the last look at a component ended, and how often in a row the device was not well with it. */
let lookedAt: u32 = 0;
let hasLooked: bool = false;
let unwell: u32 = 0;

/** A look that did not end the trial is repeated after so long. */
const AGAIN_MS: u32 = 1000;
/** A failing read now and then is no reason to go back: so many looks in a row are. */
const UNWELL_LIMIT: u32 = 3;

/** At the start of the device. */
export function trialReset(period: u32): void {
  periodMs = period;
  isTimed = false;
  hostCameUp = false;
  isLooking = false;
  hasLooked = false;
  unwell = 0;
}

/** The host has said hello. */
export function trialHostUp(): void {
  hostCameUp = true;
}

/** The host has been reset: nothing has been seen of it since. */
export function trialHostDown(): void {
  hostCameUp = false;
  hasLooked = false;
}

/** Keeps the time of the trial. */
export function trialTick(now: u32): void {
  if (isTimed && !activationBeganTrial) return;
  activationTrialSeen();
  hasLooked = false;
  isTimed = true;
  since = now;
}

/** Milliseconds until the trial of a component ends well if nothing happens; 0 when that is not known. */
export function trialLeftMs(component: u32, now: u32): u32 {
  if (componentTrial(component) == 0 || componentIsInPlace(component)) return 0;
  return isTimed ? periodMs - min<u32>(now - since, periodMs) : periodMs;
}

function isDue(component: u32, now: u32): bool {
  if (componentTrial(component) == 0) return false;
  if (hasLooked && component == trialComponent && now - lookedAt < AGAIN_MS) return false;
  return componentIsInPlace(component) ? hostCameUp : now - since >= periodMs;
}

/** Looks whether something has to be seen to; the action, or Idle. */
export function trialNext(now: u32): ReceiverAction {
  if (!isLooking) {
    let due: u32 = 0;
    while (due < componentCount && !isDue(due, now)) due++;
    if (due == componentCount) return ReceiverAction.Idle;
    if (!hasLooked || due != trialComponent) unwell = 0;
    trialComponent = due;
    isLooking = true;
  }
  jobFlash(trialComponent, componentActive(trialComponent), 0, 0, 0);
  return ReceiverAction.CheckHealth;
}

/** How the action that `trialNext` named has ended; with the value 1 it goes on. VerifyFailed: the slot was read, and differs from its record. */
export function trialDoneWith(status: Status, value: u32, now: u32): void {
  if (status == Status.Ok && value == 1) return;
  isLooking = false;
  hasLooked = true;
  lookedAt = now;
  if (status == Status.Ok || status == Status.VerifyFailed) slotNoteLook(trialComponent, componentActive(trialComponent), status != Status.Ok);
  if (status == Status.Ok) {
    unwell = 0;
    return activationCommit(trialComponent);
  }
  if (++unwell < UNWELL_LIMIT) return;
  unwell = 0;
  if (componentFallback(trialComponent) != NO_SLOT) return activationReject(trialComponent);
  noteAdd(Note.TrialUnwell);
  since = now;
  hostCameUp = false;
}
