// What a key list and the trust store's file share: lines of ASCII, a word and a value, in one order, one way to write
// each. Keys are the second lines of their .pub files, in ascending order, so that a set of keys has one text.
import { parsePublicKeyLine, publicKeyLine, type PublicKey } from '../../trust/public-key.ts';
import { shown, type Complain } from '../../trust/text-lines.ts';

const HIGHEST = 0xffffffff;

/** Reads the lines one after the other. Whatever does not fit ends the reading through `complain`. */
export class KeyText {
  readonly #lines: readonly string[];
  readonly #complain: Complain;
  #next = 0;

  constructor(bytes: Uint8Array, highestSize: number, complain: Complain) {
    this.#complain = complain;
    if (bytes.length > highestSize) complain(`expected at most ${highestSize} bytes, got more`);
    const text = Buffer.from(bytes).toString('latin1');
    if (/[^\n\x20-\x7e]/.test(text)) complain('expected lines of printable ASCII that end with LF, got other bytes');
    if (!text.endsWith('\n')) complain('expected a line feed at the end, got none: the file was cut short');
    this.#lines = text.slice(0, -1).split('\n');
  }

  /** The value of the next line, which must begin with this word. */
  value(word: string): string {
    const line = this.#lines[this.#next];
    if (line?.startsWith(`${word} `) !== true) return this.#complain(`line ${this.#next + 1}: expected "${word}" and a value, got ${line === undefined ? 'the end' : shown(line)}`);
    this.#next++;
    return line.slice(word.length + 1);
  }

  number(word: string, lowest: number): number {
    const value = this.value(word);
    if (/^(0|[1-9]\d{0,9})$/.test(value) && Number(value) >= lowest && Number(value) <= HIGHEST) return Number(value);
    return this.#complain(`line ${this.#next}: ${word}: expected a whole number from ${lowest} to ${HIGHEST}, got ${shown(value)}`);
  }

  /** A value of this form; `rule` says it in words. */
  matching(word: string, form: RegExp, rule: string): string {
    const value = this.value(word);
    return form.test(value) ? value : this.#complain(`line ${this.#next}: ${word}: expected ${rule}, got ${shown(value)}`);
  }

  /** All lines from here on that begin with this word, as keys in ascending order. `nameOf` names each in messages. */
  keys(word: string, lowest: number, highest: number, name: string): PublicKey[] {
    const keys: PublicKey[] = [];
    let before = '';
    while (this.#lines[this.#next]?.startsWith(`${word} `) === true) {
      if (keys.length === highest) return this.#complain(`line ${this.#next + 1}: expected at most ${highest} lines with "${word}", got more`);
      const line = this.value(word);
      keys.push(parsePublicKeyLine(line, name, `line ${this.#next}: ${word}`, this.#complain));
      if (line <= before) return this.#complain(`line ${this.#next}: ${word}: expected keys in ascending order, each once, got one that is not above the one before`);
      before = line;
    }
    if (keys.length < lowest) return this.#complain(`line ${this.#next + 1}: expected at least ${lowest} line with "${word}", got ${keys.length}`);
    return keys;
  }

  end(): void {
    const line = this.#lines[this.#next];
    if (line !== undefined) this.#complain(`line ${this.#next + 1}: expected the end, got ${shown(line)}`);
  }
}

/** Keys in the order in which a text has them, each once. */
export function sortedKeys(keys: readonly PublicKey[]): PublicKey[] {
  const byLine = new Map(keys.map((key) => [publicKeyLine(key), key]));
  return [...byLine].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, key]) => key);
}

/** The lines of these keys. */
export function keyLines(word: string, keys: readonly PublicKey[]): string {
  return sortedKeys(keys).map((key) => `${word} ${publicKeyLine(key)}\n`).join('');
}

/** Whether two keys share the id or the key itself: then they are not two. */
export const isLike = (one: PublicKey, other: PublicKey): boolean => one.keyId === other.keyId || Buffer.compare(one.bytes, other.bytes) === 0;

/** Two of these keys that are alike. */
export function alikeIn(keys: readonly PublicKey[]): PublicKey | undefined {
  return keys.find((key, index) => keys.findIndex((other) => isLike(key, other)) !== index);
}

/** A key of the first that is like one of the others. */
export function commonTo(keys: readonly PublicKey[], others: readonly PublicKey[]): PublicKey | undefined {
  return keys.find((key) => others.some((other) => isLike(key, other)));
}
