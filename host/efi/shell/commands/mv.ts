import { isDirectory } from '../../protocols/simple-file-system.ts';
import { EfiError, statusText } from '../../status.ts';
import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';
import { fileAt, fullName, withFile, type FoundFile, type ShellPath } from '../paths.ts';
import type { Shell } from '../shell.ts';
import { copyTree, isInside, pathsOf, sourcesOf, targetsOf } from './cp.ts';
import { removeTree } from './rm.ts';

/** On one volume it is a change of name. */
function carry(shell: Shell, source: FoundFile, target: ShellPath): void {
  try {
    if (source.mapping === target.mapping) return withFile(source, 'read', (file) => file.setInfo({ fileName: `\\${target.names.join('\\')}` }));
    copyTree(source, target);
    removeTree(shell, source, true);
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    throw new CommandError('INVALID_PARAMETER', `mv: Status: ${statusText(error.status)}`);
  }
}

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
  carry(shell, source, target);
  shell.print('- [ok]\n');
}

export const mv: ShellCommand = {
  name: 'mv',
  summary: 'Moves or renames files and directories.',
  usage: 'mv [-q] SOURCE... [DESTINATION]\n\n  -q - As without it: never asks.\nA file that is there already is replaced. Without DESTINATION it is the current directory.',
  setsLastError: true,
  run(shell, words) {
    const [paths, destination] = pathsOf(parseOptions('mv', words, ['-q'], { least: 1 }).values);
    const sources = sourcesOf(shell, 'mv', paths);
    for (const [source, target] of targetsOf(shell, 'mv', sources, destination)) move(shell, source, target);
  },
};
