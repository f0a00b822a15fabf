// How fast: no faster than a limit, and no slower than a floor.
import { type Clock, pause } from '../links/clock.ts';

/** Lets bytes through at a rate; shared by all who share the limit. */
export class Pace {
  readonly #clock: Clock;
  readonly #perSecond: number | undefined;
  #freeAt = 0;

  constructor(clock: Clock, perSecond: number | undefined) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** Ends when so many bytes may pass. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    if (this.#perSecond === undefined) return;
    const start = Math.max(this.#freeAt, this.#clock.now());
    this.#freeAt = start + (bytes / this.#perSecond) * 1000;
    const wait = start - this.#clock.now();
    if (wait > 0) await pause(this.#clock, wait, signal);
  }
}

/** After so long, what has come is compared with the floor. */
const FLOOR_PERIOD_MS = 10_000;

/** Calls `onSlow` when such a period passes with fewer than `perSecond` bytes a second. The answer ends the watch. */
export function watchFloor(clock: Clock, perSecond: number, count: () => number, onSlow: () => void, periodMs = FLOOR_PERIOD_MS): () => void {
  let before = count();
  let takeBack: () => void;
  const look = (): void => {
    const now = count();
    if (now - before < (perSecond * periodMs) / 1000) return onSlow();
    before = now;
    takeBack = clock.after(periodMs, look);
  };
  takeBack = clock.after(periodMs, look);
  return () => takeBack();
}
