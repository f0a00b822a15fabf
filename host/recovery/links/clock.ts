// Time, as recovery takes it in: milliseconds that never go back, and work that is done later.
import { performance } from 'node:perf_hooks';

export interface Clock {
  now(): number;
  /** Does the work after so many milliseconds. The answer takes it back. */
  after(ms: number, work: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};

/** Waits; ends early, by throwing, with the signal. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const end = (): void => {
      takeBack();
      reject(signal!.reason as Error);
    };
    const takeBack = clock.after(ms, () => {
      signal?.removeEventListener('abort', end);
      resolve();
    });
    signal?.addEventListener('abort', end, { once: true });
  });
}
