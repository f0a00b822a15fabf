// The upgrade that is under way, whoever sends it, or what became of the last one.
import { type ActionView, type Circumstances, obstacleOf } from './action.ts';
import { durationText, percentOf, progressText, rateText } from './amounts.ts';
import type { Moment } from './moment.ts';
import type { HolderJson, SnapshotJson, TransferJson, UpgradeJson } from './snapshot.ts';
import { clockText } from './times.ts';
import { failureText, imageText, originText, ownSentence, sentence, upgradeStateText } from './words.ts';

export interface StepView {
  readonly label: string;
  readonly state: 'done' | 'now' | 'todo' | 'failed';
}

export interface AbortView extends ActionView {
  /** The one that is meant: not one that has begun meanwhile. */
  readonly upgrade: string;
}

export interface UpgradeView {
  readonly tone: 'idle' | 'busy' | 'good' | 'bad';
  readonly headline: string;
  readonly detail: string;
  /** Undefined when there is nothing to count. */
  readonly progress: { readonly percent: number; readonly bytes: string; readonly rate: string; readonly left: string } | undefined;
  readonly steps: readonly StepView[];
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly abort: AbortView | undefined;
  /** Said aloud when it changes: no numbers that run. */
  readonly announcement: string;
}

const STEPS = ['Receive', 'Verify', 'Write', 'Read back'];
const PHASES: Readonly<Record<string, { readonly step: number; readonly doing: string; readonly detail: string }>> = {
  'receiving': { step: 0, doing: 'Receiving', detail: 'Chunks are collected. Flash is not touched before all of them are here.' },
  'patching': { step: 0, doing: 'Making the image', detail: 'A patch has arrived. The image is made from it and what the slot holds.' },
  'verifying': { step: 1, doing: 'Verifying', detail: 'All of it has arrived. Its digest and signature are checked.' },
  'writing': { step: 2, doing: 'Writing', detail: 'Flash is erased and programmed.' },
  'reading-back': { step: 3, doing: 'Reading back', detail: 'What flash holds now is compared with the image.' },
};
const STEP_OF_FAILURE: Readonly<Record<string, number>> = {
  'digest-mismatch': 1, 'signature-invalid': 1, 'flash-failed': 2, 'read-back-mismatch': 3, 'record-failed': 2,
};

export function upgradeView(snapshot: SnapshotJson, upgrades: readonly UpgradeJson[] | undefined, at: Moment, circumstances: Circumstances): UpgradeView {
  const { transfer, holder } = snapshot;
  const failed = transfer.phase === 'failed';
  if (holder === undefined && PHASES[transfer.phase] === undefined) return lastView(upgrades, failed ? transfer : undefined);
  const image = imageText(transfer.component, transfer.version);
  const common = { facts: factsOf(snapshot, at), abort: holder && abortAction(holder, circumstances) };
  const phase = PHASES[transfer.phase];
  if (phase !== undefined) {
    const headline = `${phase.doing} ${image}`;
    const progress = progressOf(snapshot, at);
    return { ...common, tone: 'busy', headline, detail: phase.detail, progress, steps: stepsUpTo(phase.step, 'now'), announcement: headline };
  }
  if (failed) {
    const headline = `${image} has failed`;
    const detail = ownSentence(failureText(transfer.completion));
    const steps = stepsUpTo(STEP_OF_FAILURE[transfer.completion] ?? 0, 'failed');
    return { ...common, tone: 'bad', headline, detail, progress: undefined, steps, announcement: `${headline}: ${detail}` };
  }
  if (transfer.phase === 'stored') {
    const headline = `${image} is stored in slot ${transfer.slot} and read back`;
    const detail = 'The sender goes on with the next image or ends the upgrade.';
    return { ...common, tone: 'good', headline, detail, progress: undefined, steps: stepsUpTo(STEPS.length, 'done'), announcement: headline };
  }
  return { ...common, tone: 'busy', headline: 'An upgrade is open', detail: pauseText(snapshot), progress: undefined, steps: [], announcement: 'An upgrade is open' };
}

/** Why no image is under way while someone holds the lock. */
function pauseText({ components }: SnapshotJson): string {
  const onTrial = components.filter(({ trial }) => trial !== undefined).map(({ name }) => name);
  if (onTrial.length === 0) return 'No image is under way at this moment.';
  return `No image is under way: ${onTrial.join(' and ')} is on trial, and takes no other image until that has ended.`;
}

/** `upgrades` is undefined as long as the controller has not been heard on them. */
function lastView(upgrades: readonly UpgradeJson[] | undefined, failed: TransferJson | undefined): UpgradeView {
  const nothing = { progress: undefined, steps: [], abort: undefined };
  const [last] = upgrades ?? [];
  if (last === undefined) {
    const none = upgrades === undefined ? '' : 'None has been carried out since this board was set up.';
    const detail = failed === undefined ? none : `The last image, ${imageText(failed.component, failed.version)}, has failed: ${failureText(failed.completion)}.`;
    return { ...nothing, tone: failed ? 'bad' : 'idle', headline: 'No upgrade is under way', detail, facts: [], announcement: 'No upgrade is under way' };
  }
  const { text, tone } = upgradeStateText(last.state);
  const facts: [string, string][] = [['Last upgrade', last.id], ['How it ended', text], ['Sent by', originText(last.origin, last.user)]];
  return {
    ...nothing, tone: tone === 'bad' ? 'bad' : 'idle', headline: 'No upgrade is under way', detail: sentence(last.text), facts,
    announcement: `No upgrade is under way. The last one: ${last.text}`,
  };
}

function progressOf({ transfer, rate }: SnapshotJson, { sinceMs }: Moment): UpgradeView['progress'] {
  const { done, total } = transfer;
  return {
    percent: percentOf(done, total),
    bytes: progressText(done, total),
    rate: rate === undefined ? '–' : rateText(rate.bytesPerSecond),
    left: rate?.remainingMs === undefined ? '–' : durationText(Math.max(0, rate.remainingMs - sinceMs) + 999),
  };
}

function stepsUpTo(current: number, state: 'now' | 'failed' | 'done'): StepView[] {
  return STEPS.map((label, index) => ({ label, state: index < current ? 'done' : index === current ? state : 'todo' }));
}

function factsOf({ transfer, holder }: SnapshotJson, { sinceMs, today }: Moment): [string, string][] {
  const facts: [string, string][] = [];
  if (transfer.imageCount > 0) facts.push(['Image', `${transfer.imageIndex + 1} of ${transfer.imageCount}, for slot ${transfer.slot}`]);
  if (transfer.resumed > 0) facts.push(['Resumed', `${progressText(transfer.resumed, transfer.total)} were here already`]);
  if (holder === undefined) return facts;
  facts.push(['Upgrade', holder.upgrade], ['Sent by', originText(holder.origin, holder.user)]);
  if (holder.user === undefined) facts.push(['Session', holder.session]);
  facts.push(['Holds the lock', `for ${durationText(holder.heldMs + sinceMs)}, since ${clockText(holder.since, today)}`]);
  return facts;
}

function abortAction(holder: HolderJson, circumstances: Circumstances): AbortView {
  return {
    upgrade: holder.upgrade,
    label: 'Abort',
    obstacle: obstacleOf(circumstances),
    question: {
      title: `Abort upgrade ${holder.upgrade}?`,
      consequences: [
        `The upgrade that ${originText(holder.origin, holder.user)} has begun ends now, and the sender is told so.`,
        'What was received is kept: the same upgrade can go on from there later. If flash is being written, that image is finished first or marked as failed; the page shows which.',
      ],
      isGrave: true,
    },
  };
}
