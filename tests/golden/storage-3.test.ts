import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { StorageWire } from '../../host/core/wire-storage.ts';
import { runSeed, seeded } from '../random.ts';

interface GoldenStorage {
  readonly name: 'serve-request' | 'serve-response';
  readonly id: number;
  readonly fields: never;
  readonly hex: readonly string[];
}

const wire = new StorageWire();
const text = readFileSync(new URL('./storage-3.json', import.meta.url), 'utf8');
const revive = (key: string, value: unknown): unknown => (key === 'bytes' ? new Uint8Array(Buffer.from((value as { hex: string }).hex, 'hex')) : value);
const { messages } = JSON.parse(text, revive) as { messages: readonly GoldenStorage[] };
const bytesOf = ({ hex }: GoldenStorage): Uint8Array => new Uint8Array(Buffer.from(hex.join(''), 'hex'));
const decode = (name: string, bytes: Uint8Array) => (name === 'serve-request' ? wire.decodeRequest(bytes) : wire.decodeResponse(bytes));

/** The header of a message in front of another body. */
function reframed(message: Uint8Array, body: Uint8Array): Uint8Array {
  const framed = Buffer.concat([message.subarray(0, 16), body]);
  framed.writeUInt32LE(body.length, 8);
  framed.writeUInt32LE(0, 12);
  framed.writeUInt32LE(crc32(framed), 12);
  return framed;
}

describe('the storage messages', () => {
  it.each(messages.map((message, index) => [`${message.name} ${index}`, message] as const))('%s has these bytes for ever, and they are read as these fields', (_title, message) => {
    const { name, id, fields } = message;
    const made = name === 'serve-request' ? wire.encodeRequest(id, fields) : wire.encodeResponse(id, fields);
    expect(Buffer.from(made).toString('hex')).toBe(message.hex.join(''));
    expect(decode(name, bytesOf(message))).toEqual({ status: 'Ok', id, fields });
  });

  it('the file is the one that was frozen', () => {
    expect(createHash('sha256').update(text).digest('hex')).toBe('37b1c97ecde1f95810f1c46ba50b5ac0502ec7e54e65c0121bac1ee464709401');
  });

  it('what is cut or changed anywhere is refused by a word, or has fields inside their bounds', () => {
    const seed = runSeed();
    const random = seeded(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    const words = new Set<string>();
    for (let count = Number(process.env['FUZZ_INPUTS'] ?? 3000); count > 0; count--) {
      const message = messages[below(messages.length)]!;
      const bytes = bytesOf(message);
      const body = bytes.slice(16, random() < 0.3 ? 16 + below(bytes.length) : undefined);
      for (let flips = below(4); flips > 0 && body.length > 0; flips--) body[below(body.length)] = below(256);
      const found = decode(message.name, reframed(bytes, body));
      words.add(found.status);
      if (found.id === undefined) continue;
      const { bytes: carried, path } = found.fields as unknown as { bytes?: Uint8Array; path?: string };
      expect(carried?.length ?? 0, `SEED=${seed}`).toBeLessThanOrEqual(65_536);
      expect(path ?? '', `SEED=${seed}`).toMatch(/^[\x20-\x7e]{0,128}$/);
    }
    expect([...words].sort()).toEqual(['BadField', 'Ok', 'TooShort']);
  });
});
