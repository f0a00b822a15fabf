// Virtual time for very many machines: what is to be done lies in a heap, in order of its time and then of its asking.
// Promises that have become ready go on before time does.
import type { Clock } from '../../host/recovery/links/clock.ts';
import type { RecoveryClock } from '../../host/recovery/recovery-clock.ts';
import { pause } from '../../host/recovery/links/clock.ts';

interface Event {
  readonly atMs: number;
  readonly order: number;
  work: (() => void) | undefined;
}

/** Times are counted in steps, so that more happens at the same one. */
const STEPS_PER_MS = 20;

const isBefore = (one: Event, other: Event): boolean => one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);

export class EventQueue implements Clock {
  #nowMs = 0;
  #order = 0;
  #arePromisesReady = true;
  readonly #heap: Event[] = [];
  /** Events that have happened. */
  count = 0;

  /** The same time as the agent takes it in. */
  readonly recoveryClock: RecoveryClock = { nowMs: () => this.#nowMs, wait: (ms, signal) => pause(this, ms, signal) };

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, work: () => void): () => void {
    return this.quietly(ms, () => {
      this.#arePromisesReady = true;
      work();
    });
  }

  /** The same for work on which no promise depends. */
  quietly(ms: number, work: () => void): () => void {
    const atMs = Math.ceil((this.#nowMs + Math.max(0, ms)) * STEPS_PER_MS) / STEPS_PER_MS;
    const event: Event = { atMs, order: this.#order++, work };
    this.#push(event);
    return () => { event.work = undefined; };
  }

  /** Lets time pass until it is so; false when the limit comes first. */
  async run(isSo: () => boolean, limitMs: number): Promise<boolean> {
    for (;;) {
      while (this.#arePromisesReady) {
        this.#arePromisesReady = false;
        await new Promise((resolve) => { setImmediate(resolve); });
      }
      if (isSo()) return true;
      const next = this.#heap[0];
      if (next === undefined || next.atMs > limitMs) return false;
      this.#nowMs = next.atMs;
      while (this.#heap[0]?.atMs === this.#nowMs) {
        this.count += 1;
        this.#pop().work?.();
      }
    }
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(event, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = event;
  }

  #pop(): Event {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below += 1;
      if (!isBefore(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}
