// What the recovery of a component works with, and what is fixed while it runs.
import type { ControllerEvent } from '../bmc/event-log.ts';
import type { RecoverableManagement } from '../bmc/management.ts';
import type { Staging } from '../bmc/staging.ts';
import type { Trust } from '../bmc/trust/judge.ts';
import type { RecoveryJournal } from './journal.ts';
import type { PolicyRules } from './policy.ts';
import type { RecoveryClock } from './recovery-clock.ts';
import type { RecoverySettings } from './recovery-config.ts';
import type { Source } from './source.ts';

export interface RecoveryParts {
  readonly management: RecoverableManagement;
  readonly settings: RecoverySettings;
  readonly sources: readonly Source[];
  readonly journal: RecoveryJournal;
  readonly spool: Staging;
  readonly clock: RecoveryClock;
  /** The wall clock, for what people read. */
  now(): Date;
  /** Keys may be added and revoked while the agent runs. */
  trust(): Pick<Trust, 'keys' | 'revoked'>;
  say(event: ControllerEvent): void;
  /** An image is whole in the spool, proved, with its signature beside it. */
  staged?(sha256: string): Promise<void>;
}

/** The rules by which candidates are judged and ordered. A board has its own seed, so that a fleet does not ask one donor. */
export function rulesOf({ settings, sources, management, trust }: Pick<RecoveryParts, 'settings' | 'sources' | 'trust'> & { readonly management: { readonly identity: { readonly uuid: string } } }): PolicyRules {
  return { prefer: settings.prefer, sourceOrder: settings.sourceOrder, links: settings.links, sources: sources.map(({ name }) => name), trust: trust(), seed: settings.seed ?? management.identity.uuid };
}
