// What a `for` goes through (UEFI Shell 2.2, chapter 5, for): the words of a set, with wildcards as file names, or the
// numbers of a range.
import { CommandError } from '../command-error.ts';
import { hasWildcard } from '../paths.ts';
import { numberValue } from './numbers.ts';

/** `in`: the words. Parentheses around the whole set are taken off; a pattern that fits no file stays as it is. */
export function setValues(words: readonly string[], match: (pattern: string) => string[]): string[] {
  return withoutParentheses(words).flatMap((word) => {
    const files = hasWildcard(word) ? match(word) : [];
    return files.length > 0 ? files : [word];
  });
}

/** `run`: from a number to another, both included, by a step. */
export function rangeValues(words: readonly string[], line: number): Generator<string> {
  const text = words.join(' ');
  const [, inside] = /^\(\s*(.*?)\s*\)$/.exec(text) ?? [];
  const [start, end, step, ...rest] = (inside ?? '').split(/\s+/).map(numberValue);
  const isGiven = inside !== undefined && start !== undefined && end !== undefined && rest.length === 0;
  const hasStep = (inside ?? '').split(/\s+/).length === 3;
  if (!isGiven || (hasStep && (step === undefined || step === 0n))) {
    throw new CommandError('INVALID_PARAMETER', `The argument '${text.replace(/\)$/, '')}' is incorrect. Line: ${line}`);
  }
  return range(start, end, hasStep ? step as bigint : start <= end ? 1n : -1n);
}

function* range(start: bigint, end: bigint, step: bigint): Generator<string> {
  for (let value = start; step > 0n ? value <= end : value >= end; value += step) yield value.toString();
}

function withoutParentheses(words: readonly string[]): string[] {
  const isWhole = words[0]?.startsWith('(') === true && words.at(-1)?.endsWith(')') === true;
  if (!isWhole) return [...words];
  const inner = [...words];
  inner[0] = (inner[0] as string).slice(1);
  inner[inner.length - 1] = (inner.at(-1) as string).slice(0, -1);
  return inner.filter((word) => word !== '');
}
