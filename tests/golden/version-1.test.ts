import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadCore } from '../../host/core/instance.ts';
import { Wire, type MessageName, type WireExports } from '../../host/core/wire.ts';
import { wordsOf } from '../../host/core/words.ts';
import { goldenMessages } from './golden.ts';

const wire = new Wire();
const messages = goldenMessages(1).map((message, index) => ({ ...message, title: `${message.name} ${index}` }));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('protocol version 1', () => {
  it.each(messages.filter(({ decodeOnly }) => decodeOnly === undefined))('$title has these bytes for ever', ({ name, id, fields, bytes }) => {
    expect(hex(wire.encode(name, id, fields as never))).toBe(hex(bytes));
  });

  it.each(messages)('the bytes of $title are read as these fields', ({ name, id, fields, bytes }) => {
    expect(wire.decode(bytes)).toEqual({ status: 'Ok', message: { name, id, fields } });
  });

  it('the file is the one that was frozen', () => {
    const file = readFileSync(new URL('./version-1.json', import.meta.url));
    expect(createHash('sha256').update(file).digest('hex')).toBe('40afc96f62c569679a3730646a4e21acac521b287fb701b9e5c83bb2197446ce');
  });

  it('every request and every response is there, with a success and a failure', () => {
    const words = wordsOf(loadCore<WireExports>().MessageType).filter((word) => word !== undefined);
    const names = words.flatMap((word) => [`${word}-request`, `${word}-response`] as MessageName[]);
    expect(new Set(messages.map(({ name }) => name))).toEqual(new Set(names));
    const completions = messages.map(({ fields }) => fields['completion']).filter((completion) => completion !== undefined);
    expect(completions).toContain('Ok');
    expect(completions).toContain('Busy');
  });
});
