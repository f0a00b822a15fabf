import { describe, expect, it } from 'vitest';
import type { LinkQuality } from '../../host/bus/faulty-link.ts';
import { seeded } from '../random.ts';
import { expectSound, expectStored } from './soundness.ts';
import { runWorld, type WorldOptions } from './world.ts';

const FIRST = Number(process.env['SEED'] ?? 1);
/** How many seeds are tried, from SEED on. */
const COUNT = Number(process.env['SEEDS'] ?? 120);
const CHUNKS = [200, 512, 1000, 4096, 65_536] as const;
const WINDOWS = [1, 2, 7, 16, 32] as const;

/** A world drawn from a seed: any chunk size, window, images and link, with faults up to `worst` of all messages each. */
function drawWorld(seed: number, worst: number): WorldOptions {
  const random = seeded(seed ^ 0x5eed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)]!;
  const chunkSize = pick(CHUNKS);
  const size = (): number => pick([1, chunkSize - 1, chunkSize, chunkSize + 1, 1 + below(chunkSize * 4), 1 + below(Math.min(chunkSize * 40, 200_000))]);
  const chance = (): number => (random() < 0.3 ? 0 : random() * worst);
  const quality: LinkQuality = {
    latencyMs: random() < 0.2 ? random() * 300 : random() * 5,
    ...(random() < 0.5 && { bytesPerMs: 100 + below(10_000) }),
    faults: { lost: chance(), doubled: chance(), delayed: chance(), cut: chance(), flipped: chance() },
    delayMs: pick([1, 20, 300, 3000]),
  };
  return {
    seed, chunkSize, window: pick(WINDOWS), imageSizes: random() < 0.5 ? [size()] : [size(), size()], quality,
    startMs: pick([0, 0x7fffff00, 0xffffff00, 0xfffff000]),
  };
}

function runSeed(options: WorldOptions): ReturnType<typeof runWorld> {
  try {
    return runWorld(options);
  } catch (cause) {
    throw new Error(`SEED=${options.seed} SEEDS=1 replays it`, { cause });
  }
}

const seeds = Array.from({ length: COUNT }, (_, index) => FIRST + index);

describe(`from seed ${FIRST}, ${COUNT} worlds`, () => {
  it('with a link that loses, doubles, delays, cuts or flips up to one in 25 of its messages each, every image is stored', () => {
    for (const seed of seeds) expectStored(runSeed(drawWorld(seed, 1 / 25)), `SEED=${seed} SEEDS=1 replays it`);
  });

  it('with a link that does so to most of its messages, every upgrade ends: stored, or failed with the old image whole', () => {
    let stored = 0;
    for (const seed of seeds) {
      const report = runSeed(drawWorld(seed, 0.35));
      expectSound(report, `SEED=${seed} SEEDS=1 replays it`);
      if (report.outcome.result === 'stored') stored++;
    }
    if (COUNT >= 100) expect(stored, `SEED=${FIRST}`).toBeGreaterThan(COUNT / 2);
  });

  it('the same seed gives the same world, event for event', () => {
    for (const seed of seeds.slice(0, 20)) {
      const [once, again] = [runSeed(drawWorld(seed, 1 / 25)), runSeed(drawWorld(seed, 1 / 25))];
      expect(again.trace, `SEED=${seed}`).toBe(once.trace);
    }
    const traces = seeds.slice(0, 20).map((seed) => runSeed(drawWorld(seed, 1 / 25)).trace);
    expect(new Set(traces).size).toBe(traces.length);
  });
});
