// assembly/wire/README.md says what the code does: names, numbers, sizes and offsets.
import { describe, expect, it } from 'vitest';
import { loadCore } from '../../host/core/instance.ts';
import { readNumber, type CoreEnum } from '../../host/core/flash-globals.ts';
import { COMPLETIONS } from '../../host/core/wire-names.ts';
import { Wire } from '../../host/core/wire.ts';
import { goldenMessages, type GoldenMessage } from '../golden/golden.ts';
import { enumeration, fields, messageFields, section, sizeOf, specification, tables, type SpecifiedField } from './specification.ts';

const core = loadCore<Record<string, unknown>>();
const constants = core as Readonly<Record<string, WebAssembly.Global>>;
const enums = core as Readonly<Record<string, CoreEnum>>;
const members = (name: string): Record<string, number> =>
  Object.fromEntries(Object.entries(enums[name]!).map(([member, global]) => [member, readNumber(global)]));

const TITLES: Readonly<Record<string, string>> = {
  Hello: 'Hello', Inventory: 'Inventory', StartUpgrade: 'Start upgrade', StartFile: 'Start file', TransmitData: 'Transmit data',
  EndFile: 'End file', EndUpgrade: 'End upgrade', Abort: 'Abort', Status: 'Status',
};
const snake = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

describe('the specification', () => {
  it.each(['Completion', 'Activate', 'Allow', 'Origin', 'SlotState', 'Phase', 'AbortReason'])('has every number of %s, and no other', (name) => {
    expect(Object.fromEntries(enumeration(name).map(({ name: member, number }) => [member, number]))).toEqual(members(name));
  });

  it('has every message type with its sizes, and no other', () => {
    const rows = tables(section('Messages'))[0]!;
    expect(Object.fromEntries(rows.map((row) => [row['name'], Number(row['number'])]))).toEqual(members('MessageType'));
    for (const row of rows) {
      for (const kind of ['request', 'response'] as const) {
        const constant = constants[`${snake(row['name']!)}_${kind.toUpperCase()}_SIZE`];
        expect(Number(row[kind]), `${row['name']} ${kind}`).toBe(constant === undefined ? 0 : readNumber(constant));
        expect(sizeOf(messageFields(TITLES[row['name']!]!)[kind]), `fields of ${row['name']} ${kind}`).toBe(Number(row[kind]));
      }
    }
  });

  it('has the limits that the code has', () => {
    for (const row of tables(section('Limits'))[0]!) expect(Number(row['value']), row['constant']).toBe(readNumber(constants[row['constant']!]));
    expect(sizeOf(fields(tables(section('Header'))[0]!))).toBe(readNumber(constants['HEADER_SIZE']));
    expect(sizeOf(fields(tables(section('Inventory'))[2]!))).toBe(readNumber(constants['SLOT_SIZE']));
  });

  it('says what version 2 appends, as the code does', () => {
    const inventory = sizeOf(fields(tables(section('Inventory since version 2'))[0]!));
    expect(readNumber(constants['INVENTORY_RESPONSE_SIZE']) + inventory).toBe(readNumber(constants['INVENTORY_RESPONSE_SIZE_2']));
    const start = sizeOf(fields(tables(section('Start file since version 2'))[0]!));
    expect(readNumber(constants['START_FILE_REQUEST_SIZE']) + start).toBe(readNumber(constants['START_FILE_SIGNATURE']));
  });

  it('says what version 3 appends, as the code does', () => {
    const start = sizeOf(fields(tables(section('Start file since version 3'))[0]!));
    expect(start).toBe(readNumber(constants['START_FILE_PATCH_SIZE']));
  });

  it('says of every completion code whether it is temporary, as the code does', () => {
    const isTemporary = core['completionIsTemporary'] as (completion: number) => number;
    for (const { number, name, row } of enumeration('Completion')) expect(row['temporary'] === 'yes', name).toBe(isTemporary(number) !== 0);
  });

  it('names the completion codes that the host knows', () => {
    expect(enumeration('Completion').map(({ name }) => name)).toEqual(Object.keys(COMPLETIONS));
  });

  it('gives an example that is a message', () => {
    const bytes = /```\n((?:[0-9a-f]{2}[ \n])+)```/.exec(specification)?.[1] ?? '';
    expect(new Wire().decode(new Uint8Array(Buffer.from(bytes.replace(/\s/g, ''), 'hex')))).toEqual({
      status: 'Ok', message: { name: 'status-request', id: 0x13, fields: {} },
    });
  });
});

// Where the specification's word for a field is not the host's.
const HOST_WORDS: Readonly<Record<string, string>> = {
  held: 'heldMs', elapsed: 'elapsedMs', wait: 'waitMs', equal: 'equalBytes', 'flash time': 'flashMs', 'next offset': 'next',
  'running slot': 'running', 'pending slot': 'pending', 'last completion': 'lastCompletion', safe: 'isSafe',
};
const ENUM_FIELDS: Readonly<Record<string, string>> = {
  completion: 'Completion', 'last completion': 'Completion', activate: 'Activate', allow: 'Allow', origin: 'Origin', phase: 'Phase', reason: 'AbortReason',
};

/** Reads a field as the specification says, knowing nothing of the code. */
function read({ name, type, offset, size }: SpecifiedField, body: DataView): unknown {
  const bytes = Buffer.from(body.buffer, body.byteOffset + offset, size);
  if (name in ENUM_FIELDS) return enumeration(ENUM_FIELDS[name]!).find(({ number }) => number === bytes[0])?.name;
  if (type === 'name' || type === 'version') return bytes.toString('latin1').replace(/\0+$/, '');
  if (type === 'digest') return new Uint8Array(bytes);
  if (type === 'u64') return Number(bytes.readBigUInt64LE());
  return bytes.readUIntLE(0, size);
}

describe('a stranger who reads the specification', () => {
  const complete = goldenMessages(1).filter(({ decodeOnly, fields: found }) => decodeOnly === undefined && !('completion' in found && found['completion'] !== 'Ok'));

  /** The golden fields of a message, without those that are nested or that several words make. */
  function flat({ name, fields: found }: GoldenMessage): Readonly<Record<string, unknown>> {
    if (name === 'hello-response') return { ...found, ...(found['device'] as object) };
    if (name === 'inventory-response') return { ...found, ...(found['component'] as object) };
    if (name === 'status-response') return { ...found, ...(found['report'] as object) };
    return found;
  }

  it.each(complete.map((message) => [message.name, message] as const))('finds the fields of %s', (name, message) => {
    const [, word, kind] = /^(.*)-(request|response)$/.exec(name)!;
    const title = Object.values(TITLES).find((one) => one.toLowerCase().replace(' ', '-') === word)!;
    const body = new DataView(message.bytes.buffer, message.bytes.byteOffset + 16);
    const golden = flat(message);
    let compared = 0;
    for (const field of messageFields(title)[kind as 'request' | 'response']) {
      const hostWord = HOST_WORDS[field.name] ?? field.name.replace(/ (.)/g, (_, letter: string) => letter.toUpperCase());
      if (!(hostWord in golden) || field.type === 'slot') continue;
      const value = read(field, body);
      const isFlag = typeof golden[hostWord] === 'boolean';
      expect(isFlag ? value === 1 : value, `${name}: ${field.name}`).toEqual(golden[hostWord]);
      compared++;
    }
    const numeric = Object.values(golden).filter((value) => typeof value !== 'object' && typeof value !== 'boolean').length;
    expect(compared, `${name}: fields found of ${numeric}`).toBeGreaterThanOrEqual(numeric - 1);
  });
});
