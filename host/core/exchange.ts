// One request and its response: the sending end of everything but data. The core decides when to repeat; bytes and time
// go in and out. assembly/transfer/exchange.ts draws the states.
import { readNumber, type CoreEnum, type CoreGlobals } from './flash-globals.ts';
import { nameOf, unsigned } from './wire-memory.ts';
import { Wire, type Message, type MessageName, type Messages, type WireExports } from './wire.ts';
import { namesOf } from './words.ts';

/** What the caller does next. `message` is a view that the next call overwrites. */
export type ExchangeStep =
  | { readonly action: 'idle' }
  | { readonly action: 'send'; readonly message: Uint8Array }
  | { readonly action: 'wait'; readonly waitMs: number }
  /** `response` has the type of the request, and this id. */
  | { readonly action: 'done'; readonly response: Message }
  /** The core's word: `TimedOut`, or what is wrong with the response's body. */
  | { readonly action: 'failed'; readonly status: string };

export type RequestName = Extract<MessageName, `${string}-request`>;

/** The exports of core.wasm that this file drives. */
export interface ExchangeExports
  extends WireExports, CoreGlobals<'EXCHANGE_OUT' | 'exchangeOutSize' | 'exchangeWaitMs' | 'exchangeFailure'> {
  readonly ExchangeAction: CoreEnum;
  exchangeSeed(id: number): void;
  exchangeBegin(type: number, bodySize: number, holdMs: number): number;
  exchangeNext(now: number): number;
  exchangeMessage(message: number, size: number, now: number): number;
}

/** Times are milliseconds of any clock that never goes back; they may wrap. */
export class Exchange {
  readonly #core: ExchangeExports;
  readonly #wire: Wire;
  readonly #inbox: Uint8Array;
  readonly #statuses: readonly string[];
  #response: Message | undefined;
  #malformed: string | undefined;

  /** `firstId`: a random number, so that answers to an earlier run are not taken for this one's. */
  constructor(core: ExchangeExports, firstId: number) {
    this.#core = core;
    this.#wire = new Wire(core);
    this.#inbox = new Uint8Array(core.memory.buffer, readNumber(core.INBOX), readNumber(core.INBOX_SIZE));
    this.#statuses = namesOf(core.Status);
    core.exchangeSeed(firstId);
  }

  /** Begins a request; one under way is forgotten. The peer may hold its answer back for `holdMs`. */
  begin<Name extends RequestName>(name: Name, fields: Messages[Name], holdMs = 0): void {
    const body = this.#wire.encodeBody(name, fields);
    const into = readNumber(this.#core.EXCHANGE_OUT) + readNumber(this.#core.HEADER_SIZE);
    new Uint8Array(this.#core.memory.buffer, into, body.length).set(body);
    this.#response = undefined;
    this.#malformed = undefined;
    const status = this.#core.exchangeBegin(this.#wire.typeOf(name), body.length, holdMs);
    if (status !== 0) throw new RangeError(`beginning the request ${name} failed: the core answers ${this.#status(status)}; nothing was sent`);
  }

  /** What to do now. After `send` the message counts as sent. */
  next(nowMs: number): ExchangeStep {
    const core = this.#core;
    if (this.#malformed !== undefined) return { action: 'failed', status: this.#malformed };
    if (this.#response !== undefined) return { action: 'done', response: this.#response };
    const action = core.exchangeNext(nowMs >>> 0);
    if (action === readNumber(core.ExchangeAction['Send'])) {
      return { action: 'send', message: new Uint8Array(core.memory.buffer, readNumber(core.EXCHANGE_OUT), readNumber(core.exchangeOutSize)) };
    }
    if (action === readNumber(core.ExchangeAction['Wait'])) return { action: 'wait', waitMs: unsigned(core.exchangeWaitMs) };
    if (action === readNumber(core.ExchangeAction['Failed'])) return { action: 'failed', status: this.#status(readNumber(core.exchangeFailure)) };
    return { action: 'idle' };
  }

  /** Takes a message that came in. `Ok` when it completes the exchange; otherwise why it was dropped. */
  deliver(message: Uint8Array, nowMs: number): string {
    if (message.length > this.#inbox.length) return 'BadSize';
    this.#inbox.set(message);
    const status = this.#core.exchangeMessage(readNumber(this.#core.INBOX), message.length, nowMs >>> 0);
    if (status !== 0) return this.#status(status);
    const decoded = this.#wire.decode(message);
    this.#response = decoded.message;
    if (decoded.message === undefined) this.#malformed = decoded.status;
    return 'Ok';
  }

  #status(value: number): string {
    return nameOf(this.#statuses, value);
  }
}
