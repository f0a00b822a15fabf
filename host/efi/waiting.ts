// How the firmware waits: in slices, so that timers, the watchdog and the wish of the one who runs the machine are
// noticed. Nothing runs on its own here.
import { Tpl, type EfiEvent, type EventServices } from './events.ts';
import type { Platform } from './platform.ts';
import { PowerEvent } from './power-event.ts';
import { EfiError } from './status.ts';
import type { Watchdog } from './watchdog.ts';

/** So long at most without a look at the watchdog. */
const STALL_SLICE_MS = 1000;
/** How often WaitForEvent looks at events that nothing signals by itself, as the one of a key. */
const EVENT_SLICE_MS = 10;
/** A timer that is due again and again must not keep a wait from coming to its end. */
const SHORTEST_SLICE_MS = 1;

/** The waiting services. */
export class Waiting {
  readonly #watchdog: Watchdog;
  readonly #events: EventServices;
  readonly #platform: Platform;

  constructor(watchdog: Watchdog, events: EventServices, platform: Platform) {
    this.#watchdog = watchdog;
    this.#events = events;
    this.#platform = platform;
  }

  /** WaitForEvent. */
  waitForEvent(events: readonly EfiEvent[]): number {
    const { tpl } = this.#events;
    if (events.length === 0) throw new EfiError('INVALID_PARAMETER', 'there is no event to wait for');
    if (tpl !== Tpl.application) throw new EfiError('UNSUPPORTED', `waiting is for task priority ${Tpl.application}, the present one is ${tpl}`);
    for (;;) {
      const signalled = events.findIndex((event) => this.#events.checkEvent(event));
      if (signalled >= 0) return signalled;
      if (this.#sleep(EVENT_SLICE_MS).isStopped) throw new PowerEvent({ kind: 'shutdown', stopped: true });
    }
  }

  /**
   * Unlike the specification's Stall it ends early, and answers true, when the one who runs the machine asked it to stop;
   * 0 only asks.
   */
  stall(milliseconds: number): boolean {
    let leftMs = milliseconds;
    for (;;) {
      const { isStopped, sleptMs } = this.#sleep(Math.min(leftMs, STALL_SLICE_MS));
      if (isStopped) return true;
      leftMs -= sleptMs;
      if (leftMs > 0) continue;
      this.#watchdog.check();
      return false;
    }
  }

  /** Where timers and the watchdog bite, and where the power goes off when the one who runs the machine asked for that. */
  poll(): void {
    this.#watchdog.check();
    this.#events.tick();
    if (this.#platform.sleep(0)) throw new PowerEvent({ kind: 'shutdown', stopped: true });
  }

  #sleep(atMostMs: number): { isStopped: boolean; sleptMs: number } {
    this.#watchdog.check();
    const untilTimer = Math.max(this.#events.remainingMs(), SHORTEST_SLICE_MS);
    const sleptMs = Math.min(atMostMs, untilTimer, this.#watchdog.remainingMs());
    const isStopped = this.#platform.sleep(sleptMs);
    this.#events.tick();
    return { isStopped, sleptMs };
  }
}
