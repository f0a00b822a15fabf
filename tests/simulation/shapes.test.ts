import { describe, expect, it } from 'vitest';
import { expectStored } from './soundness.ts';
import { runWorld } from './world.ts';

const seed = Number(process.env['SEED'] ?? 1);
const CHUNKS = [200, 1000, 4096, 65_536];
const quality = { latencyMs: 2 };
const noisy = { latencyMs: 2, delayMs: 40, faults: { lost: 0.03, doubled: 0.03, delayed: 0.03, cut: 0.03, flipped: 0.03 } };

describe.each([1, 2, 16, 32])('with a window of %i', (window) => {
  it.each(CHUNKS)('images of one byte, of about one chunk and of many arrive whole in chunks of %i bytes', (chunkSize) => {
    const many = Math.min(chunkSize * 50 + 17, 400_000);
    for (const size of [1, chunkSize - 1, chunkSize, chunkSize + 1, 2 * chunkSize, many]) {
      for (const [kind, link] of [['quiet', quality], ['noisy', noisy]] as const) {
        const where = `${size} bytes over a ${kind} link, SEED=${seed}`;
        const report = runWorld({ seed, chunkSize, window, imageSizes: [size], quality: link });
        expectStored(report, where);
        if (kind === 'quiet') expect(report.outcome, where).toMatchObject({ progress: [{ repeats: 0, resumed: 0 }] });
      }
    }
  });
});

describe('the time that a transfer takes', () => {
  const chunkSize = 4096;
  const imageSizes = [200 * chunkSize];

  it('with a wide window is far from a round trip a chunk', () => {
    const times = [1, 16].map((window) => runWorld({ seed, chunkSize, window, imageSizes, quality: { latencyMs: 50 } }).elapsedMs);
    expect(times[0]).toBeGreaterThan(200 * 100);
    expect(times[1]).toBeLessThan(times[0]! / 4);
  });

  it('over a link slower than the first timeout is learned: chunks are not sent again and again', () => {
    const report = runWorld({ seed, chunkSize, window: 16, imageSizes, quality: { latencyMs: 700 } });
    expectStored(report, `SEED=${seed}`);
    const repeats = report.outcome.result === 'stored' ? report.outcome.progress[0]?.repeats : undefined;
    expect(repeats).toBeLessThan(40);
  });

  it('over a link on which a chunk takes much longer than other messages is learned, too', () => {
    const report = runWorld({ seed, chunkSize, window: 1, imageSizes: [60 * chunkSize], quality: { latencyMs: 5, bytesPerMs: 4 } });
    expectStored(report, `SEED=${seed}`);
    const repeats = report.outcome.result === 'stored' ? report.outcome.progress[0]?.repeats : undefined;
    expect(repeats).toBeLessThan(12);
  });

  it.each([1, 32])('over a lossy link is not spent in waiting for timeouts (window %i)', (window) => {
    const whole = runWorld({ seed, chunkSize, window, imageSizes, quality: { latencyMs: 20 } });
    for (const lossy of [seed, seed + 1, seed + 2]) {
      const report = runWorld({ seed: lossy, chunkSize, window, imageSizes, quality: { latencyMs: 20, faults: { lost: 0.05 } } });
      expectStored(report, `SEED=${lossy}`);
      expect(report.elapsedMs, `SEED=${lossy}`).toBeLessThan(whole.elapsedMs * 3);
    }
  });
});
