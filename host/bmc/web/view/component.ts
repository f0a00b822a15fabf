// One component: what it runs, what its slots hold, and what can be done with it.
import type { Circumstances } from './action.ts';
import { durationText, shortened, sizeText } from './amounts.ts';
import { type ComponentActionView, componentActions } from './component-actions.ts';
import type { Moment } from './moment.ts';
import type { ComponentJson, SlotJson, SnapshotJson } from './snapshot.ts';
import { versionText } from './words.ts';

export interface BadgeView {
  readonly text: string;
  readonly tone: 'good' | 'bad' | 'busy' | 'plain';
}

export interface SlotView {
  readonly index: number;
  readonly version: string;
  readonly badges: readonly BadgeView[];
  /** Size and security number; empty for a slot that holds no image. */
  readonly detail: string;
  readonly digest: { readonly short: string; readonly whole: string } | undefined;
}

export interface ComponentView {
  readonly name: string;
  readonly runs: string;
  /** What waits for someone or something; empty when all is settled. */
  readonly notes: readonly string[];
  readonly security: string;
  readonly slots: readonly SlotView[];
  readonly actions: readonly ComponentActionView[];
}

/** How a component is shown; `transfer` is what is being done, to it or to another one. */
export function componentView(component: ComponentJson, { transfer, holder }: SnapshotJson, at: Moment, circumstances: Circumstances): ComponentView {
  const { name, running, slots } = component;
  const isWritten = transfer.component === name && (transfer.phase === 'writing' || transfer.phase === 'reading-back');
  const runningSlot = running === undefined ? undefined : slots[running];
  return {
    name,
    runs: runningSlot === undefined ? 'no whole image' : versionText(runningSlot),
    notes: notesOf(component, isWritten, at),
    security: component.floor === 0 ? 'Takes images of any security number.' : `Takes images of security number ${component.floor} or higher.`,
    slots: slots.map((slot, index) => slotView(component, slot, index)),
    actions: componentActions(component, holder, circumstances),
  };
}

function notesOf(component: ComponentJson, isWritten: boolean, { sinceMs }: Moment): string[] {
  const { running, pending, trial, needsHostReset, slots } = component;
  const notes: string[] = [];
  if (running === undefined) notes.push(wholeText(component, isWritten));
  if (trial !== undefined) {
    const kept = trial.remainingMs === 0 ? 'It is kept when the host comes up with it' : `It is kept in ${durationText(trial.remainingMs - sinceMs)} if it holds until then`;
    const hasBefore = slots.some(({ state }, index) => state === 'valid' && index !== running);
    notes.push(`On trial: attempt ${trial.attempt} of ${trial.limit}. ${kept}; ${hasBefore ? 'otherwise the controller goes back by itself' : 'there is none before it to go back to'}.`);
  }
  if (pending !== undefined) notes.push(`Slot ${pending} (${versionText(slots[pending])}) runs after the next reset of the controller.`);
  if (needsHostReset) notes.push(`The host runs ${running === undefined ? 'it' : versionText(slots[running])} after its next reset.`);
  return notes;
}

/** Why nothing runs. */
function wholeText({ name, slots, isInPlace }: ComponentJson, isWritten: boolean): string {
  if (slots.every(({ state }) => state === 'empty')) return 'Holds no image yet.';
  if (isWritten) return 'Is being written: it holds no whole image until that is done.';
  return `${name} has no whole image. Send it again${isInPlace ? '; leave power on until it is stored' : ''}.`;
}

function runningBadge({ trial, needsHostReset }: ComponentJson): BadgeView {
  if (needsHostReset) return { text: 'after host reset', tone: 'busy' };
  return trial === undefined ? { text: 'running', tone: 'good' } : { text: 'running, on trial', tone: 'busy' };
}

function slotView(component: ComponentJson, slot: SlotJson, index: number): SlotView {
  const isEmpty = slot.state === 'empty';
  return {
    index,
    version: isEmpty ? '–' : versionText(slot),
    badges: badgesOf(component, slot, index),
    detail: isEmpty ? '' : `${sizeText(slot.size)}, security ${slot.security}`,
    digest: isEmpty ? undefined : { short: shortened(slot.digest), whole: slot.digest },
  };
}

function badgesOf(component: ComponentJson, { state }: SlotJson, index: number): BadgeView[] {
  const { running, pending } = component;
  const badges: BadgeView[] = [];
  if (index === running) badges.push(runningBadge(component));
  if (index === pending) badges.push({ text: 'pending', tone: 'busy' });
  if (state === 'writing') badges.push({ text: 'being written', tone: 'busy' });
  if (state === 'rejected') badges.push({ text: 'failed on trial', tone: 'bad' });
  if (state === 'failed') badges.push({ text: 'failed', tone: 'bad' });
  if (state === 'empty') badges.push({ text: 'empty', tone: 'plain' });
  if (badges.length === 0) badges.push({ text: 'inactive', tone: 'plain' });
  return badges;
}
