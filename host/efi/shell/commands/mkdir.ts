import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';
import { fileAt, fullName, resolvePath, withFile } from '../paths.ts';

export const mkdir: ShellCommand = {
  name: 'mkdir',
  summary: 'Makes directories.',
  usage: 'mkdir DIRECTORY...',
  setsLastError: true,
  run(shell, words) {
    for (const path of parseOptions('mkdir', words, [], { least: 1 }).values) {
      const place = resolvePath(shell.volumes, path);
      if (fileAt(place)) throw new CommandError('INVALID_PARAMETER', `Directory '${fullName(place)}' already exists.`);
      withFile(place, 'create', () => undefined, { directory: true });
    }
  },
};
