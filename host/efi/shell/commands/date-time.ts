import { dateText, timeText } from '../../time.ts';
import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';

export const date: ShellCommand = {
  name: 'date',
  summary: 'Shows the date. The clock runs in UTC and is not set here.',
  usage: 'date',
  setsLastError: true,
  run(shell, words) {
    const [word] = parseOptions('date', words, [], { most: 1 }).values;
    if (word !== undefined) throw new CommandError('INVALID_PARAMETER', `date: Invalid argument - '${word}'`);
    shell.print(`${dateText(shell.system.runtimeServices.getTime())}\n`);
  },
};

export const time: ShellCommand = {
  name: 'time',
  summary: 'Shows the time. The clock runs in UTC and is not set here.',
  usage: 'time',
  setsLastError: true,
  run(shell, words) {
    const [word] = parseOptions('time', words, [], { most: 1 }).values;
    if (word !== undefined) throw new CommandError('INVALID_PARAMETER', `time: Invalid argument - '${word}'`);
    shell.print(`${timeText(shell.system.runtimeServices.getTime())} (UTC+00:00)\n`);
  },
};
