import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { fullName, matchesOf } from '../paths.ts';
import { blockEnd, blockStart } from '../script/blocks.ts';
import { rangeValues, setValues } from '../script/loop-values.ts';
import type { ForLoop, Script } from '../script/script.ts';
import type { Shell } from '../shell.ts';
import { noMatching, scriptOf } from './if.ts';

const USAGE = `for %A in SET
  commands
endfor

for %A run (START END [STEP])
  commands
endfor

%A is % and one letter; its value takes its place in the commands. SET is words, and
patterns with * ? [ that stand for the full names of files.`;

export const forCommand: ShellCommand = {
  name: 'for',
  summary: 'Runs commands in a script for each of several values.',
  usage: USAGE,
  setsLastError: false,
  isScriptOnly: true,
  run(shell, words) {
    const script = scriptOf(shell, 'for');
    const end = blockEnd(script, script.position, 'for', 'endfor');
    if (end === undefined) throw noMatching('EndFor', 'For', script);
    const loop = script.takeLoop() ?? begin(shell, script, words);
    const { done, value } = loop.values.next();
    if (!done) {
      script.variables.set(loop.variable, value);
      return;
    }
    script.loops.delete(script.position);
    script.variables.delete(loop.variable);
    script.jump(end + 1);
  },
};

export const endFor: ShellCommand = {
  name: 'endfor',
  summary: 'Ends the commands of for.',
  usage: USAGE,
  setsLastError: false,
  isScriptOnly: true,
  run(shell, words) {
    const script = scriptOf(shell, 'endfor');
    if (words.length > 0) throw new CommandError('INVALID_PARAMETER', 'endfor: Too many arguments');
    const start = blockStart(script, script.position, 'for', 'endfor');
    if (start === undefined) throw noMatching('For', 'EndFor', script);
    script.jump(start, { isBackFromEndfor: true });
  },
};

function begin(shell: Shell, script: Script, words: readonly string[]): ForLoop {
  const [name = '', kind = '', ...set] = words;
  if (set.length === 0) throw new CommandError('INVALID_PARAMETER', 'for: Too few arguments');
  if (!/^%[A-Za-z]$/.test(name)) throw new CommandError('INVALID_PARAMETER', `The script's Indexvar '${name}' is incorrect`);
  const loop = { variable: name.slice(1), values: valuesOf(shell, kind.toLowerCase(), set, script.line?.number ?? 0) };
  script.loops.set(script.position, loop);
  return loop;
}

function valuesOf(shell: Shell, kind: string, set: readonly string[], line: number): Iterator<string> {
  if (kind === 'run') return rangeValues(set, line);
  if (kind === 'in') return setValues(set, (pattern) => matchesOf(shell.volumes, pattern).map(fullName))[Symbol.iterator]();
  throw new CommandError('INVALID_PARAMETER', `The argument '${kind}' is incorrect. Line: ${line}`);
}
