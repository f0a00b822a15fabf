/**
 * Inventory: one component a message, so that the answer fits the narrowest bus.
 *
 * request   0 u16 index   2 u16 zero
 * response  0 u8 completion   1 u8 slot count   2 u8 running slot (0xFF: none)   3 u8 pending slot (0xFF: none)
 *           4 u16 index   6 u16 component count   8 name [16]   24 u32 slot size   28 u32 flags
 *          32 slot 0   108 slot 1
 *          since version 2: 184 u32 security floor   188 u8 trial attempt   189 u8 trial limit   190 zero [2]
 *          192 u32 milliseconds of trial left
 * a slot    0 u8 state   1 reserved [3]   4 u32 size   8 u32 security   12 version [32]   44 sha256 [32]
 */
import { Status } from "../status";
import { frameVersion } from "./frame";
import { NAME_SIZE, SlotState } from "./message-type";
import { isName, isVersion } from "./text";

export const INVENTORY_REQUEST_SIZE: u32 = 4;
export const INVENTORY_RESPONSE_SIZE: u32 = 184;
/** The same since version 2. */
export const INVENTORY_RESPONSE_SIZE_2: u32 = 196;
/** Bytes of one slot in the response, the same as in a slot record. */
export const SLOT_SIZE: u32 = 76;
/** No slot. */
export const NO_SLOT: u32 = 0xff;
/** Flag: the new image of this component runs only after the next reset of the host. */
export const FLAG_HOST_RESET: u32 = 1;
/** Flag: the component has one slot, which is written in place. */
export const FLAG_IN_PLACE: u32 = 2;
/** Flag: the device takes images without a signature. Since version 2. */
export const FLAG_LAB_MODE: u32 = 4;

const SLOTS: u32 = 32;
const STATE: u32 = 0;
const SIZE: u32 = 4;
const SECURITY: u32 = 8;
const VERSION: u32 = 12;
const DIGEST: u32 = 44;

/** Set by `inventoryRequestDecode` and `inventoryResponseDecode`. */
export let inventoryIndex: u32 = 0;
/** Set by `inventoryResponseDecode`. */
export let inventoryCompletion: u32 = 0;
export let inventorySlotCount: u32 = 0;
export let inventoryRunning: u32 = 0;
export let inventoryPending: u32 = 0;
export let inventoryCount: u32 = 0;
export let inventorySlotSize: u32 = 0;
export let inventoryFlags: u32 = 0;
/** Set by `inventoryResponseDecode`: the lowest security number that the component takes; 0 in version 1. */
export let inventoryFloor: u32 = 0;
/** Set by `inventoryResponseDecode`: which attempt to start the running image this is, and how many there are; 0: it is on no trial. */
export let inventoryTrialAttempt: u32 = 0;
export let inventoryTrialLimit: u32 = 0;
/** Set by `inventoryResponseDecode`: milliseconds after which the trial ends well if nothing happens. */
export let inventoryTrialMs: u32 = 0;
/** Set by `inventoryResponseDecode`: where the component's name lies, NAME_SIZE bytes. */
export let inventoryName: usize = 0;
let slots: usize = 0;

export function inventoryRequestEncode(body: usize, index: u32): u32 {
  store<u16>(body, <u16>index);
  store<u16>(body, 0, 2);
  return INVENTORY_REQUEST_SIZE;
}

export function inventoryRequestDecode(body: usize, size: u32): Status {
  if (size < INVENTORY_REQUEST_SIZE) return Status.TooShort;
  inventoryIndex = load<u16>(body);
  return Status.Ok;
}

/** `name` is NAME_SIZE bytes; `firstSlot` is as many slots as there are, SLOT_SIZE bytes each; a missing one is zeros. */
export function inventoryResponseEncode(
  body: usize, slotCount: u32, running: u32, pending: u32, index: u32, count: u32, name: usize, slotSize: u32,
  flags: u32, firstSlot: usize,
): u32 {
  store<u8>(body, 0);
  store<u8>(body, <u8>slotCount, 1);
  store<u8>(body, <u8>running, 2);
  store<u8>(body, <u8>pending, 3);
  store<u16>(body, <u16>index, 4);
  store<u16>(body, <u16>count, 6);
  memory.copy(body + 8, name, NAME_SIZE);
  store<u32>(body, slotSize, 24);
  store<u32>(body, flags, 28);
  memory.fill(body + SLOTS, 0, 2 * SLOT_SIZE);
  memory.copy(body + SLOTS, firstSlot, slotCount * SLOT_SIZE);
  return INVENTORY_RESPONSE_SIZE;
}

/** Tells of a slot in the response at `body` that it holds no whole image, whatever else is told of it. */
export function inventoryMarkFailed(body: usize, slot: u32): void {
  store<u8>(body + SLOTS + slot * SLOT_SIZE + STATE, <u8>SlotState.Failed);
}

/** Appends what version 2 tells. Answers the bytes of the body. */
export function inventoryTrialEncode(body: usize, floor: u32, attempt: u32, limit: u32, leftMs: u32): u32 {
  store<u32>(body, floor, INVENTORY_RESPONSE_SIZE);
  store<u8>(body, <u8>attempt, INVENTORY_RESPONSE_SIZE + 4);
  store<u8>(body, <u8>limit, INVENTORY_RESPONSE_SIZE + 5);
  store<u16>(body, 0, INVENTORY_RESPONSE_SIZE + 6);
  store<u32>(body, leftMs, INVENTORY_RESPONSE_SIZE + 8);
  return INVENTORY_RESPONSE_SIZE_2;
}

/** When the completion is not success, nothing else is set or checked. */
export function inventoryResponseDecode(body: usize, size: u32): Status {
  if (size < INVENTORY_RESPONSE_SIZE) return Status.TooShort;
  inventoryCompletion = load<u8>(body);
  if (inventoryCompletion != 0) return Status.Ok;
  inventorySlotCount = load<u8>(body, 1);
  inventoryRunning = load<u8>(body, 2);
  inventoryPending = load<u8>(body, 3);
  inventoryIndex = load<u16>(body, 4);
  inventoryCount = load<u16>(body, 6);
  inventoryName = body + 8;
  inventorySlotSize = load<u32>(body, 24);
  inventoryFlags = load<u32>(body, 28);
  slots = body + SLOTS;
  const isNewer: bool = frameVersion > 1;
  if (isNewer && size < INVENTORY_RESPONSE_SIZE_2) return Status.TooShort;
  inventoryFloor = isNewer ? load<u32>(body, INVENTORY_RESPONSE_SIZE) : 0;
  inventoryTrialAttempt = isNewer ? load<u8>(body, INVENTORY_RESPONSE_SIZE + 4) : 0;
  inventoryTrialLimit = isNewer ? load<u8>(body, INVENTORY_RESPONSE_SIZE + 5) : 0;
  inventoryTrialMs = isNewer ? load<u32>(body, INVENTORY_RESPONSE_SIZE + 8) : 0;
  if (inventorySlotCount == 0 || inventorySlotCount > 2) return Status.BadField;
  if (inventoryRunning != NO_SLOT && inventoryRunning >= inventorySlotCount) return Status.BadField;
  if (inventoryPending != NO_SLOT && inventoryPending >= inventorySlotCount) return Status.BadField;
  if (inventoryIndex >= inventoryCount || !isName(inventoryName)) return Status.BadField;
  for (let slot: u32 = 0; slot < 2; slot++) {
    if (inventorySlotState(slot) > <u32>SlotState.Rejected) return Status.BadField;
    if (!isVersion(inventorySlotVersion(slot))) return Status.BadField;
  }
  return Status.Ok;
}

// The slots of the response decoded last. `slot` is 0 or 1.

export function inventorySlotState(slot: u32): u32 {
  return load<u8>(slots + slot * SLOT_SIZE + STATE);
}

export function inventorySlotImageSize(slot: u32): u32 {
  return load<u32>(slots + slot * SLOT_SIZE + SIZE);
}

export function inventorySlotSecurity(slot: u32): u32 {
  return load<u32>(slots + slot * SLOT_SIZE + SECURITY);
}

/** Where the version lies, VERSION_SIZE bytes. */
export function inventorySlotVersion(slot: u32): usize {
  return slots + slot * SLOT_SIZE + VERSION;
}

/** Where the digest lies, DIGEST_SIZE bytes. */
export function inventorySlotDigest(slot: u32): usize {
  return slots + slot * SLOT_SIZE + DIGEST;
}
