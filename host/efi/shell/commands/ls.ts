import { FileAttribute, isDirectory } from '../../protocols/simple-file-system.ts';
import { Colour } from '../../protocols/simple-text-output.ts';
import { EfiError } from '../../status.ts';
import { dateText, minuteText } from '../../time.ts';
import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';
import { entriesOf, fileAt, fullName, hasWildcard, isDots, matchFiles, resolvePath, wildcardPattern, type FoundFile, type ShellPath } from '../paths.ts';
import type { Shell } from '../shell.ts';

/** `1,234` in eleven columns, as the EDK II shell writes sizes. */
const column = (value: number): string => value.toLocaleString('en-US').padStart(11);

const parentOf = ({ mapping, names }: ShellPath): ShellPath => ({ mapping, names: names.slice(0, -1) });
const directoryName = (place: ShellPath): string => `${fullName(place)}\\`.replace(/\\+$/, '\\');

function showEntry(shell: Shell, { info }: FoundFile): void {
  const { modificationTime: time, attribute } = info;
  const kind = isDirectory(info) ? '<DIR>' : '';
  const readOnly = attribute & FileAttribute.readOnly ? 'r' : ' ';
  shell.print(`${dateText(time)}  ${minuteText(time)} ${kind.padStart(5)} ${readOnly} ${column(info.fileSize)}  `);
  const colour = isDirectory(info) ? Colour.lightCyan : /\.(nsh|efi|wasm)$/i.test(info.fileName) ? Colour.lightGreen : Colour.lightGray;
  shell.printColoured(colour, info.fileName);
  shell.print('\n');
}

function showDirectory(shell: Shell, directory: ShellPath, entries: readonly FoundFile[]): void {
  const files = entries.filter(({ info }) => !isDirectory(info));
  shell.print(`Directory of: ${directoryName(directory)}\n`);
  entries.forEach((entry) => showEntry(shell, entry));
  const size = files.reduce((sum, { info }) => sum + info.fileSize, 0);
  shell.print(`${column(files.length)} File(s) ${column(size)} bytes\n${column(entries.length - files.length)} Dir(s)\n`);
}

/** The entries of a directory and of all below that fit; a directory where none does is left out. Answers how many did. */
function showTree(shell: Shell, directory: ShellPath, fits: (entry: FoundFile) => boolean): number {
  if (shell.system.conIn.breakPressed()) return 0;
  const entries = entriesOf(directory);
  const fitting = entries.filter(fits);
  if (fitting.length > 0) showDirectory(shell, directory, fitting);
  const below = entries.filter((entry) => isDirectory(entry.info) && !isDots(entry)).map((entry) => showTree(shell, entry, fits));
  return below.reduce((sum, count) => sum + count, fitting.length);
}

/** What is in a directory, or the files that a path stands for. Answers how many that were. */
function show(shell: Shell, path: string, place: ShellPath, isRecursive: boolean): number {
  const isPattern = hasWildcard(path);
  if (isRecursive && hasWildcard(place.names.at(-1) ?? '')) {
    const pattern = wildcardPattern(place.names.at(-1) as string);
    return matchFiles(shell.volumes, `${fullName(parentOf(place))}`).reduce((sum, directory) => sum + showTree(shell, directory, ({ info }) => pattern.test(info.fileName)), 0);
  }
  const found = isPattern ? matchFiles(shell.volumes, path) : [fileAt(place)].filter((file) => file !== undefined);
  const [first] = found;
  if (!first) return 0;
  if (isPattern || !isDirectory(first.info)) showDirectory(shell, parentOf(first), found);
  else if (isRecursive) showTree(shell, first, () => true);
  else showDirectory(shell, first, entriesOf(first));
  return found.length;
}

export const ls: ShellCommand = {
  name: 'ls',
  summary: 'Lists a directory or files.',
  usage: 'ls [-b] [-r] [PATH]\n\n  -r - With all directories below.\n  -b - Stops after every screen.\nPATH is a directory, a file, or a pattern with * ? [.',
  setsLastError: true,
  run(shell, words) {
    const { flags, values } = parseOptions('ls', words, ['-r'], { most: 1 });
    const path = values[0] ?? '';
    if (!shell.volumes.current && !path.includes(':')) throw new CommandError('NOT_FOUND', 'ls: Current directory not specified.');
    const place = placeOf(shell, path);
    if (show(shell, path, place, flags.has('-r')) === 0) throw new CommandError('NOT_FOUND', `ls: File Not Found - '${directoryName(parentOf(place))}'`);
  },
};

function placeOf(shell: Shell, path: string): ShellPath {
  try {
    return resolvePath(shell.volumes, path);
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    throw new CommandError('NOT_FOUND', `ls: File Not Found - '${path}'`);
  }
}
