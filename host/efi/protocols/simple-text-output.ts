// EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL (UEFI 2.10, section 12.4) over the console device.
import type { ConsoleDevice } from '../console-device.ts';

/** Foreground colours of SetAttribute. The background stays black. */
export const Colour = { blue: 0x01, lightGray: 0x07, lightGreen: 0x0a, lightCyan: 0x0b, lightRed: 0x0c, yellow: 0x0e, white: 0x0f } as const;

export interface SimpleTextOutput {
  /** Writes text with `\n` between lines; a terminal or a file gets `\r\n`, as EFI texts have it. */
  outputString(text: string): void;
  setAttribute(attribute: number): void;
  clearScreen(): void;
  readonly mode: {
    readonly attribute: number;
    readonly columns: number;
    /** Not in the specification: whether a program may draw in place. */
    readonly isTerminal: boolean;
  };
}

/** EFI counts colours blue 1, green 2, red 4; ANSI red 1, green 2, blue 4. Bright ones are 90 to 97. */
function ansiColour(attribute: number): number {
  const colour = ((attribute & 1) << 2) | (attribute & 2) | ((attribute & 4) >> 2);
  return (attribute & 8 ? 90 : 30) + colour;
}

/** `\n` alone becomes `\r\n`. */
export const withCarriageReturns = (text: string): string => text.replace(/\r?\n/g, '\r\n');

/** The console's output. On pipes there are no colours and lines end with `\n`. */
export class ConsoleTextOutput implements SimpleTextOutput {
  readonly #device: ConsoleDevice;
  #attribute: number = Colour.lightGray;

  constructor(device: ConsoleDevice) {
    this.#device = device;
  }

  get mode() {
    return { attribute: this.#attribute, columns: this.#device.columns, isTerminal: this.#device.isTerminal };
  }

  outputString(text: string): void {
    if (text !== '') this.#device.write(this.#device.isTerminal ? withCarriageReturns(text) : text.replaceAll('\r\n', '\n'));
  }

  setAttribute(attribute: number): void {
    if (attribute === this.#attribute) return;
    this.#attribute = attribute;
    if (this.#device.isTerminal) this.#device.write(attribute === Colour.lightGray ? '\x1b[0m' : `\x1b[${ansiColour(attribute)}m`);
  }

  clearScreen(): void {
    if (this.#device.isTerminal) this.#device.write('\x1b[2J\x1b[H');
  }
}
