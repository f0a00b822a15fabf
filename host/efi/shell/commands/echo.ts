import type { ShellCommand } from '../command.ts';
import { parseOptions } from '../options.ts';

export const echo: ShellCommand = {
  name: 'echo',
  summary: 'Writes a line, or switches the display of script lines.',
  usage: 'echo [-on|-off]\necho [TEXT]\n\n  -on  - Lines of a script are shown before they run.\n  -off - They are not.\nWithout anything, shows which of the two it is.',
  setsLastError: false,
  run(shell, words) {
    const { flags, values } = parseOptions('echo', words, ['-on', '-off'], { signs: '-/+' });
    if (flags.size > 0) shell.isEchoOn = flags.has('-on');
    else if (values.length === 0) shell.print(`Echo is ${shell.isEchoOn ? 'on' : 'off'}.\n`);
    else shell.print(`${values.join(' ')}\n`);
  },
};
