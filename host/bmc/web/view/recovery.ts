// The recovery of one component: what is wrong, what was found, what is brought, what has failed, and what can be ordered.
import { type ActionView, type Circumstances, obstacleOf } from './action.ts';
import { percentOf, progressText, shortened } from './amounts.ts';
import type { BadgeView } from './component.ts';
import type { Moment } from './moment.ts';
import { type FoundView, foundViews } from './recovery-found.ts';
import type { RecoveryJson, SnapshotJson } from './snapshot.ts';
import { clockText } from './times.ts';
import { ownSentence, sentence } from './words.ts';

export interface RecoveryView {
  readonly component: string;
  readonly badge: BadgeView;
  readonly isLocked: boolean;
  readonly text: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly progress: { readonly percent: number; readonly bytes: string } | undefined;
  /** Images that were found, the best first. */
  readonly found: readonly FoundView[];
  /** What has failed, a sentence each. */
  readonly tried: readonly string[];
  readonly recover: ActionView;
  readonly preview: ActionView;
}

const BADGES: Readonly<Record<string, BadgeView>> = {
  'healthy': { text: 'well', tone: 'good' }, 'needed': { text: 'needs an image', tone: 'busy' }, 'asking': { text: 'waits for an order', tone: 'busy' },
  'sourcing': { text: 'asking sources', tone: 'busy' }, 'fetching': { text: 'fetching', tone: 'busy' }, 'staged': { text: 'image is here', tone: 'busy' },
  'waiting': { text: 'waits for host off', tone: 'busy' }, 'holding': { text: 'host held off', tone: 'busy' }, 'writing': { text: 'writing', tone: 'busy' },
  'reading-back': { text: 'reading back', tone: 'busy' }, 'releasing': { text: 'releasing the host', tone: 'busy' }, 'confirming': { text: 'host is starting', tone: 'busy' },
  'retry': { text: 'trying again', tone: 'busy' }, 'locked': { text: 'LOCKED', tone: 'bad' },
};

const REASONS: Readonly<Record<string, string>> = {
  corrupt: 'flash does not hold what the records say', dead: 'the host does not come up with it', unfinished: 'its slot holds no whole image', empty: 'it never had an image',
  outdated: 'it is older than wanted', ordered: 'a person wants another image',
};

/** Phases in which an order finds someone to heed it. */
const AT_REST: readonly string[] = ['healthy', 'needed', 'asking', 'waiting', 'retry', 'locked'];

export function recoveryView(recovery: RecoveryJson, snapshot: SnapshotJson, { today }: Moment, circumstances: Circumstances): RecoveryView {
  const { component, phase, text, choice, tried, received } = recovery;
  return {
    component,
    badge: BADGES[phase] ?? { text: phase, tone: 'busy' },
    isLocked: phase === 'locked',
    text: ownSentence(text),
    facts: factsOf(recovery, today),
    progress: received === undefined ? undefined : { percent: percentOf(received.done, received.total), bytes: progressText(received.done, received.total) },
    found: choice === undefined ? [] : foundViews(choice),
    tried: tried.map(({ why }) => sentence(why)),
    recover: recoverAction(recovery, snapshot, circumstances),
    preview: { label: 'What would be chosen?', obstacle: obstacleOf(circumstances), question: undefined },
  };
}

function factsOf({ reason, since, candidate, choice, evidence, ordered }: RecoveryJson, today: Date): [string, string][] {
  const facts: [string, string][] = [];
  if (reason !== undefined) facts.push(['Why', REASONS[reason] ?? reason]);
  if (evidence !== undefined) facts.push(['Flash holds', shortened(evidence.got)], ['It should hold', shortened(evidence.expected)]);
  if (ordered !== undefined) facts.push(['Ordered', orderedText(ordered)]);
  if (candidate !== undefined) facts.push(['Image', `${candidate.version} from ${candidate.source}`]);
  if (choice !== undefined) facts.push([choice.chosen === undefined ? 'None chosen' : 'Chosen', choice.why]);
  facts.push(['Since', clockText(since, today)]);
  return facts;
}

function orderedText({ version, sha256 }: NonNullable<RecoveryJson['ordered']>): string {
  const named = [version ?? '', sha256 === undefined ? '' : shortened(sha256)].filter((text) => text !== '');
  return named.length === 0 ? 'by a person' : `by a person: ${named.join(', ')}`;
}

function recoverAction({ component, phase, reason, tried }: RecoveryJson, { components, power }: SnapshotJson, circumstances: Circumstances): ActionView {
  const isHosts = components.find(({ name }) => name === component)?.isInPlace === true;
  const isBad = reason !== undefined && reason !== 'outdated' && reason !== 'ordered';
  const isOn = isHosts && power === 'on';
  return {
    label: 'Recover now',
    obstacle: obstacleOf(circumstances, !AT_REST.includes(phase) && 'its recovery is under way'),
    question: {
      title: `Recover ${component} now?`,
      consequences: [
        isBad
          ? 'The controller looks for a whole image in the places of its recovery.ini, takes the best one that fits, and writes it.'
          : 'Nothing is wrong with its image: the controller looks for a newer one in the places of its recovery.ini, and writes it when there is one.',
        ...(phase === 'locked' ? [`It is locked after ${tried.length} failed ${tried.length === 1 ? 'candidate' : 'candidates'}. This opens the lock, and what has failed may be tried again.`] : []),
        ...(isOn && isBad ? ['The host is switched off at once while its flash is written, and comes on again afterwards; what it has not written to disk is lost.'] : []),
        ...(isOn && !isBad ? ['The host runs: unless recovery.ini says otherwise, it is written when the host is off.'] : []),
      ],
      isGrave: isOn && isBad,
    },
  };
}
