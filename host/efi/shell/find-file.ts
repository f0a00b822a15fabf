// Which file a command's name means (UEFI Shell 2.2, section 3.2): in the current directory, then along `%path%`, as it is
// written or with the suffix of a script or an image.
import { isDirectory } from '../protocols/simple-file-system.ts';
import { EfiError } from '../status.ts';
import { fileAt, resolvePath, type FoundFile } from './paths.ts';
import type { Shell } from './shell.ts';

const SUFFIXES = ['.nsh', '.efi', '.wasm'];

/** The script or image that a name stands for. */
export function findExecutable(shell: Shell, name: string): FoundFile | undefined {
  return findFile(shell, ['', ...SUFFIXES].map((suffix) => name + suffix));
}

/** The first of these names that is a file in the current directory or along the path. */
export function findFile(shell: Shell, names: readonly string[]): FoundFile | undefined {
  const first = names[0] ?? '';
  const path = (shell.environment.get('path') ?? '').split(';').filter((directory) => directory !== '');
  const directories = /[:\\/]/.test(first) ? [''] : ['', ...path.map((directory) => (/[:\\]$/.test(directory) ? directory : `${directory}\\`))];
  for (const directory of directories) {
    for (const name of names) {
      const found = fileNamed(shell, directory + name);
      if (found && !isDirectory(found.info)) return found;
    }
  }
  return undefined;
}

/** What is at a path; undefined also for a path that means nothing. */
export function fileNamed(shell: Shell, path: string): FoundFile | undefined {
  try {
    return fileAt(resolvePath(shell.volumes, path));
  } catch (error) {
    if (error instanceof EfiError) return undefined;
    throw error;
  }
}
