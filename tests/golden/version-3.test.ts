import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadCore } from '../../host/core/instance.ts';
import { Wire, type MessageName, type WireExports } from '../../host/core/wire.ts';
import { wordsOf } from '../../host/core/words.ts';
import { goldenMessages } from './golden.ts';

const wire = new Wire();
const messages = goldenMessages(3).map((message, index) => ({ ...message, title: `${message.name} ${index}` }));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('protocol version 3', () => {
  it.each(messages.filter(({ decodeOnly }) => decodeOnly === undefined))('$title has these bytes for ever', ({ name, id, fields, bytes }) => {
    // Hello is the same in every version.
    wire.speak(name.startsWith('hello') ? 1 : 3);
    expect(hex(wire.encode(name, id, fields as never))).toBe(hex(bytes));
  });

  it.each(messages)('the bytes of $title are read as these fields', ({ name, id, fields, bytes }) => {
    expect(wire.decode(bytes)).toEqual({ status: 'Ok', message: { name, id, fields } });
  });

  it.each([
    ['version-3.json', '5cf69e4a51b1d10c9efe3fcc731c97bf537a37f20dd6222888862f8421c8291b'],
    ['version-3-blocks.json', '75012b7ddcd69029ac947f503c15efcd000dc12782ac38bb00ecd621deb0906b'],
  ])('%s is the file that was frozen', (name, digest) => {
    const file = readFileSync(new URL(`./${name}`, import.meta.url));
    expect(createHash('sha256').update(file).digest('hex')).toBe(digest);
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
