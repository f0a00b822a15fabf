// EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL (UEFI 2.10, section 12.4) over the console device.
import type { ConsoleDevice } from '../console-device.ts';
import { EfiError } from '../status.ts';

/** Colours of SetAttribute: the foreground in the low four bits, the first eight of them as background above. */
export const Colour = { black: 0x00, blue: 0x01, lightGray: 0x07, lightGreen: 0x0a, lightCyan: 0x0b, lightRed: 0x0c, yellow: 0x0e, white: 0x0f } as const;

/** SIMPLE_TEXT_OUTPUT_MODE. There is one mode, the size of the terminal. */
export interface TextOutputMode {
  readonly attribute: number;
  readonly columns: number;
  readonly rows: number;
  readonly isCursorVisible: boolean;
  /** Not in the specification: whether a program may draw in place. */
  readonly isTerminal: boolean;
}

export interface SimpleTextOutput {
  /** Writes text with `\n` between lines; a terminal or a file gets `\r\n`, as EFI texts have it. */
  outputString(text: string): void;
  setAttribute(attribute: number): void;
  clearScreen(): void;
  /** From 0. EFI_UNSUPPORTED outside the screen, and where there is none. */
  setCursorPosition(column: number, row: number): void;
  enableCursor(visible: boolean): void;
  readonly mode: TextOutputMode;
}

/** The parts of an output that is no screen, as a file. */
export const NO_SCREEN = {
  setAttribute: (): void => undefined,
  clearScreen: (): void => undefined,
  setCursorPosition: (): void => { throw new EfiError('UNSUPPORTED', 'the output is no screen'); },
  enableCursor: (): void => undefined,
  mode: { attribute: Colour.lightGray, columns: 0, rows: 0, isCursorVisible: false, isTerminal: false },
} as const;

/** EFI counts colours blue 1, green 2, red 4; ANSI red 1, green 2, blue 4. Bright ones are 90 to 97, backgrounds 10 more. */
function ansiColours(attribute: number): string {
  const ansi = (colour: number): number => ((colour & 1) << 2) | (colour & 2) | ((colour & 4) >> 2);
  const foreground = (attribute & 8 ? 90 : 30) + ansi(attribute);
  const background = (attribute >> 4) & 7;
  return background === Colour.black ? `${foreground}` : `${foreground};${40 + ansi(background)}`;
}

const DEFAULT_ROWS = 25;

/** `\n` alone becomes `\r\n`. */
export const withCarriageReturns = (text: string): string => text.replace(/\r?\n/g, '\r\n');

/** The console's output. On pipes there are no colours and no cursor, and lines end with `\n`. */
export class ConsoleTextOutput implements SimpleTextOutput {
  readonly #device: ConsoleDevice;
  #attribute: number = Colour.lightGray;
  #isCursorVisible = true;

  constructor(device: ConsoleDevice) {
    this.#device = device;
  }

  get mode(): TextOutputMode {
    const { columns, rows = DEFAULT_ROWS, isTerminal } = this.#device;
    return { attribute: this.#attribute, columns, rows, isCursorVisible: this.#isCursorVisible && isTerminal, isTerminal };
  }

  outputString(text: string): void {
    if (text !== '') this.#device.write(this.#device.isTerminal ? withCarriageReturns(text) : text.replaceAll('\r\n', '\n'));
  }

  /** From the state of the power-on, so that no background of before stays. */
  setAttribute(attribute: number): void {
    if (attribute === this.#attribute) return;
    const reset = (this.#attribute >> 4) !== 0 ? '\x1b[0m' : '';
    this.#attribute = attribute;
    this.#control(attribute === Colour.lightGray ? '\x1b[0m' : `${reset}\x1b[${ansiColours(attribute)}m`);
  }

  clearScreen(): void {
    this.#control('\x1b[2J\x1b[H');
  }

  setCursorPosition(column: number, row: number): void {
    const { columns, rows = DEFAULT_ROWS, isTerminal } = this.#device;
    if (!isTerminal || column < 0 || row < 0 || column >= columns || row >= rows) {
      throw new EfiError('UNSUPPORTED', `there is no column ${column} in a row ${row} of a console with ${columns} columns and ${rows} rows`);
    }
    this.#control(`\x1b[${row + 1};${column + 1}H`);
  }

  enableCursor(visible: boolean): void {
    if (visible === this.#isCursorVisible) return;
    this.#isCursorVisible = visible;
    this.#control(visible ? '\x1b[?25h' : '\x1b[?25l');
  }

  #control(sequence: string): void {
    if (this.#device.isTerminal) this.#device.write(sequence);
  }
}
