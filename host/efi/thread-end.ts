// How the thread of a machine ends: by itself, by its death, by a program that hangs, or with the power.
import type { Worker } from 'node:worker_threads';
import type { FirmwareResult, HangWatch } from './worker-messages.ts';

const HANG_CHECK_MS = 500;
/** A firmware that still looks at its watchdog resets by itself: only beyond this does the main thread step in. */
const HANG_GRACE = 2_000_000_000n;

/** What comes first; the thread is gone then. */
export async function firstOf<Cut>(worker: Worker, watch: HangWatch, cut: Promise<Cut>): Promise<FirmwareResult | { readonly kind: 'hung' } | Cut> {
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<FirmwareResult | { readonly kind: 'hung' }>((resolve) => {
    worker.once('message', resolve);
    worker.once('error', (error) => resolve({ kind: 'stopped', reason: error.message }));
    worker.once('exit', (code) => resolve({ kind: 'stopped', reason: `its thread ended with code ${code}` }));
    timer = setInterval(() => {
      const { deadline } = watch;
      if (deadline !== undefined && process.hrtime.bigint() >= deadline + HANG_GRACE) resolve({ kind: 'hung' });
    }, HANG_CHECK_MS);
  });
  try {
    return await Promise.race([ended, cut]);
  } finally {
    clearInterval(timer);
    await worker.terminate();
  }
}
