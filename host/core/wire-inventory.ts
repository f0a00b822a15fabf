import type { CoreEnum, CoreGlobals } from './flash-globals.ts';
import { fits, nameOf, numberOf, unsigned, type BodyCodec, type WireMemory, type WireMemoryExports } from './wire-memory.ts';
import { readNumber } from './flash-globals.ts';
import type { CompletionName, SlotStateName } from './wire-names.ts';
import { namesOf, putText } from './words.ts';

export interface InventoryRequest {
  readonly index: number;
}

/** What one slot of a component holds. */
export interface InventorySlot {
  readonly state: SlotStateName;
  readonly size: number;
  readonly security: number;
  readonly version: string;
  /** SHA-256, 32 bytes. */
  readonly digest: Uint8Array;
}

/** One component of the device. */
export interface InventoryComponent {
  readonly index: number;
  /** How many components the device has. */
  readonly count: number;
  readonly name: string;
  readonly slotSize: number;
  /** The slot that runs; undefined when none holds a whole image. */
  readonly running: number | undefined;
  /** The slot that runs after the next reset of the device. */
  readonly pending: number | undefined;
  readonly isInPlace: boolean;
  readonly needsHostReset: boolean;
  /** The device takes images without a signature. */
  readonly isLabMode?: boolean;
  /** One or two. */
  readonly slots: readonly InventorySlot[];
  /** What version 2 tells on top. */
  readonly trust?: InventoryTrust;
}

export interface InventoryTrust {
  /** The lowest security number that the component takes. */
  readonly floor: number;
  /** Which attempt to start the running image this is, and how many there are; 0: it is on no trial. */
  readonly attempt: number;
  readonly limit: number;
  readonly remainingMs: number;
}

export interface InventoryResponse {
  readonly completion: CompletionName;
  /** Only with the completion Ok. */
  readonly component?: InventoryComponent;
}

export interface InventoryExports
  extends WireMemoryExports,
    CoreGlobals<
      | 'INVENTORY_RESPONSE_SIZE' | 'SLOT_SIZE' | 'NO_SLOT' | 'FLAG_HOST_RESET' | 'FLAG_IN_PLACE' | 'inventoryIndex'
      | 'inventoryCompletion' | 'inventorySlotCount' | 'inventoryRunning' | 'inventoryPending' | 'inventoryCount'
      | 'inventorySlotSize' | 'inventoryFlags' | 'inventoryName' | 'frameVersion' | 'frameSpoken'
      | 'inventoryFloor' | 'inventoryTrialAttempt' | 'inventoryTrialLimit' | 'inventoryTrialMs' | 'FLAG_LAB_MODE'
    > {
  readonly SlotState: CoreEnum;
  inventoryRequestEncode(body: number, index: number): number;
  inventoryRequestDecode(body: number, size: number): number;
  inventoryResponseEncode(
    body: number, slotCount: number, running: number, pending: number, index: number, count: number, name: number,
    slotSize: number, flags: number, firstSlot: number,
  ): number;
  inventoryTrialEncode(body: number, floor: number, attempt: number, limit: number, leftMs: number): number;
  inventoryResponseDecode(body: number, size: number): number;
  inventorySlotState(slot: number): number;
  inventorySlotImageSize(slot: number): number;
  inventorySlotSecurity(slot: number): number;
  inventorySlotVersion(slot: number): number;
  inventorySlotDigest(slot: number): number;
}

// A slot: u8 state, 3 bytes reserved, u32 size, u32 security, version [32], digest [32].
const SLOT_VERSION = 12;
const SLOT_DIGEST = 44;

const NO_TRIAL: InventoryTrust = { floor: 0, attempt: 0, limit: 0, remainingMs: 0 };

export function inventoryRequest(core: InventoryExports, memory: WireMemory): BodyCodec<InventoryRequest> {
  return {
    encode: ({ index }) => core.inventoryRequestEncode(memory.bodyAt, fits(index, 16, 'index')),
    decode: (size) => core.inventoryRequestDecode(memory.bodyAt, size),
    read: () => ({ index: unsigned(core.inventoryIndex) }),
  };
}

export function inventoryResponse(core: InventoryExports, memory: WireMemory): BodyCodec<InventoryResponse> {
  const completions = namesOf(core.Completion);
  const states = namesOf(core.SlotState);
  return {
    encode: ({ completion, component }) =>
      component === undefined
        ? memory.refusal(completion, readNumber(core.INVENTORY_RESPONSE_SIZE))
        : encodeComponent(core, memory, component),
    decode: (size) => core.inventoryResponseDecode(memory.bodyAt, size),
    read: () => {
      const completion = nameOf<CompletionName>(completions, unsigned(core.inventoryCompletion));
      return completion === 'Ok' ? { completion, component: readComponent(core, memory, states) } : { completion };
    },
  };
}

function encodeComponent(core: InventoryExports, memory: WireMemory, component: InventoryComponent): number {
  const none = readNumber(core.NO_SLOT);
  const { index, count, name, slotSize, running = none, pending = none, slots } = component;
  if (slots.length < 1 || slots.length > 2) throw new RangeError(`an inventory: expected one or two slots, got ${slots.length}; no message was made`);
  const size = readNumber(core.SLOT_SIZE);
  slots.forEach((slot, at) => writeSlot(core, memory.bytes(memory.slotsAt + at * size, size), slot));
  const flags = (component.needsHostReset ? readNumber(core.FLAG_HOST_RESET) : 0) | (component.isInPlace ? readNumber(core.FLAG_IN_PLACE) : 0)
    | (component.isLabMode ? readNumber(core.FLAG_LAB_MODE) : 0);
  const bodySize = core.inventoryResponseEncode(
    memory.bodyAt, slots.length, fits(running, 8, 'running'), fits(pending, 8, 'pending'), fits(index, 16, 'index'),
    fits(count, 16, 'count'), memory.name(name), fits(slotSize, 32, 'slotSize'), flags, memory.slotsAt);
  if (unsigned(core.frameSpoken) < 2) return bodySize;
  const { floor, attempt, limit, remainingMs } = component.trust ?? NO_TRIAL;
  return core.inventoryTrialEncode(
    memory.bodyAt, fits(floor, 32, 'floor'), fits(attempt, 8, 'attempt'), fits(limit, 8, 'limit'), fits(remainingMs, 32, 'remainingMs'));
}

function writeSlot(core: InventoryExports, into: Uint8Array, { state, size, security, version, digest }: InventorySlot): void {
  if (digest.length !== readNumber(core.DIGEST_SIZE)) throw new RangeError(`an inventory: expected a digest of ${readNumber(core.DIGEST_SIZE)} bytes, got ${digest.length}; no message was made`);
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  into.fill(0);
  into.fill(0xff, 1, 4);
  view.setUint8(0, numberOf(core.SlotState, state));
  view.setUint32(4, fits(size, 32, 'size'), true);
  view.setUint32(8, fits(security, 32, 'security'), true);
  putText(into.subarray(SLOT_VERSION, SLOT_DIGEST), version);
  into.set(digest, SLOT_DIGEST);
}

function readComponent(core: InventoryExports, memory: WireMemory, states: readonly string[]): InventoryComponent {
  const slot = (value: number): number | undefined => (value === readNumber(core.NO_SLOT) ? undefined : value);
  const flags = unsigned(core.inventoryFlags);
  return {
    index: unsigned(core.inventoryIndex),
    count: unsigned(core.inventoryCount),
    name: memory.readName(unsigned(core.inventoryName)),
    slotSize: unsigned(core.inventorySlotSize),
    running: slot(unsigned(core.inventoryRunning)),
    pending: slot(unsigned(core.inventoryPending)),
    isInPlace: (flags & readNumber(core.FLAG_IN_PLACE)) !== 0,
    needsHostReset: (flags & readNumber(core.FLAG_HOST_RESET)) !== 0,
    slots: Array.from({ length: unsigned(core.inventorySlotCount) }, (_, at) => ({
      state: nameOf<SlotStateName>(states, core.inventorySlotState(at)),
      size: core.inventorySlotImageSize(at) >>> 0,
      security: core.inventorySlotSecurity(at) >>> 0,
      version: memory.readVersion(core.inventorySlotVersion(at)),
      digest: memory.readDigest(core.inventorySlotDigest(at)),
    })),
    ...((flags & readNumber(core.FLAG_LAB_MODE)) === 0 ? {} : { isLabMode: true }),
    ...(unsigned(core.frameVersion) < 2 ? {} : { trust: {
      floor: unsigned(core.inventoryFloor), attempt: unsigned(core.inventoryTrialAttempt), limit: unsigned(core.inventoryTrialLimit),
      remainingMs: unsigned(core.inventoryTrialMs),
    } }),
  };
}
