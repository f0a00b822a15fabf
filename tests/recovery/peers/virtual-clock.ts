// Time that passes only when nothing else is left to do.
import type { Clock } from '../../../host/recovery/links/clock.ts';

export class VirtualClock implements Clock {
  #nowMs = 0;
  #number = 0;
  readonly #work = new Map<number, { readonly atMs: number; readonly work: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, work: () => void): () => void {
    const number = this.#number++;
    this.#work.set(number, { atMs: this.#nowMs + Math.max(0, ms), work });
    return () => void this.#work.delete(number);
  }

  /** Lets time pass until the promise has ended; fails when nothing could end it any more. */
  async run<Result>(promise: Promise<Result>, limitMs = 3_600_000): Promise<Result> {
    let isOver = false;
    const end = (): void => { isOver = true; };
    promise.then(end, end);
    const until = this.#nowMs + limitMs;
    while (!isOver) {
      // Promises that are ready go first.
      await new Promise((resolve) => { setImmediate(resolve); });
      if (isOver) break;
      // Of the same time, the one that was asked for first.
      let next: readonly [number, { readonly atMs: number; readonly work: () => void }] | undefined;
      for (const entry of this.#work) if (next === undefined || entry[1].atMs < next[1].atMs) next = entry;
      if (next === undefined) throw new Error(`virtual time ${this.#nowMs}: nothing is left to do, and the promise has not ended`);
      if (next[1].atMs > until) throw new Error(`virtual time ${this.#nowMs}: ${limitMs} ms have passed, and the promise has not ended`);
      this.#work.delete(next[0]);
      this.#nowMs = next[1].atMs;
      next[1].work();
    }
    return promise;
  }

  /** Lets so much time pass. */
  pass(ms: number): Promise<void> {
    return this.run(new Promise((resolve) => { this.after(ms, resolve); }), ms + 1);
  }
}
