// A recovery that a test plays: what the network side is told of it and asks of it. The real agent is behind the same desk in
// tests/recovery.
import type { ActionOutcome } from '../../host/bmc/management.ts';
import type { RecoveryChoice, RecoveryDesk, RecoveryImage, RecoveryOutlook, RecoveryStatus, RecoveryVerdict, WantedRecovery } from '../../host/bmc/recovery-desk.ts';

const SINCE = '2026-11-21T11:58:00.000Z';
const digest = (version: string): string => version.replaceAll('.', '').padEnd(2, '0').slice(0, 2).repeat(32);

export function recoveryImage(version: string, source = 'storage'): RecoveryImage {
  return { source, id: `/srv/images/bios-${version}.bin`, version, sha256: digest(version) };
}

export function verdict(version: string, change: Partial<RecoveryVerdict> = {}): RecoveryVerdict {
  return { ...recoveryImage(version), security: 3, size: 16 * 1024 * 1024, donor: undefined, isGood: true, reason: 'chosen', ...change };
}

export const CHOICE: RecoveryChoice = {
  verdicts: [
    verdict('1.9.2'), verdict('1.9.1', { source: 'rack', donor: 'board-07 at 10.0.0.7', reason: 'it would be next; for the one before it: its version 1.9.2 is newer' }),
    verdict('1.4.0', { isGood: false, security: 1, reason: 'bios 1.4.0: security number: expected at least 3, which the component has reached, got 1' }),
  ],
  others: 0, chosen: recoveryImage('1.9.2'), why: 'its version 1.9.2 is newer',
};

export function recoveryStatus(phase: string, change: Partial<RecoveryStatus> = {}): RecoveryStatus {
  return {
    component: 'bios', phase, text: phase === 'healthy' ? 'it is as it should be' : 'flash does not hold what the records say', since: SINCE, reason: undefined, ordered: undefined,
    candidate: undefined, received: undefined, choice: undefined, tried: [], evidence: undefined, ...change,
  };
}

/** What a person may find recovery in. */
export const RECOVERIES = {
  healthy: recoveryStatus('healthy'),
  fetching: recoveryStatus('fetching', {
    text: 'fetching 1.9.2 from storage', reason: 'corrupt', candidate: recoveryImage('1.9.2'), received: { done: 5_242_880, total: 16_777_216 }, choice: CHOICE,
    evidence: { expected: digest('1.9.2'), got: digest('3.3.3') },
  }),
  locked: recoveryStatus('locked', {
    text: '3 candidates have failed; nothing more is tried until a person has looked: see the log, then ferry recover --now', reason: 'corrupt', choice: { ...CHOICE, verdicts: CHOICE.verdicts.map((one) => ({ ...one, isGood: false, reason: 'it has failed in this recovery' })), chosen: undefined, why: 'none of 3 candidates fits' },
    tried: ['storage', 'stick', 'rack'].map((source) => ({ ...recoveryImage('1.9.2', source), why: `1.9.2 from ${source}: expected at least 512 bytes a second, got 11` })),
  }),
} as const;

export class PlayedDesk implements RecoveryDesk {
  readonly components: readonly string[];
  status: RecoveryStatus[];
  readonly asked: (WantedRecovery & { readonly user: string })[] = [];
  /** How orders end. */
  answer: ActionOutcome = { ok: true, text: 'the recovery of bios is ordered' };
  outlook: RecoveryOutlook | { readonly refused: string } = { component: 'bios', condition: 'differs', text: 'flash holds 33, the record says 19; a recovery is needed: corrupt', reason: 'corrupt', choice: CHOICE, failures: [{ source: 'server', why: 'connect ECONNREFUSED' }] };

  constructor(status: RecoveryStatus[] = [RECOVERIES.healthy]) {
    this.status = status;
    this.components = status.map(({ component }) => component);
  }

  states(): readonly RecoveryStatus[] {
    return this.status;
  }

  order(wanted: WantedRecovery, user: string): ActionOutcome {
    this.asked.push({ ...wanted, user });
    return this.answer;
  }

  async preview(): Promise<readonly RecoveryOutlook[] | { readonly refused: string }> {
    return 'refused' in this.outlook ? this.outlook : [this.outlook];
  }
}
