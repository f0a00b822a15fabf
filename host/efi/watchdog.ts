// The watchdog timer (UEFI 2.10, section 7.5, SetWatchdogTimer). There are no interrupts: it is looked at wherever the
// firmware waits or is asked for something. The emulator's main thread watches a program that never asks.
import type { Clock } from './platform.ts';

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/** Counts down; when the time is over, the machine resets. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #expire: () => never;
  readonly #changed: ((deadline: bigint | undefined) => void) | undefined;
  #deadline: bigint | undefined;

  constructor(clock: Clock, expire: () => never, changed?: (deadline: bigint | undefined) => void) {
    this.#clock = clock;
    this.#expire = expire;
    this.#changed = changed;
  }

  /** SetWatchdogTimer: so many seconds from now; 0 disarms. */
  set(seconds: number): void {
    this.#deadline = seconds === 0 ? undefined : this.#clock.monotonic() + BigInt(Math.round(seconds * 1000)) * NANOSECONDS_PER_MILLISECOND;
    this.#changed?.(this.#deadline);
  }

  /** Resets the machine if the time is over. */
  check(): void {
    if (this.#deadline === undefined || this.#clock.monotonic() < this.#deadline) return;
    this.set(0);
    this.#expire();
  }

  /** How long a wait may last at most so that the moment is not missed, in milliseconds. */
  remainingMs(): number {
    if (this.#deadline === undefined) return Infinity;
    const left = this.#deadline - this.#clock.monotonic();
    return left <= 0n ? 0 : Math.ceil(Number(left) / 1e6);
  }
}
