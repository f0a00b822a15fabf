// The keys of one section of recovery.ini, taken one after the other in the form that each must have. A key that nobody
// has taken is an error, so that a slip of the hand is not an absent setting.
import { isAbsolute, resolve } from 'node:path';
import type { FerryError } from '../error.ts';
import { shown } from '../trust/text-lines.ts';
import { iniError, type IniSection } from './ini-file.ts';

const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, KiB: 1024, MiB: 1024 * 1024 };

export class SectionReader {
  readonly name: string;
  readonly #section: IniSection;
  readonly #file: string;
  /** Paths are relative to it. */
  readonly #directory: string;
  readonly #taken = new Set<string>();

  constructor(section: IniSection, file: string, directory: string) {
    this.name = section.name;
    this.#section = section;
    this.#file = file;
    this.#directory = directory;
  }

  /** The section's file and line. */
  get at(): string {
    return `${this.#file}:${this.#section.line}`;
  }

  /** An error at a key's line, or at the section's. */
  wrong(key: string, what: string): FerryError {
    const { kind, name, line, values } = this.#section;
    return iniError(this.#file, values.get(key)?.line ?? line, `[${kind}${name && ` ${name}`}] ${key}: ${what}`);
  }

  text(key: string): string | undefined {
    this.#taken.add(key);
    return this.#section.values.get(key)?.text;
  }

  required(key: string, expected: string): string {
    const text = this.text(key);
    if (text === undefined) throw this.wrong(key, `expected ${expected}, got none`);
    return text;
  }

  matching(key: string, form: RegExp, expected: string): string | undefined {
    const text = this.text(key);
    if (text === undefined || form.test(text)) return text;
    throw this.wrong(key, `expected ${expected}, got ${shown(text)}`);
  }

  choice<Word extends string>(key: string, words: readonly Word[]): Word | undefined {
    const text = this.text(key);
    const word = words.find((one) => one === text);
    if (text !== undefined && word === undefined) throw this.wrong(key, `expected ${words.join(' or ')}, got ${shown(text)}`);
    return word;
  }

  number(key: string, lowest: number, highest: number): number | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= lowest && number <= highest) return number;
    throw this.wrong(key, `expected a whole number from ${lowest} to ${highest}, got ${shown(text)}`);
  }

  /** Milliseconds. */
  duration(key: string, lowestMs: number, highestMs: number): number | undefined {
    return this.#amount(key, DURATION_UNITS, lowestMs, highestMs, 'a whole number with ms, s, m or h');
  }

  /** Bytes. */
  size(key: string, lowest: number, highest: number): number | undefined {
    return this.#amount(key, SIZE_UNITS, lowest, highest, 'a number of bytes, or one with KiB or MiB');
  }

  /** A path of the operating system, relative to where the file lies. */
  path(key: string): string {
    const text = this.required(key, 'a path');
    return isAbsolute(text) ? text : resolve(this.#directory, text);
  }

  /** What nobody has taken is an error. */
  end(): void {
    for (const [key] of this.#section.values) {
      if (!this.#taken.has(key)) throw this.wrong(key, `expected one of ${[...this.#taken].join(', ')}, got an unknown key`);
    }
  }

  #amount(key: string, units: Readonly<Record<string, number>>, lowest: number, highest: number, form: string): number | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const [, digits = '', unit = ''] = /^(\d{1,12})\s*([A-Za-z]*)$/.exec(text) ?? [];
    const value = Number(digits) * (units[unit] ?? Number.NaN);
    if (digits !== '' && value >= lowest && value <= highest) return value;
    const largest = Object.values(units).filter((one) => lowest % one === 0).at(-1) ?? 1;
    const shownLimits = `${lowest / largest}${Object.keys(units).find((one) => units[one] === largest)} up`;
    throw this.wrong(key, `expected ${form}, from ${shownLimits}, got ${shown(text)}`);
  }
}
