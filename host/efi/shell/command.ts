import type { Shell } from './shell.ts';

/** A command that is part of the shell. */
export interface ShellCommand {
  readonly name: string;
  /** One sentence for the list of `help`. */
  readonly summary: string;
  /** What `help NAME` shows. */
  readonly usage: string;
  /** False for commands that leave `%lasterror%` as it is. */
  readonly setsLastError: boolean;
  /** True for the parts of a script's structure: their failure ends the script. */
  readonly isScriptOnly?: boolean;
  /** `words` without the command's name; `rawWords` with quotes. Failures are thrown as `CommandError` or `EfiError`. */
  run(shell: Shell, words: readonly string[]): void;
}
