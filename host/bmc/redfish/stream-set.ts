// The clients of one kind of stream: at most so many, each looked after once a second.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RedfishContext } from './context.ts';
import { refusal } from './redfish-error.ts';
import { SentEvents } from './sent-events.ts';

const STREAM_LIMIT = 256;
const LOOK_MS = 1000;
const KEEP_ALIVE_MS = 2000;

export interface StreamSetOptions<State> {
  readonly context: RedfishContext;
  /** A client may be written to: it is new, or takes more again. */
  readonly pump: (stream: SentEvents, state: State) => void;
  /** Sent to a client that has heard nothing for a while. */
  readonly keepAlive: () => string;
}

export interface StreamEntry<State> {
  readonly id: string;
  readonly stream: SentEvents;
  readonly state: State;
}

export class StreamSet<State> {
  readonly #options: StreamSetOptions<State>;
  readonly #entries = new Map<string, StreamEntry<State>>();
  #timer: NodeJS.Timeout | undefined;
  #count = 0;

  constructor(options: StreamSetOptions<State>) {
    this.#options = options;
    options.context.onClose(() => this.#close());
  }

  get size(): number {
    return this.#entries.size;
  }

  entries(): readonly StreamEntry<State>[] {
    return [...this.#entries.values()];
  }

  /** Takes over the connection of a request. */
  add(request: FastifyRequest, reply: FastifyReply, state: State): void {
    if (this.#entries.size >= STREAM_LIMIT) throw refusal(503, 'EventSubscriptionLimitExceeded', [], { headers: { 'Retry-After': '10' } });
    const { context, pump } = this.#options;
    const id = String(++this.#count);
    const release = context.sessions.hold(request.caller?.session);
    const stream = new SentEvents(request, reply, {
      nowMs: context.nowMs,
      drained: () => pump(stream, state),
      ended: () => {
        release();
        this.#entries.delete(id);
        if (this.#entries.size === 0) this.#stopLooking();
      },
    });
    this.#entries.set(id, { id, stream, state });
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
    pump(stream, state);
  }

  /** Ends the streams of who is not logged in any more, and of who does not read; keeps the quiet ones alive. */
  #look(): void {
    for (const { stream } of this.entries()) {
      if (!stream.caller.isStillGood()) stream.end();
      else if (stream.isStalled) stream.drop();
      else if (!stream.isFull && stream.quietMs >= KEEP_ALIVE_MS) stream.write(this.#options.keepAlive());
    }
  }

  #stopLooking(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #close(): void {
    this.#stopLooking();
    for (const { stream } of this.entries()) stream.end();
  }
}
