import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { numberValue } from '../script/numbers.ts';

export const exit: ShellCommand = {
  name: 'exit',
  summary: 'Leaves the shell, or a script.',
  usage: 'exit [/b] [CODE]\n\n  /b   - Leaves only the script that runs.\n  CODE - What the shell returns, or %lasterror% after the script. 0 when not given.',
  setsLastError: true,
  run(shell, words) {
    const isScriptOnly = words.some((word) => word.toLowerCase() === '/b');
    const [code = '0', ...rest] = words.filter((word) => word.toLowerCase() !== '/b');
    const value = numberValue(code);
    if (rest.length > 0) throw new CommandError('INVALID_PARAMETER', 'exit: Too many arguments.');
    if (value === undefined) throw new CommandError('INVALID_PARAMETER', `exit: Invalid argument - '${code}'`);
    const status = BigInt.asUintN(64, value);
    if (isScriptOnly && shell.script) shell.scriptExitCode = status;
    else shell.exitCode = status;
  },
};
