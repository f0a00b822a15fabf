import { describe, expect, test } from 'vitest';
import { isBlockNote } from '../../host/bmc/block-note.ts';
import type { SlotRecord } from '../../host/core/slot-record.ts';

const digest = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const slot = { state: 'writing', size: 100_000, security: 1, version: '1.0', digest: digest(1) } as const;
const record: SlotRecord = { component: 'bmc', active: 0, hostReset: false, slots: [slot, { ...slot, state: 'empty' }] };
const withSlot = (change: Partial<SlotRecord['slots'][number]>): SlotRecord => ({ ...record, slots: [{ ...slot, digest: digest(1), ...change }, { ...slot, state: 'empty' }] });

describe('a record of the next block', () => {
  test('is a note when only the bytes in doubt are others', () => {
    expect(isBlockNote(record, withSlot({ doubt: { from: 0, to: 65536 } }))).toBe(true);
    expect(isBlockNote(withSlot({ doubt: { from: 0, to: 65536 } }), withSlot({ doubt: { from: 65536, to: 131072 } }))).toBe(true);
    expect(isBlockNote(withSlot({ doubt: { from: 0, to: 65536 } }), record)).toBe(true);
  });

  const others: Readonly<Record<string, SlotRecord>> = {
    'another component': { ...record, component: 'bios' },
    'another slot that runs': { ...record, active: 1 },
    'a slot that waits': { ...record, pending: 1 },
    'a reset of the host to come': { ...record, hostReset: true },
    'a trial': { ...record, trial: 1 },
    'a floor': { ...record, floor: 2 },
    'one slot less': { ...record, slots: [slot] },
    'another state': withSlot({ state: 'valid' }),
    'another size': withSlot({ size: 1 }),
    'another security number': withSlot({ security: 2 }),
    'another version': withSlot({ version: '1.1' }),
    'one bit of the digest': withSlot({ digest: digest(1).fill(0, 31) }),
    'a digest of what lies outside of regions': withSlot({ outside: { digest: digest(2), regions: 1 } }),
  };
  test.each(Object.entries(others))('is none with %s, in either order', (_, other) => {
    expect(isBlockNote(record, other)).toBe(false);
    expect(isBlockNote(other, record)).toBe(false);
  });
});
