// What the receiver knows, as plain objects that stay as they are.
import { nameIn, readNumber, type CoreEnum } from './flash-globals.ts';
import type { ComponentSlot, ComponentSnapshot, ReceiverExports, TransferSnapshot } from './receiver-exports.ts';
import type { SlotState } from './slot-record.ts';
import { readText, wordsOf } from './words.ts';

/** Bits of end upgrade's answer; assembly/wire/end-upgrade.ts. */
const RESET_DEVICE = 1;
const RESET_HOST = 2;

/** Every component, in the order in which they were added. */
export function readComponents(core: ReceiverExports, now: number): ComponentSnapshot[] {
  return Array.from({ length: readNumber(core.componentCount) }, (_, index) => readComponent(core, index, now));
}

function readComponent(core: ReceiverExports, index: number, now: number): ComponentSnapshot {
  const attempt = core.componentTrial(index);
  const slot = (value: number): number | undefined => (value === readNumber(core.NO_SLOT) ? undefined : value);
  return {
    name: readText(bytes(core, core.componentName(index), readNumber(core.NAME_SIZE))),
    slotSize: core.componentSlotSize(index) >>> 0,
    slots: Array.from({ length: core.componentSlotCount(index) }, (_, number) => readSlot(core, index, number)),
    running: slot(core.componentActive(index)),
    pending: slot(core.componentPending(index)),
    isInPlace: core.componentIsInPlace(index) !== 0,
    needsHostReset: core.componentNeedsHostReset(index) !== 0,
    trial: attempt === 0 ? undefined : { attempt, limit: readNumber(core.TRIAL_LIMIT), remainingMs: core.trialLeftMs(index, now) >>> 0 },
    floor: core.componentFloor(index) >>> 0,
  };
}

function readSlot(core: ReceiverExports, index: number, slot: number): ComponentSlot {
  const regions = core.componentIsInPlace(index) === 0 ? 0 : core.slotRegions(index) >>> 0;
  return {
    state: word(core.SlotState, core.slotState(index, slot)) as SlotState,
    size: core.slotImageSize(index, slot) >>> 0,
    security: core.slotSecurity(index, slot) >>> 0,
    version: readText(bytes(core, core.slotVersion(index, slot), readNumber(core.VERSION_SIZE))),
    digest: bytes(core, core.slotDigest(index, slot), readNumber(core.DIGEST_SIZE)).slice(),
    ...(regions === 0 ? {} : { outside: { digest: bytes(core, core.slotOutside(index), readNumber(core.DIGEST_SIZE)).slice(), regions } }),
  };
}

/** What the receiver is doing at this moment. */
export function readTransfer(core: ReceiverExports, now: number): TransferSnapshot {
  const header = readNumber(core.HEADER_SIZE);
  const size = core.receiverStatus(now);
  const status = core.statusResponseDecode(readNumber(core.STATUS_OUT) + header, size - header);
  if (status !== 0) throw new Error(`the core made a status message that it can not read: ${nameIn(core.Status, status)}`);
  const number = (global: WebAssembly.Global): number => readNumber(global) >>> 0;
  return {
    phase: word(core.Phase, number(core.statusPhase)),
    isSafe: number(core.statusIsSafe) !== 0,
    completion: word(core.Completion, number(core.statusLastCompletion)),
    upgrade: number(core.statusUpgrade),
    session: number(core.statusSession),
    elapsedMs: number(core.statusElapsedMs),
    lastUpgrade: number(core.upgradeId),
    resets: { device: (number(core.activationResets) & RESET_DEVICE) !== 0, host: (number(core.activationResets) & RESET_HOST) !== 0 },
    origin: word(core.Origin, number(core.upgradeOrigin)),
    imageIndex: number(core.statusImageIndex),
    imageCount: number(core.statusImageCount),
    storedCount: countBits(number(core.upgradeStored)),
    component: readText(bytes(core, readNumber(core.statusComponent), readNumber(core.NAME_SIZE))),
    version: readText(bytes(core, readNumber(core.statusVersion), readNumber(core.VERSION_SIZE))),
    sha256: Buffer.from(bytes(core, readNumber(core.FILE_DIGEST), readNumber(core.DIGEST_SIZE))).toString('hex'),
    slot: number(core.fileSlot),
    resumed: number(core.fileResumed),
    done: number(core.statusDone),
    total: number(core.statusTotal),
    flashMs: core.fileFlashMs() >>> 0,
    equalBytes: core.fileEqualBytes() >>> 0,
  };
}

function word(members: CoreEnum, value: number): string {
  return wordsOf(members)[value] ?? `unknown number ${value}`;
}

function countBits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function bytes(core: ReceiverExports, at: number, size: number): Uint8Array {
  return new Uint8Array(core.memory.buffer, at, size);
}
