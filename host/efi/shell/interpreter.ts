// Running one command line (UEFI Shell 2.2, section 3.2): substitution, lexing, redirection, and then a command of the
// shell, a volume, a script or an image.
import type { SimpleTextOutput } from '../protocols/simple-text-output.ts';
import { EfiError, EfiStatus, isEfiError, statusText, withoutErrorBit } from '../status.ts';
import type { ShellCommand } from './command.ts';
import { CommandError } from './command-error.ts';
import { commandNamed } from './commands/table.ts';
import { findExecutable } from './find-file.ts';
import { parseCommandLine, type CommandLine, type Redirection } from './lexer.ts';
import { fullName, type FoundFile } from './paths.ts';
import { paged } from './paging.ts';
import { openRedirection, type RedirectedOutput } from './redirection.ts';
import { runImage } from './run-image.ts';
import { runScript } from './script/script-runner.ts';
import type { Shell } from './shell.ts';
import { withoutComment, withVariables } from './substitution.ts';

/** Runs a line. Answers an error status when a script that runs has to end because of it. */
export function runLine(shell: Shell, line: string): bigint {
  const text = shell.aliases.expand(expanded(shell, withoutComment(line).trim()).trim());
  if (text === '') return EfiStatus.SUCCESS;
  try {
    const parsed = parsedLine(shell, text);
    if (!parsed) return EfiStatus.SUCCESS;
    const run = meaningOf(shell, parsed);
    return run ? withRedirections(shell, parsed, run) : notRecognized(shell, parsed.words[0] ?? '');
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof EfiError)) throw error;
    shell.print(`${error.message}\n`);
    return reportStatus(shell, error.status);
  }
}

/** A quotation mark that is not closed is said, and the line is left out; a script goes on, as in the EDK II shell. */
function parsedLine(shell: Shell, text: string): CommandLine | undefined {
  try {
    return parseCommandLine(text);
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    shell.print(`${text}: ${error.message}\n`);
    shell.setLastError(withoutErrorBit(error.status));
    return undefined;
  }
}

/** The variable that a `for` names is not replaced by the value that it has from the turn before. */
function expanded(shell: Shell, line: string): string {
  const head = /^for\s+%[a-z](?=\s)/i.exec(line)?.[0] ?? '';
  return head + withVariables(line.slice(head.length), (name) => shell.environment.get(name), shell.script?.variables ?? new Map());
}

function reportStatus(shell: Shell, status: bigint): bigint {
  const line = shell.script?.line;
  shell.print(line ? `Script Error Status: ${statusText(status)} (line number ${line.number})\n` : `Command Error Status: ${statusText(status)}\n`);
  return status;
}

function withRedirections(shell: Shell, { output, error }: CommandLine, run: () => bigint): bigint {
  const { conOut, stdErr } = shell.system;
  const opened: RedirectedOutput[] = [];
  const open = (redirection: Redirection | undefined, otherwise: SimpleTextOutput): SimpleTextOutput => {
    if (!redirection) return otherwise;
    opened.push(openRedirection(redirection, shell.volumes, shell.environment));
    return opened.at(-1) as RedirectedOutput;
  };
  try {
    shell.system.redirect({ conOut: open(output, conOut), stdErr: open(error, stdErr) });
    return run();
  } finally {
    shell.system.redirect({ conOut, stdErr });
    opened.forEach((target) => target.close());
  }
}

/** What the words stand for. Nothing: the line is reported on the console, whatever redirections it has. */
function meaningOf(shell: Shell, parsed: CommandLine): (() => bigint) | undefined {
  const { words } = parsed;
  const [name = ''] = words;
  const command = words.includes('-?') ? commandNamed('help') : commandNamed(name);
  if (command) return () => runCommand(shell, command, words.includes('-?') ? [name] : words.slice(1));
  if (/^[^:\s]+:$/.test(name)) return () => changeVolume(shell, name);
  const file = findExecutable(shell, name);
  return file && (() => runFile(shell, file, parsed));
}

function runFile(shell: Shell, file: FoundFile, { words, rawWords }: CommandLine): bigint {
  if (file.info.fileName.toLowerCase().endsWith('.nsh')) runScript(shell, file, [fullName(file), ...rawWords.slice(1)], runLine);
  else runImage(shell, file, words);
  return EfiStatus.SUCCESS;
}

function notRecognized(shell: Shell, name: string): bigint {
  shell.print(`'${name}' is not recognized as an internal or external command, operable program, or script file.\n`);
  shell.setLastError(withoutErrorBit(EfiStatus.NOT_FOUND));
  return EfiStatus.SUCCESS;
}

/** A volume that is not there ends a script: what follows was meant for it. */
function changeVolume(shell: Shell, name: string): bigint {
  const mapping = shell.volumes.find(name.slice(0, -1));
  if (!mapping) {
    shell.print(`'${name}' is not a valid mapping.\n`);
    return EfiStatus.INVALID_PARAMETER;
  }
  shell.changeDirectory(mapping, mapping.directory, { makeCurrent: true });
  return EfiStatus.SUCCESS;
}

function runCommand(shell: Shell, command: ShellCommand, words: readonly string[]): bigint {
  const isPaged = words.includes('-b') && shell.system.conOut.mode.isTerminal;
  const rest = words.filter((word) => word !== '-b');
  const status = isPaged ? paged(shell, () => attempt(shell, command, rest)) : attempt(shell, command, rest);
  if (command.setsLastError) shell.setLastError(withoutErrorBit(status));
  const endsScript = isEfiError(status) && (command.isScriptOnly === true || status === EfiStatus.ABORTED);
  return endsScript ? reportStatus(shell, EfiStatus.ABORTED) : EfiStatus.SUCCESS;
}

function attempt(shell: Shell, command: ShellCommand, words: readonly string[]): bigint {
  try {
    command.run(shell, words);
    return EfiStatus.SUCCESS;
  } catch (error) {
    if (error instanceof CommandError) shell.print(`${error.message}\n`);
    else if (error instanceof EfiError) shell.print(`${command.name}: Status: ${statusText(error.status)} (${error.message})\n`);
    else throw error;
    return error.status;
  }
}
