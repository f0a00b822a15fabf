// What is in the flash, in lines for people.
import type { RecordChange } from '../bmc/flash-report-changes.ts';
import type { SlotCondition, SlotVerdict } from '../bmc/flash-report-verify.ts';
import { newestRecord, type SeenChip, type SeenRecords } from '../bmc/flash-report.ts';
import { jedecId, wearOf } from '../bmc/flash-report-wear.ts';
import { imageText, sizeText } from '../bmc/note-events.ts';
import type { SlotRecord } from '../core/slot-record.ts';
import { shortDigest, tableLines } from './text-table.ts';

export function chipLines(chips: readonly SeenChip[]): string[] {
  return tableLines(['chip', 'part', 'size', 'JEDEC id', 'erases: least', 'median', 'most', 'of endurance'], chips.map(({ name, part, size, wear: counts }) => {
    const wear = counts === undefined ? undefined : wearOf(counts, part);
    const worn = wear?.used === undefined ? '-' : `${(wear.used * 100).toFixed(2)} %`;
    return [
      name, part?.name ?? 'not known', sizeText(size), (part && jedecId(part)) ?? '-',
      ...(wear === undefined ? ['not kept', '-', '-'] : [wear.least, wear.median, wear.most].map(String)), worn,
    ];
  }));
}

/** What no image changes. */
export function protectedLines(chips: readonly SeenChip[]): string[] {
  return chips.flatMap(({ name, protectedRegions }) =>
    protectedRegions.map(({ offset, size }) => `protected in ${name}: ${sizeText(size)} at 0x${offset.toString(16)}, which no image changes`));
}

export function slotLines(components: readonly { readonly name: string; readonly slotCount: number }[], records: SeenRecords | undefined): string[] {
  const head = ['component', 'slot', 'state', 'version', 'size', 'security', 'sha256', ''];
  return tableLines(head, components.flatMap(({ name, slotCount }) => {
    const record = newestRecord(records, name)?.record;
    return Array.from({ length: slotCount }, (_none, index) => {
      const slot = record?.slots[index];
      const first = [index === 0 ? name : '', String(index)];
      if (record === undefined || slot === undefined) return [...first, 'no record'];
      if (slot.state === 'empty') return [...first, 'empty'];
      return [...first, slot.state, slot.version, sizeText(slot.size), String(slot.security), shortDigest(Buffer.from(slot.digest).toString('hex')), roleText(record, index)];
    });
  }));
}

/** What a slot is to its component. */
function roleText(record: SlotRecord, slot: number): string {
  const roles: string[] = [];
  if (record.active === slot) {
    roles.push(record.slots[slot]?.state === 'valid' ? 'running' : 'to start from');
    if (record.trial !== undefined) roles.push(`on trial, attempt ${record.trial}`);
    if (record.hostReset) roles.push('after the next reset of the host');
    if ((record.floor ?? 0) > 0) roles.push(`security floor ${record.floor}`);
  }
  if (record.pending === slot) roles.push('pending');
  return roles.join(', ');
}

export function recordsLines(records: SeenRecords | undefined): string[] {
  if (records === undefined) return ['slot records: there is no chip for them'];
  const { pages, count, blank, unreadable } = records;
  const torn = unreadable === 0 ? '' : `, ${unreadable} torn by a power cut or none of ours`;
  return [`slot records: ${pages.length} of ${count} pages used, ${blank} blank${torn}`];
}

export function changeLines(changes: readonly RecordChange[]): string[] {
  return changes.flatMap(({ sequence, count, changes: texts }) =>
    texts.map((text, index) => `  ${(index === 0 ? `#${sequence}` : '').padEnd(8)}${text}${count > 1 ? ` (the last of ${count} such records)` : ''}`));
}

const CONDITIONS: Readonly<Record<SlotCondition, string>> = {
  'ok': 'OK',
  'differs': 'DIFFERS from its record',
  'missing': 'DIFFERS: its flash file is missing or too small',
  'empty': 'empty',
  'being-written': 'being written',
  'failed': 'holds no image: writing it failed',
  'busy': 'busy: it was used for something else while it was read; look again',
};

export function verdictLines({ component, slot, isRunning, condition, record, got }: SlotVerdict, controllerRuns: boolean): string[] {
  const name = record === undefined || condition === 'empty' ? component : imageText(component, record.version);
  const isWhole = !['being-written', 'failed'].includes(condition);
  const running = isRunning && condition !== 'empty' ? `, the one ${isWhole ? 'that runs' : 'to start from'}` : '';
  const nobody = condition === 'being-written' && !controllerRuns ? ', and no controller runs that could finish it' : '';
  const rejected = record?.state === 'rejected' ? ' (it did not hold its trial)' : '';
  const first = `${name}, slot ${slot}${running}: ${CONDITIONS[condition]}${nobody}${rejected}`;
  if (condition !== 'differs' || record === undefined) return [first];
  return [first, `  expected  sha256 ${Buffer.from(record.digest).toString('hex')}, ${record.size} bytes`, `  got       sha256 ${got}`];
}
