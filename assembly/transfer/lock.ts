/**
 * The upgrade that is open, and with it the lock: one at a time, whoever asks. A session that is silent for longer
 * than the lease loses it to the next one that asks, so that a dead host can't hold it for ever.
 */
export let upgradeIsOpen: bool = false;
/** The upgrade that is open, or was last. */
export let upgradeId: u32 = 0;
export let upgradeSession: u32 = 0;
export let upgradeLink: u32 = 0;
export let upgradeImageCount: u32 = 0;
export let upgradeOrigin: u32 = 0;
export let upgradeTotal: u64 = 0;
/** Images stored in this upgrade: one bit a component. */
export let upgradeStored: u32 = 0;
/** Where they were stored: the bit is the number of the slot. */
export let upgradeSlots: u32 = 0;

/** The upgrade that was given up at the device, not by its session; 0 when none was since the start. */
export let upgradeAborted: u32 = 0;

let startedAt: u32 = 0;
let heardAt: u32 = 0;
let leaseMs: u32 = 0;

/** At the start of the device: nobody holds the lock. `firstId` differs from start to start. */
export function lockReset(firstId: u32, lease: u32): void {
  upgradeIsOpen = false;
  upgradeId = firstId;
  upgradeSession = 0;
  upgradeStored = 0;
  upgradeAborted = 0;
  leaseMs = lease;
}

export function lockTake(session: u32, link: u32, imageCount: u32, origin: u32, total: u64, now: u32): void {
  upgradeIsOpen = true;
  upgradeId++;
  if (upgradeId == 0) upgradeId = 1;
  upgradeSession = session;
  upgradeLink = link;
  upgradeImageCount = imageCount;
  upgradeOrigin = origin;
  upgradeTotal = total;
  upgradeStored = 0;
  startedAt = now;
  heardAt = now;
}

export function lockGiveBack(): void {
  upgradeIsOpen = false;
}

/** The upgrade is given up at the device: its session is to hear that, and not that it is unknown. */
export function lockTakeAway(): void {
  upgradeAborted = upgradeId;
  lockGiveBack();
}

/** The holder has said something. */
export function lockHeard(now: u32): void {
  heardAt = now;
}

/** Whether the lock is held by a session that is still alive. */
export function lockIsLive(now: u32): bool {
  return upgradeIsOpen && now - heardAt <= leaseMs;
}

export function lockHeldMs(now: u32): u32 {
  return upgradeIsOpen ? now - startedAt : 0;
}

export function lockNoteStored(component: u32, slot: u32): void {
  upgradeStored |= 1 << component;
  upgradeSlots = (upgradeSlots & ~(1 << component)) | (slot << component);
}
