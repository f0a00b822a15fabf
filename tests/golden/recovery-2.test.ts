import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadCore } from '../../host/core/instance.ts';
import { RecoveryWire, type RecoveryExports } from '../../host/core/wire-recovery.ts';
import { wordsOf } from '../../host/core/words.ts';
import { goldenRecovery } from './recovery.ts';

const wire = new RecoveryWire();
const messages = goldenRecovery().map((message, index) => ({ ...message, title: `${message.name} ${index}` }));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('the recovery messages of protocol version 2', () => {
  it.each(messages)('$title has these bytes for ever', ({ name, id, fields, bytes }) => {
    expect(hex(wire.encode(name, id, fields as never))).toBe(hex(bytes));
  });

  it.each(messages)('the bytes of $title are read as these fields', ({ name, id, fields, bytes }) => {
    expect(wire.decode(bytes)).toEqual({ status: 'Ok', message: { name, id, fields } });
  });

  it.each([
    ['recovery-2.json', '85398f893ec839330dd77381c86ab3aa033df73a85a7995dde05f099b7493577'],
    ['recovery-2-blocks.json', '3322e4491c6b7f898e29b3520628ad724a6d57d3e1d40f468aa453fc301d3750'],
  ])('%s is the file that was frozen', (name, digest) => {
    const file = readFileSync(new URL(`./${name}`, import.meta.url));
    expect(createHash('sha256').update(file).digest('hex')).toBe(digest);
  });

  it('every message is there', () => {
    const words = wordsOf(loadCore<RecoveryExports>().RecoveryMessage).filter((word) => word !== undefined);
    expect(new Set(messages.map(({ name }) => name))).toEqual(new Set(words));
  });
});
