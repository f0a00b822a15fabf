/**
 * The file that comes is a patch: which slot holds its base, and the making of the image, from both, into staging. Nothing
 * here outlives a cut: whatever was made, the making begins anew, and staging passes over what it has on record.
 */
import { PatchAction, patchBegin, patchNext, patchOffset, patchPointer, patchSize, patchWritten } from "../patch/apply";
import { Status } from "../status";
import { Completion } from "../wire/completion";
import { DIGEST_SIZE, NO_PATCH } from "../wire/message-type";
import { componentSlotCount, componentSlotSize, slotHolds } from "./components";
import { jobFlash, jobStaging, ReceiverAction } from "./job";

/** Bytes of the patch; NO_PATCH when the image itself comes. */
export let patchFileSize: u32 = NO_PATCH;
export const PATCH_FILE_DIGEST: usize = memory.data(32, 16);
const baseDigest: usize = memory.data(32, 16);
let baseSlot: u32 = 0;
let component: u32 = 0;
let action: PatchAction = PatchAction.Failed;
/** Set by `patchingNext` when it answers Idle: Ok, or why there is no image. */
export let patchingFailure: u32 = Completion.Ok;

/** The image itself comes. */
export function patchingNone(): void {
  patchFileSize = NO_PATCH;
}

/** Looks for the base of a patch for a component, and takes the patch for what comes. False when no slot holds it. */
export function patchingChoose(index: u32, size: u32, digest: usize, base: usize): bool {
  for (let slot: u32 = 0; slot < componentSlotCount(index); slot++) {
    if (!slotHolds(index, slot, base)) continue;
    component = index;
    baseSlot = slot;
    patchFileSize = size;
    memory.copy(PATCH_FILE_DIGEST, digest, DIGEST_SIZE);
    memory.copy(baseDigest, base, DIGEST_SIZE);
    return true;
  }
  return false;
}

/** Whether what comes is this patch, or no patch with `size` NO_PATCH. */
export function patchingIs(size: u32, digest: usize): bool {
  if (patchFileSize != size) return false;
  return size == NO_PATCH || memory.compare(PATCH_FILE_DIGEST, digest, DIGEST_SIZE) == 0;
}

/** The patch is there, and the staging of the image is open. */
export function patchingBegin(imageSize: u32, imageDigest: usize): void {
  patchBegin(patchFileSize, imageSize, imageDigest, baseDigest, componentSlotSize(component));
  patchingFailure = Completion.Ok;
  action = patchNext();
}

/** Bytes of the image that were made. */
export function patchingMade(): u32 {
  return action == PatchAction.Write ? patchOffset : patchWritten;
}

/** What is wanted now; Idle when the image is made, or can't be. */
export function patchingNext(): ReceiverAction {
  switch (action) {
    case PatchAction.ReadPatch:
      jobStaging(patchOffset, patchSize, patchPointer);
      return ReceiverAction.ReadPatch;
    case PatchAction.ReadBase:
      jobFlash(component, baseSlot, patchOffset, patchSize, patchPointer);
      return ReceiverAction.ReadBase;
    case PatchAction.Write:
      jobStaging(patchOffset, patchSize, patchPointer);
      return ReceiverAction.WriteStaging;
    case PatchAction.Failed:
      if (patchingFailure == Completion.Ok) patchingFailure = Completion.PatchFailed;
      return ReceiverAction.Idle;
    default: return ReceiverAction.Idle;
  }
}

/** How that has ended. A base that can't be read is one that is not held: the image itself may still come. */
export function patchingDone(status: Status): void {
  if (status == Status.Ok) {
    action = patchNext();
    return;
  }
  if (action != PatchAction.ReadBase) patchingFailure = status == Status.NoRoom ? Completion.StagingFull : Completion.StagingFailed;
  action = PatchAction.Failed;
}
