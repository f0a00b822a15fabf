import { LOAD_OPTION_ACTIVE } from '../../boot-option.ts';
import { bootVariable } from '../../boot-variables.ts';
import { EfiError } from '../../status.ts';
import { BootOptions } from '../boot-options.ts';
import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { hexDump } from '../hex-dump.ts';
import { parseOptions, wrongCount } from '../options.ts';
import { matchesOf } from '../paths.ts';
import { numberValue } from '../script/numbers.ts';
import type { Shell } from '../shell.ts';

const USAGE = `bcfg boot dump [-v] [-b]
bcfg boot add N FILE DESCRIPTION
bcfg boot rm N
bcfg boot mv N N
bcfg boot mod N DESCRIPTION
bcfg boot -opt N TEXT

  dump - Shows the boot options in the order in which they are tried; -v with their load options.
  add  - Adds an option at position N.      rm   - Removes it.      mv - Moves it.
  mod  - Gives it another description.      -opt - Gives it load options.
N is hexadecimal and counts from 0 within the list. TEXT may have quotes of its own around it,
which the EDK II shell asks for: bcfg boot -opt 0x0 "^"-c ferry.ini^""`;

const invalid = (word: string): CommandError => new CommandError('INVALID_PARAMETER', `bcfg: Invalid argument - '${word}'`);

/** A position in the list; `count` positions are there. Hexadecimal with or without 0x, as in the EDK II shell. */
function positionOf(word: string, count: number): number {
  const value = numberValue(/^0x/i.test(word) ? word : `0x${word}`);
  if (value === undefined) throw invalid(word);
  if (value >= BigInt(count)) throw new CommandError('INVALID_PARAMETER', `bcfg: Numbers must be under ${count.toString(16).toUpperCase()}.`);
  return Number(value);
}

function dump(shell: Shell, options: BootOptions, isVerbose: boolean): void {
  options.order.forEach((number, position) => {
    shell.print(`Option: ${position.toString(16).toUpperCase().padStart(2, '0')}. Variable: ${bootVariable(number)}   \n`);
    try {
      const { description, path, optionalData } = options.read(number);
      shell.print(`  Desc    - ${description}\n  DevPath - ${path.text}\n  Optional- ${optionalData === '' ? 'N' : 'Y'}\n`);
      if (isVerbose && optionalData !== '') shell.print(hexDump(Buffer.from(optionalData, 'utf16le')));
    } catch (error) {
      if (!(error instanceof EfiError)) throw error;
      shell.print(`  Can not be read: ${error.message}\n`);
    }
  });
}

function add(shell: Shell, options: BootOptions, [where = '', file = '', description = '']: readonly string[]): void {
  const position = positionOf(where, options.order.length + 1);
  const [found] = matchesOf(shell.volumes, file);
  if (!found) throw new CommandError('NOT_FOUND', `bcfg: Cannot open file - '${file}'`);
  const path = found.mapping.devicePath.append({ type: 'file', path: `\\${found.names.join('\\')}` });
  const number = options.add(position, { attributes: LOAD_OPTION_ACTIVE, description, path, optionalData: '' });
  shell.print(`Target = ${number.toString(16).toUpperCase().padStart(4, '0')}.\nbcfg: Add ${bootVariable(number)} as ${position.toString(16).toUpperCase()}\n`);
}

type Action = readonly [count: number, run: (shell: Shell, options: BootOptions, words: readonly string[]) => void];

const ACTIONS: Readonly<Record<string, Action>> = {
  add: [3, add],
  rm: [1, (_, options, [at = '']) => options.remove(positionOf(at, options.order.length))],
  mv: [2, (_, options, [from = '', to = '']) => options.move(positionOf(from, options.order.length), positionOf(to, options.order.length))],
  mod: [2, (_, options, [at = '', description = '']) => change(options, at, { description })],
  '-opt': [2, (_, options, [at = '', text = '']) => change(options, at, { optionalData: text.replace(/^"(.*)"$/s, '$1') })],
};

function change(options: BootOptions, at: string, changed: { readonly description?: string; readonly optionalData?: string }): void {
  const number = options.order[positionOf(at, options.order.length)] as number;
  options.write(number, { ...options.read(number), ...changed });
}

export const bcfg: ShellCommand = {
  name: 'bcfg',
  summary: 'Shows and changes the boot options.',
  usage: USAGE,
  setsLastError: true,
  run(shell, words) {
    const [kind = '', action = '', ...rest] = words;
    if (words.length < 2) throw wrongCount('bcfg', 'few');
    if (kind.toLowerCase() !== 'boot') throw invalid(kind);
    const options = new BootOptions(shell.system.runtimeServices);
    if (action.toLowerCase() === 'dump') return dump(shell, options, parseOptions('bcfg', rest, ['-v'], { most: 0 }).flags.has('-v'));
    const found = ACTIONS[action.toLowerCase()];
    if (!found) throw invalid(action);
    if (rest.length !== found[0]) throw wrongCount('bcfg', rest.length < found[0] ? 'few' : 'many');
    found[1](shell, options, rest);
  },
};
