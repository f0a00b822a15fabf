// Images that go as patches over a link with faults, to a device that loses its power.
import { describe, expect, it } from 'vitest';
import { seeded } from '../random.ts';
import { expectStored } from './soundness.ts';
import { runWorld, type WorldOptions } from './world.ts';

const FIRST = Number(process.env['SEED'] ?? 1);
const COUNT = Math.ceil(Number(process.env['SEEDS'] ?? 60) / 4);
const small: WorldOptions = { seed: FIRST, chunkSize: 64, window: 4, imageSizes: [20_000, 9000], quality: { latencyMs: 3 }, patches: 'whole' };

describe('images that go as patches', () => {
  it('are stored, and cost a small part of the messages', () => {
    const report = runWorld(small);
    expectStored(report, 'a quiet link');
    expect(report.givenUp).toBe(0);
    expect(report.messages).toBeLessThan(20_000 / 64);
  });

  it('that are damaged are given up, and sent themselves', () => {
    const report = runWorld({ ...small, chunkSize: 512, patches: 'damaged' });
    expectStored(report, 'damaged patches');
    expect(report.givenUp).toBe(2);
  });

  it('are stored by a device that loses its power after any message', () => {
    const { messages } = runWorld(small);
    for (let atMessage = 1; atMessage <= messages; atMessage++) {
      expectStored(runWorld({ ...small, restarts: [{ atMessage, forMs: 100 }] }), `power lost after message ${atMessage}, SEED=${FIRST}`);
    }
  });

  it(`are stored over links with faults, power lost now and then, from seed ${FIRST} on ${COUNT} times`, () => {
    for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
      const random = seeded(seed ^ 0x9a7c);
      const below = (limit: number): number => Math.floor(random() * limit);
      const chance = random() * 0.03;
      const restarts = Array.from({ length: below(3) }, () => ({ atMessage: 1 + below(60), forMs: below(2000) }));
      expectStored(runWorld({
        seed, chunkSize: [64, 512][below(2)]!, window: [1, 4, 16][below(3)]!, imageSizes: [100 + below(40_000), 100 + below(20_000)], restarts,
        quality: { latencyMs: random() * 20, faults: { lost: chance, doubled: chance, delayed: chance, cut: chance, flipped: chance }, delayMs: 200 },
        patches: random() < 0.8 ? 'whole' : 'damaged',
      }), `SEED=${seed} SEEDS=1 replays it`);
    }
  });
});
