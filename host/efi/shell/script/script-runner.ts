// Running a script file (UEFI Shell 2.2, section 3.6): line after line, with jumps, until its end, an `exit`, an error in
// its structure, or Ctrl-C.
import { readWhole } from '../../protocols/simple-file-system.ts';
import { Colour } from '../../protocols/simple-text-output.ts';
import { isEfiError, statusNumber } from '../../status.ts';
import { CommandError } from '../command-error.ts';
import { fullName, withFile, type FoundFile } from '../paths.ts';
import type { Shell } from '../shell.ts';
import { withArguments, withoutComment } from '../substitution.ts';
import { decodeText, textLines } from '../text-file.ts';
import { Script } from './script.ts';

/** So many scripts in each other at most: one that calls itself for ever is told so. */
const MAXIMUM_DEPTH = 16;

/** Runs one line of the shell; an error status ends the script. */
export type LineRunner = (shell: Shell, line: string) => bigint;

/** Runs a script file with its arguments, the file's name first. */
export function runScript(shell: Shell, file: FoundFile, args: readonly string[], runLine: LineRunner): void {
  if (shell.scripts.length >= MAXIMUM_DEPTH) throw new CommandError('OUT_OF_RESOURCES', `${fullName(file)}: more than ${MAXIMUM_DEPTH} scripts call each other`);
  const bytes = withFile(file, 'read', readWhole);
  if (!bytes) throw new CommandError('OUT_OF_RESOURCES', `${fullName(file)} is too large for a script`);
  const script = new Script(fullName(file), textLines(decodeText(bytes)), args);
  const wasEchoOn = shell.isEchoOn;
  shell.scripts.push(script);
  try {
    while (script.line && !runScriptLine(shell, script, runLine)) script.advance();
  } finally {
    shell.scripts.pop();
    if (!shell.script) shell.isEchoOn = wasEchoOn;
  }
}

/** Runs the present line. Answers whether the script ends with it. */
function runScriptLine(shell: Shell, script: Script, runLine: LineRunner): boolean {
  shell.boot.poll();
  const line = withArguments(withoutComment(script.line?.text ?? ''), script.args);
  const text = line.trimStart();
  if (text === '' || text.startsWith(':') || text.startsWith(';')) return shell.system.conIn.breakPressed();
  const status = text.startsWith('@') ? silently(shell, text, () => runLine(shell, text.slice(1))) : aloud(shell, line, () => runLine(shell, text));
  if (shell.scriptExitCode !== undefined) {
    shell.environment.setInternal('lasterror', statusNumber(shell.scriptExitCode));
    shell.scriptExitCode = undefined;
    return true;
  }
  return isEfiError(status) || shell.exitCode !== undefined || shell.system.conIn.breakPressed();
}

function aloud(shell: Shell, line: string, run: () => bigint): bigint {
  if (shell.isEchoOn) {
    shell.printColoured(Colour.yellow, shell.prompt);
    shell.print(`${line}\n`);
  }
  return run();
}

/** `@echo -off` is meant for what follows; any other command behind `@` leaves the echo as it was. */
function silently(shell: Shell, text: string, run: () => bigint): bigint {
  const wasEchoOn = shell.isEchoOn;
  shell.isEchoOn = false;
  try {
    return run();
  } finally {
    if (!/^@echo\s+-(on|off)\s*$/i.test(text)) shell.isEchoOn = wasEchoOn;
  }
}
