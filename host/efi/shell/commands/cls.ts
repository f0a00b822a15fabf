import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';

export const cls: ShellCommand = {
  name: 'cls',
  summary: 'Clears the screen.',
  usage: 'cls',
  setsLastError: true,
  run(shell, words) {
    const [word] = parseOptions('cls', words, [], { most: 1 }).values;
    if (word !== undefined) throw new CommandError('INVALID_PARAMETER', `cls: Invalid argument - '${word}'`);
    shell.system.conOut.clearScreen();
  },
};
