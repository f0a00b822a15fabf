import { describe, expect, it } from 'vitest';
import { seeded } from '../random.ts';
import { chunkCore, seed, u32 } from './chunk-core.ts';

const core = chunkCore();
const [FIRST, LOWEST, HIGHEST] = [500, 50, 4000];
const timeout = (): number => u32(core.timerTimeoutMs);

/** RFC 6298 in real numbers: the core's fixed point may differ by its granularity. */
class Model {
  smoothed: number | undefined;
  variation = 0;
  backOff = 0;

  measure(roundTrip: number): void {
    const value = Math.min(roundTrip, HIGHEST);
    if (this.smoothed === undefined) [this.smoothed, this.variation] = [value, value / 2];
    else {
      this.variation += (Math.abs(this.smoothed - value) - this.variation) / 4;
      this.smoothed += (value - this.smoothed) / 8;
    }
    this.backOff = 0;
  }

  get timeout(): number {
    const base = this.smoothed === undefined ? FIRST : this.smoothed + 4 * this.variation;
    return Math.min(Math.max(base, LOWEST) * 2 ** this.backOff, HIGHEST);
  }
}

describe('the retransmission timer', () => {
  it('follows RFC 6298 through any round trips, back-offs and resets', () => {
    const random = seeded(seed);
    let model = new Model();
    core.timerReset();
    for (let step = 0; step < 20_000; step++) {
      const kind = random();
      const roundTrip = Math.floor(random() * (random() < 0.1 ? 4_294_967_296 : 900));
      if (kind < 0.8) {
        core.timerMeasure(roundTrip);
        model.measure(roundTrip);
      } else if (kind < 0.95) {
        core.timerBackOff();
        model.backOff = Math.min(model.backOff + 1, 8);
      } else if (kind < 0.99) {
        core.timerProgress();
        model.backOff = 0;
      } else {
        core.timerReset();
        model = new Model();
      }
      const where = `SEED=${seed}, step ${step}: ${timeout()} ms, ${model.timeout} ms in real numbers`;
      // Eighths and quarters are cut off at each step; back-off doubles what that leaves.
      const isNear = Math.abs(timeout() - model.timeout) <= 12 * 2 ** model.backOff;
      if (timeout() < LOWEST || timeout() > HIGHEST || !isNear) expect.fail(where);
    }
  });

  it('waits 500 ms before anything was measured, twice as long after each silence, never over 4 s', () => {
    core.timerReset();
    const waits = Array.from({ length: 12 }, () => {
      const now = timeout();
      core.timerBackOff();
      return now;
    });
    expect(waits).toEqual([500, 1000, 2000, ...Array<number>(9).fill(4000)]);
    core.timerProgress();
    expect(timeout()).toBe(500);
  });

  it('has expired by the difference, also over the wrap of the clock', () => {
    core.timerReset();
    for (const since of [0, 1, 0x7fffff00, 0x80000000, 0xfffffe80, 0xffffffff]) {
      for (const [waited, expired] of [[0, 0], [499, 0], [500, 1], [501, 1], [100_000, 1]] as const) {
        expect(core.timerExpired(since, (since + waited) >>> 0), `${waited} ms after ${since}`).toBe(expired);
      }
    }
  });
});
