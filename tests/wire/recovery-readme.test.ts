// The section "Recovery messages" of assembly/wire/README.md says what the code does: names, numbers, sizes and offsets.
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readNumber, type CoreEnum } from '../../host/core/flash-globals.ts';
import { loadCore } from '../../host/core/instance.ts';
import { compatibleId, GroupKey } from '../../host/recovery/peers/group-key.ts';
import { goldenRecovery } from '../golden/recovery.ts';
import { enumeration, fields, section, sizeOf, specification, tables, type SpecifiedField } from './specification.ts';

const core = loadCore<Record<string, unknown>>();
const members = (name: string): Record<string, number> =>
  Object.fromEntries(Object.entries(core[name] as CoreEnum).map(([member, global]) => [member, readNumber(global)]));
const rows = tables(section('Recovery messages'))[0]!;
const messageFields = (name: string): SpecifiedField[] => fields(tables(section(name))[0]!);

const ENUMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Request: { reason: 'RecoveryReason' }, Offer: { class: 'DonorClass' }, Decline: { reason: 'DeclineReason' },
  Done: { result: 'RecoveryResult' }, Ask: { what: 'RecoveryAsk' }, Report: { result: 'RecoveryResult', reason: 'RecoveryReason' },
};
const HOST_WORDS: Readonly<Record<string, string>> = { 'slot size': 'slotSize', 'next offset': 'next', 'chunk size': 'chunkSize', 'image size': 'imageSize', 'first block': 'first', 'block size': 'blockSize' };
/** What lies behind the fields of a message. */
const BEHIND: Readonly<Record<string, string>> = { statement: 'signature', data: 'bytes', blocks: 'bytes', digests: 'digests', ask: 'ranges' };

describe('the specification of the recovery messages', () => {
  it('has every message with its number and size, and no other', () => {
    expect(Object.fromEntries(rows.map((row) => [row['name'], Number(row['number'])]))).toEqual(members('RecoveryMessage'));
    for (const row of rows) {
      const name = row['name']!;
      expect(Number(row['size']), name).toBe(readNumber(core[`RECOVERY_${name.toUpperCase()}_SIZE`] as WebAssembly.Global));
      expect(sizeOf(messageFields(name)), `fields of ${name}`).toBe(Number(row['size']));
    }
  });

  it('shares no number with the other messages', () => {
    const others = Object.values(members('MessageType'));
    for (const number of Object.values(members('RecoveryMessage'))) expect(others).not.toContain(number);
  });

  it.each(['RecoveryReason', 'DonorClass', 'DeclineReason', 'RecoveryResult', 'RecoveryAsk'])('has every number of %s, and no other', (name) => {
    expect(Object.fromEntries(enumeration(name).map(({ name: member, number }) => [member, number]))).toEqual(members(name));
  });

  it('lets no offer be longer than a request', () => {
    const size = (name: string): number => Number(rows.find((row) => row['name'] === name)!['size']);
    expect(size('Offer')).toBeLessThanOrEqual(size('Request'));
  });

  it.each(goldenRecovery().map((message, index) => [`${message.name} ${index}`, message] as const))('lets a stranger find the fields of %s', (_title, { name, bytes, fields: golden }) => {
    const title = `${name[0]!.toUpperCase()}${name.slice(1)}`;
    const body = Buffer.from(bytes.subarray(16));
    let compared = 0;
    for (const { name: word, type, offset, size } of messageFields(title)) {
      const found = golden[HOST_WORDS[word] ?? word];
      if (found === undefined) continue;
      compared++;
      const enumName = ENUMS[title]?.[word];
      if (enumName !== undefined) expect(enumeration(enumName).find(({ number }) => number === body[offset])?.name, word).toBe(found);
      else if (['prefix', 'nonce', 'donor', 'digest'].includes(type)) expect(new Uint8Array(body.subarray(offset, offset + size)), word).toEqual(found);
      else expect(body.readUIntLE(offset, size), word).toBe(found);
    }
    expect(compared).toBe(Object.keys(golden).filter((word) => word !== BEHIND[name]).length);
  });

  it('tells how the compatible id and the tags are made', () => {
    expect(Buffer.from(compatibleId(undefined, 'small-board', 'bios'))).toEqual(createHash('sha256').update('ferry recovery\0small-board\0bios').digest().subarray(0, 16));
    const secret = Buffer.alloc(32, 9);
    const [tags, names] = ['tags', 'names'].map((use) => Buffer.from(hkdfSync('sha256', secret, '', `ferry recovery ${use} 2`, 32)));
    for (const use of ['tags', 'names']) expect(specification).toContain(`\`ferry recovery ${use} 2\``);
    const key = new GroupKey(secret);
    expect(Buffer.from(compatibleId(key, 'small-board', 'bios'))).toEqual(createHmac('sha256', names!).update('small-board\0bios').digest().subarray(0, 16));
    const context = Buffer.from('context'), message = Buffer.from('message');
    expect(Buffer.from(key.tag(message, context))).toEqual(createHmac('sha256', tags!).update(Buffer.from([7, 0, 0, 0])).update(context).update(message).digest().subarray(0, 16));
  });
});
