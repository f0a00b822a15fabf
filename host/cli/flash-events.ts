// What is in the flash, as JSON objects for scripts.
import type { SlotVerdict } from '../bmc/flash-report-verify.ts';
import { newestRecord, type SeenChip, type SeenRecords } from '../bmc/flash-report.ts';
import { jedecId, wearOf } from '../bmc/flash-report-wear.ts';
import type { SlotDescription } from '../core/slot-record.ts';

export function chipEvent({ name, part, size, component, slot, wear, protectedRegions }: SeenChip): object {
  return { event: 'chip', name, component, slot, size, part: part?.name, jedecId: part && jedecId(part), endurance: part?.endurance, wear: wear && wearOf(wear, part), ...(protectedRegions.length === 0 ? {} : { 'protected': protectedRegions }) };
}

function slotFields({ digest, doubt: _doubt, outside, ...slot }: SlotDescription): object {
  return { ...slot, sha256: hexOf(digest), ...(outside === undefined ? {} : { sha256Outside: hexOf(outside.digest) }) };
}

export function slotEvents(components: readonly { readonly name: string; readonly slotCount: number }[], records: SeenRecords | undefined): object[] {
  return components.flatMap(({ name, slotCount }) => {
    const newest = newestRecord(records, name);
    return Array.from({ length: slotCount }, (_none, slot) => {
      const described = newest?.record.slots[slot];
      if (newest === undefined || described === undefined) return { event: 'slot', component: name, slot, state: 'no-record' };
      const { active, pending, hostReset, trial, floor } = newest.record;
      return {
        event: 'slot', component: name, slot, ...slotFields(described), sequence: newest.sequence, isActive: active === slot, isPending: pending === slot,
        hostReset: active === slot && hostReset, trial: active === slot ? trial : undefined, floor: floor ?? 0,
      };
    });
  });
}

export function verdictEvent({ component, slot, isRunning, condition, record, got }: SlotVerdict): object {
  return {
    event: 'slot-verified', component, slot, isRunning, condition, recordState: record?.state, version: record?.version, size: record?.size,
    expected: record && hexOf(record.digest), got,
  };
}

const hexOf = (digest: Uint8Array): string => Buffer.from(digest).toString('hex');
