// Reading a command line from the console. On a terminal it can be edited and earlier lines come back with the arrow
// keys; from a pipe it is taken as it comes and shown.
import { Scan, type InputKey, type SimpleTextInput } from '../protocols/simple-text-input.ts';
import type { SimpleTextOutput } from '../protocols/simple-text-output.ts';
import type { Completions } from './completion.ts';

const MAXIMUM_HISTORY = 100;
const MAXIMUM_LINE = 4096;
const CONTROL_C = '\x03';
const TAB = '\t';

/** What reading a line came to. `ended`: there is no more input. */
export type LineResult = { readonly kind: 'line'; readonly text: string } | { readonly kind: 'cancelled' } | { readonly kind: 'ended' };

/** A line while it is edited. */
export interface EditedLine {
  readonly text: string;
  readonly cursor: number;
  /** Keys replace characters instead of pushing them on. */
  readonly isOverwriting: boolean;
}

/** What a key that is neither Enter nor an arrow up or down makes of a line. */
export function applyKey(line: EditedLine, { scanCode, unicodeChar }: InputKey): EditedLine {
  const { text, cursor, isOverwriting } = line;
  const moved = (to: number): EditedLine => ({ ...line, cursor: Math.max(0, Math.min(text.length, to)) });
  switch (scanCode) {
    case Scan.left: return moved(cursor - 1);
    case Scan.right: return moved(cursor + 1);
    case Scan.home: return moved(0);
    case Scan.end: return moved(text.length);
    case Scan.insert: return { ...line, isOverwriting: !isOverwriting };
    case Scan.delete: return { ...line, text: text.slice(0, cursor) + text.slice(cursor + 1) };
    case Scan.escape: return { ...line, text: '', cursor: 0 };
    case Scan.none: break;
    default: return line;
  }
  if (unicodeChar === '\b' || unicodeChar === '\x7f') return cursor === 0 ? line : { ...moved(cursor - 1), text: text.slice(0, cursor - 1) + text.slice(cursor) };
  if (unicodeChar < ' ' || text.length + unicodeChar.length > MAXIMUM_LINE) return line;
  const rest = text.slice(isOverwriting ? cursor + unicodeChar.length : cursor);
  return { ...line, text: text.slice(0, cursor) + unicodeChar + rest, cursor: cursor + unicodeChar.length };
}

/** The part of a line that fits, and where the cursor is in it. */
export function visiblePart({ text, cursor }: EditedLine, width: number): { readonly text: string; readonly cursor: number } {
  const start = Math.max(0, cursor - width + 1);
  return { text: text.slice(start, start + width), cursor: cursor - start };
}

/** Reads lines and remembers them. */
export class LineEditor {
  readonly #input: SimpleTextInput;
  readonly #output: () => SimpleTextOutput;
  readonly #complete: (line: string) => Completions;
  readonly #history: string[] = [];

  constructor(input: SimpleTextInput, output: () => SimpleTextOutput, complete: (line: string) => Completions = () => ({ start: 0, words: [] })) {
    this.#complete = complete;
    this.#input = input;
    this.#output = output;
  }

  /** Reads one line behind a prompt of so many columns. `wait` lets some time pass and answers false to give up. */
  readLine(promptColumns: number, wait: () => boolean): LineResult {
    const output = this.#output();
    const result = output.mode.isTerminal ? this.#edit(promptColumns, wait) : this.#take(wait);
    if (result.kind === 'line' && !output.mode.isTerminal) output.outputString(result.text);
    output.outputString('\n');
    if (result.kind === 'line') this.#remember(result.text);
    return result;
  }

  #remember(text: string): void {
    if (text.trim() === '' || text === this.#history.at(-1)) return;
    this.#history.push(text);
    if (this.#history.length > MAXIMUM_HISTORY) this.#history.shift();
  }

  #nextKey(wait: () => boolean): InputKey | undefined {
    for (;;) {
      const key = this.#input.readKeyStroke();
      if (key) return key;
      if (this.#input.ended || !wait()) return undefined;
    }
  }

  /** What came before the end of the input without a line end is a line too. */
  #take(wait: () => boolean): LineResult {
    for (let text = ''; ;) {
      const key = this.#nextKey(wait);
      if (!key) return text === '' ? { kind: 'ended' } : { kind: 'line', text };
      if (key.unicodeChar === '\n') return { kind: 'line', text };
      if (key.unicodeChar === CONTROL_C) return { kind: 'cancelled' };
      if (key.unicodeChar >= ' ' && text.length < MAXIMUM_LINE) text += key.unicodeChar;
    }
  }

  #edit(promptColumns: number, wait: () => boolean): LineResult {
    const lines = [...this.#history, ''];
    let place = lines.length - 1;
    let line: EditedLine = { text: '', cursor: 0, isOverwriting: false };
    let next: (() => EditedLine) | undefined;
    for (;;) {
      const key = this.#nextKey(wait);
      if (!key) return { kind: 'ended' };
      if (key.unicodeChar === '\r' || key.unicodeChar === '\n') return { kind: 'line', text: line.text };
      if (key.unicodeChar === CONTROL_C) return { kind: 'cancelled' };
      const step = key.scanCode === Scan.up ? -1 : key.scanCode === Scan.down ? 1 : 0;
      next = key.unicodeChar === TAB ? next ?? this.#completer(line) : undefined;
      if (next) line = next();
      else if (step === 0) line = applyKey(line, key);
      else if (lines[place + step] !== undefined) {
        lines[place] = line.text;
        place += step;
        const text = lines[place] as string;
        line = { ...line, text, cursor: text.length };
      }
      this.#show(line, promptColumns);
    }
  }

  /** Tab after Tab puts in one completion after the other, as in the EDK II shell. */
  #completer(line: EditedLine): () => EditedLine {
    const { start, words } = this.#complete(line.text.slice(0, line.cursor));
    let turn = 0;
    return () => {
      const word = words[turn++ % words.length];
      if (word === undefined) return line;
      const before = line.text.slice(0, start) + word;
      return { ...line, text: before + line.text.slice(line.cursor), cursor: before.length };
    };
  }

  #show(line: EditedLine, promptColumns: number): void {
    const output = this.#output();
    const visible = visiblePart(line, Math.max(8, output.mode.columns - promptColumns - 1));
    const column = (from: number): string => `\x1b[${promptColumns + from + 1}G`;
    output.outputString(`${column(0)}${visible.text}\x1b[K${column(visible.cursor)}`);
  }
}
