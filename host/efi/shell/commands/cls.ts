import type { ShellCommand } from '../command.ts';
import { parseOptions } from '../options.ts';

export const cls: ShellCommand = {
  name: 'cls',
  summary: 'Clears the screen.',
  usage: 'cls',
  setsLastError: true,
  run(shell, words) {
    parseOptions('cls', words, [], { most: 0 });
    shell.system.conOut.clearScreen();
  },
};
