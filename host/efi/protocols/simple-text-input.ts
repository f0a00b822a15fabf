// EFI_SIMPLE_TEXT_INPUT_PROTOCOL (UEFI 2.10, section 12.3) over the console device, with the one thing of its `Ex` form
// that is used: notice of Ctrl-C while nobody reads.
import type { ConsoleDevice } from '../console-device.ts';

/** EFI_INPUT_KEY: a scan code, or a character with scan code 0. */
export interface InputKey {
  readonly scanCode: number;
  readonly unicodeChar: string;
}

/** Scan codes of UEFI 2.10, appendix B. */
export const Scan = {
  none: 0, up: 0x01, down: 0x02, right: 0x03, left: 0x04, home: 0x05, end: 0x06, insert: 0x07, delete: 0x08,
  pageUp: 0x09, pageDown: 0x0a, f1: 0x0b, f2: 0x0c, f3: 0x0d, f4: 0x0e, f5: 0x0f, f6: 0x10, f7: 0x11, f8: 0x12, f9: 0x13,
  f10: 0x14, f11: 0x15, f12: 0x16, escape: 0x17,
} as const;

const SEQUENCES: Readonly<Record<string, number>> = {
  '\x1b': Scan.escape,
  '\x1b[A': Scan.up, '\x1b[B': Scan.down, '\x1b[C': Scan.right, '\x1b[D': Scan.left,
  '\x1bOA': Scan.up, '\x1bOB': Scan.down, '\x1bOC': Scan.right, '\x1bOD': Scan.left,
  '\x1b[H': Scan.home, '\x1b[F': Scan.end, '\x1bOH': Scan.home, '\x1bOF': Scan.end,
  '\x1b[1~': Scan.home, '\x1b[2~': Scan.insert, '\x1b[3~': Scan.delete, '\x1b[4~': Scan.end,
  '\x1bOP': Scan.f1, '\x1bOQ': Scan.f2, '\x1bOR': Scan.f3, '\x1bOS': Scan.f4,
  '\x1b[11~': Scan.f1, '\x1b[12~': Scan.f2, '\x1b[13~': Scan.f3, '\x1b[14~': Scan.f4, '\x1b[15~': Scan.f5, '\x1b[17~': Scan.f6,
  '\x1b[18~': Scan.f7, '\x1b[19~': Scan.f8, '\x1b[20~': Scan.f9, '\x1b[21~': Scan.f10, '\x1b[23~': Scan.f11, '\x1b[24~': Scan.f12,
  '\x1b[5~': Scan.pageUp, '\x1b[6~': Scan.pageDown, '\x1b[7~': Scan.home, '\x1b[8~': Scan.end,
};

export interface SimpleTextInput {
  /** The next key; undefined is EFI_NOT_READY. */
  readKeyStroke(): InputKey | undefined;
  /** Not in the specification: waits until a key is there, or so long. Answers whether one is. */
  waitForKey(timeoutMs: number): boolean;
  /** True when no key will ever come again. */
  readonly ended: boolean;
  /** Whether Ctrl-C was pressed since the last `clearBreak`, other than to a reader of keys. */
  breakPressed(): boolean;
  clearBreak(): void;
}

/** The console's input. */
export class ConsoleTextInput implements SimpleTextInput {
  readonly #device: ConsoleDevice;
  #waiting: InputKey | undefined;
  #isBroken = false;

  constructor(device: ConsoleDevice) {
    this.#device = device;
  }

  get ended(): boolean {
    return this.#waiting === undefined && this.#device.ended;
  }

  readKeyStroke(): InputKey | undefined {
    const key = this.#waiting ?? this.#next(0);
    this.#waiting = undefined;
    return key;
  }

  waitForKey(timeoutMs: number): boolean {
    this.#waiting ??= this.#next(timeoutMs);
    return this.#waiting !== undefined;
  }

  breakPressed(): boolean {
    if (this.#device.takeBreak()) this.#isBroken = true;
    return this.#isBroken;
  }

  clearBreak(): void {
    this.#isBroken = false;
  }

  /** A sequence that stands for no key of EFI is no key at all. */
  #next(timeoutMs: number): InputKey | undefined {
    const characters = this.#device.readKey(timeoutMs);
    if (characters === undefined) return undefined;
    const scanCode = SEQUENCES[characters];
    if (scanCode !== undefined) return { scanCode, unicodeChar: '' };
    return characters.startsWith('\x1b') ? undefined : { scanCode: Scan.none, unicodeChar: characters };
  }
}
