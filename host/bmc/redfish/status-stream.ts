// /events/status: the snapshot of everything, when it has changed, at most four times a second: for the page. A slow
// client gets the newest one only.
import type { ManagementSnapshot } from '../management.ts';
import type { RecoveryStatus } from '../recovery-desk.ts';
import type { RedfishContext, RedfishPlugin } from './context.ts';
import { type SentEvents, sentText } from './sent-events.ts';
import { StreamSet } from './stream-set.ts';

/** The snapshot, with the recovery of each component that is watched. */
export interface SeenSnapshot extends ManagementSnapshot {
  readonly recovery: readonly RecoveryStatus[] | undefined;
}

const STATUS_PATH = '/events/status';
const PERIOD_MS = 250;
/** They differ at each look; what they belong to tells whether anything has changed. */
const CLOCKS: readonly string[] = ['time', 'elapsedMs', 'heldMs', 'remainingMs'];

interface Seen {
  /** The state that the client has had, by its text without clocks. */
  state: string;
}

export const statusStream: RedfishPlugin = (app, context) => {
  const feed = new StatusFeed(context);
  app.get(STATUS_PATH, { config: { access: 'Login' }, exposeHeadRoute: false }, (request, reply) => feed.streams.add(request, reply, { state: '' }));
};

class StatusFeed {
  readonly streams: StreamSet<Seen>;
  readonly #context: RedfishContext;
  #timer: NodeJS.Timeout | undefined;
  #state = '';
  #text = '';

  constructor(context: RedfishContext) {
    this.#context = context;
    this.streams = new StreamSet<Seen>({
      context,
      pump: (stream, seen) => {
        this.#start();
        // A new client begins with what is now, not with what was at the last turn.
        if (seen.state === '') this.#look();
        this.#send(stream, seen);
      },
      keepAlive: () => this.#look().text,
    });
    context.onClose(() => clearInterval(this.#timer));
  }

  #start(): void {
    this.#timer ??= setInterval(() => this.#turn(), PERIOD_MS).unref();
  }

  #turn(): void {
    if (this.streams.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    this.#look();
    for (const { stream, state } of this.streams.entries()) this.#send(stream, state);
  }

  #send(stream: SentEvents, seen: Seen): void {
    if (stream.isFull || seen.state === this.#state) return;
    seen.state = this.#state;
    stream.write(this.#text);
  }

  #look(): { readonly text: string } {
    const { management, recovery } = this.#context;
    const snapshot: SeenSnapshot = { ...management.snapshot(), recovery: recovery?.states() };
    this.#state = stateOf(snapshot);
    this.#text = sentText(JSON.stringify(snapshot, (_key, value: unknown) => shown(value)));
    return { text: this.#text };
  }
}

function stateOf(snapshot: SeenSnapshot): string {
  return JSON.stringify(snapshot, (key, value: unknown) => (CLOCKS.includes(key) ? undefined : shown(value)));
}

/** Digests as hexadecimal digits. */
function shown(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
