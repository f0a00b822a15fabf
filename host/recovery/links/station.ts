// A machine on a serial line: it has an address, hears frames, and gives its turns to its streams and to its messages to
// everyone. Several links of one process may use it.
import { Announcements, type Said } from './announcements.ts';
import { basicMode } from './basic-mode.ts';
import { decodeBridgeFrame, encodeBridgeFrame, EVERYONE, FRAME_LIMIT, type FrameKind } from './bridge-frame.ts';
import { type Clock, pause } from './clock.ts';
import type { FrameStream } from './frame-stream.ts';
import type { Framer } from './framer.ts';
import { OwnWire } from './own-wire.ts';
import { decodeSegment } from './segment.ts';
import { characterMs, type SerialLine } from './serial-line.ts';
import { SharedWire } from './shared-wire.ts';
import { addressText, StreamTable } from './stream-table.ts';
import type { FrameSupply, Wire, WireFrame } from './wire.ts';

export interface StationOptions {
  readonly line: SerialLine;
  readonly clock: Clock;
  /** From 1 to FFFEh. */
  readonly address: number;
  /** Whether several machines share the line, and each hears itself. */
  readonly isShared: boolean;
  readonly framer?: Framer;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  /** Told in one sentence what is wrong with the line. */
  readonly note?: ((text: string) => void) | undefined;
}

/** How long the line is silent after a question that nobody has heard: this, and the time of so many characters. */
const SILENCE_MS = 300;
const SILENCE_CHARACTERS = 64;
/** How often it is looked, and how long waited, for the last frames to be sent. */
const FAREWELLS = 10;
const FAREWELL_MS = 50;

export class Station {
  readonly announcements: Announcements;
  readonly streams: StreamTable;
  readonly #options: StationOptions;
  readonly #framer: Framer;
  readonly #wire: Wire;
  #turn: { readonly kind: FrameKind; readonly frames: Generator<Said> } | undefined;
  /** Whose answer is due. */
  #replying: FrameStream | undefined;
  #sequence = 0;
  #mayBeEcho = false;
  #hasConflict = false;

  constructor(options: StationOptions) {
    const { line, clock, isShared, random, note } = options;
    this.#options = options;
    this.#framer = options.framer ?? basicMode;
    this.announcements = new Announcements(Math.floor(random() * 256));
    const hasFrames = (): boolean => !this.announcements.isEmpty || this.streams.hasFrames;
    const supply: FrameSupply = { get hasFrames() { return hasFrames(); }, take: (isFirst) => this.#take(isFirst) };
    this.#wire = isShared ? new SharedWire({ line, clock, supply, random, onNoEcho: () => note?.(NO_ECHO) }) : new OwnWire(line, clock, supply);
    this.streams = new StreamTable({
      clock, isDuplex: !isShared, silenceMs: SILENCE_MS + SILENCE_CHARACTERS * characterMs(line.baud), heardAtMs: () => this.#wire.heardAtMs,
      stir: () => this.#wire.stir(),
      reply: (stream, why) => {
        if (!this.#wire.isSending) this.#replying = stream;
        this.#wire.reply(why);
      },
    }, random);
    const reader = this.#framer.reader(FRAME_LIMIT, (body) => this.#heard(body));
    line.hear((bytes) => {
      this.#mayBeEcho = this.#wire.isSending || !isShared;
      this.#wire.heard(bytes);
      reader.push(bytes);
    });
  }

  get name(): string {
    return this.#options.line.name;
  }

  get address(): string {
    return addressText(this.#options.address);
  }

  /** Bytes a second that the line carries. */
  get capacityPerSecond(): number {
    return Math.floor(this.#options.line.baud / 10);
  }

  broadcast(message: Uint8Array): void {
    this.announcements.add(message);
    this.#wire.stir();
  }

  /** Ends all streams, and takes a moment to tell the other ends. */
  async close(): Promise<void> {
    this.streams.destroy();
    for (let tries = 0; tries < FAREWELLS && this.streams.hasFrames; tries++) await pause(this.#options.clock, FAREWELL_MS);
    this.#wire.close();
    await this.#options.line.close();
  }

  #take(isFirst: boolean): WireFrame | undefined {
    if (isFirst) this.#turn = this.#nextTurn();
    if (this.#turn === undefined) return undefined;
    const { kind, frames } = this.#turn;
    const next = frames.next();
    if (next.done === true) return undefined;
    const { to, body, isLast, ended } = next.value;
    const frame = encodeBridgeFrame({ kind, to, from: this.#options.address, body }, this.#sequence++);
    return { characters: this.#framer.encode(frame), endsTurn: isLast, ended };
  }

  /** Who was asked first; then messages; then the streams. */
  #nextTurn(): { readonly kind: FrameKind; readonly frames: Generator<Said> } {
    const replying = this.#replying;
    this.#replying = undefined;
    if (replying?.hasFrames === true) return { kind: 'segment', frames: this.streams.turn(replying) };
    return this.announcements.isEmpty ? { kind: 'segment', frames: this.streams.turn() } : { kind: 'message', frames: this.announcements.turn() };
  }

  #heard(bytes: Uint8Array): void {
    const frame = decodeBridgeFrame(bytes);
    if (frame === undefined) return;
    if (frame.from === this.#options.address) return this.#own();
    if (frame.kind === 'message' && frame.to === EVERYONE) return this.announcements.heard(frame.from, addressText(frame.from), frame.body);
    if (frame.kind !== 'segment' || frame.to !== this.#options.address) return;
    const segment = decodeSegment(frame.body);
    if (segment !== undefined) this.streams.heard(frame.from, segment);
  }

  /** A frame under this machine's address that it did not send. */
  #own(): void {
    if (this.#mayBeEcho || this.#hasConflict) return;
    this.#hasConflict = true;
    this.#options.note?.(`another machine on it has the address ${this.address}, too: give each its own`);
  }
}

const NO_ECHO = 'nothing of what is sent on it is heard: a shared line needs a receiver that stays switched on; for a line between two machines only, say link = bluetooth';
