import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { nameIn } from '../../host/core/flash-globals.ts';
import { readRecord, writeRecord, type SlotRecord } from '../../host/core/slot-record.ts';
import { flashCore } from './flash-core.ts';

const core = flashCore();
const PAGE = Number(core.RECORD_KEPT.value);
const SIZE = 256;

const example: SlotRecord = {
  component: 'bmc',
  active: 0,
  pending: 1,
  hostReset: true,
  slots: [
    { state: 'valid', size: 0x2000000, security: 7, version: '2.4.1', digest: new Uint8Array(32).fill(0x11) },
    { state: 'writing', size: 0x1fffff, security: 0xfffffffe, version: '2.5.0-rc.1+20251121.0123456789ab', digest: new Uint8Array(32).fill(0x22) },
  ],
};

const page = (): Uint8Array => new Uint8Array(core.memory.buffer, PAGE, SIZE);
const named = (status: number): string => nameIn(core.Status, status);

function encode(record: SlotRecord, sequence = 1): Uint8Array {
  writeRecord(core, record);
  core.recordSequence.value = sequence;
  expect(named(core.recordEncode(PAGE))).toBe('Ok');
  return page().slice();
}

/** Puts the right checksum behind a changed page. */
function sealed(bytes: Uint8Array): Uint8Array {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(252, crc32(bytes.subarray(0, 252)), true);
  return bytes;
}

function check(bytes: Uint8Array): string {
  page().set(bytes);
  return named(core.recordCheck(PAGE));
}

describe('a slot record', () => {
  test('has these bytes in format version 1 (frozen: do not change the test)', () => {
    const bytes = encode({ ...example, slots: [example.slots[0]!] as const, pending: 0 }, 0x01020304);
    const hex = [
      '46534c5201000001', '04030201', '626d6300000000000000000000000000', '01000001',
      '02ffffff00000002070000', '00322e342e31', '00'.repeat(27), '11'.repeat(32), 'ff'.repeat(144), '82d680a0',
    ].join('');
    expect(Buffer.from(bytes).toString('hex')).toBe(hex);
  });

  test('comes back as it was written', () => {
    encode(example, 9);
    writeRecord(core, { ...example, component: 'other', slots: [example.slots[1]!], active: 0 });
    expect(named(core.recordDecode(PAGE))).toBe('Ok');
    expect(readRecord(core)).toEqual(example);
    expect(core.recordSequence.value).toBe(9);
  });

  test('keeps for each slot which bytes are in doubt, where 0xFF was before', () => {
    const doubted = { ...example, slots: [example.slots[0]!, { ...example.slots[1]!, doubt: { from: 0x10000, to: 0x30000 } }] };
    const bytes = encode(doubted);
    expect(Buffer.from(bytes.subarray(184, 204)).toString('hex')).toBe('ff'.repeat(8) + '0000010000000300' + 'ff'.repeat(4));
    encode(example);
    page().set(bytes);
    expect(named(core.recordDecode(PAGE))).toBe('Ok');
    expect(readRecord(core)).toEqual(doubted);
  });

  test('of one slot has one slot and no pending one', () => {
    const bios: SlotRecord = { component: 'sixteen-letters.', active: 0, hostReset: false, slots: [{ ...example.slots[0]!, version: '' }] };
    encode(bios);
    expect(named(core.recordDecode(PAGE))).toBe('Ok');
    expect(readRecord(core)).toEqual(bios);
  });

  test('with any one bit flipped is no record', () => {
    const bytes = encode(example);
    for (let bit = 0; bit < SIZE * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(check(flipped), `bit ${bit}`).not.toBe('Ok');
    }
  });

  test('torn after any byte is no record, and blank is not the same as torn', () => {
    const bytes = encode(example);
    expect(check(new Uint8Array(SIZE).fill(0xff))).toBe('NoRecord');
    for (let size = 1; size < SIZE; size++) {
      const torn = new Uint8Array(SIZE).fill(0xff);
      torn.set(bytes.subarray(0, size));
      expect(check(torn), `${size} bytes`).not.toMatch(/^(Ok|NoRecord)$/);
    }
    expect(check(new Uint8Array(SIZE))).toBe('BadMagic');
  });

  test('of another format, or with a field that means nothing, is told apart although its checksum is right', () => {
    const bytes = encode(example);
    const changed = (...changes: readonly (readonly [number, number])[]): string => {
      const copy = bytes.slice();
      for (const [at, value] of changes) copy[at] = value;
      return check(sealed(copy));
    };
    expect(changed()).toBe('Ok');
    expect(changed([4, 2])).toBe('BadVersion');
    expect(changed([6, 1])).toBe('BadSize');
    const fields: readonly (readonly [string, number, number])[] = [
      ['no slot', 28, 0], ['three slots', 28, 3], ['an active slot that is not there', 29, 2], ['a pending slot that is not there', 30, 2],
      ['an unknown flag', 31, 2], ['no name', 12, 0], ['a name with a space', 13, 0x20], ['a name that goes on after NUL', 20, 0x61],
      ['an unknown state', 32, 5], ['attempt 0 of a trial', 200, 0], ['a version with a control character', 45, 10], ['an unknown state of slot 1', 108, 0xff],
    ];
    for (const [what, at, value] of fields) expect(changed([at, value]), what).toBe('BadField');
  });

  test('that does not fit is not encoded', () => {
    for (const wrong of [
      { ...example, active: 2 }, { ...example, pending: 2 }, { ...example, component: '' }, { ...example, slots: [] },
      { ...example, component: 'a b' },
    ]) {
      writeRecord(core, wrong);
      expect(named(core.recordEncode(PAGE)), JSON.stringify(wrong)).toBe('BadField');
      expect(page().every((byte) => byte === 0xff)).toBe(true);
    }
    expect(() => writeRecord(core, { ...example, component: 'seventeen-letters' })).toThrow(/at most 16 bytes/);
    expect(() => writeRecord(core, { ...example, slots: [{ ...example.slots[0]!, digest: new Uint8Array(31) }] })).toThrow(/expected 32 bytes, got 31/);
  });
});

describe('a scan', () => {
  const SECTORS = Number(core.RECORD_SECTORS.value);
  const sector = (): Uint8Array => new Uint8Array(core.memory.buffer, SECTORS, 4096);

  function scan(pages: readonly Uint8Array[], component: string): { status: string; newest: number; blank: number } {
    sector().fill(0xff);
    pages.forEach((one, index) => sector().set(one, index * SIZE));
    writeRecord(core, { ...example, component });
    const status = named(core.recordScan(SECTORS, 4096));
    return { status, newest: Number(core.recordNewest.value) >>> 0, blank: Number(core.recordBlank.value) >>> 0 };
  }

  const record = (component: string, sequence: number): Uint8Array => encode({ ...example, component }, sequence);
  const torn = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => (at < 100 ? byte : 0xff));
  const NONE = 0xffffffff;

  test('finds the newest record of the component and the first blank page, past what is torn', () => {
    const pages = [record('bmc', 1), record('bios', 8), record('bmc', 2), torn(record('bmc', 3)), record('bios', 7), new Uint8Array(SIZE)];
    expect(scan(pages, 'bmc')).toEqual({ status: 'Ok', newest: 512, blank: 1536 });
    expect(core.recordSequence.value).toBe(2);
    expect(scan(pages, 'bios')).toEqual({ status: 'Ok', newest: 256, blank: 1536 });
    expect(scan(pages, 'bm')).toEqual({ status: 'NoRecord', newest: NONE, blank: 1536 });
  });

  test('knows that sequence 0 comes after 0xFFFFFFFF', () => {
    expect(scan([record('bmc', 0xffffffff), record('bmc', 0), record('bmc', 0xfffffffe)], 'bmc').newest).toBe(256);
  });

  test('of a blank sector finds nothing, of a full one no blank page', () => {
    expect(scan([], 'bmc')).toEqual({ status: 'NoRecord', newest: NONE, blank: 0 });
    expect(scan(Array.from({ length: 16 }, (_, index) => record('bmc', index)), 'bmc')).toEqual({ status: 'Ok', newest: 3840, blank: NONE });
    expect(named(core.recordScan(SECTORS, 255))).toBe('BadArgument');
  });
});
