import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { scriptOf } from './if.ts';

export const shift: ShellCommand = {
  name: 'shift',
  summary: 'Moves the arguments of a script by one: %1 becomes what %2 was.',
  usage: 'shift',
  setsLastError: false,
  run(shell) {
    const script = scriptOf(shell, 'shift');
    if (script.args.length < 2) throw new CommandError('UNSUPPORTED', 'shift: Too few arguments');
    script.args.shift();
  },
};
