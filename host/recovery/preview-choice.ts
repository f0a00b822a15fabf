// What would be chosen for a component, however it was looked at: by an agent that runs, or from the files of one that
// does not. The sources are asked and closed; nothing is fetched.
import type { SlotVerification } from '../bmc/management.ts';
import type { Trust } from '../bmc/trust/judge.ts';
import type { ComponentSnapshot } from '../core/receiver-exports.ts';
import { findCandidates, type Found } from './find-candidates.ts';
import { needOf, reasonFor } from './needs.ts';
import { type Choice, choose } from './policy.ts';
import { type RecoveryClock, systemClock } from './recovery-clock.ts';
import type { RecoveryConfig, WatchedComponent } from './recovery-config.ts';
import { rulesOf } from './recovery-parts.ts';
import type { RecoveryState } from './recovery-state.ts';
import type { Candidate, NeedReason, Source } from './source.ts';

export interface Preview {
  readonly component: string;
  readonly condition: SlotVerification['condition'];
  readonly expected: string;
  readonly got: string;
  /** Undefined when nothing is needed: the choice then is for an order. */
  readonly reason: NeedReason | undefined;
  readonly state: RecoveryState | undefined;
  readonly found: Found;
  readonly choice: Choice;
}

/** What is known before the sources are asked. */
export interface LookedAt extends Pick<SlotVerification, 'condition' | 'expected' | 'got'> {
  readonly watched: WatchedComponent;
  readonly component: ComponentSnapshot;
  readonly state: RecoveryState | undefined;
  readonly platform: string;
  readonly uuid: string;
  readonly config: RecoveryConfig;
  /** For this preview alone: they are closed at its end. */
  readonly sources: readonly Source[];
  readonly clock?: RecoveryClock;
  trust(): Pick<Trust, 'keys' | 'revoked'>;
  barred(candidate: Candidate): string | undefined;
}

export async function previewOf(looked: LookedAt, signal: AbortSignal): Promise<Preview> {
  const { watched, component, condition, expected, got, state, config: { settings }, sources } = looked;
  const reason = reasonFor(component, { condition }, watched.wanted, state ?? { phase: 'healthy' });
  const need = needOf(component, looked.platform, reason ?? 'ordered', watched.wanted);
  try {
    const found = await findCandidates(need, sources, settings.findMs, looked.clock ?? systemClock, signal);
    const rules = rulesOf({ settings, sources, trust: () => looked.trust(), management: { identity: { uuid: looked.uuid } } });
    const choice = choose(need, found.candidates, rules, { barred: (candidate) => looked.barred(candidate) });
    return { component: watched.name, condition, expected, got, reason, state, found, choice };
  } finally {
    for (const source of sources) await source.close?.();
  }
}
