// Reads slots back and compares them with what their records say: SHA-256 against SHA-256, so that it is known whether a
// slot is what it should be, and not where it differs.
import { isDeepStrictEqual } from 'node:util';
import type { SlotDescription } from '../core/slot-record.ts';
import { readOnlyCells } from './flash-cells.ts';
import { componentsOf, newestRecord, readRecords, type SeenChip, type SeenFlash, type SeenRecords } from './flash-report.ts';
import { SlotLook } from './slot-look.ts';

/**
 * `ok` and `differs` are about a whole image; `being-written` and `failed` are what the record says, and prove nothing
 * about the bytes; `busy` is a slot that was used for something else again and again while it was read.
 */
export type SlotCondition = 'ok' | 'differs' | 'missing' | 'empty' | 'being-written' | 'failed' | 'busy';

export interface SlotVerdict {
  readonly component: string;
  readonly slot: number;
  /** The component runs what is in it, or starts from it. */
  readonly isRunning: boolean;
  readonly condition: SlotCondition;
  /** What the record says; undefined when there is none. */
  readonly record: SlotDescription | undefined;
  /** 64 hexadecimal digits, of what was read. */
  readonly got: string | undefined;
}

/** The SHA-256 of what a slot holds, as SlotLook's `got`; undefined when its chip has not so many bytes. */
export type LookAtChip = (chip: SeenChip, record: SlotDescription) => string | undefined;

const TRIES = 3;

/** Looks at every slot, or at those of one component. */
export function verifyFlash(flash: SeenFlash, only?: string, digest: LookAtChip = lookAtChip): SlotVerdict[] {
  return componentsOf(flash, readRecords(flash))
    .filter(({ name }) => only === undefined || name === only)
    .flatMap(({ name, slotCount }) => Array.from({ length: slotCount }, (_none, slot) => verifySlot(flash, name, slot, digest)));
}

/**
 * What the verdicts are worth as an exit code: 5 when an image that runs is not whole, or nothing is known of any, 1 when
 * another one is not whole.
 */
export function verdictExitCode(verdicts: readonly SlotVerdict[], controllerRuns: boolean, records: SeenRecords | undefined): 0 | 1 | 5 {
  if (records === undefined || (records.pages.length === 0 && records.unreadable > 0)) return 5;
  const isBad = ({ condition, isRunning }: SlotVerdict): boolean => ['differs', 'missing'].includes(condition) ||
    (isRunning && (condition === 'failed' || (condition === 'being-written' && !controllerRuns)));
  const bad = verdicts.filter(isBad);
  return bad.length === 0 ? 0 : bad.some(({ isRunning }) => isRunning) ? 5 : 1;
}

function verifySlot(flash: SeenFlash, component: string, slot: number, digest: LookAtChip): SlotVerdict {
  let [records, record] = look(flash, component, slot);
  for (let count = 1; ; count++) {
    const verdict = (condition: SlotCondition, got?: string): SlotVerdict =>
      ({ component, slot, isRunning: newestRecord(records, component)?.record.active === slot, condition, record, got });
    if (record === undefined || record.state === 'empty') return verdict('empty');
    if (record.state === 'writing') return verdict('being-written');
    if (record.state === 'failed') return verdict('failed');
    const chip = flash.chips.find((one) => one.component === component && one.slot === slot);
    const got = chip === undefined ? undefined : digest(chip, record);
    const before: SlotDescription = record;
    [records, record] = look(flash, component, slot);
    if (isDeepStrictEqual(before, record)) {
      return got === undefined ? verdict('missing') : verdict(got === Buffer.from(before.digest).toString('hex') ? 'ok' : 'differs', got);
    }
    if (count === TRIES) return verdict('busy');
  }
}

function look(flash: SeenFlash, component: string, slot: number): [SeenRecords | undefined, SlotDescription | undefined] {
  const records = readRecords(flash);
  return [records, newestRecord(records, component)?.record.slots[slot]];
}

const lookAtChip: LookAtChip = ({ path, protectedRegions }, record) => {
  const { size, cells } = readOnlyCells(path);
  try {
    if (record.size > size) return undefined;
    const look = new SlotLook('', 0, record, (_component, _slot, offset, into) => cells.read(offset, into), protectedRegions);
    while (!look.step());
    return look.got;
  } finally {
    cells.close();
  }
};
