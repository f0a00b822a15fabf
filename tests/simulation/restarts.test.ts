import { describe, expect, it } from 'vitest';
import { seeded } from '../random.ts';
import { expectStored } from './soundness.ts';
import { runWorld, type WorldOptions } from './world.ts';

const FIRST = Number(process.env['SEED'] ?? 1);
const COUNT = Number(process.env['SEEDS'] ?? 60);
const small: WorldOptions = { seed: FIRST, chunkSize: 512, window: 4, imageSizes: [6000, 700], quality: { latencyMs: 3 } };
const quiet = runWorld(small);

describe('a device that loses its power', () => {
  it('after any message goes on from what it kept, and every image is stored', () => {
    for (let atMessage = 1; atMessage <= quiet.messages; atMessage++) {
      for (const forMs of [0, 2500]) {
        const where = `power lost for ${forMs} ms after message ${atMessage}, SEED=${FIRST}`;
        expectStored(runWorld({ ...small, restarts: [{ atMessage, forMs }] }), where);
      }
    }
  });

  it('after any message and again after another one does, too', () => {
    for (let atMessage = 1; atMessage <= quiet.messages; atMessage++) {
      const where = `power lost after messages ${atMessage} and ${atMessage + 5}, SEED=${FIRST}`;
      expectStored(runWorld({ ...small, restarts: [{ atMessage, forMs: 0 }, { atMessage: atMessage + 5, forMs: 700 }] }), where);
    }
  });

  it('while it receives asks only for the chunks that it does not have', () => {
    const imageSizes = [64 * 512];
    for (const atMessage of [30, 60, 90]) {
      const report = runWorld({ ...small, imageSizes, window: 1, restarts: [{ atMessage, forMs: 100 }] });
      const where = `power lost after message ${atMessage}, SEED=${FIRST}`;
      expectStored(report, where);
      const progress = report.outcome.result === 'stored' ? report.outcome.progress[0] : undefined;
      // Hello, start upgrade and start file, each answered, come before the data.
      const chunks = Math.floor((atMessage - 6) / 2);
      expect(progress?.resumed, where).toBeGreaterThanOrEqual((chunks - 1) * 512);
      expect(progress?.resumed, where).toBeLessThanOrEqual((chunks + 1) * 512);
      // What was there is not sent again: six messages of a new session, and what the first one lost.
      expect(report.messages, where).toBeLessThan(quiet.messages + 64 * 2 + 20);
    }
  });
});

describe(`from seed ${FIRST}, ${COUNT} devices`, () => {
  it('that lose their power up to five times, over a link with faults, store every image', () => {
    for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
      const random = seeded(seed ^ 0x0ff);
      const below = (limit: number): number => Math.floor(random() * limit);
      const chunkSize = [200, 1000, 65_536][below(3)]!;
      const size = (): number => 1 + below(Math.min(chunkSize * 30, 200_000));
      const chance = random() * 0.03;
      const where = `SEED=${seed} SEEDS=1 replays it`;
      const restarts = Array.from({ length: 1 + below(5) }, () => ({ atMessage: 1 + below(120), forMs: below(3000) }));
      const faults = { lost: chance, doubled: chance, delayed: chance, cut: chance, flipped: chance };
      const report = runWorld({
        seed, chunkSize, window: [1, 4, 16][below(3)]!, imageSizes: [size(), size()], restarts,
        quality: { latencyMs: random() * 20, faults, delayMs: 200 }, startMs: [0, 0xfffff800][below(2)]!,
      });
      expectStored(report, where);
    }
  });
});
