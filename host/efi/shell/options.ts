// The options of a shell command: words that begin with `-`. Numbers are no options.
import { CommandError } from './command-error.ts';
import { numberValue } from './script/numbers.ts';

/** What a command line gave. */
export interface Options {
  readonly flags: ReadonlySet<string>;
  /** Everything that is no option. */
  readonly values: readonly string[];
}

/** How many values a command takes, and with which characters its options begin when it is not `-` alone. */
export interface OptionLimits {
  readonly least?: number;
  readonly most?: number;
  readonly signs?: string;
}

/** The EDK II shell ends these two messages with a period, except in these commands. */
const WITHOUT_PERIOD = ['alias', 'cls', 'echo', 'help', 'stall', 'type', 'ver'];

/** The complaint about a number of values. */
export function wrongCount(command: string, which: 'few' | 'many'): CommandError {
  return new CommandError('INVALID_PARAMETER', `${command}: Too ${which} arguments${WITHOUT_PERIOD.includes(command) ? '' : '.'}`);
}

/** Sorts words into known options and values. `-b` is not seen here: the shell itself takes it. */
export function parseOptions(command: string, words: readonly string[], known: readonly string[], limits: OptionLimits = {}): Options {
  const flags = new Set<string>();
  const values: string[] = [];
  for (const word of words) {
    const isOption = word !== '' && (limits.signs ?? '-').includes(word.charAt(0));
    if (!isOption || numberValue(word) !== undefined) values.push(word);
    else if (known.includes(word.toLowerCase())) flags.add(word.toLowerCase());
    else throw new CommandError('INVALID_PARAMETER', `${command}: Unknown flag - '${word}'`);
  }
  if (values.length > (limits.most ?? Infinity)) throw wrongCount(command, 'many');
  if (values.length < (limits.least ?? 0)) throw wrongCount(command, 'few');
  return { flags, values };
}
