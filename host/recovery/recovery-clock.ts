// The agent's time. Tests run it under their own.
import { untilAborted } from './found-image.ts';

export interface RecoveryClock {
  /** Milliseconds that never go back. */
  nowMs(): number;
  /** Throws the signal's reason when that comes first. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: RecoveryClock = {
  nowMs: () => performance.now(),
  wait: (ms, signal) => new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  }),
};

/** A signal that follows another one and can be aborted by itself. */
export function childOf(parent: AbortSignal): { readonly signal: AbortSignal; abort(reason: Error): void; release(): void } {
  const child = new AbortController();
  const follow = (): void => child.abort(parent.reason);
  if (parent.aborted) follow();
  parent.addEventListener('abort', follow, { once: true });
  return { signal: child.signal, abort: (reason) => child.abort(reason), release: () => parent.removeEventListener('abort', follow) };
}

/** The work, with a signal that also comes when its time is over. */
export async function within<T>(ms: number, clock: RecoveryClock, signal: AbortSignal, what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const child = childOf(signal);
  const timer = childOf(child.signal);
  clock.wait(ms, timer.signal).then(() => child.abort(new Error(`${what}: expected an end within ${ms / 1000} s, got none`)), () => undefined);
  try {
    // Also when the work does not heed the signal.
    return await untilAborted(work(child.signal), child.signal);
  } finally {
    timer.abort(new Error('ended'));
    child.release();
  }
}
