// What has failed: an image that failed is not tried again in the same recovery, and who brought it is left alone for a
// while, twice as long each time. Who only has no time now is set aside, for as long as it is worth, and is not blamed.
import type { RecoveryClock } from './recovery-clock.ts';
import type { RecoveryState } from './recovery-state.ts';
import type { Candidate } from './source.ts';

const LONGEST_MS = 3_600_000;

export class FailedTries {
  readonly #clock: RecoveryClock;
  readonly #coolDownMs: number;
  readonly #rests = new Map<string, { readonly untilMs: number; readonly lengthMs: number }>();
  readonly #busyUntilMs = new Map<string, number>();

  constructor(clock: RecoveryClock, coolDownMs: number) {
    this.#clock = clock;
    this.#coolDownMs = coolDownMs;
  }

  /** The source, or its donor, rests from now on. */
  rest(candidate: Candidate): void {
    const key = keyOf(candidate);
    const lengthMs = Math.min(LONGEST_MS, 2 * (this.#rests.get(key)?.lengthMs ?? this.#coolDownMs / 2));
    this.#rests.set(key, { lengthMs, untilMs: this.#clock.nowMs() + lengthMs });
  }

  /** It serves others now. */
  setAside(candidate: Candidate, ms: number): void {
    const nowMs = this.#clock.nowMs();
    for (const [key, untilMs] of this.#busyUntilMs) if (untilMs <= nowMs) this.#busyUntilMs.delete(key);
    this.#busyUntilMs.set(keyOf(candidate), nowMs + ms);
  }

  /** It has brought a good image. */
  forgive(candidate: Candidate): void {
    this.#rests.delete(keyOf(candidate));
  }

  /** Why a candidate is not tried now. */
  barred({ tried, reason, dead = [] }: Pick<RecoveryState, 'tried' | 'reason' | 'dead'>, candidate: Candidate): string | undefined {
    const { source, id, statement } = candidate;
    const before = tried.find((one) => one.source === source && one.id === id && one.sha256 === statement.sha256);
    if (before !== undefined) return `it has failed in this recovery: ${before.why}`;
    if (reason === 'dead' && dead.includes(statement.sha256)) return 'the host has not come up with it';
    const [leftMs, busyMs] = [this.#leftMs(candidate), this.#busyMs(candidate)];
    if (leftMs > 0) return `${candidate.terms.donor ?? source} has failed and rests for ${Math.ceil(leftMs / 1000)} s more`;
    return busyMs > 0 ? `${candidate.terms.donor ?? source} serves others and is asked again in ${Math.ceil(busyMs / 1000)} s` : undefined;
  }

  /** How long until one of these may be tried that only rests; undefined when none does. */
  restMs({ tried }: Pick<RecoveryState, 'tried'>, candidates: readonly Candidate[]): number | undefined {
    const waits = candidates.filter(({ source, id, statement }) => !tried.some((one) => one.source === source && one.id === id && one.sha256 === statement.sha256))
      .map((candidate) => Math.max(this.#leftMs(candidate), this.#busyMs(candidate))).filter((leftMs) => leftMs > 0);
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  #busyMs(candidate: Candidate): number {
    return Math.max(0, (this.#busyUntilMs.get(keyOf(candidate)) ?? 0) - this.#clock.nowMs());
  }

  #leftMs(candidate: Candidate): number {
    return Math.max(0, (this.#rests.get(keyOf(candidate))?.untilMs ?? 0) - this.#clock.nowMs());
  }
}

const keyOf = ({ source, terms: { donor } }: Candidate): string => `${source}\0${donor ?? ''}`;
