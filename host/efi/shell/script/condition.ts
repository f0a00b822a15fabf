// The condition of `if` (UEFI Shell 2.2, chapter 5, if): comparisons and functions, joined by `and` and `or` from left to
// right. Knows files only through the two questions it may ask.
import { CommandError } from '../command-error.ts';
import { numberValue } from './numbers.ts';

/** What a condition may ask about files. */
export interface ConditionFiles {
  exists(path: string): boolean;
  /** Whether the file is in the current directory or in one of `%path%`. */
  available(path: string): boolean;
}

interface Comparison {
  readonly asStrings: boolean;
}

type Test = (order: number) => boolean;
const SIGNED: Readonly<Record<string, Test>> = {
  gt: (order) => order > 0, lt: (order) => order < 0, eq: (order) => order === 0, '==': (order) => order === 0,
  ne: (order) => order !== 0, ge: (order) => order >= 0, le: (order) => order <= 0,
};
const UNSIGNED: Readonly<Record<string, string>> = { ugt: 'gt', ult: 'lt', uge: 'ge', ule: 'le' };
const ERROR_BITS: Readonly<Record<string, bigint>> = { efierror: 1n << 63n, pierror: (1n << 63n) | (1n << 61n), oemerror: (1n << 63n) | (1n << 62n) };

/**
 * Evaluates the words between `if` and `then`. Texts are compared without case also when `/i` is not given: the EDK II
 * shell does, and scripts written for it rely on that. An early `or` or `and` decides at once, as there.
 */
export function evaluate(words: readonly string[], files: ConditionFiles): boolean {
  const options = { asStrings: words.some(isFlag('/s')) };
  const rest = words.filter((word) => !isFlag('/i')(word) && !isFlag('/s')(word));
  let value = false;
  let joiner: string | undefined;
  for (let at = 0; at <= rest.length;) {
    const end = nextJoiner(rest, at);
    const result = statement(rest.slice(at, end), options, files);
    value = joiner === 'or' ? value || result : joiner === 'and' ? value && result : result;
    joiner = rest[end]?.toLowerCase();
    if (joiner === undefined || value === (joiner === 'or')) return value;
    at = end + 1;
  }
  return value;
}

const isFlag = (flag: string) => (word: string): boolean => word.toLowerCase() === flag;

function nextJoiner(words: readonly string[], from: number): number {
  const found = words.findIndex((word, index) => index >= from && /^(and|or)$/i.test(word));
  return found < 0 ? words.length : found;
}

function statement(words: readonly string[], options: Comparison, files: ConditionFiles): boolean {
  if (words[0]?.toLowerCase() === 'not') return !statement(words.slice(1), options, files);
  const [, name, argument] = /^(isint|exists?|available)(?:\((.*)\))?$/i.exec(words.join(' ')) ?? [];
  if (name !== undefined && argument !== undefined) return truth(name, argument, files);
  if (/^exists?$/i.test(words[0] ?? '') && words.length === 2) return files.exists(words[1] as string);
  if (words.length !== 3) throw new CommandError('INVALID_PARAMETER', `if: expected a comparison or a function, got '${words.join(' ')}'`);
  return compare(words[0] as string, (words[1] as string).toLowerCase(), words[2] as string, options);
}

function truth(name: string, argument: string, files: ConditionFiles): boolean {
  if (name.toLowerCase() === 'isint') return numberValue(argument) !== undefined;
  return name.toLowerCase() === 'available' ? files.available(argument) : files.exists(argument);
}

function compare(left: string, operator: string, right: string, { asStrings }: Comparison): boolean {
  const test = SIGNED[UNSIGNED[operator] ?? operator];
  if (!test) throw new CommandError('INVALID_PARAMETER', `Binary operator not found first in '${operator}'`);
  const texts = [left, right].map(errorValue);
  const numbers = asStrings ? [] : texts.map(numberValue);
  const [first, second] = numbers;
  if (first === undefined || second === undefined) {
    const [one, other] = texts.map((text) => text.toLowerCase()) as [string, string];
    return test(one < other ? -1 : one > other ? 1 : 0);
  }
  const bits = operator in UNSIGNED ? BigInt.asUintN : BigInt.asIntN;
  const difference = bits(64, first) - bits(64, second);
  return test(difference < 0n ? -1 : difference > 0n ? 1 : 0);
}

/** `efierror(14)` is the number of that status; other words are themselves. */
function errorValue(word: string): string {
  const [, name, argument] = /^(efierror|pierror|oemerror)\((.*)\)$/i.exec(word) ?? [];
  if (name === undefined) return word;
  const number = numberValue(argument ?? '');
  if (number === undefined) throw new CommandError('INVALID_PARAMETER', `if: ${name} needs a number, got '${argument}'`);
  return `0x${((ERROR_BITS[name.toLowerCase()] as bigint) | number).toString(16)}`;
}
