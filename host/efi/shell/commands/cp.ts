import { isDirectory, type FileProtocol } from '../../protocols/simple-file-system.ts';
import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';
import { below, entriesOf, fileAt, isDots, matchesOf, resolvePath, withFile, type FoundFile, type ShellPath } from '../paths.ts';
import type { Shell } from '../shell.ts';

const PIECE = 64 * 1024;

/** Copies in pieces; returns when the copy is on the medium. */
function copyContent(from: FileProtocol, to: FileProtocol): void {
  const piece = new Uint8Array(PIECE);
  to.setInfo({ fileSize: 0 });
  for (let count = from.read(piece); count > 0; count = from.read(piece)) to.write(piece.subarray(0, count));
  to.flush();
}

/** Whether a place is the other one or lies in it. */
export function isInside(inner: ShellPath, outer: ShellPath): boolean {
  const begins = outer.names.every((name, index) => inner.names[index]?.toLowerCase() === name.toLowerCase());
  return inner.mapping.handle === outer.mapping.handle && begins;
}

/** Copies a file, or a directory with everything in it. */
export function copyTree(source: FoundFile, target: ShellPath): void {
  if (isInside(target, source)) throw new CommandError('INVALID_PARAMETER', 'cp: The source and destination are the same.');
  if (!isDirectory(source.info)) return withFile(source, 'read', (from) => withFile(target, 'create', (to) => copyContent(from, to)));
  withFile(target, 'create', () => undefined, { directory: true });
  for (const entry of entriesOf(source)) if (!isDots(entry)) copyTree(entry, below(target, entry.info.fileName));
}

/** Where the sources of `cp` and `mv` go: into a directory that is there, or to the one place that is named. */
export function targetsOf(shell: Shell, command: string, sources: readonly FoundFile[], destination: string): [FoundFile, ShellPath][] {
  const place = resolvePath(shell.volumes, destination);
  const present = fileAt(place);
  if (present && isDirectory(present.info)) return sources.map((source) => [source, below(present, source.names.at(-1) ?? '')]);
  const needsDirectory = sources.length > 1 || (command === 'cp' && sources.some(({ info }) => isDirectory(info)));
  if (needsDirectory) throw new CommandError('INVALID_PARAMETER', `${command}: '${destination}' is not a directory.`);
  return sources.map((source) => [source, place]);
}

/** Sources and destination: the last path, or the current directory when there is one path only. */
export function pathsOf(values: readonly string[]): [sources: readonly string[], destination: string] {
  return values.length > 1 ? [values.slice(0, -1), values.at(-1) as string] : [values, '.'];
}

/** The files that the sources of `cp` and `mv` stand for. */
export function sourcesOf(shell: Shell, command: string, paths: readonly string[]): FoundFile[] {
  return paths.flatMap((path) => {
    const found = matchesOf(shell.volumes, path);
    if (found.length === 0) throw new CommandError('NOT_FOUND', `${command}: File not found - '${path}'`);
    return found;
  });
}

export const cp: ShellCommand = {
  name: 'cp',
  summary: 'Copies files and directories.',
  usage: 'cp [-r] [-q] SOURCE... [DESTINATION]\n\n  -r - Directories too, with what is in them, into a directory that is there.\n  -q - As without it: never asks.\nA file that is there already is replaced. Without DESTINATION it is the current directory.',
  setsLastError: true,
  run(shell, words) {
    const { flags, values } = parseOptions('cp', words, ['-r', '-q'], { least: 1 });
    const [paths, destination] = pathsOf(values);
    const sources = sourcesOf(shell, 'cp', paths);
    if (!flags.has('-r') && sources.some(({ info }) => isDirectory(info))) throw new CommandError('INVALID_PARAMETER', 'cp: Copying a directory requires -r.');
    for (const [source, target] of targetsOf(shell, 'cp', sources, destination)) {
      copyTree(source, target);
      shell.print('- [ok]\n');
    }
  },
};
