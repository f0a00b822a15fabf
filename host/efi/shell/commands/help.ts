import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';

/** `help` over the commands that there are. */
export function helpCommand(commands: () => readonly ShellCommand[]): ShellCommand {
  return {
    name: 'help',
    summary: 'Shows the list of commands, or how one is used.',
    usage: 'help [-b] [COMMAND]\nCOMMAND -?\n\n  -b - Stops after every screen.',
    setsLastError: true,
    run(shell, words) {
      const [name] = parseOptions('help', words, [], { most: 1 }).values;
      if (name === undefined) {
        for (const command of commands()) shell.print(`${command.name.padEnd(14)}- ${command.summary}\n`);
        return shell.print('\nhelp COMMAND shows how a command is used. The name of a .nsh script or of an image runs it.\n');
      }
      const command = commands().find((each) => each.name === name.toLowerCase());
      if (!command) throw new CommandError('NOT_FOUND', `No help could be found for command '${name}'.`);
      shell.print(`${command.summary}\n\n${command.usage}\n`);
    },
  };
}
