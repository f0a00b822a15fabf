import { FileAttribute, isDirectory } from '../../protocols/simple-file-system.ts';
import { Colour } from '../../protocols/simple-text-output.ts';
import { EfiError } from '../../status.ts';
import { dateText, minuteText } from '../../time.ts';
import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';
import { entriesOf, fileAt, fullName, hasWildcard, isDots, matchFiles, resolvePath, type FoundFile, type ShellPath } from '../paths.ts';
import type { Shell } from '../shell.ts';

/** `1,234` in eleven columns, as the EDK II shell writes sizes. */
const column = (value: number): string => value.toLocaleString('en-US').padStart(11);

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
  if (entries.length === 0) return;
  const files = entries.filter(({ info }) => !isDirectory(info));
  shell.print(`Directory of: ${fullName(directory)}\n`);
  entries.forEach((entry) => showEntry(shell, entry));
  const size = files.reduce((sum, { info }) => sum + info.fileSize, 0);
  shell.print(`${column(files.length)} File(s) ${column(size)} bytes\n${column(entries.length - files.length)} Dir(s)\n`);
}

function showTree(shell: Shell, directory: ShellPath): void {
  if (shell.system.conIn.breakPressed()) return;
  const entries = entriesOf(directory);
  showDirectory(shell, directory, entries);
  for (const entry of entries) if (isDirectory(entry.info) && !isDots(entry)) showTree(shell, entry);
}

export const ls: ShellCommand = {
  name: 'ls',
  summary: 'Lists a directory or files.',
  usage: 'ls [-r] [PATH]\n\n  -r - With all directories below.\nPATH is a directory, a file, or a pattern with * ? [.',
  setsLastError: true,
  run(shell, words) {
    const { flags, values } = parseOptions('ls', words, ['-r'], { most: 1 });
    const path = values[0] ?? '';
    if (!shell.volumes.current && !path.includes(':')) throw new CommandError('NOT_FOUND', 'ls: Current directory not specified.');
    const place = placeOf(shell, path);
    const found = hasWildcard(path) ? matchFiles(shell.volumes, path) : [fileAt(place)].filter((file) => file !== undefined);
    const [first] = found;
    if (!first) throw new CommandError('NOT_FOUND', `ls: File Not Found - '${fullName(place)}'`);
    if (!hasWildcard(path) && isDirectory(first.info)) return flags.has('-r') ? showTree(shell, first) : showDirectory(shell, first, entriesOf(first));
    showDirectory(shell, { mapping: first.mapping, names: first.names.slice(0, -1) }, found);
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
