import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { EfiError } from '../../status.ts';
import { findFile } from '../find-file.ts';
import { matchFiles } from '../paths.ts';
import { blockEnd, blockStart } from '../script/blocks.ts';
import { evaluate } from '../script/condition.ts';
import type { Script } from '../script/script.ts';
import type { Shell } from '../shell.ts';

const USAGE = `if [not] CONDITION [and|or [not] CONDITION ...] then
  commands
[else
  commands]
endif

CONDITION is a comparison:  A == B   A eq B   A ne B   A gt B   A lt B   A ge B   A le B
                            (ugt, ult, uge, ule compare without sign)
or a function:              exist FILE   exist(FILE)   available(FILE)   isint(WORD)
efierror(N) is the number of that error status. Case never counts; /i may say so. /s compares numbers as text.
Two numbers, decimal or 0x hexadecimal, are compared as numbers.`;

/** The script that a part of its structure stands in. */
export function scriptOf(shell: Shell, command: string): Script {
  if (!shell.script) throw new CommandError('UNSUPPORTED', `The command '${command}' is incorrect outside of a script`);
  return shell.script;
}

/** The failure to find the other half of a block. */
export function noMatching(wanted: string, opener: string, script: Script): CommandError {
  return new CommandError('DEVICE_ERROR', `No matching '${wanted}' for '${opener}' statement found. Line: ${script.line?.number}`);
}

function refuseWords(command: string, words: readonly string[]): void {
  if (words.length > 0) throw new CommandError('INVALID_PARAMETER', `${command}: Too many arguments`);
}

/** Whether a path, or a pattern, stands for anything. */
function isThere(shell: Shell, path: string): boolean {
  try {
    return matchFiles(shell.volumes, path).length > 0;
  } catch (error) {
    if (error instanceof EfiError) return false;
    throw error;
  }
}

export const ifCommand: ShellCommand = {
  name: 'if',
  summary: 'Runs commands in a script when a condition is true.',
  usage: USAGE,
  setsLastError: false,
  isScriptOnly: true,
  run(shell, words) {
    const script = scriptOf(shell, 'if');
    if (words.length < 2) throw new CommandError('INVALID_PARAMETER', 'if: Too few arguments');
    if (blockEnd(script, script.position, 'if', 'endif') === undefined) throw noMatching('EndIf', 'If', script);
    const then = words.findIndex((word) => word.toLowerCase() === 'then');
    if (then < 0) throw new CommandError('INVALID_PARAMETER', `No matching 'Then' for 'If' statement found. Line: ${script.line?.number}`);
    if (then !== words.length - 1) throw new CommandError('INVALID_PARAMETER', 'if: Then cannot be followed by anything');
    const isTrue = evaluate(words.slice(0, then), {
      exists: (path) => isThere(shell, path),
      available: (name) => findFile(shell, [name]) !== undefined,
    });
    if (!isTrue) script.jump((blockEnd(script, script.position, 'if', 'endif', 'else') as number) + 1);
  },
};

export const elseCommand: ShellCommand = {
  name: 'else',
  summary: 'Runs commands in a script when the condition of if is false.',
  usage: USAGE,
  setsLastError: false,
  isScriptOnly: true,
  run(shell, words) {
    const script = scriptOf(shell, 'else');
    refuseWords('else', words);
    if (blockStart(script, script.position, 'if', 'endif') === undefined) throw noMatching('If', 'Else', script);
    const end = blockEnd(script, script.position, 'if', 'endif');
    if (end === undefined) throw noMatching('EndIf', 'Else', script);
    script.jump(end);
  },
};

export const endIf: ShellCommand = {
  name: 'endif',
  summary: 'Ends the commands of if.',
  usage: USAGE,
  setsLastError: false,
  isScriptOnly: true,
  run(shell, words) {
    const script = scriptOf(shell, 'endif');
    refuseWords('endif', words);
    if (blockStart(script, script.position, 'if', 'endif') === undefined) throw noMatching('If', 'EndIf', script);
  },
};
