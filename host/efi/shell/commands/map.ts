import { Colour } from '../../protocols/simple-text-output.ts';
import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';
import type { Shell } from '../shell.ts';
import type { Mapping } from '../volume-map.ts';

/** The mapping table, as `map` and the start of the shell show it. */
export function showMappings(shell: Shell, mappings: readonly Mapping[]): void {
  shell.printColoured(Colour.yellow, 'Mapping table\n');
  for (const { name, aliases, devicePath } of mappings) {
    shell.printColoured(Colour.yellow, `${name}:`.padStart(10));
    shell.print(` Alias(s):${aliases.map((alias) => `${alias}:`).join(';')}\n          ${devicePath.text}\n`);
  }
}

export const map: ShellCommand = {
  name: 'map',
  summary: 'Shows the volumes and their names.',
  usage: 'map [-r] [NAME]\n\n  -r - Looks for volumes anew.',
  setsLastError: true,
  run(shell, words) {
    const { flags, values } = parseOptions('map', words, ['-r'], { most: 1 });
    if (flags.has('-r')) shell.refreshVolumes();
    const [name] = values;
    if (name === undefined) return showMappings(shell, shell.volumes.all);
    const mapping = shell.volumes.find(name.replace(/:$/, ''));
    if (!mapping) {
      showMappings(shell, []);
      throw new CommandError('NOT_FOUND', `map: Cannot find mapped device - '${name}'`);
    }
    showMappings(shell, [mapping]);
  },
};
