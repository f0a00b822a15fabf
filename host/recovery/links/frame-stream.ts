// A stream of bytes made of segments: whatever the line loses, doubles or spoils, what is read is what was written. The
// end that has said all it has to say asks, the other one answers at once, and what the answer misses goes again.
import type { Clock } from './clock.ts';
import type { ByteStream } from './link.ts';
import { ReceivingWindow } from './receiving-window.ts';
import { ACCEPTOR, OPEN, POLL, RESET, type Segment, WINDOW } from './segment.ts';
import { SendingWindow, type Sent } from './sending-window.ts';
import type { FrameEnd } from './wire.ts';

/** How long silence may last after a question; twice as long each time. */
const LONGEST_SILENCE_MS = 4000;
/** Questions without an answer, and frames in a row that did not get on the line, after which a stream is broken. */
const QUESTIONS = 12;
const FAILURES = 64;
/** How long the last bytes may take to leave, and the other end to close. */
const CLOSING_MS = 15_000;

/** What a stream needs of the machine that it belongs to. */
export interface StreamHost {
  readonly clock: Clock;
  /** Whether both ends can speak at once. */
  readonly isDuplex: boolean;
  /** How long the line has to be silent before a question is taken for lost. */
  readonly silenceMs: number;
  readonly heardAtMs: () => number;
  stir(): void;
  reply(stream: FrameStream, why: 'answer' | 'go-on'): void;
  forget(stream: FrameStream): void;
}

/** A segment to be sent, and who hears what became of it. */
export interface StreamFrame {
  readonly segment: Segment;
  ended(how: FrameEnd): void;
}

const NOTHING = { offset: 0, data: new Uint8Array(), flags: 0 };
/** The port, in front of what the connecting end writes. */
const PORT = 2;

export class FrameStream implements ByteStream {
  readonly peer: string;
  readonly connection: number;
  readonly isAcceptor: boolean;
  /** Fulfilled when nothing goes over it any more. */
  readonly ended: Promise<void>;
  #tellEnd: () => void = () => undefined;
  readonly #host: StreamHost;
  readonly #sending: SendingWindow;
  readonly #receiving: ReceivingWindow;
  #poll = 0;
  #answers = 0;
  #isAnswerDue = false;
  #isPollDue = false;
  #isResetDue = false;
  #isOpen: boolean;
  #isClosed = false;
  #failure: Error | undefined;
  #questions = 0;
  #failures = 0;
  /** Frames taken of which it is not known what became of them. */
  #underWay = 0;
  #takeBack: (() => void) | undefined;
  #takeBackClosing: (() => void) | undefined;
  #wake: (() => void)[] = [];

  /** `port` when this end connects; it is open when the other end has answered. */
  constructor(host: StreamHost, peer: string, connection: number, port?: number) {
    this.#host = host;
    this.peer = peer;
    this.connection = connection;
    this.isAcceptor = port === undefined;
    this.#isOpen = port === undefined;
    this.ended = new Promise((resolve) => { this.#tellEnd = resolve; });
    // Nothing but the port goes out before the other end has answered.
    this.#sending = new SendingWindow(port === undefined ? 0 : PORT);
    this.#receiving = new ReceivingWindow(port === undefined ? PORT : 0);
    if (port !== undefined) this.#sending.add(Uint8Array.of(port & 0xff, port >> 8));
  }

  /** Ends when the other end has answered. */
  async opened(): Promise<void> {
    while (!this.#isOpen && this.#failure === undefined) await this.#change();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#failure !== undefined || this.#isClosed) throw this.#failure ?? new Error('the stream has ended');
    this.#sending.add(bytes);
    this.#host.stir();
    while (this.#failure === undefined && !this.#sending.hasRoom) await this.#change();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async read(): Promise<Uint8Array | undefined> {
    while (!this.#receiving.hasPiece && this.#failure === undefined && !this.#receiving.isEnded) await this.#change();
    if (!this.#receiving.hasPiece) {
      if (this.#failure !== undefined) throw this.#failure;
      return undefined;
    }
    const room = this.#receiving.room;
    const piece = this.#receiving.piece();
    // The other end waits for this.
    if (room < WINDOW / 4) this.#isAnswerDue = true;
    if (this.#isAnswerDue) this.#host.stir();
    return piece;
  }

  close(): void {
    if (this.#isClosed || this.#failure !== undefined) return;
    this.#isClosed = true;
    this.#receiving.clear();
    this.#sending.end();
    this.#takeBackClosing = this.#host.clock.after(CLOSING_MS, () => this.#fail(new Error('the stream has ended')));
    this.#host.stir();
    this.#rest();
  }

  destroy(): void {
    if (this.#failure !== undefined) return;
    this.#isResetDue = true;
    this.#fail(new Error('the stream has ended'));
    this.#host.stir();
  }

  get hasFrames(): boolean {
    return this.#isResetDue || (this.#failure === undefined && (this.#isAnswerDue || this.#isPollDue || this.#sending.hasSegments));
  }

  /** The next segment of this end's turn. */
  take(): StreamFrame | undefined {
    if (this.#isResetDue) return this.#resetting();
    if (this.#failure !== undefined) return undefined;
    const sent = this.#sending.take((this.#poll + 1) & 0xff);
    if (sent === undefined && !this.#isAnswerDue && !this.#isPollDue) return undefined;
    // Where both ends can speak, the answer comes while the rest of the window is sent.
    const isHalf = this.#host.isDuplex && sent !== undefined && Math.floor(sent.from / (WINDOW / 4)) !== Math.floor(sent.to / (WINDOW / 4));
    const isLast = !this.#sending.hasSegments || isHalf;
    const asks = this.#isPollDue || (sent !== undefined && isLast);
    if (asks) this.#poll = (this.#poll + 1) & 0xff;
    this.#isAnswerDue = false;
    this.#isPollDue = false;
    this.#underWay += 1;
    return { segment: this.#segment(sent, asks ? POLL : 0), ended: (how) => this.#ended(how, sent, asks) };
  }

  /** A segment of the other end has come. */
  heard(segment: Segment): void {
    if ((segment.flags & RESET) !== 0) return this.#fail(new Error(this.#isOpen ? 'the other end has ended the stream' : 'nobody takes a stream at this port'));
    if (this.#failure !== undefined || !this.#sending.acknowledge(segment)) return;
    this.#isOpen = true;
    this.#questions = 0;
    if (segment.answers === this.#poll) {
      this.#stopWaiting();
      this.#isPollDue = false;
    }
    this.#receiving.take(segment);
    if (this.#isClosed) this.#receiving.clear();
    if ((segment.flags & POLL) !== 0) {
      this.#answers = segment.poll;
      this.#isAnswerDue = true;
      this.#host.reply(this, 'answer');
    } else if (this.#sending.hasSegments) this.#host.reply(this, 'go-on');
    this.#keepAsking();
    this.#stir();
    this.#rest();
  }

  #segment(sent: Sent | undefined, flags: number): Segment {
    const { next, early, room } = this.#receiving;
    const { offset, data, flags: own } = sent === undefined ? NOTHING : this.#sending.segment(sent);
    const opens = sent?.from === 0 && !this.isAcceptor ? OPEN : 0;
    return { connection: this.connection, flags: flags | own | opens | (this.isAcceptor ? ACCEPTOR : 0), poll: this.#poll, answers: this.#answers, room, offset, next, early, data };
  }

  #resetting(): StreamFrame {
    this.#isResetDue = false;
    return { segment: this.#segment(undefined, RESET), ended: () => this.#host.forget(this) };
  }

  #ended(how: FrameEnd, sent: Sent | undefined, asks: boolean): void {
    this.#underWay -= 1;
    if (this.#failure !== undefined) return;
    if (how !== 'sent') {
      this.#failures += 1;
      if (this.#failures >= FAILURES) return this.#fail(new Error('the line is not free'));
      if (sent === undefined) {
        this.#isAnswerDue = true;
        this.#isPollDue ||= asks;
      } else this.#sending.failed(sent, how === 'disturbed');
      return this.#keepAsking();
    }
    this.#failures = 0;
    if (asks) this.#ask();
    this.#keepAsking();
    this.#rest();
  }

  /** What has not arrived, and will not be followed by a question of its own, is asked for. */
  #keepAsking(): void {
    if (this.#takeBack !== undefined || this.#underWay > 0 || this.#sending.hasSegments) return;
    if (this.#sending.isHeldUp) return this.#ask();
    if (this.#sending.isEmpty || this.#isPollDue) return;
    this.#isPollDue = true;
    this.#host.stir();
  }

  /** Waits for an answer: so long a silence means that there is none. */
  #ask(waitMs = Math.min(this.#host.silenceMs * 2 ** this.#questions, LONGEST_SILENCE_MS)): void {
    this.#stopWaiting();
    const askedAt = this.#host.clock.now();
    const look = (): void => {
      const missing = waitMs - (this.#host.clock.now() - Math.max(askedAt, this.#host.heardAtMs()));
      if (missing > 0.001) this.#takeBack = this.#host.clock.after(missing, look);
      else this.#unanswered();
    };
    this.#takeBack = this.#host.clock.after(waitMs, look);
  }

  #unanswered(): void {
    this.#takeBack = undefined;
    this.#questions += 1;
    if (this.#questions > QUESTIONS) return this.#fail(new Error('the other end does not answer'));
    this.#sending.repeatFirst();
    this.#isPollDue = true;
    this.#host.stir();
  }

  #stopWaiting(): void {
    this.#takeBack?.();
    this.#takeBack = undefined;
  }

  /** Whether both ends have said all. */
  #rest(): void {
    if (!this.#isClosed || !this.#sending.isDone || !this.#receiving.isEnded || this.#isAnswerDue) return;
    this.#fail(new Error('the stream has ended'));
  }

  #fail(failure: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#stopWaiting();
    this.#takeBackClosing?.();
    this.#stir();
    this.#tellEnd();
    if (!this.#isResetDue) this.#host.forget(this);
  }

  #stir(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => { this.#wake.push(resolve); });
  }
}
