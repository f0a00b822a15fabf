import type { ShellCommand } from '../command.ts';
import { parseOptions } from '../options.ts';

export const reset: ShellCommand = {
  name: 'reset',
  summary: 'Resets the machine or switches it off.',
  usage: 'reset [-w|-s|-c] [TEXT]\n\n  -c - Cold reset. It is what happens without an option.\n  -w - Warm reset.\n  -s - Switches the machine off.\nTEXT is shown before.',
  setsLastError: true,
  run(shell, words) {
    const { flags, values } = parseOptions('reset', words, ['-w', '-s', '-c'], { most: 1 });
    if (values[0] !== undefined) shell.print(`Reset with ${values[0]}\n`);
    shell.system.runtimeServices.resetSystem(flags.has('-s') ? 'shutdown' : flags.has('-w') ? 'warm' : 'cold');
  },
};
