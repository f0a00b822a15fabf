// Whether the slot that a component runs from holds what its record says, for somebody who asks.
import type { ComponentSnapshot } from '../core/receiver-exports.ts';
import type { SlotVerification } from './management.ts';
import type { ProtectedRegion } from './protected-regions.ts';
import { SlotLook, type ReadSlot } from './slot-look.ts';

export interface SlotVerificationOptions {
  components(): readonly ComponentSnapshot[];
  readonly readFlash: ReadSlot;
  regionsOf(component: string): readonly ProtectedRegion[];
  /** Hears what a look at a slot has found that was not changed meanwhile. */
  looked(component: string, slot: number, differs: boolean): void;
}

/** Reads the slot back, a piece at a time. Throws what reading throws; `busy` when the record changed meanwhile. */
export async function verifySlot(component: string, options: SlotVerificationOptions): Promise<SlotVerification> {
  const find = (): ComponentSnapshot => {
    const found = options.components().find(({ name }) => name === component);
    if (found === undefined) throw new Error(`this board has no component "${component}"`);
    return found;
  };
  const { running, slots } = find();
  const slot = running === undefined ? undefined : slots[running];
  if (running === undefined || slot === undefined) {
    const condition = slots.every(({ state }) => state === 'empty') ? 'empty' : 'unfinished';
    return { component, condition, expected: condition === 'empty' ? '' : hexOf(slots.find(({ state }) => state !== 'empty')?.digest), got: '', blocks: [] };
  }
  const look = new SlotLook(component, running, slot, options.readFlash, options.regionsOf(component));
  while (!look.step()) await new Promise((resolve) => setImmediate(resolve));
  const { expected, got, blocks, differs } = look;
  const after = find();
  const isSame = after.running === running && hexOf(after.slots[running]?.digest) === expected;
  if (isSame) options.looked(component, running, differs);
  return { component, condition: !isSame ? 'busy' : differs ? 'differs' : 'ok', expected, got, blocks };
}

const hexOf = (digest: Uint8Array | undefined): string => (digest === undefined ? '' : Buffer.from(digest).toString('hex'));
