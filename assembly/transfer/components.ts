/**
 * The components of the device. The state of each is kept as the page of its newest slot record
 * (flash/slot-record.ts), so that what is in memory is what goes to flash, byte for byte.
 */
import { crc32 } from "../checksum/crc32";
import { PROTECTION_SIZE, protectionAdd, protectionIsAny } from "../flash/protection";
import {
  RECORD_NO_TRIAL, RECORD_SIZE, recordBegin, recordCheck, recordFloorOf, recordOutsideOf, recordRegionsOf, recordSeal, recordSetFloor,
  recordSetOutside, recordSetTrial, recordTrialOf,
} from "../flash/slot-record";
import { Status } from "../status";
import { FLAG_HOST_RESET, FLAG_IN_PLACE, FLAG_LAB_MODE, inventoryMarkFailed, inventoryResponseEncode, NO_SLOT, SLOT_SIZE } from "../wire/inventory";
import { DIGEST_SIZE, NAME_SIZE, SlotState, VERSION_SIZE } from "../wire/message-type";
import { isName } from "../wire/text";

/** The most components of one device. */
export const COMPONENT_LIMIT: u32 = 16;

/** Set by `componentAdd`: how many there are. */
export let componentCount: u32 = 0;
/** Set by `componentFind`. */
export let componentFound: u32 = 0;

const pages: usize = memory.data(4096, 16);
const remembered: usize = memory.data(256, 16);
const slotSizes: usize = memory.data(64, 16);
/** The protected regions of each component, in the tables of flash/protection.ts. */
const protections: usize = memory.data(512, 16);
if (512 != COMPONENT_LIMIT * PROTECTION_SIZE) ERROR("one table a component");
/** One byte a component: the bit of a slot is set when it was read back last and does not hold what its record says. */
const differing: usize = memory.data(16, 16);

// Offsets in a record page; drawn in flash/slot-record.ts.
const SEQUENCE: usize = 8;
const NAME: usize = 12;
const SLOT_COUNT: usize = 28;
const ACTIVE: usize = 29;
const PENDING: usize = 30;
const FLAGS: usize = 31;
const SLOTS: usize = 32;
const DOUBTS: usize = 184;
const SLOT_STATE: usize = 0;
const SLOT_IMAGE_SIZE: usize = 4;
const SLOT_SECURITY: usize = 8;
const SLOT_VERSION: usize = 12;
const SLOT_DIGEST: usize = 44;
const NOTHING: u32 = 0xffffffff;

/** Forgets all components. */
export function componentsClear(): void {
  componentCount = 0;
}

/** Where the record page of a component lies, 256 bytes. */
export function componentPage(index: u32): usize {
  return pages + <usize>(index * RECORD_SIZE);
}

function slotAt(index: u32, slot: u32): usize {
  return componentPage(index) + SLOTS + <usize>(slot * SLOT_SIZE);
}

/**
 * Adds a component with empty slots. `name` is NAME_SIZE bytes. One slot means that it is written in place.
 * `BadArgument` for a wrong name, slot count or size; `NoRoom` after COMPONENT_LIMIT.
 */
export function componentAdd(name: usize, slotCount: u32, slotSize: u32): Status {
  if (!isName(name) || slotCount == 0 || slotCount > 2 || slotSize == 0) return Status.BadArgument;
  if (componentCount == COMPONENT_LIMIT) return Status.NoRoom;
  if (componentFind(name)) return Status.BadArgument;
  recordBegin(componentPage(componentCount), name, slotCount);
  store<u8>(differing + <usize>componentCount, 0);
  memory.fill(componentRegions(componentCount), 0, PROTECTION_SIZE);
  store<u32>(slotSizes + (<usize>componentCount << 2), slotSize);
  componentCount++;
  return Status.Ok;
}

/** Where the table of a component's protected regions lies. */
export function componentRegions(index: u32): usize {
  return protections + <usize>(index * PROTECTION_SIZE);
}

/**
 * Protects bytes `from` up to `to` of the only slot of a component: no image changes them. `BadArgument` for a component with
 * two slots, and as `protectionAdd`, which also answers `NoRoom`.
 */
export function componentProtect(index: u32, from: u32, to: u32): Status {
  if (index >= componentCount || !componentIsInPlace(index)) return Status.BadArgument;
  return protectionAdd(componentRegions(index), from, to, componentSlotSize(index));
}

/** Looks a component up by its name, NAME_SIZE bytes; true sets `componentFound`. */
export function componentFind(name: usize): bool {
  for (let i: u32 = 0; i < componentCount; i++) {
    if (memory.compare(componentName(i), name, NAME_SIZE) != 0) continue;
    componentFound = i;
    return true;
  }
  return false;
}

/** Where the name lies, NAME_SIZE bytes. */
export function componentName(index: u32): usize {
  return componentPage(index) + NAME;
}

export function componentSlotSize(index: u32): u32 {
  return load<u32>(slotSizes + (<usize>index << 2));
}

export function componentSlotCount(index: u32): u32 {
  return load<u8>(componentPage(index) + SLOT_COUNT);
}

export function componentIsInPlace(index: u32): bool {
  return componentSlotCount(index) == 1;
}

/** Whether the only slot of a component holds half an image: a reset of the machine now would find nothing to run. */
export function componentIsBroken(index: u32): bool {
  const state: u32 = slotState(index, 0);
  return componentIsInPlace(index) && (state == SlotState.Writing || state == SlotState.Failed);
}

/** The running slot, or NO_SLOT when it holds no whole image. */
export function componentActive(index: u32): u32 {
  const active: u32 = load<u8>(componentPage(index) + ACTIVE);
  return slotState(index, active) == SlotState.Valid ? active : NO_SLOT;
}

/** The running slot as hosts are told it: NO_SLOT also when it was read back and does not hold what its record says. */
export function componentSound(index: u32): u32 {
  const active: u32 = componentActive(index);
  return active != NO_SLOT && slotDiffers(index, active) ? NO_SLOT : active;
}

/** The slot that runs after the next reset of the device, or NO_SLOT. */
export function componentPending(index: u32): u32 {
  return load<u8>(componentPage(index) + PENDING);
}

export function componentNeedsHostReset(index: u32): bool {
  return (load<u8>(componentPage(index) + FLAGS) & FLAG_HOST_RESET) != 0;
}

export function componentSetHostReset(index: u32, needed: bool): void {
  store<u8>(componentPage(index) + FLAGS, needed ? <u8>FLAG_HOST_RESET : 0);
}

export function componentSetActive(index: u32, slot: u32): void {
  store<u8>(componentPage(index) + ACTIVE, <u8>slot);
}

export function componentSetPending(index: u32, slot: u32): void {
  store<u8>(componentPage(index) + PENDING, <u8>slot);
}

/** Which attempt to start the running image this is, counted from 1; 0 when it is on no trial. */
export function componentTrial(index: u32): u32 {
  const trial: u8 = recordTrialOf(componentPage(index));
  return trial == RECORD_NO_TRIAL ? 0 : trial;
}

/** Puts the running image on trial, or with 0 ends that. */
export function componentSetTrial(index: u32, attempt: u32): void {
  recordSetTrial(componentPage(index), attempt == 0 ? RECORD_NO_TRIAL : <u8>min<u32>(attempt, RECORD_NO_TRIAL - 1));
}

/** The lowest security number that the component takes. */
export function componentFloor(index: u32): u32 {
  return recordFloorOf(componentPage(index));
}

/** Raises the floor to the running image's security number. It never falls. */
export function componentRaiseFloor(index: u32): void {
  const active: u32 = componentActive(index);
  if (active == NO_SLOT) return;
  recordSetFloor(componentPage(index), max<u32>(componentFloor(index), slotSecurity(index, active)));
}

/** The other slot, when it holds a whole image that may run; or NO_SLOT. */
export function componentFallback(index: u32): u32 {
  if (componentIsInPlace(index)) return NO_SLOT;
  const other: u32 = 1 - load<u8>(componentPage(index) + ACTIVE);
  return slotState(index, other) == SlotState.Valid && slotSecurity(index, other) >= componentFloor(index) ? other : NO_SLOT;
}

/** Whether a slot holds this image, which did not hold when it was on trial. */
export function componentHasRejected(index: u32, digest: usize): bool {
  for (let slot: u32 = 0; slot < componentSlotCount(index); slot++) {
    if (slotState(index, slot) == SlotState.Rejected && memory.compare(slotDigest(index, slot), digest, DIGEST_SIZE) == 0) return true;
  }
  return false;
}

/**
 * The slot that the next image goes to: the one that does not run, or the only one. What runs and was found to differ is
 * written itself, when the other slot holds the only whole image.
 */
export function componentTarget(index: u32): u32 {
  const active: u32 = componentActive(index);
  if (active == NO_SLOT) return load<u8>(componentPage(index) + ACTIVE);
  if (componentIsInPlace(index)) return active;
  const other: u32 = 1 - active;
  const isOnlyWhole: bool = slotDiffers(index, active) && slotState(index, other) == SlotState.Valid && !slotDiffers(index, other);
  return isOnlyWhole ? active : other;
}

export function slotState(index: u32, slot: u32): u32 {
  return load<u8>(slotAt(index, slot) + SLOT_STATE);
}

export function slotImageSize(index: u32, slot: u32): u32 {
  return load<u32>(slotAt(index, slot) + SLOT_IMAGE_SIZE);
}

export function slotSecurity(index: u32, slot: u32): u32 {
  return load<u32>(slotAt(index, slot) + SLOT_SECURITY);
}

/** Where the version lies, VERSION_SIZE bytes. */
export function slotVersion(index: u32, slot: u32): usize {
  return slotAt(index, slot) + SLOT_VERSION;
}

/** Where the digest lies, DIGEST_SIZE bytes. */
export function slotDigest(index: u32, slot: u32): usize {
  return slotAt(index, slot) + SLOT_DIGEST;
}

export function slotSetState(index: u32, slot: u32, state: u32): void {
  store<u8>(slotAt(index, slot) + SLOT_STATE, <u8>state);
}

/** Describes what a slot holds or is about to hold. */
export function slotSet(index: u32, slot: u32, state: u32, size: u32, security: u32, version: usize, digest: usize): void {
  const at: usize = slotAt(index, slot);
  slotSetState(index, slot, state);
  store<u32>(at + SLOT_IMAGE_SIZE, size);
  store<u32>(at + SLOT_SECURITY, security);
  memory.copy(at + SLOT_VERSION, version, VERSION_SIZE);
  memory.copy(at + SLOT_DIGEST, digest, DIGEST_SIZE);
}

/** Which protected regions the only slot had when it was written, as its record says; 0: none. */
export function slotRegions(index: u32): u32 {
  return recordRegionsOf(componentPage(index));
}

/** Where the SHA-256 of what lies outside of them is, DIGEST_SIZE bytes. */
export function slotOutside(index: u32): usize {
  return recordOutsideOf(componentPage(index));
}

/** Notes the SHA-256 of what the only slot holds outside of the regions that it has now; with `digest` 0 that is not known. */
export function slotSetOutside(index: u32, digest: usize): void {
  const table: usize = componentRegions(index);
  const isKnown: bool = digest != 0 && protectionIsAny(table);
  recordSetOutside(componentPage(index), digest, isKnown ? (crc32(table, PROTECTION_SIZE) & 0x7fffffff) | 1 : 0);
}

function doubtAt(index: u32, slot: u32): usize {
  return componentPage(index) + DOUBTS + <usize>(slot << 3);
}

/** Where the bytes of a slot begin that power may have failed on while they were written. */
export function slotDoubtFrom(index: u32, slot: u32): u32 {
  return isUnnoted(index, slot) ? 0 : load<u32>(doubtAt(index, slot));
}

/** Where they end; 0 when there are none. */
export function slotDoubtTo(index: u32, slot: u32): u32 {
  const to: u32 = load<u32>(doubtAt(index, slot), 4);
  if (to != NOTHING) return to;
  return isUnnoted(index, slot) ? componentSlotSize(index) : 0;
}

/** Notes which bytes of a slot are in doubt; an empty range is none. */
export function slotSetDoubt(index: u32, slot: u32, from: u32, to: u32): void {
  store<u32>(doubtAt(index, slot), from < to ? from : NOTHING);
  store<u32>(doubtAt(index, slot), from < to ? to : NOTHING, 4);
}

/** A slot that was being written without a note of where: nothing in it can be trusted. */
function isUnnoted(index: u32, slot: u32): bool {
  if (load<u32>(doubtAt(index, slot)) != NOTHING) return false;
  return slotState(index, slot) == SlotState.Writing || slotState(index, slot) == SlotState.Failed;
}

/** Whether the slot, when it was read back last, did not hold what its record says. */
export function slotDiffers(index: u32, slot: u32): bool {
  return ((<u32>load<u8>(differing + <usize>index) >> slot) & 1) != 0;
}

/** What a look at the whole slot has found. */
export function slotNoteLook(index: u32, slot: u32, differs: bool): void {
  const others: u32 = <u32>load<u8>(differing + <usize>index) & ~(1 << slot);
  store<u8>(differing + <usize>index, <u8>(others | (<u32>differs << slot)));
}

/** Whether the slot holds, whole, the image with this digest. */
export function slotHolds(index: u32, slot: u32, digest: usize): bool {
  if (slot == NO_SLOT || slotState(index, slot) != SlotState.Valid || slotDiffers(index, slot)) return false;
  return memory.compare(slotDigest(index, slot), digest, DIGEST_SIZE) == 0;
}

/** Makes the page of a component ready to be appended to the records. */
export function componentSeal(index: u32): Status {
  return recordSeal(componentPage(index));
}

/** Keeps a copy of a component's state, before a change that may not reach flash. One copy, of one component. */
export function componentRemember(index: u32): void {
  memory.copy(remembered, componentPage(index), RECORD_SIZE);
}

/** Undoes the change since `componentRemember`. The sequence number stays used: its page may have been programmed. */
export function componentRestore(index: u32): void {
  const page: usize = componentPage(index);
  const sequence: u32 = load<u32>(page, SEQUENCE);
  memory.copy(page, remembered, RECORD_SIZE);
  store<u32>(page, sequence, SEQUENCE);
}

/**
 * Takes the newest record that flash holds of a component, whose page the host has copied to `page`. `NoRecord` when
 * no component here has its name and number of slots; or what is wrong with the page.
 */
export function componentLoad(page: usize): Status {
  const status: Status = recordCheck(page);
  if (status != Status.Ok) return status;
  if (!componentFind(page + NAME)) return Status.NoRecord;
  if (load<u8>(page, SLOT_COUNT) != componentSlotCount(componentFound)) return Status.NoRecord;
  memory.copy(componentPage(componentFound), page, RECORD_SIZE);
  return Status.Ok;
}

/** Makes a pending slot the running one, on trial. True when the record has changed. */
export function componentBoot(index: u32): bool {
  const pending: u32 = componentPending(index);
  if (pending == NO_SLOT) return false;
  componentSetActive(index, pending);
  componentSetPending(index, NO_SLOT);
  componentSetTrial(index, 1);
  return true;
}

/**
 * Encodes the inventory response of version 1 for a component: a slot that was found to differ from its record is told as
 * failed. Answers the bytes of the body.
 */
export function componentInventory(body: usize, index: u32, labMode: bool): u32 {
  const flags: u32 = (componentIsInPlace(index) ? FLAG_IN_PLACE : 0) | (componentNeedsHostReset(index) ? FLAG_HOST_RESET : 0)
    | (labMode ? FLAG_LAB_MODE : 0);
  const size: u32 = inventoryResponseEncode(
    body, componentSlotCount(index), componentSound(index), componentPending(index), index, componentCount,
    componentName(index), componentSlotSize(index), flags, slotAt(index, 0));
  for (let slot: u32 = 0; slot < componentSlotCount(index); slot++) {
    if (slotState(index, slot) == SlotState.Valid && slotDiffers(index, slot)) inventoryMarkFailed(body, slot);
  }
  return size;
}
