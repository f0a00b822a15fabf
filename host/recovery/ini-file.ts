// The text of an INI file as sections of keys, each with its line. The same rules as ferry.ini (configs/README.md, "How it
// is written"). It knows no key.
import { FerryError } from '../error.ts';
import { shown } from '../trust/text-lines.ts';

export interface IniValue {
  readonly text: string;
  readonly line: number;
}

export interface IniSection {
  /** `source usb`, split: the first word and the rest. */
  readonly kind: string;
  readonly name: string;
  readonly line: number;
  readonly values: ReadonlyMap<string, IniValue>;
}

const LINE_LIMIT = 1024;
const FILE_LIMIT = 256 * 1024;

/** An error of a file: `recovery.ini:14: back-off: expected …, got …`. */
export function iniError(file: string, line: number, what: string): FerryError {
  return new FerryError('recovery-invalid', `${file}:${line}: ${what}; nothing was started`, { hint: 'correct that line; configs/README.md has the keys of recovery.ini', exitCode: 64 });
}

/** Reads the file's text. The first thing that is wrong is an error with its line. */
export function parseIni(bytes: Uint8Array, file: string): IniSection[] {
  if (bytes.length > FILE_LIMIT) throw iniError(file, 1, `expected at most ${FILE_LIMIT} bytes, got ${bytes.length}`);
  const sections: (IniSection & { values: Map<string, IniValue> })[] = [];
  textOf(bytes, file).split('\n').forEach((raw, index) => {
    const [number, line] = [index + 1, raw.replace(/\r$/, '')];
    const fail = (what: string): never => { throw iniError(file, number, what); };
    if (Buffer.byteLength(line) > LINE_LIMIT) fail(`expected at most ${LINE_LIMIT} bytes in a line, got ${Buffer.byteLength(line)}`);
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(line)) fail('expected text, got a control character');
    const content = line.trim();
    if (content === '' || content.startsWith(';') || content.startsWith('#')) return;
    if (content.startsWith('[')) return void sections.push(sectionOf(content, number, sections, fail));
    const section = sections.at(-1) ?? fail(`expected a section in brackets first, got ${shown(content)}`);
    const [, key = '', rest = ''] = /^([a-z][a-z0-9-]*)\s*=(.*)$/.exec(content) ?? fail(`expected "key = value" with a key in lower case, got ${shown(content)}`);
    if (section.values.has(key)) fail(`${key}: expected each key once in a section, got it again (first in line ${section.values.get(key)?.line})`);
    section.values.set(key, { text: valueOf(rest, key, fail), line: number });
  });
  return sections;
}

function textOf(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw iniError(file, 1, 'expected text in UTF-8, got other bytes');
  }
}

function sectionOf(content: string, line: number, known: readonly IniSection[], fail: (what: string) => never): IniSection & { values: Map<string, IniValue> } {
  const [, kind = '', name = ''] = /^\[([a-z-]+)(?:\s+([A-Za-z0-9._-]{1,31}))?\](?:\s+;.*)?$/.exec(content) ?? fail(`expected a section like [recovery] or [source NAME], got ${shown(content)}`);
  const before = known.find((one) => one.kind === kind && one.name === name);
  if (before !== undefined) fail(`[${kind}${name && ` ${name}`}]: expected each section once, got it again (first in line ${before.line})`);
  return { kind, name, line, values: new Map() };
}

/** What stands after the equals sign: without the comment, without the quotes. */
function valueOf(rest: string, key: string, fail: (what: string) => never): string {
  const text = rest.trim();
  if (text.startsWith('"')) return /^"([^"]*)"(?:\s+;.*)?$/.exec(text)?.[1] ?? fail(`${key}: expected a closing quote and nothing after it, got ${shown(text)}`);
  const value = text.replace(/(^|\s+);.*$/, '');
  return value === '' ? fail(`${key}: expected a value, got none`) : value;
}
