// The agent behind the door through which the network side sees recovery. The agent comes and goes with its controller; the
// desk stays.
import type { ActionOutcome, RecoverableManagement } from '../bmc/management.ts';
import { type RecoveryChoice, type RecoveryDesk, type RecoveryOutlook, type RecoveryStatus, VERDICTS, type WantedRecovery } from '../bmc/recovery-desk.ts';
import type { Trust } from '../bmc/trust/judge.ts';
import type { RecoveryAgent } from './agent.ts';
import type { ComponentRecovery } from './component-recovery.ts';
import type { Choice } from './policy.ts';
import { type Preview, previewOf } from './preview-choice.ts';
import type { RecoveryClock } from './recovery-clock.ts';
import type { RecoveryConfig } from './recovery-config.ts';
import { chosenOf } from './recovery-state.ts';
import { conditionText } from './recovery-text.ts';
import type { Source } from './source.ts';

/** What belongs to the agent that runs now. */
export interface AttendedAgent {
  readonly agent: RecoveryAgent;
  readonly management: RecoverableManagement;
  readonly clock?: RecoveryClock;
  trust(): Pick<Trust, 'keys' | 'revoked'>;
  /** Sources of their own for a preview, so that it is in nobody's way. */
  makeSources(): readonly Source[];
}

export class AgentDesk implements RecoveryDesk {
  readonly components: readonly string[];
  readonly #config: RecoveryConfig;
  #attended: AttendedAgent | undefined;
  #isLooking = false;

  constructor(config: RecoveryConfig) {
    this.#config = config;
    this.components = config.components.map(({ name }) => name);
  }

  /** A controller has started, and its agent with it. */
  attend(attended: AttendedAgent): void {
    this.#attended = attended;
  }

  states(): readonly RecoveryStatus[] {
    return this.#attended?.agent.recoveries.map(statusOf) ?? [];
  }

  order({ component, version, sha256 }: WantedRecovery, user: string): ActionOutcome {
    if (this.#attended === undefined || this.#attended.agent.isEnding) return { ok: false, text: 'the controller is starting; nothing was ordered; try again then' };
    const wanted = { ...(version === undefined ? {} : { version }), ...(sha256 === undefined ? {} : { sha256 }) };
    const isWatched = this.#attended.agent.order({ ...(component === undefined ? {} : { component }), wanted, user });
    if (!isWatched) return { ok: false, text: `${component} is not watched: recovery.ini has no section for it; nothing was ordered` };
    return { ok: true, text: `the recovery of ${component ?? this.components.join(', ')} is ordered; its state and the event log show what becomes of it` };
  }

  async preview(component?: string): Promise<readonly RecoveryOutlook[] | { readonly refused: string }> {
    const attended = this.#attended;
    if (attended === undefined || attended.agent.isEnding) return { refused: 'the controller is starting; try again then' };
    if (this.#isLooking) return { refused: 'someone else is looking; try again when that has ended' };
    this.#isLooking = true;
    try {
      const outlooks: RecoveryOutlook[] = [];
      for (const recovery of attended.agent.recoveries) {
        if (component === undefined || component === recovery.watched.name) outlooks.push(outlookOf(await this.#look(recovery, attended)));
      }
      return outlooks;
    } finally {
      this.#isLooking = false;
    }
  }

  async #look(recovery: ComponentRecovery, { management, trust, makeSources, clock }: AttendedAgent): Promise<Preview> {
    const { watched, state } = recovery;
    const { condition, expected, got } = await management.verify(watched.name);
    const { platform, uuid } = management.identity;
    return previewOf({
      watched, state, condition, expected, got, platform, uuid, trust, config: this.#config, component: recovery.component(), sources: makeSources(),
      ...(clock === undefined ? {} : { clock }), barred: (candidate) => recovery.barred(candidate),
    }, new AbortController().signal);
  }
}

function statusOf({ state, progress }: ComponentRecovery): RecoveryStatus {
  const { component, phase, text, at, reason, ordered, candidate, tried, evidence } = state;
  return {
    component, phase, text, since: at, reason, ordered, candidate, tried,
    received: phase === 'fetching' || phase === 'retry' ? progress.received : undefined,
    choice: progress.choice === undefined ? undefined : choiceOf(progress.choice),
    evidence: evidence === undefined ? undefined : { expected: evidence.expected, got: evidence.got },
  };
}

function outlookOf(preview: Preview): RecoveryOutlook {
  const { component, condition, reason, found, choice } = preview;
  return { component, condition, reason, text: conditionText(preview), choice: choiceOf(choice), failures: found.failures };
}

function choiceOf({ judged, chosen, why }: Choice): RecoveryChoice {
  const verdicts = judged.slice(0, VERDICTS).map(({ candidate, isGood, reason }) => ({
    ...chosenOf(candidate), security: candidate.statement.security, size: candidate.statement.size, donor: candidate.terms.donor, isGood, reason,
  }));
  return { verdicts, others: judged.length - verdicts.length, chosen: chosen === undefined ? undefined : chosenOf(chosen), why };
}
