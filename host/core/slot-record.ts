import { readNumber, type CoreGlobals } from './flash-globals.ts';

export type SlotState = 'empty' | 'writing' | 'valid' | 'failed' | 'rejected';

/** What one slot of a component holds. */
export interface SlotDescription {
  readonly state: SlotState;
  readonly size: number;
  readonly security: number;
  /** Up to 32 printable characters without spaces. */
  readonly version: string;
  /** SHA-256, 32 bytes. */
  readonly digest: Uint8Array;
  /** Bytes of the slot on which power may have failed while they were written: erased and written by the next store, whatever they read as. */
  readonly doubt?: { readonly from: number; readonly to: number };
  /** What the slot held outside of the regions that were protected when it was written; not there without any. Only of the slot of a component with one. */
  readonly outside?: OutsideDigest;
}

export interface OutsideDigest {
  /** SHA-256 of the blocks outside, one after the other. */
  readonly digest: Uint8Array;
  /** Which regions they were: 31 bits of the CRC-32 of their table. */
  readonly regions: number;
}

/** What the slots of one component hold; assembly/flash/slot-record.ts draws how it lies in flash. */
export interface SlotRecord {
  /** Up to 16 printable characters without spaces. */
  readonly component: string;
  /** The slot that runs, or that the hardware starts from. */
  readonly active: number;
  /** The slot that waits for activation. */
  readonly pending?: number;
  /** The new image runs only after a reset of the host. */
  readonly hostReset: boolean;
  /** Which attempt to start the active slot this is, counted from 1; not there when it is on no trial. */
  readonly trial?: number;
  /** No image with a lower security number is taken; 0 when not there. */
  readonly floor?: number;
  /** One or two. */
  readonly slots: readonly SlotDescription[];
}

/** The exports of core.wasm that hold the record at hand. */
export interface RecordMemory
  extends CoreGlobals<
    | 'RECORD_NAME' | 'RECORD_NAME_SIZE' | 'RECORD_SLOTS' | 'RECORD_SLOT_SIZE' | 'RECORD_SLOT_IMAGE_SIZE' | 'RECORD_SLOT_SECURITY'
    | 'RECORD_DOUBTS' | 'RECORD_DOUBT_SIZE' | 'RECORD_SLOT_VERSION' | 'RECORD_SLOT_DIGEST' | 'RECORD_VERSION_SIZE' | 'RECORD_NO_SLOT'
    | 'recordRegions' | 'RECORD_OUTSIDE' | 'recordSlotCount' | 'recordActive' | 'recordPending' | 'recordFlags' | 'recordTrial' | 'recordFloor' | 'RECORD_NO_TRIAL'
  > {
  readonly memory: WebAssembly.Memory;
}

const STATES: readonly SlotState[] = ['empty', 'writing', 'valid', 'failed', 'rejected'];
const HOST_RESET = 1;
const DIGEST_SIZE = 32;
const NOTHING = 0xffff_ffff;

/** The record at hand in the core, as a plain object. */
export function readRecord(core: RecordMemory): SlotRecord {
  const pending = readNumber(core.recordPending);
  const trial = readNumber(core.recordTrial);
  const floor = readNumber(core.recordFloor) >>> 0;
  const record: SlotRecord = {
    component: textOf(bytesOf(core, readNumber(core.RECORD_NAME), readNumber(core.RECORD_NAME_SIZE))),
    active: readNumber(core.recordActive),
    hostReset: (readNumber(core.recordFlags) & HOST_RESET) !== 0,
    ...(trial === readNumber(core.RECORD_NO_TRIAL) ? {} : { trial }),
    ...(floor === 0 ? {} : { floor }),
    slots: Array.from({ length: readNumber(core.recordSlotCount) }, (_, index) => readSlot(core, index)),
  };
  return pending === readNumber(core.RECORD_NO_SLOT) ? record : { ...record, pending };
}

/** Makes this the record at hand in the core. The core itself judges it when it is encoded. */
export function writeRecord(core: RecordMemory, record: SlotRecord): void {
  if (record.slots.length > 2) throw new RangeError(`a slot record has one or two slots, got ${record.slots.length}`);
  putText(bytesOf(core, readNumber(core.RECORD_NAME), readNumber(core.RECORD_NAME_SIZE)), record.component, 'component');
  core.recordSlotCount.value = record.slots.length;
  core.recordActive.value = record.active;
  core.recordPending.value = record.pending ?? readNumber(core.RECORD_NO_SLOT);
  core.recordFlags.value = record.hostReset ? HOST_RESET : 0;
  core.recordTrial.value = record.trial ?? readNumber(core.RECORD_NO_TRIAL);
  core.recordFloor.value = record.floor ?? 0;
  const outside = record.slots[0]?.outside;
  core.recordRegions.value = outside?.regions ?? 0;
  if (outside !== undefined) bytesOf(core, readNumber(core.RECORD_OUTSIDE), DIGEST_SIZE).set(outside.digest);
  record.slots.forEach((slot, index) => writeSlot(core, index, slot));
}

function readSlot(core: RecordMemory, index: number): SlotDescription {
  const bytes = slotBytes(core, index);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const digest = readNumber(core.RECORD_SLOT_DIGEST);
  const slot: SlotDescription = {
    state: STATES[bytes[0] ?? 0] ?? 'failed',
    size: view.getUint32(readNumber(core.RECORD_SLOT_IMAGE_SIZE), true),
    security: view.getUint32(readNumber(core.RECORD_SLOT_SECURITY), true),
    version: textOf(versionBytes(core, bytes)),
    digest: bytes.slice(digest, digest + DIGEST_SIZE),
  };
  const doubts = doubtView(core, index);
  const [from, to] = [doubts.getUint32(0, true), doubts.getUint32(4, true)];
  const regions = index === 0 ? readNumber(core.recordRegions) >>> 0 : 0;
  return {
    ...slot, ...(from === NOTHING ? {} : { doubt: { from, to } }),
    ...(regions === 0 ? {} : { outside: { digest: bytesOf(core, readNumber(core.RECORD_OUTSIDE), DIGEST_SIZE).slice(), regions } }),
  };
}

function writeSlot(core: RecordMemory, index: number, slot: SlotDescription): void {
  if (slot.digest.length !== DIGEST_SIZE) throw new RangeError(`a slot's digest: expected ${DIGEST_SIZE} bytes, got ${slot.digest.length}`);
  const bytes = slotBytes(core, index);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  bytes[0] = STATES.indexOf(slot.state);
  view.setUint32(readNumber(core.RECORD_SLOT_IMAGE_SIZE), slot.size, true);
  view.setUint32(readNumber(core.RECORD_SLOT_SECURITY), slot.security, true);
  putText(versionBytes(core, bytes), slot.version, 'version');
  bytes.set(slot.digest, readNumber(core.RECORD_SLOT_DIGEST));
  const doubts = doubtView(core, index);
  doubts.setUint32(0, slot.doubt?.from ?? NOTHING, true);
  doubts.setUint32(4, slot.doubt?.to ?? NOTHING, true);
}

function doubtView(core: RecordMemory, index: number): DataView {
  const size = readNumber(core.RECORD_DOUBT_SIZE);
  return new DataView(core.memory.buffer, readNumber(core.RECORD_DOUBTS) + index * size, size);
}

function bytesOf(core: RecordMemory, at: number, size: number): Uint8Array {
  return new Uint8Array(core.memory.buffer, at, size);
}

function slotBytes(core: RecordMemory, index: number): Uint8Array {
  const size = readNumber(core.RECORD_SLOT_SIZE);
  return bytesOf(core, readNumber(core.RECORD_SLOTS) + index * size, size);
}

function versionBytes(core: RecordMemory, slot: Uint8Array): Uint8Array {
  const at = readNumber(core.RECORD_SLOT_VERSION);
  return slot.subarray(at, at + readNumber(core.RECORD_VERSION_SIZE));
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? bytes.length : end));
}

function putText(into: Uint8Array, value: string, what: string): void {
  const bytes = new TextEncoder().encode(value);
  if (bytes.length > into.length) throw new RangeError(`a slot record's ${what}: expected at most ${into.length} bytes, got "${value}"`);
  into.fill(0).set(bytes);
}
