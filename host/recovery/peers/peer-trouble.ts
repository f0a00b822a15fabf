// Donors that have failed before they became candidates: left alone for a while, twice as long each time. What becomes of
// candidates is the agent's to remember.
import type { Clock } from '../links/clock.ts';

const FIRST_MS = 30_000;
const LONGEST_MS = 3_600_000;
/** Donors that are remembered; the oldest goes. */
const LIMIT = 256;

export class PeerTrouble {
  readonly #clock: Clock;
  readonly #known = new Map<string, { untilMs: number; restMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** It has lied, or sent garbage. */
  note(donor: string): void {
    const restMs = Math.min((this.#known.get(donor)?.restMs ?? FIRST_MS / 2) * 2, LONGEST_MS);
    this.#known.delete(donor);
    this.#known.set(donor, { untilMs: this.#clock.now() + restMs, restMs });
    if (this.#known.size > LIMIT) this.#known.delete(this.#known.keys().next().value!);
  }

  isResting(donor: string): boolean {
    return (this.#known.get(donor)?.untilMs ?? 0) > this.#clock.now();
  }
}
