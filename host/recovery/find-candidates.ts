// Asks every source, all at once and each within its time. One that fails is noted and does not hold up the others.
import type { RecoveryClock } from './recovery-clock.ts';
import { within } from './recovery-clock.ts';
import { SourceBusy } from './source-busy.ts';
import type { Candidate, RecoveryNeed, Source } from './source.ts';

/** Candidates of one source that are looked at. */
const KEPT = 64;

export interface Found {
  readonly candidates: readonly Candidate[];
  /** What went wrong, by source; with `busyMs` nothing did, and it is worth to ask again after so long. */
  readonly failures: readonly { readonly source: string; readonly why: string; readonly busyMs?: number }[];
}

export async function findCandidates(need: RecoveryNeed, sources: readonly Source[], findMs: number, clock: RecoveryClock, signal: AbortSignal): Promise<Found> {
  const answers = await Promise.allSettled(sources.map((source) => within(Math.max(findMs, source.leastFindMs ?? 0), clock, signal, `the source ${source.name}`, (inTime) => source.find(need, inTime))));
  signal.throwIfAborted();
  return {
    candidates: answers.flatMap((answer, index) => (answer.status === 'fulfilled' ? answer.value.slice(0, KEPT).filter(({ source }) => source === sources[index]?.name) : [])),
    failures: answers.flatMap((answer, index) => (answer.status === 'rejected' ? [failureOf(sources[index]?.name ?? '', answer.reason as Error)] : [])),
  };
}

const failureOf = (source: string, reason: Error): Found['failures'][number] =>
  ({ source, why: reason.message, ...(reason instanceof SourceBusy ? { busyMs: reason.waitMs } : {}) });
