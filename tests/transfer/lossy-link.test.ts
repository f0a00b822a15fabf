// How much of a link the sending end fills. BENCH figures are of the same runs: tests/bench/window.ts.
import { expect, it } from 'vitest';
import { LATENCIES, LINK } from '../bench/window.ts';
import { runLossy } from './lossy-link.ts';

it.each(LATENCIES.flatMap((latencyMs) => [[latencyMs, 0, 0.9], [latencyMs, 0.01, 0.7]] as const))('a link of %i ms of which %d is lost is filled to %d and more', (latencyMs, loss, least) => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const run = runLossy({ ...LINK, latencyMs, loss, seed, window: 32 });
    expect(run.share, `seed ${seed}: ${JSON.stringify(run)}`).toBeGreaterThan(least);
    expect(run.share, 'no more than it can carry').toBeLessThan(1.05);
  }
});

it('chunks that are not lost are not sent again', () => {
  const run = runLossy({ ...LINK, latencyMs: 10, loss: 0, seed: 1, window: 32 });
  expect(run.sends).toBe(LINK.size / LINK.chunkSize);
});
