import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { findLabel } from '../script/blocks.ts';
import { scriptOf } from './if.ts';

export const goto: ShellCommand = {
  name: 'goto',
  summary: 'Goes on at a label of the script.',
  usage: 'goto LABEL\n\nThe label is a line of the script with a colon before its name. It is looked for from\nhere to the end and then from the beginning.',
  setsLastError: false,
  isScriptOnly: true,
  run(shell, words) {
    const script = scriptOf(shell, 'goto');
    const [label, ...rest] = words;
    if (label === undefined) throw new CommandError('INVALID_PARAMETER', 'goto: Too few arguments');
    if (rest.length > 0) throw new CommandError('INVALID_PARAMETER', 'goto: Too many arguments');
    const position = findLabel(script, script.position, label);
    if (position === undefined) throw new CommandError('NOT_FOUND', `No matching ':${label}' for 'Goto' statement found. Line: ${script.line?.number}`);
    script.jump(position);
  },
};
