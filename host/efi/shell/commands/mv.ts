import { isDirectory } from '../../protocols/simple-file-system.ts';
import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';
import { fileAt, fullName, withFile, type FoundFile, type ShellPath } from '../paths.ts';
import type { Shell } from '../shell.ts';
import { copyTree, isInside, sourcesOf, targetsOf } from './cp.ts';
import { removeTree } from './rm.ts';

function move(shell: Shell, source: FoundFile, target: ShellPath): void {
  const { current } = shell.volumes;
  const isSamePlace = fullName(source).toLowerCase() === fullName(target).toLowerCase();
  if (current && isInside({ mapping: current, names: current.directory }, source)) {
    throw new CommandError('INVALID_PARAMETER', 'Cannot move current working directory or its subdirectory.');
  }
  if (isInside(target, source) && !isSamePlace) throw new CommandError('INVALID_PARAMETER', 'Cannot move a directory into itself or its subdirectory.');
  shell.print(`Moving ${fullName(source)} -> ${fullName(target)}\n`);
  const present = isSamePlace ? undefined : fileAt(target);
  if (present && isDirectory(present.info)) throw new CommandError('ACCESS_DENIED', `mv: The destination is an existing directory '${fullName(target)}'.`);
  if (present) removeTree(shell, present, true);
  if (source.mapping === target.mapping) withFile(source, 'read', (file) => file.setInfo({ fileName: `\\${target.names.join('\\')}` }));
  else {
    copyTree(shell, source, target, true);
    removeTree(shell, source, true);
  }
  shell.print('- [ok]\n');
}

export const mv: ShellCommand = {
  name: 'mv',
  summary: 'Moves or renames files and directories.',
  usage: 'mv SOURCE... DESTINATION\n\nA file that is there already is replaced. Never asks.',
  setsLastError: true,
  run(shell, words) {
    const { values } = parseOptions('mv', words, [], { least: 2 });
    const sources = sourcesOf(shell, 'mv', values.slice(0, -1));
    for (const [source, target] of targetsOf(shell, 'mv', sources, values.at(-1) as string)) move(shell, source, target);
  },
};
