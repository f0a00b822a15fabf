// Which image is taken, of all that were found: filters first, then an order. Pure, and the same input gives the same answer
// and the same reasons: what the agent logs is what `ferry recover --dry-run` shows.
//
//   filters   signature by a pinned key · component · platform · security number · size · what is wanted · rests · failed before
//   order     exact digest · exact version · newest or last known good · source (order of the file) · class of source · link ·
//             rate · load · tie-break
import { createHash } from 'node:crypto';
import { judgeOffer, type Trust, type Verdict } from '../bmc/trust/judge.ts';
import type { LinkKind } from './links/link.ts';
import { LINK_ORDER } from './links/link-settings.ts';
import type { Preference, SourceOrder } from './recovery-config.ts';
import type { Candidate, RecoveryNeed, SourceKind } from './source.ts';
import { compareVersions } from './version-order.ts';

export interface PolicyRules {
  readonly prefer: Preference;
  /** Names in the order in which they are preferred. */
  readonly sources: readonly string[];
  /** `class`: the order of the file says nothing, and sources are ranked by what they are. */
  readonly sourceOrder?: SourceOrder;
  /** Kinds of link in the order in which they are preferred. */
  readonly links?: readonly LinkKind[];
  /** Whose signatures count. Lab mode does not: recovery takes nothing that nobody has signed. */
  readonly trust: Pick<Trust, 'keys' | 'revoked'>;
  readonly seed: string;
}

/** What earlier tries have shown. */
export interface PolicyMemory {
  /** Why a candidate is not tried again now; undefined when nothing speaks against it. */
  barred(candidate: Candidate): string | undefined;
}

export interface Judged {
  readonly candidate: Candidate;
  readonly isGood: boolean;
  /** One sentence: why it is refused, or what it is worth. */
  readonly reason: string;
}

export interface Choice {
  /** Good ones first, the best first of all; then the refused ones, in the order in which they were found. */
  readonly judged: readonly Judged[];
  readonly chosen: Candidate | undefined;
  readonly why: string;
}

/** Judges and orders all candidates. */
export function choose(need: RecoveryNeed, candidates: readonly Candidate[], rules: PolicyRules, memory: PolicyMemory): Choice {
  const judge = judgeOnce(need, rules);
  const verdicts = candidates.map((candidate) => ({ candidate, refusal: refusalOf(need, candidate, judge, memory) }));
  const good = verdicts.filter(({ refusal }) => refusal === undefined).map(({ candidate }) => candidate).sort((one, other) => compare(need, one, other, rules).order);
  const refused = verdicts.flatMap(({ candidate, refusal }) => (refusal === undefined ? [] : [{ candidate, isGood: false, reason: refusal }]));
  const [chosen, second] = good;
  return {
    judged: [...good.map((candidate, index) => ({ candidate, isGood: true, reason: index === 0 ? 'chosen' : `it would be next; for the one before it: ${compare(need, good[index - 1]!, candidate, rules).rule}` })), ...refused],
    chosen,
    why: chosen === undefined ? noneText(candidates.length) : second === undefined ? 'the only candidate that fits' : compare(need, chosen, second, rules).rule,
  };
}

const noneText = (count: number): string => (count === 0 ? 'no source has an image for it' : `none of ${count} candidate${count === 1 ? '' : 's'} fits`);

/** What the signature is worth. Many donors show the same one: it is verified once. */
function judgeOnce({ platform, floor }: RecoveryNeed, { trust: { keys, revoked } }: PolicyRules): (candidate: Candidate) => Verdict {
  const verdicts = new Map<string, Verdict>();
  return ({ statement, signature }) => {
    const name = `${JSON.stringify(statement)} ${Buffer.from(signature).toString('latin1')}`;
    const verdict = verdicts.get(name) ?? judgeOffer(statement, { platform, floor }, signature, { keys, revoked, labMode: false });
    verdicts.set(name, verdict);
    return verdict;
  };
}

/** Why a candidate is out of the question. */
function refusalOf(need: RecoveryNeed, candidate: Candidate, judge: (candidate: Candidate) => Verdict, memory: PolicyMemory): string | undefined {
  const { statement, size } = candidate;
  const { wanted, running } = need;
  if (statement.component !== need.component) return `component: expected ${need.component}, got ${statement.component}`;
  const verdict = judge(candidate);
  if (!verdict.ok) return verdict.text;
  if (size !== statement.size) return `size: expected the ${statement.size} bytes that were signed, got ${size}`;
  if (size > need.slotSize) return `size: expected at most the slot's ${need.slotSize} bytes, got ${size}`;
  if (need.reason === 'dead' && statement.sha256 === running?.sha256) return 'it is the image with which the host does not come up';
  const isReplaced = need.reason === 'outdated' || need.reason === 'ordered';
  if (isReplaced && statement.sha256 === running?.sha256) return 'it is the image that runs';
  if (isReplaced || need.isNamed === true) {
    if (wanted?.sha256 !== undefined && statement.sha256 !== wanted.sha256) return `sha256: expected ${wanted.sha256}, which is wanted, got ${statement.sha256}`;
    if (wanted?.version !== undefined && statement.version !== wanted.version) return `version: expected ${wanted.version}, which is wanted, got ${statement.version}`;
  }
  if (isReplaced) {
    if (wanted?.version === undefined && wanted?.sha256 === undefined && running !== undefined && compareVersions(statement.version, running.version) <= 0) {
      return `version: expected one newer than ${running.version}, which runs, got ${statement.version}`;
    }
  }
  return memory.barred(candidate);
}

interface Rule {
  /** Of the winner, as a reason. */
  readonly text: (winner: Candidate, need: RecoveryNeed) => string;
  order(one: Candidate, other: Candidate, need: RecoveryNeed, rules: PolicyRules): number;
}

const first = (one: boolean, other: boolean): number => Number(other) - Number(one);

const ORDER: readonly Rule[] = [
  { text: () => 'it is exactly the wanted image', order: (one, other, { wanted }) => first(one.statement.sha256 === wanted?.sha256, other.statement.sha256 === wanted?.sha256) },
  { text: () => 'it has the wanted version', order: (one, other, { wanted }) => first(one.statement.version === wanted?.version, other.statement.version === wanted?.version) },
  {
    text: () => 'it is the image that ran last (prefer = last-known-good)',
    order: (one, other, { running }, { prefer }) => (prefer === 'last-known-good' ? first(one.statement.sha256 === running?.sha256, other.statement.sha256 === running?.sha256) : 0),
  },
  { text: ({ statement }) => `its version ${statement.version} is newer`, order: (one, other) => compareVersions(other.statement.version, one.statement.version) },
  {
    text: ({ source }) => `the source ${source} comes first`,
    order: (one, other, _need, { sources, sourceOrder }) => (sourceOrder === 'class' ? 0 : sources.indexOf(one.source) - sources.indexOf(other.source)),
  },
  { text: (winner) => `${CLASSES[classOf(winner)]} comes first`, order: (one, other) => classOf(one) - classOf(other) },
  { text: ({ terms: { link } }) => `its link ${link} comes first`, order: (one, other, _need, { links = LINK_ORDER }) => linkRank(one, links) - linkRank(other, links) },
  { text: () => 'it comes faster', order: (one, other) => rateClass(other) - rateClass(one) },
  { text: () => 'its donor has less to do', order: (one, other) => (one.terms.load ?? 0) - (other.terms.load ?? 0) },
  { text: () => 'by the seed: nothing else tells them apart', order: (one, other, _need, { seed }) => (ticketOf(one, seed) < ticketOf(other, seed) ? -1 : 1) },
];

/** The first rule that tells the two apart; its text is the reason for the one that wins. */
function compare(need: RecoveryNeed, one: Candidate, other: Candidate, rules: PolicyRules): { readonly order: number; readonly rule: string } {
  if (one === other) return { order: 0, rule: 'the same' };
  for (const rule of ORDER) {
    const order = rule.order(one, other, need, rules);
    if (order !== 0) return { order, rule: rule.text(order < 0 ? one : other, need) };
  }
  return { order: 0, rule: 'nothing tells them apart' };
}

/** Classes of sources, the most preferred first: what is at hand, then who is near, then what a network leads to. */
const CLASSES = ['storage of the machine itself', 'a peer', 'a console', 'a web server'] as const;
const KIND_CLASS: Readonly<Record<SourceKind, number>> = { 'directory': 0, 'fat-image': 0, 'host': 0, 'peers': 1, 'web': 3 };
const classOf = ({ kind, terms }: Candidate): number => (kind === 'peers' && terms.class === 'Console' ? 2 : KIND_CLASS[kind]);

/** A kind of link that is not named comes behind all that are; what needs no link comes before. */
function linkRank({ terms: { link } }: Candidate, links: readonly string[]): number {
  if (link === undefined) return -1;
  const index = links.indexOf(link);
  return index < 0 ? links.length : index;
}

/** Rates in powers of two: a few per cent are no reason. A rate that nobody declares is the lowest. */
const rateClass = ({ terms: { ratePerSecond } }: Candidate): number => (ratePerSecond === undefined || ratePerSecond < 1 ? -1 : Math.floor(Math.log2(ratePerSecond)));

const ticketOf = ({ source, id }: Candidate, seed: string): string => createHash('sha256').update(`${seed}\0${source}\0${id}`).digest('hex');
