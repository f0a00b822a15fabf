// What is told to others when a recovery has ended.
import type { ComponentRecovery } from './component-recovery.ts';
import { runningOf } from './needs.ts';
import type { RecoveryOutcome } from './source.ts';

/** Undefined when nothing was to be recovered, or something else than a recovery has made it well. */
export function outcomeOf(of: Pick<ComponentRecovery, 'state' | 'component' | 'parts'>, result: RecoveryOutcome['result']): RecoveryOutcome | undefined {
  const { component, reason, begun, before = '', fetched = 0, candidate } = of.state;
  if (reason === undefined || begun === undefined || (result === 'well' && candidate === undefined)) return undefined;
  const now = runningOf(of.component())?.sha256 ?? '';
  const helper = result === 'well' && candidate?.sha256 === now ? candidate : undefined;
  return { component, reason, result, before, now, source: helper?.source, id: helper?.id, bytes: fetched, ms: Math.max(0, of.parts.now().getTime() - Date.parse(begun)) };
}
