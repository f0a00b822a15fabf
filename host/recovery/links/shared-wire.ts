// A line that several machines share, on which one at a time can be heard: a machine waits until the line is silent, sends,
// and reads back every character that it sends. One that comes back changed, or not at all, means that another machine
// speaks, too, or that there is noise: it falls silent at once and tries again after a random time.
//
//                      ┌──────────── nothing left ────────────┐
//   resting ─ stir ─► waiting ─ silent long enough ─► sending ┴─ own echo differs ─► waiting, longer
//      ▲                 ▲                                                              │
//      └─ reply: the line was handed over, at once                                      ┘
//
// How long is silent long enough decides who comes first: who was asked at once, newcomers then, and last who has just
// had the line twice, so that one upload leaves room for others.
import type { Clock } from './clock.ts';
import { characterMs, type SerialLine } from './serial-line.ts';
import type { FrameSupply, Wire, WireFrame } from './wire.ts';

/** Characters that a receiver may hold back, as the queues of usual serial ports do, and what the machine itself needs. */
const HELD_BACK = 20;
const REACTION_MS = 5;
/** Characters after which one who was asked answers. */
const REPLY_CHARACTERS = 4;
/** Slots that newcomers choose from, at first and at most. */
const SLOTS = 4;
const MOST_SLOTS = 64;
/** Slots that one waits who has had the line for so many turns. */
const YIELD_SLOTS = 6;
const TURNS = 2;
/** Characters under way ahead of the echo: so many, or what the line carries in this time. */
const AHEAD = 48;
const AHEAD_MS = 40;
/** How long an echo may take besides the time of its characters. */
const ECHO_MS = 250;

export interface SharedWireOptions {
  readonly line: SerialLine;
  readonly clock: Clock;
  readonly supply: FrameSupply;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  /** Told once when nothing that was sent was ever heard. */
  readonly onNoEcho?: () => void;
}

/** What was sent since the line was taken. */
interface Turn {
  /** Characters that have not come back. */
  awaited: Uint8Array;
  /** The frame that is being sent, and what of it is still to be written. */
  rest: Uint8Array;
  isOver: boolean;
  sent: number;
  echoed: number;
  /** Frames that are not whole on the line yet, and at which character each ends. */
  readonly frames: { readonly frame: WireFrame; readonly end: number }[];
}

export class SharedWire implements Wire {
  readonly #options: SharedWireOptions;
  readonly #clock: Clock;
  readonly #slotMs: number;
  readonly #ahead: number;
  #turn: Turn | undefined;
  #takeBack: (() => void) | undefined;
  #attempts = 0;
  #turns = 0;
  #hasEcho = false;
  #isClosed = false;
  heardAtMs: number;

  constructor(options: SharedWireOptions) {
    this.#options = options;
    this.#clock = options.clock;
    const ms = characterMs(options.line.baud);
    this.#slotMs = HELD_BACK * ms + REACTION_MS;
    this.#ahead = Math.max(AHEAD, Math.ceil(AHEAD_MS / ms));
    this.heardAtMs = options.clock.now();
  }

  get isSending(): boolean {
    return this.#turn !== undefined;
  }

  stir(): void {
    if (this.#turn === undefined && this.#takeBack === undefined && !this.#isClosed && this.#options.supply.hasFrames) this.#contend();
  }

  reply(why: 'answer' | 'go-on'): void {
    if (this.#turn !== undefined || this.#isClosed) return;
    this.#takeBack?.();
    if (why === 'go-on' && this.#turns >= TURNS) return this.#contend();
    const before = this.heardAtMs;
    this.#takeBack = this.#clock.after(REPLY_CHARACTERS * characterMs(this.#options.line.baud), () => {
      if (this.heardAtMs === before) this.#begin();
      else this.#contend();
    });
  }

  heard(bytes: Uint8Array): void {
    this.heardAtMs = this.#clock.now();
    const turn = this.#turn;
    if (turn === undefined) return;
    const count = Math.min(bytes.length, turn.awaited.length);
    if (bytes.length > count || Buffer.compare(bytes, turn.awaited.subarray(0, count)) !== 0) return this.#giveUp(turn);
    this.#hasEcho = true;
    turn.echoed += count;
    turn.awaited = turn.awaited.subarray(count);
    while (turn.frames[0] !== undefined && turn.frames[0].end <= turn.echoed) turn.frames.shift()!.frame.ended('sent');
    this.#send(turn);
  }

  close(): void {
    this.#isClosed = true;
    this.#takeBack?.();
  }

  /** Waits for its time. */
  #contend(): void {
    const slots = Math.min(SLOTS * 2 ** this.#attempts, MOST_SLOTS);
    const first = this.#turns >= TURNS ? YIELD_SLOTS : 1;
    this.#turns = 0;
    this.#wait((first + Math.floor(this.#options.random() * slots)) * this.#slotMs);
  }

  #wait(silenceMs: number, ms = silenceMs): void {
    this.#takeBack = this.#clock.after(ms, () => {
      const missing = silenceMs - (this.#clock.now() - this.heardAtMs);
      if (missing > 0.001) this.#wait(silenceMs, missing);
      else this.#begin();
    });
  }

  #begin(): void {
    this.#takeBack = undefined;
    const frame = this.#options.supply.take(true);
    if (frame === undefined) return;
    this.#turn = { awaited: new Uint8Array(), rest: new Uint8Array(), isOver: false, sent: 0, echoed: 0, frames: [] };
    this.#turns += 1;
    this.#add(this.#turn, frame);
    this.#send(this.#turn);
  }

  #add(turn: Turn, frame: WireFrame): void {
    turn.rest = frame.characters;
    turn.isOver = frame.endsTurn;
    turn.frames.push({ frame, end: turn.sent + frame.characters.length });
  }

  /** Keeps so many characters under way as may be. */
  #send(turn: Turn): void {
    this.#takeBack?.();
    while (turn.awaited.length < this.#ahead) {
      if (turn.rest.length === 0) {
        const next = turn.isOver ? undefined : this.#options.supply.take(false);
        turn.isOver ||= next === undefined;
        if (next === undefined) break;
        this.#add(turn, next);
      }
      const piece = turn.rest.subarray(0, this.#ahead - turn.awaited.length);
      turn.rest = turn.rest.subarray(piece.length);
      turn.sent += piece.length;
      turn.awaited = Buffer.concat([turn.awaited, piece]);
      // A line that is gone has no echo either.
      this.#options.line.write(piece).catch(() => undefined);
    }
    if (turn.awaited.length > 0) {
      const ms = ECHO_MS + 2 * turn.awaited.length * characterMs(this.#options.line.baud);
      this.#takeBack = this.#clock.after(ms, () => this.#giveUp(turn));
      return;
    }
    this.#turn = undefined;
    this.#takeBack = undefined;
    this.#attempts = 0;
    this.stir();
  }

  /** Another machine speaks, or noise does. What is still on its way to the line is short. */
  #giveUp(turn: Turn): void {
    this.#takeBack?.();
    this.#turn = undefined;
    this.#attempts = Math.min(this.#attempts + 1, 8);
    if (!this.#hasEcho && this.#attempts === 4) this.#options.onNoEcho?.();
    const how = turn.echoed > this.#ahead ? 'disturbed' : 'taken';
    for (const { frame } of turn.frames) frame.ended(how);
    if (!this.#isClosed) this.#contend();
  }
}
