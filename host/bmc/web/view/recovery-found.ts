// Images that recovery has found: in its state, and in the answer to what would be chosen.
import { sizeText } from './amounts.ts';
import type { ChoiceJson, OutlookJson, VerdictJson } from './snapshot.ts';
import { clockText } from './times.ts';
import { ownSentence, sentence } from './words.ts';

export interface FoundView {
  readonly key: string;
  /** For those who see no colours. */
  readonly sign: '✓' | '✕' | '·';
  readonly tone: 'good' | 'bad' | 'plain';
  readonly image: string;
  readonly detail: string;
  readonly reason: string;
}

/** What would be chosen, as it was answered. */
export interface OutlookView {
  readonly headline: string;
  readonly notes: readonly string[];
  readonly found: readonly FoundView[];
}

export function foundViews({ verdicts, others }: ChoiceJson): FoundView[] {
  const found = verdicts.map((verdict, index) => foundView(verdict, index === 0));
  return others === 0 ? found : [...found, { key: 'others', sign: '·', tone: 'plain', image: `and ${others} more`, detail: '', reason: '' }];
}

function foundView({ source, id, version, security, size, donor, isGood, reason }: VerdictJson, isFirst: boolean): FoundView {
  return {
    key: `${source}\n${id}\n${version}`,
    sign: !isGood ? '✕' : isFirst ? '✓' : '·',
    tone: !isGood ? 'bad' : isFirst ? 'good' : 'plain',
    image: `${version} from ${source}`,
    detail: [...(donor === undefined || donor === null ? [] : [`donor ${donor}`]), sizeText(size), `security ${security}`].join(', '),
    reason: isGood ? ownSentence(reason) : sentence(`Refused: ${reason}`),
  };
}

/** The answer of RecoverPreview for one component. */
export function outlookView({ Text, Why, Chosen, Candidates, SourceFailures, ...rest }: OutlookJson, today: Date): OutlookView {
  const verdicts = Candidates.map(({ Source, Id, Version, SecurityNumber, SizeBytes, Donor, Fits, Why: reason }) => ({
    source: Source, id: Id, version: Version, security: SecurityNumber, size: SizeBytes, donor: Donor ?? undefined, isGood: Fits, reason,
  }));
  return {
    headline: Chosen === null ? ownSentence(`nothing would be chosen: ${Why}`) : sentence(`${Chosen.Version} from ${Chosen.Source} would be chosen: ${Why}`),
    notes: [
      sentence(`${clockText(today.toISOString(), today)}: ${Text}`),
      ...SourceFailures.map(({ Source, Why: why }) => sentence(`The source ${Source} can not be used now: ${why}`)),
    ],
    found: foundViews({ verdicts, others: rest['Candidates@odata.count'] - verdicts.length, why: Why }),
  };
}
