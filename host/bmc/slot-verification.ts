// Whether the slot that a component runs from holds what its record says, and the record that says that it does not.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ComponentSnapshot } from '../core/receiver-exports.ts';
import type { SlotRecord } from '../core/slot-record.ts';
import type { ActionOutcome, SlotVerification } from './management.ts';

type ReadSlot = (component: string, slot: number, offset: number, into: Uint8Array) => void;

const BLOCK = 64 * 1024;
/** Blocks that are read before others have their turn. */
const TURN = 16;

/** Reads the slot back, a piece at a time. Throws what reading throws; `busy` when the record changed meanwhile. */
export async function verifySlot(component: string, components: () => readonly ComponentSnapshot[], read: ReadSlot): Promise<SlotVerification> {
  const look = (): ComponentSnapshot => {
    const found = components().find(({ name }) => name === component);
    if (found === undefined) throw new Error(`this board has no component "${component}"`);
    return found;
  };
  const { running, slots } = look();
  const slot = running === undefined ? undefined : slots[running];
  if (running === undefined || slot === undefined) {
    const condition = slots.every(({ state }) => state === 'empty') ? 'empty' : 'unfinished';
    return { component, condition, expected: condition === 'empty' ? '' : hexOf(slots.find(({ state }) => state !== 'empty')?.digest), got: '', blocks: [] };
  }
  const expected = hexOf(slot.digest);
  const { got, blocks } = await digestSlot(slot.size, (offset, into) => read(component, running, offset, into));
  const after = look();
  const isSame = after.running === running && hexOf(after.slots[running]?.digest) === expected;
  return { component, condition: !isSame ? 'busy' : got === expected ? 'ok' : 'differs', expected, got, blocks };
}

async function digestSlot(size: number, read: (offset: number, into: Uint8Array) => void): Promise<{ got: string; blocks: number[] }> {
  const hash = createHash('sha256');
  const blocks: number[] = [];
  const piece = new Uint8Array(BLOCK);
  for (let offset = 0; offset < size; offset += BLOCK) {
    const part = piece.subarray(0, Math.min(BLOCK, size - offset));
    read(offset, part);
    hash.update(part);
    blocks.push(crc32(part));
    if (blocks.length % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return { got: hash.digest('hex'), blocks };
}

/** Appends the record that says that the slot a component runs from holds no whole image. Its security floor stays. */
export function condemnSlot(component: string, log: { list(): SlotRecord[]; append(record: SlotRecord): void }): ActionOutcome {
  const record = log.list().find((one) => one.component === component);
  const slot = record?.slots[record.active];
  if (record === undefined || slot?.state !== 'valid') return { ok: false, text: `${component}: expected a slot that is on record as whole, got none; nothing was changed` };
  const { trial: _trial, ...rest } = record;
  try {
    log.append({ ...rest, slots: record.slots.map((one, index) => (index === record.active ? { ...one, state: 'failed' as const } : one)) });
  } catch (error) {
    return { ok: false, text: `${component}: the slot records can not be written: ${(error as Error).message}; nothing was changed` };
  }
  return { ok: true, text: `${component} ${slot.version} in slot ${record.active} is not what its record says: on record as not whole from now on` };
}

const hexOf = (digest: Uint8Array | undefined): string => (digest === undefined ? '' : Buffer.from(digest).toString('hex'));
