// IPMI serial basic mode: how a frame begins, ends and hides its own marks (IPMI 2.0 section 14.4.1).
//
//   A0  body, with AA XX for five characters  A5
//
// The packet handshake A6 is not sent: segments are acknowledged by numbers, and messages to everyone by nobody.
import type { Framer, FrameReader } from './framer.ts';

const START = 0xa0;
const STOP = 0xa5;
const HANDSHAKE = 0xa6;
const ESCAPE = 0xaa;

/** What follows the escape character, by the character that is hidden. ESC is among them: it would switch a terminal's mode. */
const ESCAPES: ReadonlyMap<number, number> = new Map([[START, 0xb0], [STOP, 0xb5], [HANDSHAKE, 0xb6], [ESCAPE, 0xba], [0x1b, 0x3b]]);
const HIDDEN: ReadonlyMap<number, number> = new Map([...ESCAPES].map(([plain, escaped]) => [escaped, plain]));

class BasicModeReader implements FrameReader {
  readonly #body: Uint8Array;
  readonly #take: (body: Uint8Array) => void;
  /** Bytes of the frame so far; undefined outside of one. */
  #size: number | undefined;
  #isEscaped = false;

  constructor(limit: number, take: (body: Uint8Array) => void) {
    this.#body = new Uint8Array(limit);
    this.#take = take;
  }

  push(bytes: Uint8Array): void {
    for (const byte of bytes) this.#character(byte);
  }

  #character(byte: number): void {
    if (byte === START) {
      this.#size = 0;
      this.#isEscaped = false;
    } else if (this.#size === undefined) return;
    else if (this.#isEscaped) this.#hidden(byte);
    else if (byte === STOP) this.#stop(this.#size);
    else if (byte === ESCAPE) this.#isEscaped = true;
    else if (byte !== HANDSHAKE) this.#add(byte);
  }

  /** Whatever is no escape, a stop character too, spoils the frame. */
  #hidden(byte: number): void {
    this.#isEscaped = false;
    const plain = HIDDEN.get(byte);
    if (plain === undefined) this.#size = undefined;
    else this.#add(plain);
  }

  #add(byte: number): void {
    if (this.#size === this.#body.length) this.#size = undefined;
    else this.#body[this.#size!++] = byte;
  }

  #stop(size: number): void {
    this.#size = undefined;
    if (size > 0) this.#take(this.#body.slice(0, size));
  }
}

export const basicMode: Framer = {
  encode(body) {
    const line = new Uint8Array(body.length * 2 + 2);
    let size = 0;
    line[size++] = START;
    for (const byte of body) {
      const escaped = ESCAPES.get(byte);
      if (escaped !== undefined) line[size++] = ESCAPE;
      line[size++] = escaped ?? byte;
    }
    line[size++] = STOP;
    return line.slice(0, size);
  },
  reader: (limit, take) => new BasicModeReader(limit, take),
};
