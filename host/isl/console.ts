// The loader's console over the console device: lines out, keys in, and lines that are typed. Editing is what the loader had:
// rubout takes a character back, Ctrl-U the line.
import { StringDecoder } from 'node:string_decoder';
import type { ConsoleDevice } from '../efi/console-device.ts';
import { WasiError, type WasiFile } from '../wasi/system.ts';

const MAXIMUM_LINE = 4096;
const CONTROL_C = '\x03';
const CONTROL_U = '\x15';
const RUBOUTS: readonly string[] = ['\b', '\x7f'];

/** What reading a line came to. `ended`: there is no more input, or the one who waits gave up. */
export type TypedLine = { readonly kind: 'line'; readonly text: string } | { readonly kind: 'cancelled' } | { readonly kind: 'ended' };

export class LoaderConsole {
  readonly #device: ConsoleDevice;
  #waiting: string | undefined;
  #isBroken = false;

  constructor(device: ConsoleDevice) {
    this.#device = device;
  }

  get isTerminal(): boolean {
    return this.#device.isTerminal;
  }

  /** True when no key will ever come again. */
  get ended(): boolean {
    return this.#waiting === undefined && this.#device.ended;
  }

  /** Writes text with `\n` between lines. */
  print(text: string): void {
    if (text !== '') this.#device.write(this.isTerminal ? text.replace(/\r?\n/g, '\r\n') : text);
  }

  /** Waits until a key is there, or so long. Answers whether one is. */
  waitForKey(timeoutMs: number): boolean {
    this.#waiting ??= this.#device.readKey(timeoutMs);
    return this.#waiting !== undefined;
  }

  /** The next key's characters, if one is there. */
  takeKey(): string | undefined {
    this.waitForKey(0);
    const key = this.#waiting;
    this.#waiting = undefined;
    return key;
  }

  /** Whether Ctrl-C was pressed since the last `clearBreak`, other than to a reader of keys. */
  breakPressed(): boolean {
    if (this.#device.takeBreak()) this.#isBroken = true;
    return this.#isBroken;
  }

  clearBreak(): void {
    this.#isBroken = false;
  }

  /** Reads one line. `wait` lets some time pass and answers false to give up. A line from a pipe is shown. */
  readLine(wait: () => boolean): TypedLine {
    let text = '';
    for (;;) {
      const key = this.#nextKey(wait);
      if (key === undefined) return text === '' ? { kind: 'ended' } : this.#finished(text);
      if (key === '\r' || key === '\n') return this.#finished(text);
      if (key === CONTROL_C) {
        this.print('\n');
        return { kind: 'cancelled' };
      }
      text = this.#edited(text, key);
    }
  }

  #nextKey(wait: () => boolean): string | undefined {
    for (;;) {
      const key = this.takeKey();
      if (key !== undefined) return key;
      if (this.ended || !wait()) return undefined;
    }
  }

  #finished(text: string): TypedLine {
    this.print(this.isTerminal ? '\n' : `${text}\n`);
    return { kind: 'line', text };
  }

  /** Keys that stand for no character, as arrows, are left out. */
  #edited(text: string, key: string): string {
    if (RUBOUTS.includes(key)) return text === '' ? text : this.#takenBack(text, 1);
    if (key === CONTROL_U) return this.#takenBack(text, [...text].length);
    if (key < ' ' || text.length + key.length > MAXIMUM_LINE) return text;
    if (this.isTerminal) this.print(key);
    return text + key;
  }

  #takenBack(text: string, count: number): string {
    if (this.isTerminal) this.print('\b \b'.repeat(count));
    return [...text].slice(0, -count || undefined).join('');
  }
}

function noPosition(): never {
  throw new WasiError('notPermitted', 'a stream of the console has no position');
}

/** The console's output as a stream of UTF-8. A character that is cut between two writes is put together again. */
export function outputStream(console: LoaderConsole): WasiFile {
  const decoder = new StringDecoder('utf8');
  return {
    isTerminal: console.isTerminal,
    read: () => { throw new WasiError('notPermitted', 'the console output can not be read'); },
    write: (from) => {
      console.print(decoder.write(Buffer.from(from.buffer, from.byteOffset, from.length)));
      return from.length;
    },
    seek: noPosition,
    close: () => console.print(decoder.end()),
  };
}

/** The console's input as a stream of UTF-8. `wait` lets some time pass and answers true when the program has to stop. */
export function inputStream(console: LoaderConsole, wait: () => boolean): WasiFile {
  let waiting = new Uint8Array(0);
  return {
    isTerminal: console.isTerminal,
    read: (into) => {
      while (waiting.length === 0) {
        const key = console.takeKey();
        if (key !== undefined) waiting = Uint8Array.from(Buffer.from(key === '\r' ? '\n' : key));
        else if (console.ended || wait()) return 0;
      }
      const count = Math.min(into.length, waiting.length);
      into.set(waiting.subarray(0, count));
      waiting = waiting.slice(count);
      return count;
    },
    write: () => { throw new WasiError('notPermitted', 'the console input can not be written'); },
    seek: noPosition,
    close: () => undefined,
  };
}
