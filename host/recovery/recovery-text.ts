// Decisions in words: the same for the log and for `ferry recover --dry-run`.
import type { Choice } from './policy.ts';
import type { Candidate } from './source.ts';

export const candidateText = ({ statement: { component, version, security }, source, terms: { donor } }: Candidate): string =>
  `${component} ${version} (security ${security}) from ${source}${donor === undefined ? '' : `, donor ${donor}`}`;

export const sourceFailure = ({ source, why }: { readonly source: string; readonly why: string }): string => `the source ${source} can not be used now: ${why}`;

/** One line for each candidate, then the choice. */
export function describeChoice({ judged, chosen, why }: Choice): { readonly event: string; readonly text: string }[] {
  return [
    ...judged.map(({ candidate, isGood, reason }) => ({ event: 'recovery-candidate', text: `${candidateText(candidate)}: ${isGood ? 'fits' : 'refused'}; ${reason}` })),
    { event: 'recovery-choice', text: chosen === undefined ? `nothing is chosen: ${why}` : `chosen: ${candidateText(chosen)}: ${why}` },
  ];
}
