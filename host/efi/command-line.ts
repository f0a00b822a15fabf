// A command line taken apart into parameters (UEFI Shell 2.2, section 3.2): spaces separate, quotes hold together, `^`
// takes the next character as it is. The shell uses it, and images get their arguments by it.
import { EfiError } from './status.ts';

/** Where the parameter that begins at `start` ends. EFI_INVALID_PARAMETER when a quote is not closed. */
function endOfParameter(line: string, start: number): number {
  let isQuoted = false;
  for (let at = start; at < line.length; at++) {
    if (line[at] === '^') at++;
    else if (line[at] === '"') isQuoted = !isQuoted;
    else if (line[at] === ' ' && !isQuoted) return at;
  }
  if (isQuoted) throw new EfiError('INVALID_PARAMETER', 'a quotation mark is not closed');
  return line.length;
}

/** What stands in the line for one parameter, and what it means. */
export interface Parameter {
  readonly raw: string;
  /** Quotes and escapes worked out. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** All parameters of a line. */
export function parameters(line: string): Parameter[] {
  const found: Parameter[] = [];
  for (let at = 0; at < line.length;) {
    if (line[at] === ' ') {
      at++;
      continue;
    }
    const end = endOfParameter(line, at);
    const raw = line.slice(at, end);
    found.push({ raw, text: unquoted(raw), start: at, end });
    at = end;
  }
  return found;
}

/** Removes quotes and escapes. */
function unquoted(raw: string): string {
  return raw.replace(/\^(.?)|"/gs, (_, escaped: string | undefined) => escaped ?? '');
}
