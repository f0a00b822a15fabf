// The options of a shell command: words that begin with `-`. Numbers are no options.
import { CommandError } from './command-error.ts';
import { numberValue } from './script/numbers.ts';

/** What a command line gave. */
export interface Options {
  readonly flags: ReadonlySet<string>;
  /** Everything that is no option. */
  readonly values: readonly string[];
}

/** Sorts words into known options and values. */
export function parseOptions(command: string, words: readonly string[], known: readonly string[], limits: { readonly least?: number; readonly most?: number } = {}): Options {
  const flags = new Set<string>();
  const values: string[] = [];
  for (const word of words) {
    if (!word.startsWith('-') || numberValue(word) !== undefined) values.push(word);
    else if (known.includes(word.toLowerCase())) flags.add(word.toLowerCase());
    else throw new CommandError('INVALID_PARAMETER', `${command}: Unknown flag - '${word}'`);
  }
  if (values.length > (limits.most ?? Infinity)) throw new CommandError('INVALID_PARAMETER', `${command}: Too many arguments.`);
  if (values.length < (limits.least ?? 0)) throw new CommandError('INVALID_PARAMETER', `${command}: Too few arguments.`);
  return { flags, values };
}
