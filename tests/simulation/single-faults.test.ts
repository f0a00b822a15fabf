import { describe, expect, it } from 'vitest';
import type { LinkFault } from '../../host/bus/faulty-link.ts';
import { expectStored } from './soundness.ts';
import { runWorld, type WorldOptions } from './world.ts';

const seed = Number(process.env['SEED'] ?? 1);
const FAULTS: readonly LinkFault[] = ['lost', 'doubled', 'delayed', 'cut', 'flipped'];
const small: WorldOptions = { seed, chunkSize: 512, window: 4, imageSizes: [2000, 700], quality: { latencyMs: 3, delayMs: 700 } };
const quiet = runWorld(small);

describe('an upgrade whose messages all arrive', () => {
  it('stores every image in as few messages as the protocol needs', () => {
    expectStored(quiet, `SEED=${seed}`);
    expect(quiet.outcome).toMatchObject({ recoveries: 0, progress: [{ repeats: 0 }, { repeats: 0 }] });
    // Hello, start upgrade, start file (2), data (4 + 2), end upgrade, and end file as often as the flash takes time.
    expect(quiet.messages).toBeGreaterThanOrEqual(2 * (5 + 6 + 2));
    expect(quiet.messages).toBeLessThan(60);
  });
});

describe.each(FAULTS)('a message that is %s', (fault) => {
  it.each([1, 4])('alone, whichever it is, does not keep an upgrade from ending well (window %i)', (window) => {
    for (let hit = 0; hit < quiet.messages + 4; hit++) {
      const where = `message ${hit} ${fault}, window ${window}, SEED=${seed}`;
      const report = runWorld({ ...small, window, choose: (number) => (number === hit ? fault : undefined) });
      expectStored(report, where);
      expect(report.elapsedMs, where).toBeLessThan(10_000);
    }
  });
});

describe.each(FAULTS)('two messages that are %s', (fault) => {
  it('one after the other do not either', () => {
    for (let hit = 0; hit < quiet.messages; hit++) {
      const report = runWorld({ ...small, choose: (number) => (number === hit || number === hit + 1 ? fault : undefined) });
      expectStored(report, `messages ${hit} and ${hit + 1} ${fault}, SEED=${seed}`);
    }
  });
});
