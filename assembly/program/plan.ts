/**
 * What the config and the device together mean for each image: send it or not, and why. Decides nothing that the
 * device may not refuse; it only spares the bytes.
 */
import {
  imageAllow, imageComponent, imageComponentSize, imageCount, imageExpectedDigest, imageFile, imageFileSize, imageVersion,
  imageVersionSize, MAXIMUM_IMAGES,
} from "../config/image-table";
import { Activate, activate } from "../config/upgrade-section";
import { Status } from "../status";
import { compareVersions } from "../transfer/version";
import {
  FLAG_HOST_RESET, FLAG_IN_PLACE, inventoryFlags, inventoryFloor, inventoryPending, inventoryRunning, inventorySlotCount,
  inventorySlotDigest, inventorySlotSize, inventorySlotState, inventorySlotVersion, inventoryTrialAttempt, NO_SLOT,
} from "../wire/inventory";
import { Allow, DIGEST_SIZE, LOWEST_VERSION, NAME_SIZE, PATCHES_SINCE, SlotState, VERSION_SIZE } from "../wire/message-type";
import { paddedLength } from "../wire/text";
import { deviceFind, deviceLabMode } from "./device-table";
import { IMAGE_DIGEST, imageClose, imageOpen, imageSize } from "./image";
import { signatureIsGiven, signatureRead, signatureSecurity, SignatureState } from "./image-signature";
import { patchFind, patchNone } from "./image-patch";
import { sameBytes } from "./literal";
import { SESSION_PLATFORM, sessionVersion } from "./session";
import { Field, fieldText, fieldTextSize } from "./trusted-comment";
import { Verdict, verdictSends } from "./verdict";

/** Set by `planImage`, for the image planned last: what `imageOpen` answered. */
export let planStatus: Status = Status.Ok;
/** Set by `planImage` in the same way: what `signatureRead` answered. */
export let planSignature: SignatureState = SignatureState.None;
/** Set by `planMake`: how many images are to be sent, and their bytes. */
export let planSendCount: u32 = 0;
export let planSendBytes: u64 = 0;

// One entry an image: u32 verdict, u32 size, u32 bytes of the present version, u32 slot size, digest [32], version [32],
// u32 1 when what runs is on trial.
const ENTRY: usize = 84;
const SIZE: usize = 4;
const PRESENT_SIZE: usize = 8;
const SLOT_SIZE: usize = 12;
const DIGEST: usize = 16;
const PRESENT: usize = 48;
const ON_TRIAL: usize = 80;
const entries: usize = memory.data(1344, 16);
if (<usize>1344 != ENTRY * <usize>MAXIMUM_IMAGES) ERROR("one entry an image");

function entry(index: u32): usize {
  return entries + <usize>index * ENTRY;
}

export function planVerdict(index: u32): Verdict {
  return <Verdict>load<u32>(entry(index));
}

/** Bytes of the image. */
export function planSize(index: u32): u32 {
  return load<u32>(entry(index), SIZE);
}

/** Where the image's digest lies. */
export function planDigest(index: u32): usize {
  return entry(index) + DIGEST;
}

/** The version that runs now, `planPresentSize` bytes; none when the component holds no whole image. */
export function planPresent(index: u32): usize {
  return entry(index) + PRESENT;
}

export function planPresentSize(index: u32): u32 {
  return load<u32>(entry(index), PRESENT_SIZE);
}

/** Bytes of the component's slot. */
export function planSlotSize(index: u32): u32 {
  return load<u32>(entry(index), SLOT_SIZE);
}

/** Whether the component takes the image only after the trial of what it runs. */
export function planWaitsForTrial(index: u32): bool {
  return verdictSends(planVerdict(index)) && load<u32>(entry(index), ON_TRIAL) != 0;
}

function has(slot: u32, state: SlotState): bool {
  return slot != NO_SLOT && inventorySlotState(slot) == state
    && memory.compare(inventorySlotDigest(slot), IMAGE_DIGEST, DIGEST_SIZE) == 0;
}

function holds(slot: u32): bool {
  return has(slot, SlotState.Valid);
}

function hasRejected(): bool {
  for (let slot: u32 = 0; slot < inventorySlotCount; slot++) if (has(slot, SlotState.Rejected)) return true;
  return false;
}

/** Whether a signature that has just been read is for this device's platform. */
function isForPlatform(): bool {
  return sameBytes(fieldText(Field.Platform), fieldTextSize(Field.Platform), SESSION_PLATFORM, paddedLength(SESSION_PLATFORM, NAME_SIZE));
}

function notePresent(index: u32): void {
  const running: u32 = inventoryRunning;
  const size: u32 = running == NO_SLOT ? 0 : paddedLength(inventorySlotVersion(running), VERSION_SIZE);
  store<u32>(entry(index), size, PRESENT_SIZE);
  if (size > 0) memory.copy(planPresent(index), inventorySlotVersion(running), size);
}

/** Judges the image whose digest has just been computed against the component that is selected. */
function judge(index: u32): Verdict {
  const running: u32 = inventoryRunning;
  if (imageSize > inventorySlotSize) return Verdict.TooLarge;
  if (holds(running)) return (inventoryFlags & FLAG_HOST_RESET) != 0 ? Verdict.WaitsForReset : Verdict.UpToDate;
  if (holds(inventoryPending)) return Verdict.WaitsForReset;
  if (signatureIsGiven(index) && !isForPlatform()) return Verdict.WrongPlatform;
  if (hasRejected() && <u32>imageAllow(index) < <u32>Allow.Reinstall) return Verdict.TrialFailed;
  const verdict: Verdict = running == NO_SLOT ? Verdict.FirstImage : judgeVersion(index, running);
  return verdictSends(verdict) ? judgeTrust(index, verdict) : verdict;
}

/** Whether the device will believe the image: an image without a signature counts as security number 0. */
function judgeTrust(index: u32, verdict: Verdict): Verdict {
  if (sessionVersion == LOWEST_VERSION) return verdict;
  if (!deviceLabMode && !signatureIsGiven(index)) return Verdict.SignatureMissing;
  return signatureSecurity(index) < inventoryFloor ? Verdict.SecurityTooLow : verdict;
}

function judgeVersion(index: u32, running: u32): Verdict {
  // Stored and not to be activated is what such a config asked for.
  const inPlace: bool = (inventoryFlags & FLAG_IN_PLACE) != 0;
  if (activate == Activate.No && !inPlace && inventorySlotCount == 2 && holds(1 - running)) return Verdict.UpToDate;
  const order: i32 = compareVersions(imageVersion(index), imageVersionSize(index), planPresent(index), planPresentSize(index));
  const allow: u32 = <u32>imageAllow(index);
  if (order > 0) return Verdict.Upgrade;
  if (order == 0) return allow >= <u32>Allow.Reinstall ? Verdict.Reinstall : Verdict.RunsOther;
  return allow >= <u32>Allow.Downgrade ? Verdict.Downgrade : Verdict.RunsNewer;
}

/** Reads an image and judges it. The image is closed again. */
export function planImage(index: u32): Verdict {
  memory.fill(entry(index), 0, ENTRY);
  patchNone(index);
  let verdict: Verdict = Verdict.BadImage;
  planStatus = imageOpen(index, imageFile(index), imageFileSize(index), imageExpectedDigest(index));
  imageClose();
  if (planStatus == Status.Ok) {
    store<u32>(entry(index), imageSize, SIZE);
    memory.copy(planDigest(index), IMAGE_DIGEST, DIGEST_SIZE);
    planSignature = signatureRead(index);
    const isGood: bool = planSignature == SignatureState.None || planSignature == SignatureState.Given;
    verdict = isGood ? Verdict.NoComponent : Verdict.BadSignature;
    if (isGood && deviceFind(imageComponent(index), imageComponentSize(index))) {
      store<u32>(entry(index), inventorySlotSize, SLOT_SIZE);
      notePresent(index);
      verdict = judge(index);
      if (verdictSends(verdict) && sessionVersion >= PATCHES_SINCE) patchFind(index, planDigest(index), planSize(index));
      const isInPlace: bool = (inventoryFlags & FLAG_IN_PLACE) != 0;
      store<u32>(entry(index), inventoryTrialAttempt != 0 && !isInPlace ? 1 : 0, ON_TRIAL);
    }
  }
  store<u32>(entry(index), verdict);
  return verdict;
}

/** Adds up what is to be sent, once every image has been planned. */
export function planSum(): void {
  planSendCount = 0;
  planSendBytes = 0;
  for (let i: u32 = 0; i < imageCount; i++) {
    if (!verdictSends(planVerdict(i))) continue;
    planSendCount++;
    planSendBytes += planSize(i);
  }
}
