import { EfiError } from '../../status.ts';
import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';
import type { Shell } from '../shell.ts';

function show(shell: Shell, name: string, value: string): void {
  shell.print(`${name.padStart(8)} = ${value}\n`);
}

export const set: ShellCommand = {
  name: 'set',
  summary: 'Shows, sets or deletes environment variables.',
  usage: 'set [-v] [NAME [VALUE]]\nset -d NAME\n\n  -v - The variable is forgotten at the next reset.\n  -d - Deletes the variable.\nWithout anything, shows all variables.',
  setsLastError: false,
  run(shell, words) {
    const { flags, values } = parseOptions('set', words, ['-v', '-d'], { most: 2 });
    const [name, value] = values;
    if (name === undefined && flags.has('-d')) throw new CommandError('INVALID_PARAMETER', "set: Missing argument for flag - '-d'");
    if (name === undefined) return shell.environment.list().forEach(([each, text]) => show(shell, each, text));
    try {
      if (flags.has('-d')) return shell.environment.delete(name);
      if (value !== undefined) return shell.environment.set(name, value, { isVolatile: flags.has('-v') });
    } catch (error) {
      if (!(error instanceof EfiError)) throw error;
      throw new CommandError('INVALID_PARAMETER', flags.has('-d') ? `set: Environment Variable '${name}' could not be deleted.` : `set: Unable to set ${name}`);
    }
    const present = shell.environment.get(name);
    if (present === undefined) shell.print(`set: Environment Variable '${name}' not defined.\n`);
    else show(shell, name, present);
  },
};
