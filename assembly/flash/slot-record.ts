/**
 * The record that says what the slots of one component hold: one flash page, little endian, written once and never
 * changed. A newer one has a higher sequence; record-log.ts knows where it goes.
 *
 *       0  u32 magic "FSLR"      4  u16 format version 1   6  u16 record size 256
 *       8  u32 sequence         12  name, 16 bytes, printable, padded with NUL
 *      28  u8 slot count (1, 2) 29  u8 active slot        30  u8 pending slot (0xFF none)   31  u8 flags
 *      32  slot 0              108  slot 1 (0xFF… when there is one slot)
 *             +0  u8 state (0 empty, 1 writing, 2 valid, 3 failed)   +1  3 bytes 0xFF
 *             +4  u32 size of the image       +8  u32 security number
 *            +12  version, 32 bytes, printable, padded with NUL      +44  SHA-256
 *     184  slot 0: u32 first byte of the slot that power may have failed on, u32 first byte after; 0xFF… none
 *     192  slot 1: the same
 *     200  u8 trial: which attempt to start the active slot this is, counted from 1; 0xFF none    201  3 bytes 0xFF
 *     204  u32 security floor: no image below it is taken; 0xFF… for 0
 *     208  SHA-256 of what slot 0 held, when it was read back, outside of its protected regions; 0xFF… when it had none
 *     240  u32 which regions those were: 31 bits of the CRC-32 of their table, never 0; 0xFF… none
 *     244  0xFF …
 *     252  u32 CRC-32 of bytes 0 to 251
 */
import { crc32 } from "../checksum/crc32";
import { Status } from "../status";

/** Bytes of a record: one page. */
export const RECORD_SIZE: u32 = 256;
/** Bytes of a component's name. */
export const RECORD_NAME_SIZE: u32 = 16;
/** Bytes of one slot's description, and the offsets of its fields. */
export const RECORD_SLOT_SIZE: u32 = 76;
export const RECORD_SLOT_STATE: u32 = 0;
export const RECORD_SLOT_IMAGE_SIZE: u32 = 4;
export const RECORD_SLOT_SECURITY: u32 = 8;
export const RECORD_SLOT_VERSION: u32 = 12;
export const RECORD_SLOT_DIGEST: u32 = 44;
/** Bytes of a version. */
export const RECORD_VERSION_SIZE: u32 = 32;

/** What a slot holds. Append only: the numbers are in flash. */
export enum RecordSlotState {
  /** Nothing that was promised to be anything. */
  Empty = 0,
  /** An image is on its way in: only a run that ends makes it valid. */
  Writing = 1,
  /** The image whose size, version and digest the record gives. */
  Valid = 2,
  /** Writing ended in a failure. */
  Failed = 3,
  /** A whole image that was on trial and did not hold. */
  Rejected = 4,
}

/** No slot waits for activation. */
export const RECORD_NO_SLOT: u8 = 0xff;
/** The active slot is on no trial. */
export const RECORD_NO_TRIAL: u8 = 0xff;
/** Flag: the new image runs only after a reset of the host. */
export const RECORD_HOST_RESET: u8 = 1;

const MAGIC: u32 = 0x524c5346;
const FORMAT: u16 = 1;
const NAME_AT: u32 = 12;
const SLOTS_AT: u32 = 32;
const DOUBTS_AT: u32 = 184;
const SLOT_LIMIT: u32 = 2;
const TRIAL_AT: usize = 200;
const FLOOR_AT: usize = 204;
const OUTSIDE_AT: usize = 208;
const REGIONS_AT: usize = 240;
const CRC_AT: u32 = 252;
const NOWHERE: u32 = 0xffffffff;

// The record at hand: what recordEncode writes and recordDecode and recordScan set.
export let recordSequence: u32 = 0;
export let recordSlotCount: u8 = 0;
export let recordActive: u8 = 0;
export let recordPending: u8 = RECORD_NO_SLOT;
export let recordFlags: u8 = 0;
export let recordTrial: u8 = RECORD_NO_TRIAL;
export let recordFloor: u32 = 0;
/** Which protected regions slot 0 had when it was written; 0: none. */
export let recordRegions: u32 = 0;
/** SHA-256 of what slot 0 held outside of them. */
export const RECORD_OUTSIDE: usize = memory.data(32, 16);
/** The component's name. Also what `recordScan` looks for. */
export const RECORD_NAME: usize = memory.data(16, 16);
/** Both slots, each in the layout of the record. */
export const RECORD_SLOTS: usize = memory.data(152, 16);

/** Bytes of one slot's range in doubt. */
export const RECORD_DOUBT_SIZE: u32 = 8;
/** The ranges in doubt of both slots, each in the layout of the record. */
export const RECORD_DOUBTS: usize = memory.data(16, 16);

/** Offset of the newest record of the name. Set by `recordScan`; 0xFFFFFFFF when there is none. */
export let recordNewest: u32 = NOWHERE;
/** Offset of the first blank page. Set by `recordScan`; 0xFFFFFFFF when there is none. */
export let recordBlank: u32 = NOWHERE;

/** Writes the record at hand to the page at `page`. BadField, and a blank page, when a field is not as drawn above. */
export function recordEncode(page: usize): Status {
  memory.fill(page, 0xff, RECORD_SIZE);
  store<u32>(page, MAGIC);
  store<u16>(page, FORMAT, 4);
  store<u16>(page, <u16>RECORD_SIZE, 6);
  store<u32>(page, recordSequence, 8);
  memory.copy(page + NAME_AT, RECORD_NAME, RECORD_NAME_SIZE);
  store<u8>(page, recordSlotCount, 28);
  store<u8>(page, recordActive, 29);
  store<u8>(page, recordPending, 30);
  store<u8>(page, recordFlags, 31);
  const count: u32 = min<u32>(recordSlotCount, SLOT_LIMIT);
  memory.copy(page + SLOTS_AT, RECORD_SLOTS, count * RECORD_SLOT_SIZE);
  for (let i: u32 = 0; i < count; i++) memory.fill(slotAt(page, i) + 1, 0xff, 3);
  memory.copy(page + DOUBTS_AT, RECORD_DOUBTS, count * RECORD_DOUBT_SIZE);
  store<u8>(page, recordTrial, TRIAL_AT);
  recordSetFloor(page, recordFloor);
  recordSetOutside(page, RECORD_OUTSIDE, recordRegions);
  store<u32>(page, crc32(page, CRC_AT), CRC_AT);
  const status: Status = recordCheck(page);
  if (status != Status.Ok) memory.fill(page, 0xff, RECORD_SIZE);
  return status;
}

/** Reads the page at `page` into the record at hand. Left as it was unless the answer is Ok. */
export function recordDecode(page: usize): Status {
  const status: Status = recordCheck(page);
  if (status != Status.Ok) return status;
  recordSequence = load<u32>(page, 8);
  memory.copy(RECORD_NAME, page + NAME_AT, RECORD_NAME_SIZE);
  recordSlotCount = load<u8>(page, 28);
  recordActive = load<u8>(page, 29);
  recordPending = load<u8>(page, 30);
  recordFlags = load<u8>(page, 31);
  recordTrial = load<u8>(page, TRIAL_AT);
  recordFloor = recordFloorOf(page);
  recordRegions = recordRegionsOf(page);
  memory.copy(RECORD_OUTSIDE, page + OUTSIDE_AT, 32);
  memory.copy(RECORD_SLOTS, slotAt(page, 0), SLOT_LIMIT * RECORD_SLOT_SIZE);
  memory.copy(RECORD_DOUBTS, page + DOUBTS_AT, SLOT_LIMIT * RECORD_DOUBT_SIZE);
  return Status.Ok;
}

/** Is the page a record? NoRecord for a blank page; BadMagic, BadChecksum and so on for a torn or foreign one. */
export function recordCheck(page: usize): Status {
  if (recordIsBlank(page)) return Status.NoRecord;
  if (load<u32>(page) != MAGIC) return Status.BadMagic;
  if (load<u16>(page, 4) != FORMAT) return Status.BadVersion;
  if (load<u16>(page, 6) != <u16>RECORD_SIZE) return Status.BadSize;
  if (crc32(page, CRC_AT) != load<u32>(page, CRC_AT)) return Status.BadChecksum;
  const count: u8 = load<u8>(page, 28);
  const pending: u8 = load<u8>(page, 30);
  if (count == 0 || count > SLOT_LIMIT || load<u8>(page, 29) >= count) return Status.BadField;
  if (pending != RECORD_NO_SLOT && pending >= count) return Status.BadField;
  if ((load<u8>(page, 31) & ~RECORD_HOST_RESET) != 0 || recordTrialOf(page) == 0) return Status.BadField;
  if (load<u8>(page, NAME_AT) == 0 || !isText(page + NAME_AT, RECORD_NAME_SIZE)) return Status.BadField;
  for (let i: u32 = 0; i < count; i++) {
    const slot: usize = slotAt(page, i);
    if (<u32>load<u8>(slot, RECORD_SLOT_STATE) > <u32>RecordSlotState.Rejected) return Status.BadField;
    if (!isText(slot + RECORD_SLOT_VERSION, RECORD_VERSION_SIZE)) return Status.BadField;
  }
  return Status.Ok;
}

/**
 * Looks through `size` bytes of record pages for the newest record of RECORD_NAME and the first blank page; what is
 * torn or foreign is passed over. With a newest one the record at hand is it; NoRecord otherwise.
 */
export function recordScan(pages: usize, size: u32): Status {
  recordNewest = NOWHERE;
  recordBlank = NOWHERE;
  if (size % RECORD_SIZE != 0) return Status.BadArgument;
  for (let offset: u32 = 0; offset < size; offset += RECORD_SIZE) {
    const page: usize = pages + offset;
    const status: Status = recordCheck(page);
    if (status == Status.NoRecord && recordBlank == NOWHERE) recordBlank = offset;
    if (status != Status.Ok || !recordSameName(page + NAME_AT, RECORD_NAME)) continue;
    if (recordNewest == NOWHERE || recordIsNewer(page, pages + recordNewest)) recordNewest = offset;
  }
  return recordNewest == NOWHERE ? Status.NoRecord : recordDecode(pages + recordNewest);
}

/** Was the record at `page` written after the one at `other`? Sequences may wrap: compared by subtraction. */
export function recordIsNewer(page: usize, other: usize): bool {
  return <i32>(load<u32>(page, 8) - load<u32>(other, 8)) > 0;
}

/** Are the records at both pages of one component? */
export function recordSameComponent(page: usize, other: usize): bool {
  return recordSameName(page + NAME_AT, other + NAME_AT);
}

/** Does the page read as erased? Right after a power cut that proves nothing. */
export function recordIsBlank(page: usize): bool {
  let ones: u64 = ~(<u64>0);
  for (let at: usize = 0; at < RECORD_SIZE; at += 8) ones &= load<u64>(page + at);
  return ~ones == 0;
}

/** Sets what the next record of the component at hand is numbered. Sequences wrap. */
export function recordNumber(sequence: u32): void {
  recordSequence = sequence;
}

/** The trial of the record at `page`: the number of the attempt, or RECORD_NO_TRIAL. */
export function recordTrialOf(page: usize): u8 {
  return load<u8>(page, TRIAL_AT);
}

export function recordSetTrial(page: usize, trial: u8): void {
  store<u8>(page, trial, TRIAL_AT);
}

/** The security floor of the record at `page`. A record of before there was one has 0xFF… there. */
export function recordFloorOf(page: usize): u32 {
  const floor: u32 = load<u32>(page, FLOOR_AT);
  return floor == NOWHERE ? 0 : floor;
}

export function recordSetFloor(page: usize, floor: u32): void {
  store<u32>(page, floor == 0 ? NOWHERE : floor, FLOOR_AT);
}

/** Which protected regions slot 0 had when it was written, as the record at `page` says; 0: none. */
export function recordRegionsOf(page: usize): u32 {
  const regions: u32 = load<u32>(page, REGIONS_AT);
  return regions == NOWHERE ? 0 : regions;
}

/** Where the SHA-256 of what lies outside of them is. */
export function recordOutsideOf(page: usize): usize {
  return page + OUTSIDE_AT;
}

/** Says what slot 0 holds outside of its protected regions; with `regions` 0 there are none. */
export function recordSetOutside(page: usize, digest: usize, regions: u32): void {
  memory.fill(page + OUTSIDE_AT, 0xff, 36);
  if (regions == 0) return;
  memory.copy(page + OUTSIDE_AT, digest, 32);
  store<u32>(page, regions, REGIONS_AT);
}

function recordSameName(name: usize, other: usize): bool {
  return load<u64>(name) == load<u64>(other) && load<u64>(name, 8) == load<u64>(other, 8);
}

function slotAt(page: usize, index: u32): usize {
  return page + SLOTS_AT + <usize>(index * RECORD_SLOT_SIZE);
}

/** Printable ASCII without spaces, then only NUL up to the end. */
function isText(text: usize, size: u32): bool {
  let at: u32 = 0;
  while (at < size && load<u8>(text + at) > 0x20 && load<u8>(text + at) < 0x7f) at++;
  while (at < size && load<u8>(text + at) == 0) at++;
  return at == size;
}

/**
 * Makes a changed page a record again: the next sequence number, and the checksum. The fields are checked; anything
 * but Ok means that the page must not be written.
 */
export function recordSeal(page: usize): Status {
  store<u32>(page, load<u32>(page, 8) + 1, 8);
  store<u32>(page, crc32(page, CRC_AT), CRC_AT);
  return recordCheck(page);
}

/** Makes a page the record of a component whose slots are empty, with sequence 0, not sealed yet. `name` is padded. */
export function recordBegin(page: usize, name: usize, slotCount: u32): void {
  memory.fill(page, 0xff, RECORD_SIZE);
  store<u32>(page, MAGIC);
  store<u16>(page, FORMAT, 4);
  store<u16>(page, <u16>RECORD_SIZE, 6);
  store<u32>(page, 0, 8);
  memory.copy(page + NAME_AT, name, RECORD_NAME_SIZE);
  store<u8>(page, <u8>slotCount, 28);
  store<u8>(page, 0, 29);
  store<u8>(page, RECORD_NO_SLOT, 30);
  store<u8>(page, 0, 31);
  for (let i: u32 = 0; i < slotCount; i++) {
    memory.fill(slotAt(page, i), 0, RECORD_SLOT_SIZE);
    memory.fill(slotAt(page, i) + 1, 0xff, 3);
  }
}
