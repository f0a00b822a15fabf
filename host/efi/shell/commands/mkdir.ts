import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';
import { EfiError } from '../../status.ts';
import { fileAt, resolvePath, withFile, type ShellPath } from '../paths.ts';
import type { Shell } from '../shell.ts';

const unable = (path: string): CommandError => new CommandError('ACCESS_DENIED', `Directory '${path}' unable to create.`);

function placeOf(shell: Shell, path: string): ShellPath {
  try {
    return resolvePath(shell.volumes, path);
  } catch (error) {
    throw error instanceof EfiError ? unable(path) : error;
  }
}

/** With the directories on the way to it, as the EDK II shell does. */
function make({ mapping, names }: ShellPath, path: string): void {
  try {
    names.forEach((_, index) => withFile({ mapping, names: names.slice(0, index + 1) }, 'create', () => undefined, { directory: true }));
  } catch (error) {
    throw error instanceof EfiError ? unable(path) : error;
  }
}

export const mkdir: ShellCommand = {
  name: 'mkdir',
  summary: 'Makes directories.',
  usage: 'mkdir DIRECTORY...\n\nThe directories on the way to it are made too.',
  setsLastError: true,
  run(shell, words) {
    for (const path of parseOptions('mkdir', words, [], { least: 1 }).values) {
      const place = placeOf(shell, path);
      if (fileAt(place)) throw new CommandError('INVALID_PARAMETER', `Directory '${path}' already exists.`);
      make(place, path);
    }
  },
};
