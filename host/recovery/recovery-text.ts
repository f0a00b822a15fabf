// Decisions in words: the same for the log and for `ferry recover --dry-run`.
import type { Choice } from './policy.ts';
import type { Preview } from './preview-choice.ts';
import type { Candidate, CandidateTerms } from './source.ts';

export const candidateText = ({ statement: { component, version, security }, source, terms }: Candidate): string =>
  `${component} ${version} (security ${security}) from ${source}${terms.donor === undefined ? '' : `, donor ${terms.donor}${termsText(terms)}`}`;

/** What a donor says of itself, and the link. */
function termsText({ link, ratePerSecond, load }: CandidateTerms): string {
  const terms = [
    ...(link === undefined ? [] : [link]), ...(ratePerSecond === undefined ? [] : [`${Math.round(ratePerSecond / 1024)} KiB/s`]), ...(load === undefined ? [] : [`${Math.round((load * 100) / 255)} % busy`]),
  ];
  return terms.length === 0 ? '' : ` (${terms.join(', ')})`;
}

export const sourceFailure = ({ source, why }: { readonly source: string; readonly why: string }): string => `the source ${source} can not be used now: ${why}`;

/** One line for each candidate, then the choice. */
export function describeChoice({ judged, chosen, why }: Choice): { readonly event: string; readonly text: string }[] {
  return [
    ...judged.map(({ candidate, isGood, reason }) => ({ event: 'recovery-candidate', text: `${candidateText(candidate)}: ${isGood ? 'fits' : 'refused'}; ${reason}` })),
    { event: 'recovery-choice', text: chosen === undefined ? `nothing is chosen: ${why}` : `chosen: ${candidateText(chosen)}: ${why}` },
  ];
}

/** What flash holds, and whether that calls for a recovery. */
export function conditionText({ condition, reason, expected, got }: Pick<Preview, 'condition' | 'reason' | 'expected' | 'got'>): string {
  const look = condition === 'differs' ? `flash holds ${got.slice(0, 16)}..., the record says ${expected.slice(0, 16)}...` : CONDITIONS[condition];
  return `${look}; ${reason === undefined ? 'no recovery is needed; what an order would choose from' : `a recovery is needed: ${reason}`}`;
}

const CONDITIONS = { ok: 'flash holds what the record says', unfinished: 'its slot holds no whole image', empty: 'it never had an image', busy: 'it is being changed' } as const;

/** `700 bytes`, `41.3 KiB`, `4.1 MiB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
