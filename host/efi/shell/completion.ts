// What Tab makes of the word before the cursor: commands and files that begin with it.
import { isDirectory } from '../protocols/simple-file-system.ts';
import { EfiError } from '../status.ts';
import { commandNames } from './commands/table.ts';
import { entriesOf, isDots, resolvePath, type FoundFile } from './paths.ts';
import type { Shell } from './shell.ts';

/** Where the word begins, and what may take its place, best first. */
export interface Completions {
  readonly start: number;
  readonly words: readonly string[];
}

/** The completions of a line up to the cursor. Quotes are put around names with spaces. */
export function completionsOf(shell: Shell, line: string): Completions {
  const [word = ''] = /(?:"[^"]*"?|[^\s"])*$/.exec(line) ?? [];
  const start = line.length - word.length;
  const typed = word.replaceAll('"', '');
  const isCommand = line.slice(0, start).trim() === '' && !/[:\\/]/.test(typed);
  const commands = isCommand ? commandNames().filter((name) => name.startsWith(typed.toLowerCase()) && typed !== '') : [];
  return { start, words: [...commands, ...files(shell, typed), ...volumes(shell, typed)] };
}

function volumes(shell: Shell, typed: string): string[] {
  if (typed === '' || /[:\\/]/.test(typed)) return [];
  return shell.volumes.all.map(({ name }) => `${name}:`).filter((name) => name.toLowerCase().startsWith(typed.toLowerCase()));
}

function files(shell: Shell, typed: string): string[] {
  const [, directory = '', begin = ''] = /^(.*[:\\/])?(.*)$/s.exec(typed) ?? [];
  const found = entries(shell, directory).filter((entry) => !isDots(entry) && entry.info.fileName.toLowerCase().startsWith(begin.toLowerCase()));
  return found.map(({ info }) => quoted(`${directory}${info.fileName}${isDirectory(info) ? '\\' : ''}`));
}

/** A directory that is not there has no entries. */
function entries(shell: Shell, directory: string): FoundFile[] {
  try {
    return entriesOf(resolvePath(shell.volumes, directory));
  } catch (error) {
    if (error instanceof EfiError) return [];
    throw error;
  }
}

const quoted = (name: string): string => (/\s/.test(name) ? `"${name}"` : name);
