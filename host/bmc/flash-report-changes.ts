// What changed from one slot record of a component to its next one, in words.
import { isDeepStrictEqual } from 'node:util';
import type { RecordPage } from '../core/slot-record-pages.ts';
import type { SlotDescription, SlotRecord } from '../core/slot-record.ts';
import { sizeText } from './note-events.ts';

/** One record, or several in a row that say only how far writing is. */
export interface RecordChange {
  /** Of the last one of them. */
  readonly sequence: number;
  /** How many records. */
  readonly count: number;
  readonly record: SlotRecord;
  readonly changes: readonly string[];
}

/** The changes of one component's records, the oldest first. What the first one changed is not known. */
export function recordChanges(pages: readonly RecordPage[]): RecordChange[] {
  const found: RecordChange[] = [];
  let wasProgress = false;
  pages.forEach(({ sequence, record }, index) => {
    const before = pages[index - 1]?.record;
    const changes = before === undefined ? [`the oldest record that is kept: ${stateText(record)}`] : changesBetween(before, record);
    const isProgress = before !== undefined && saysOnlyProgress(before, record);
    const last = found.at(-1);
    if (last !== undefined && isProgress && wasProgress) found[found.length - 1] = { sequence, count: last.count + 1, record, changes };
    else found.push({ sequence, count: 1, record, changes });
    wasProgress = isProgress;
  });
  return found;
}

/** Whether the newer record says nothing new but which bytes are written next. */
function saysOnlyProgress(before: SlotRecord, after: SlotRecord): boolean {
  const withoutDoubt = (record: SlotRecord): unknown => ({ ...record, slots: record.slots.map((slot) => ({ ...slot, doubt: undefined })) });
  return after.slots.some(({ doubt }) => doubt !== undefined) && isDeepStrictEqual(withoutDoubt(before), withoutDoubt(after));
}

/** All that a record says, short. */
function stateText({ slots, active }: SlotRecord): string {
  const texts = slots.map(({ state, version }, slot) => `slot ${slot} ${state}${state === 'empty' ? '' : ` ${version}`}`);
  return [...texts, `runs slot ${active}`].join(', ');
}

function changesBetween(before: SlotRecord, after: SlotRecord): string[] {
  const changes = after.slots.flatMap((slot, index) => slotChanges(before.slots[index], slot).map((change) => `slot ${index}: ${change}`));
  if (before.active !== after.active) changes.push(`runs slot ${after.active}, before slot ${before.active}`);
  if (before.pending !== after.pending) changes.push(after.pending === undefined ? 'no slot is pending any more' : `slot ${after.pending} is pending`);
  if (before.hostReset !== after.hostReset) changes.push(after.hostReset ? 'waits for a reset of the host' : 'the host has been reset');
  if (before.trial !== after.trial) changes.push(after.trial === undefined ? 'no longer on trial' : `on trial, attempt ${after.trial}`);
  if (before.floor !== after.floor) changes.push(`security floor ${after.floor ?? 0}, before ${before.floor ?? 0}`);
  return changes.length > 0 ? changes : ['nothing: written once more'];
}

function slotChanges(before: SlotDescription | undefined, after: SlotDescription): string[] {
  const imageOf = ({ version, size, digest }: SlotDescription): unknown => [version, size, Buffer.from(digest).toString('hex')];
  const changes: string[] = [];
  const isOther = before === undefined || !isDeepStrictEqual(imageOf(before), imageOf(after));
  if (isOther && after.state !== 'empty') changes.push(`${after.version}, ${sizeText(after.size)}, sha256 ${Buffer.from(after.digest).toString('hex').slice(0, 16)}...`);
  if (before?.state !== after.state) changes.push(before === undefined ? after.state : `${before.state} -> ${after.state}`);
  if (before !== undefined && before.security !== after.security) changes.push(`security ${after.security}, before ${before.security}`);
  if (!isDeepStrictEqual(before?.doubt, after.doubt)) {
    changes.push(after.doubt === undefined ? 'nothing is in flight' : `${sizeText(after.doubt.to - after.doubt.from)} at 0x${after.doubt.from.toString(16)} is in flight`);
  }
  return changes;
}
