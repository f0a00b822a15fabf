import { EfiError, EfiStatus } from '../../status.ts';
import type { Alias } from '../aliases.ts';
import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';
import type { Shell } from '../shell.ts';

function show(shell: Shell, { name, command, isVolatile }: Alias): void {
  shell.print(`${isVolatile ? '*' : ' '}${name.padStart(11)}:${command}\n`);
}

function change(run: () => void, name: string): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    if (error.status === EfiStatus.ACCESS_DENIED) throw new CommandError('ACCESS_DENIED', 'alias: Access denied.');
    throw new CommandError('NOT_FOUND', `alias: '${name}' does not exist.`);
  }
}

/** `alias` over the commands that there are. */
export const aliasCommand = (isCommand: (name: string) => boolean): ShellCommand => ({
  name: 'alias',
  summary: 'Shows, sets or deletes other names for commands.',
  usage: 'alias [-v] [NAME [COMMAND]]\nalias -d NAME\n\n  -v - The alias is forgotten at the next reset; the list marks it with *.\n  -d - Deletes the alias.\nWithout anything, shows all. The names of commands and the aliases that the shell itself has\ncan not be changed.',
  setsLastError: true,
  run(shell, words) {
    const { flags, values } = parseOptions('alias', words, ['-v', '-d'], { most: 2 });
    const [name, command] = values;
    if (name === undefined && flags.has('-d')) throw new CommandError('INVALID_PARAMETER', 'alias: Too few arguments');
    if (name === undefined) return shell.aliases.list().forEach((each) => show(shell, each));
    if (command !== undefined && isCommand(name)) throw new CommandError('ACCESS_DENIED', 'alias: Access denied.');
    if (flags.has('-d')) return change(() => shell.aliases.delete(name), name);
    if (command !== undefined) return change(() => shell.aliases.set(name, command, { isVolatile: flags.has('-v') }), name);
    const present = shell.aliases.get(name);
    if (!present) throw new CommandError('INVALID_PARAMETER', `alias: Invalid argument - '${name}'`);
    show(shell, present);
  },
});
