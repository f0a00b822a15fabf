import { isDirectory } from '../../protocols/simple-file-system.ts';
import { EfiError } from '../../status.ts';
import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';
import { fileAt, fullName, resolvePath, type ShellPath } from '../paths.ts';
import type { Shell } from '../shell.ts';

/** A directory of the current volume. Another volume becomes current by its name alone. */
function placeOf(shell: Shell, path: string): ShellPath {
  const place = resolved(shell, path);
  if (place?.mapping !== shell.volumes.current) throw new CommandError('NOT_FOUND', 'cd: No mapping found.');
  return place as ShellPath;
}

function resolved(shell: Shell, path: string): ShellPath | undefined {
  try {
    return resolvePath(shell.volumes, path);
  } catch (error) {
    if (error instanceof EfiError) return undefined;
    throw error;
  }
}

export const cd: ShellCommand = {
  name: 'cd',
  summary: 'Shows or changes the current directory.',
  usage: 'cd [DIRECTORY]\n\n.. is the directory above, \\ the root. FS0: makes another volume current.',
  setsLastError: true,
  run(shell, words) {
    const [path] = parseOptions('cd', words, [], { most: 1 }).values;
    const { current } = shell.volumes;
    if (!current) throw new CommandError('NOT_FOUND', 'cd: Current directory not specified.');
    if (path === undefined) return shell.print(`${fullName({ mapping: current, names: current.directory })}\n`);
    const place = placeOf(shell, path);
    const found = fileAt(place);
    if (!found || !isDirectory(found.info)) throw new CommandError('NOT_FOUND', `cd: '${fullName(place)}' is not a directory.`);
    shell.changeDirectory(place.mapping, place.names, { makeCurrent: true });
  },
};
