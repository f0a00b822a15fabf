// What one machine on a serial line says to everyone, a whole message a turn, and what it hears of others.
import { EVERYONE } from './bridge-frame.ts';
import type { TakeMessage } from './link.ts';
import { FragmentCollector, fragmentsOf } from './message-fragments.ts';
import type { FrameEnd } from './wire.ts';

/** Messages that wait, and tries of one on a line that is never free. */
const WAITING = 16;
const TRIES = 16;

/** The frames of one turn, as bodies. */
export interface Said {
  readonly to: number;
  readonly body: Uint8Array;
  readonly isLast: boolean;
  ended(how: FrameEnd): void;
}

interface Announcement {
  readonly bodies: readonly Uint8Array[];
  tries: number;
}

export class Announcements {
  readonly #collector = new FragmentCollector();
  readonly #takes = new Set<TakeMessage>();
  readonly #waiting: Announcement[] = [];
  #number: number;

  /** `number` is that of the first message: another one after each start, so that others do not take it for a repetition. */
  constructor(number: number) {
    this.#number = number;
  }

  add(message: Uint8Array): void {
    this.#queue({ bodies: fragmentsOf(message, this.#number++), tries: 0 });
  }

  hear(take: TakeMessage): () => void {
    this.#takes.add(take);
    return () => void this.#takes.delete(take);
  }

  heard(from: number, address: string, body: Uint8Array): void {
    const message = this.#collector.add(from, body);
    if (message !== undefined) for (const take of this.#takes) take(message, address);
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** The frames of the next message. One that does not get on the line as a whole comes again. */
  *turn(): Generator<Said> {
    const announcement = this.#waiting.shift();
    if (announcement === undefined) return;
    let hasFailed = false;
    const ended = (how: FrameEnd): void => {
      if (how === 'sent' || hasFailed) return;
      hasFailed = true;
      announcement.tries += 1;
      if (announcement.tries < TRIES) this.#queue(announcement);
    };
    for (const [index, body] of announcement.bodies.entries()) yield { to: EVERYONE, body, isLast: index === announcement.bodies.length - 1, ended };
  }

  #queue(announcement: Announcement): void {
    // The oldest goes: what was not said in time is worth nothing any more.
    if (this.#waiting.length >= WAITING) this.#waiting.shift();
    this.#waiting.push(announcement);
  }
}
