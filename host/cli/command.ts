// What a command of `ferry` is: its words, its options, and what it does. Knows none of them.
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { FerryError } from '../error.ts';

export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface CommandOption {
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in the help; without it the option is a switch. */
  readonly value?: string;
  /** It may be given more than once; `textsOf` has all of its values. */
  readonly repeatable?: boolean;
  readonly text: string;
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What the help says below the usage. */
  readonly text: readonly string[];
  readonly options: readonly CommandOption[];
  /** What stands in the usage for the words that are no options; without it there are none. */
  readonly operands?: string;
  /** Command lines and what they do. */
  readonly examples: readonly (readonly [string, string])[];
  /** Carries it out; answers the exit code. */
  run(values: OptionValues, operands: readonly string[]): Promise<number>;
}

export const HELP_OPTION: CommandOption = { name: 'help', short: 'h', text: 'this text' };
export const JSON_OPTION: CommandOption = { name: 'json', text: 'one JSON object a line for every event' };
export const MACHINE_OPTION: CommandOption = {
  name: 'machine', value: 'DIR', text: 'the machine: the directory given to `ferry bmc --state` (default: $FERRY_MACHINE, or machine)',
};

/** The machine's directory that a command line means. */
export function machineOf(values: OptionValues): string {
  return textOf(values, 'machine') ?? (process.env['FERRY_MACHINE'] || 'machine');
}

/** The value of an option that takes one. */
export function textOf(values: OptionValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The values of a repeatable option, in the order of the command line. */
export function textsOf(values: OptionValues, name: string): readonly string[] {
  const value = values[name];
  return typeof value === 'object' ? value : [];
}

/** A whole number of an option, from `lowest` to `highest`. */
export function numberOf(values: OptionValues, name: string, lowest: number, highest: number): number | undefined {
  const value = textOf(values, name);
  if (value === undefined) return undefined;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= lowest && number <= highest) return number;
  throw usage(`--${name}: expected a whole number from ${lowest} to ${highest}, got ${JSON.stringify(value)}`);
}

/** Reads a command's own arguments; wrong ones are a `usage` error. */
export function parseOptions(command: Command, args: readonly string[]): { readonly values: OptionValues; readonly operands: readonly string[] } {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const option of [...command.options, HELP_OPTION]) {
    options[option.name] = { type: option.value === undefined ? 'boolean' : 'string', ...(option.short ? { short: option.short } : {}), ...(option.repeatable ? { multiple: true } : {}) };
  }
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, strict: true, allowPositionals: command.operands !== undefined });
    return { values: values as OptionValues, operands: positionals };
  } catch (error) {
    const reason = (error as Error).message.split('. ')[0] ?? '';
    throw usage(`ferry ${command.name}: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`, command.name);
  }
}

/** A wrong command line: exit code 64, nothing touched. */
export function usage(message: string, command?: string): FerryError {
  return new FerryError('usage', `${message}; nothing was touched`, {
    hint: `ferry ${command === undefined ? '' : `${command} `}--help shows the command line`, exitCode: 64,
  });
}
