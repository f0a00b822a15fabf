// One command line taken apart: the words of the command, and where its output goes (UEFI Shell 2.2, section 3.4.4).
// Knows no files and no variables. Input redirection and pipes are not provided.
import { parameters } from '../command-line.ts';
import { CommandError } from './command-error.ts';

/** Where one output of a command goes. */
export interface Redirection {
  readonly kind: 'ucs2-file' | 'ascii-file' | 'variable';
  readonly append: boolean;
  readonly target: string;
}

/** A command line. */
export interface CommandLine {
  /** Quotes and escapes worked out; the command's name first. Empty for an empty line. */
  readonly words: readonly string[];
  /** As they stand in the line: scripts get their arguments with the quotes. */
  readonly rawWords: readonly string[];
  readonly output: Redirection | undefined;
  readonly error: Redirection | undefined;
}

const OPERATOR = /^([12]?)(>>?)([av]?)$/;
const INPUT_OPERATOR = /^<[av]?$/;
const KINDS = { '': 'ucs2-file', a: 'ascii-file', v: 'variable' } as const;

/** Takes a line apart. Operators stand alone between spaces and have something behind them, as the EDK II shell asks. */
export function parseCommandLine(line: string): CommandLine {
  const found = parameters(line);
  const raw = found.map((parameter) => parameter.raw);
  refuseInputs(raw);
  const isOperator = (index: number): boolean => index + 1 < raw.length && OPERATOR.test(raw[index] as string);
  const firstOperator = raw.findIndex((_, index) => isOperator(index));
  const command = firstOperator < 0 ? found : found.slice(0, firstOperator);
  const redirections = { output: undefined as Redirection | undefined, error: undefined as Redirection | undefined };
  found.forEach((parameter, index) => {
    const [, stream, operator, kind] = OPERATOR.exec(parameter.raw) ?? [];
    if (operator === undefined || !isOperator(index)) return;
    const which = stream === '2' ? 'error' : 'output';
    const target = found[index + 1]?.text;
    if (target === undefined || target === '') throw new CommandError('INVALID_PARAMETER', 'Unable to redirect file.');
    if (redirections[which]) throw new CommandError('NOT_FOUND', 'Redundant redirection specified.');
    redirections[which] = { kind: KINDS[kind as keyof typeof KINDS], append: operator === '>>', target };
  });
  return { words: command.map(({ text }) => text), rawWords: command.map((parameter) => parameter.raw), ...redirections };
}

function refuseInputs(raw: readonly string[]): void {
  const pipe = raw.some((word) => /(^|[^^])\|/.test(word.replace(/"[^"]*"/g, '')));
  if (pipe) throw new CommandError('UNSUPPORTED', 'Invalid use of pipe (|): this shell has no pipes, redirect to a file instead.');
  if (raw.some((word) => INPUT_OPERATOR.test(word))) throw new CommandError('UNSUPPORTED', 'Unable to redirect file: this shell has no input redirection.');
}
