// The log's events to everyone who listens. A client's place is a number, not a queue: what it has not had yet is read
// from the log when it takes more, so that a slow client loses nothing and holds nothing.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RedfishContext } from './context.ts';
import { lostRecord, sentRecord } from './event-record.ts';
import { type SentEvents, sentText } from './sent-events.ts';
import { StreamSet } from './stream-set.ts';

/** Characters that are written to a client at a time; one event may be longer. */
const BATCH_SIZE = 32 * 1024;

interface Place {
  /** The last event that the client has had. */
  number: number;
}

interface Batch {
  readonly text: string;
  readonly last: number;
}

export class EventFeed {
  readonly #context: RedfishContext;
  readonly streams: StreamSet<Place>;
  #isPlanned = false;

  constructor(context: RedfishContext) {
    this.#context = context;
    this.streams = new StreamSet<Place>({ context, pump: (stream, place) => this.#pump(stream, place), keepAlive: () => ': \n\n' });
    context.onClose(context.management.onEvent(() => this.#plan()));
  }

  /** A new client. With the id of the last event that it has had, it goes on from there. */
  add(request: FastifyRequest, reply: FastifyReply): void {
    const newest = this.#context.management.eventsSince(0).at(-1)?.number ?? 0;
    const text = request.headers['last-event-id'];
    const had = typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : newest;
    this.streams.add(request, reply, { number: Math.min(had, newest) });
  }

  /** The controller is in the middle of something: clients are told after it. */
  #plan(): void {
    if (this.#isPlanned || this.streams.size === 0) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      const batches = new Map<number, Batch>();
      for (const { stream, state } of this.streams.entries()) this.#pump(stream, state, batches);
    });
  }

  /** Most clients are at the same place: what follows it is made once for all. */
  #pump(stream: SentEvents, place: Place, batches = new Map<number, Batch>()): void {
    while (!stream.isFull) {
      const batch = batches.get(place.number) ?? this.#batchAfter(place.number);
      if (batch === undefined) return;
      batches.set(place.number, batch);
      stream.write(batch.text);
      place.number = batch.last;
    }
  }

  #batchAfter(number: number): Batch | undefined {
    let [text, last] = ['', number];
    for (const event of this.#context.management.eventsSince(number)) {
      if (event.number > last + 1) text += sentText(JSON.stringify(lostRecord(this.#context.now())));
      text += sentText(JSON.stringify(sentRecord(event)), event.number);
      last = event.number;
      if (text.length >= BATCH_SIZE) break;
    }
    return text === '' ? undefined : { text, last };
  }
}
