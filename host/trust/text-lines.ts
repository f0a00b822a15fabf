// What minisign's three kinds of file share: a few lines of text, comments with a fixed start, and base64 of a fixed
// size. Nothing but what minisign itself writes is taken: no CR, no blank line, no second way to write the same bytes.
import type { FerryErrorCode } from '../error.ts';
import { FerryError } from '../error.ts';

/** Ends the reading of a file: what was expected and what was found. */
export type Complain = (what: string) => never;

/** Far more than the longest file that minisign writes: comments of 1024 and 8192 bytes, and the base64. */
export const MAXIMUM_FILE_SIZE = 10 * 1024;
export const UNTRUSTED_COMMENT = 'untrusted comment: ';
export const TRUSTED_COMMENT = 'trusted comment: ';

/** Errors of one file. `now` is what is true after the failure. */
export function complainer(code: FerryErrorCode, name: string, now: string, hint: string, exitCode: number): Complain {
  return (what) => {
    throw new FerryError(code, `${name}: ${what}; ${now}`, { hint, exitCode });
  };
}

/** The lines of a file that must have `count` of them. A line feed after the last one may be missing. */
export function linesOf(bytes: Uint8Array, count: number, complain: Complain): readonly string[] {
  if (bytes.length > MAXIMUM_FILE_SIZE) return complain(`expected at most ${MAXIMUM_FILE_SIZE} bytes, got more`);
  if (bytes.includes(0x0d)) return complain('expected lines that end with LF, got a CR');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return complain('expected text in UTF-8, got other bytes');
  }
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length !== count) return complain(`expected ${count} lines, got ${lines.length}`);
  return lines;
}

/** What stands in a comment line after its fixed start. `limit` is in bytes. */
export function commentOf(line: string, start: string, limit: number, where: string, complain: Complain): string {
  if (!line.startsWith(start)) return complain(`${where}: expected a line that starts with "${start}", got another one`);
  const comment = line.slice(start.length);
  if (Buffer.byteLength(comment) > limit) return complain(`${where}: expected a comment of at most ${limit} bytes, got ${Buffer.byteLength(comment)}`);
  // C0 (but for the tab that minisign puts between its default fields), DEL and C1 would reach a terminal.
  if (/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/.test(comment)) return complain(`${where}: expected printable text, got a control character`);
  return comment;
}

/** Bytes from canonical base64. The text is never shown: a secret key could lie where a public one was expected. */
export function base64Of(line: string, size: number, where: string, complain: Complain): Buffer {
  const length = Math.ceil(size / 3) * 4;
  if (line.length !== length) return complain(`${where}: expected ${length} characters of base64 (${size} bytes), got ${line.length} characters`);
  const bytes = Buffer.from(line, 'base64');
  if (bytes.length !== size || bytes.toString('base64') !== line) return complain(`${where}: expected canonical base64 of ${size} bytes, got other text`);
  return bytes;
}

/** A text from a file as it may stand in a message: short, on one line, ASCII only. */
export function shown(text: string): string {
  const cut = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return JSON.stringify(cut).replace(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
