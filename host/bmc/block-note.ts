import type { SlotRecord } from '../core/slot-record.ts';

/**
 * Whether the newer record is a note of the block that is written next: it says nothing new but which bytes of its slots are
 * in doubt. There is one for each 64 KiB of an image.
 */
export function isBlockNote(before: SlotRecord, after: SlotRecord): boolean {
  return isSameWithoutDoubt(before, after);
}

function isSameWithoutDoubt(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other) === 0;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const [fields, others] = [one as Record<string, unknown>, other as Record<string, unknown>];
  for (const key in fields) if (key !== 'doubt' && !isSameWithoutDoubt(fields[key], others[key])) return false;
  for (const key in others) if (key !== 'doubt' && !(key in fields)) return false;
  return true;
}
