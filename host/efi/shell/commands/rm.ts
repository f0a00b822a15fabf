import { isDirectory } from '../../protocols/simple-file-system.ts';
import { EfiError, statusText } from '../../status.ts';
import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';
import { entriesOf, fullName, isDots, matchesOf, openPath, type FoundFile } from '../paths.ts';
import type { Shell } from '../shell.ts';

/** Deletes a file, or a directory with everything in it. */
export function removeTree(shell: Shell, file: FoundFile, isQuiet: boolean): void {
  if (isDirectory(file.info)) for (const entry of entriesOf(file)) if (!isDots(entry)) removeTree(shell, entry, isQuiet);
  if (!isQuiet) shell.print(`Deleting '${fullName(file)}'\n`);
  try {
    openPath(file, 'read').delete();
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    throw new CommandError('ACCESS_DENIED', `Delete error: ${statusText(error.status)}`);
  }
  if (!isQuiet) shell.print('Delete successful.\n');
}

export const rm: ShellCommand = {
  name: 'rm',
  summary: 'Deletes files, and directories with what is in them.',
  usage: 'rm [-q] PATH...\n\n  -q - Says nothing.\nNever asks.',
  setsLastError: true,
  run(shell, words) {
    const { flags, values } = parseOptions('rm', words, ['-q'], { least: 1 });
    const found = values.map((path) => ({ path, files: matchesOf(shell.volumes, path) }));
    const missing = found.find(({ files }) => files.length === 0);
    if (missing) throw new CommandError('NOT_FOUND', `rm: File not found - '${missing.path}'`);
    for (const file of found.flatMap(({ files }) => files)) {
      if (file.names.length === 0) throw new CommandError('INVALID_PARAMETER', `Delete error.  Invalid target '${fullName(file)}'`);
      removeTree(shell, file, flags.has('-q'));
    }
  },
};
