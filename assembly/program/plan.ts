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
  FLAG_HOST_RESET, FLAG_IN_PLACE, inventoryFlags, inventoryPending, inventoryRunning, inventorySlotCount, inventorySlotDigest,
  inventorySlotSize, inventorySlotState, inventorySlotVersion, NO_SLOT,
} from "../wire/inventory";
import { Allow, DIGEST_SIZE, SlotState, VERSION_SIZE } from "../wire/message-type";
import { paddedLength } from "../wire/text";
import { deviceFind } from "./device-table";
import { IMAGE_DIGEST, imageClose, imageOpen, imageSize } from "./image";

/** What becomes of an image. Append only: reports name them. */
export enum Verdict {
  /** Newer than what runs. */
  Upgrade = 0,
  /** The same version with other bytes; the config allows that. */
  Reinstall = 1,
  /** Older than what runs; the config allows that. */
  Downgrade = 2,
  /** The component holds no whole image. */
  FirstImage = 3,
  /** The device runs exactly this image. */
  UpToDate = 4,
  /** The device holds exactly this image and runs it after the next reset. */
  WaitsForReset = 5,
  /** What runs is newer. Not sent. */
  RunsNewer = 6,
  /** What runs has the same version and other bytes. Not sent. */
  RunsOther = 7,
  /** The device has no such component. */
  NoComponent = 8,
  /** The image is larger than the component's slot. */
  TooLarge = 9,
  /** The image could not be read, or is not what the config says; `planStatus` has the reason. */
  BadImage = 10,
}

/** Set by `planImage`, for the image planned last: what `imageOpen` answered. */
export let planStatus: Status = Status.Ok;
/** Set by `planMake`: how many images are to be sent, and their bytes. */
export let planSendCount: u32 = 0;
export let planSendBytes: u64 = 0;

// One entry an image: u32 verdict, u32 size, u32 bytes of the present version, u32 slot size, digest [32], version [32].
const ENTRY: usize = 80;
const SIZE: usize = 4;
const PRESENT_SIZE: usize = 8;
const SLOT_SIZE: usize = 12;
const DIGEST: usize = 16;
const PRESENT: usize = 48;
const entries: usize = memory.data(1280, 16);
if (<usize>1280 != ENTRY * <usize>MAXIMUM_IMAGES) ERROR("one entry an image");

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

export function verdictSends(verdict: Verdict): bool {
  return verdict <= Verdict.FirstImage;
}

export function verdictFails(verdict: Verdict): bool {
  return verdict >= Verdict.NoComponent;
}

function holds(slot: u32): bool {
  return slot != NO_SLOT && inventorySlotState(slot) == SlotState.Valid
    && memory.compare(inventorySlotDigest(slot), IMAGE_DIGEST, DIGEST_SIZE) == 0;
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
  if (running == NO_SLOT) return Verdict.FirstImage;
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
  let verdict: Verdict = Verdict.BadImage;
  planStatus = imageOpen(index, imageFile(index), imageFileSize(index), imageExpectedDigest(index));
  imageClose();
  if (planStatus == Status.Ok) {
    store<u32>(entry(index), imageSize, SIZE);
    memory.copy(planDigest(index), IMAGE_DIGEST, DIGEST_SIZE);
    verdict = Verdict.NoComponent;
    if (deviceFind(imageComponent(index), imageComponentSize(index))) {
      store<u32>(entry(index), inventorySlotSize, SLOT_SIZE);
      notePresent(index);
      verdict = judge(index);
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
