import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';
import { numberValue } from '../script/numbers.ts';

/** Longer pieces would make Ctrl-C wait. */
const PIECE_MICROSECONDS = 100_000;
const MAXIMUM_MICROSECONDS = 0xffff_ffffn;

export const stall: ShellCommand = {
  name: 'stall',
  summary: 'Waits for some microseconds.',
  usage: 'stall MICROSECONDS',
  setsLastError: false,
  run(shell, words) {
    const [word = ''] = parseOptions('stall', words, [], { least: 1, most: 1 }).values;
    const microseconds = numberValue(word);
    if (microseconds === undefined || microseconds < 0n || microseconds > MAXIMUM_MICROSECONDS) {
      throw new CommandError('INVALID_PARAMETER', `stall: Invalid argument - '${word}'`);
    }
    for (let left = Number(microseconds); left > 0; left -= PIECE_MICROSECONDS) {
      const isOver = shell.boot.stall(Math.min(left, PIECE_MICROSECONDS)) || shell.system.conIn.breakPressed();
      if (isOver) return;
    }
  },
};
