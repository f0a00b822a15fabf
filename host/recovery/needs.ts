// Whether a component has to be replaced: what a look at it has found, against what is wanted. Pure.
import type { SlotVerification } from '../bmc/management.ts';
import type { ComponentSnapshot } from '../core/receiver-exports.ts';
import type { WatchedComponent } from './recovery-config.ts';
import type { RecoveryState } from './recovery-state.ts';
import type { NeedReason, RecoveryNeed } from './source.ts';
import { compareVersions } from './version-order.ts';

type Wanted = WatchedComponent['wanted'];

/** Why a component has to be replaced; undefined when all is well. */
export function reasonFor(component: ComponentSnapshot, { condition }: Pick<SlotVerification, 'condition'>, wanted: Wanted, state: Pick<RecoveryState, 'reason' | 'ordered' | 'phase' | 'boots'>): NeedReason | undefined {
  if (condition === 'differs') return 'corrupt';
  if (condition === 'unfinished') return component.slots.some((slot) => slot.state === 'failed') && state.reason === 'corrupt' ? 'corrupt' : 'unfinished';
  if (condition === 'empty') return 'empty';
  if (condition === 'busy') return undefined;
  // The host did not come up with what runs, and nothing has come in its place yet.
  if (state.boots?.isDead === true || (state.reason === 'dead' && state.phase !== 'healthy')) return 'dead';
  // One that is on trial is judged when its trial is over.
  if (component.trial !== undefined && !component.isInPlace) return undefined;
  const running = runningOf(component);
  if (state.ordered !== undefined && fits(running, state.ordered) !== true) return 'ordered';
  if (wanted.sha256 !== undefined) return running?.sha256 === wanted.sha256 ? undefined : 'outdated';
  return wanted.version !== undefined && running !== undefined && compareVersions(wanted.version, running.version) > 0 ? 'outdated' : undefined;
}

/** Whether what runs is what was ordered; undefined when anything newer was. */
function fits(running: { version: string; sha256: string } | undefined, ordered: Wanted): boolean | undefined {
  if (ordered.sha256 !== undefined) return running?.sha256 === ordered.sha256;
  return ordered.version === undefined ? undefined : running?.version === ordered.version;
}

/** The need as sources and policy are told it. */
export function needOf(component: ComponentSnapshot, platform: string, reason: NeedReason, wanted: Wanted): RecoveryNeed {
  const running = runningOf(component) ?? lastOf(component);
  const asks = wanted.version !== undefined || wanted.sha256 !== undefined;
  return {
    component: component.name, platform, reason, floor: component.floor, slotSize: component.slotSize,
    ...(asks ? { wanted } : {}), ...(running === undefined ? {} : { running }),
  };
}

export function runningOf({ slots, running }: ComponentSnapshot): { version: string; sha256: string } | undefined {
  const slot = running === undefined ? undefined : slots[running];
  return slot === undefined ? undefined : { version: slot.version, sha256: Buffer.from(slot.digest).toString('hex') };
}

/** What was in a slot by the records, when nothing runs. */
function lastOf({ slots }: ComponentSnapshot): { version: string; sha256: string } | undefined {
  const slot = slots.find(({ state }) => state === 'failed' || state === 'writing');
  return slot === undefined ? undefined : { version: slot.version, sha256: Buffer.from(slot.digest).toString('hex') };
}
