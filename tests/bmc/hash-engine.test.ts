// Both engines that hash for a controller answer alike, whatever pieces they are given.
import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { HashInPlace } from '../../host/bmc/hash-engine.ts';
import { HashThread } from '../../host/bmc/hash-thread.ts';
import { seeded } from '../random.ts';

const thread = new HashThread();
afterAll(() => thread.close());

function bytesOf(random: () => number, size: number): Uint8Array {
  return new Uint8Array(size).map(() => random() * 256);
}

describe.each([['in place', new HashInPlace()], ['on a thread of its own', thread]] as const)('a hash %s', (_name, engine) => {
  it('is the SHA-256 of the pieces in order, which may change once they were taken', () => {
    const random = seeded(20261121);
    for (let trial = 0; trial < 40; trial++) {
      const pieces = Array.from({ length: 1 + Math.floor(random() * 8) }, () => bytesOf(random, 1 + Math.floor(random() * (trial % 5 === 0 ? 400_000 : 5000))));
      const expected = createHash('sha256');
      let offset = 0;
      for (const piece of pieces) {
        expected.update(piece);
        engine.take(offset, piece);
        offset += piece.length;
        piece.fill(0);
      }
      expect(Buffer.from(engine.digest()).toString('hex'), `trial ${trial}`).toBe(expected.digest('hex'));
    }
  });

  it('that was given up is forgotten by the next one', () => {
    engine.take(0, bytesOf(seeded(1), 3_000_000));
    const bytes = bytesOf(seeded(2), 100_000);
    engine.take(0, bytes);
    expect(Buffer.from(engine.digest())).toEqual(createHash('sha256').update(bytes).digest());
  });

  it('that nobody has begun is an error', () => {
    expect(() => engine.digest()).toThrow('begun at offset 0');
    expect(() => engine.take(5, new Uint8Array(5))).toThrow('begun at offset 0');
  });
});
