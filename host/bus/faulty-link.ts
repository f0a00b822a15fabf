// A link that does to messages what real ones do, the same for the same random numbers. It has no clock: time comes in
// with every call, so that a simulation of hours takes no longer than its messages.

/** What can happen to one message. A delayed one is passed by those that are sent after it. */
export type LinkFault = 'lost' | 'doubled' | 'delayed' | 'cut' | 'flipped';

export type LinkDirection = 'to-device' | 'to-host';

/** How one direction of a link behaves. Probabilities are from 0 to 1; at most one fault happens to a message. */
export interface LinkQuality {
  readonly latencyMs: number;
  /** Bytes that the link carries in a millisecond. Without it, any number. */
  readonly bytesPerMs?: number;
  readonly faults?: Readonly<Partial<Record<LinkFault, number>>>;
  /** The longest delay of a delayed message, and of a doubled one's second copy. */
  readonly delayMs?: number;
}

export interface FaultyLinkOptions {
  readonly toDevice: LinkQuality;
  readonly toHost: LinkQuality;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  /** Decides instead of the probabilities: what happens to the message of this number, both directions counted together. */
  readonly choose?: (number: number, direction: LinkDirection) => LinkFault | undefined;
  /** Told of every message that is sent, before anything happens to it. */
  readonly observe?: (event: LinkEvent) => void;
}

export interface LinkEvent {
  readonly nowMs: number;
  readonly direction: LinkDirection;
  readonly message: Uint8Array;
  readonly fault: LinkFault | undefined;
}

interface UnderWay {
  readonly arrivesMs: number;
  readonly bytes: Uint8Array;
}

const FAULTS: readonly LinkFault[] = ['lost', 'doubled', 'delayed', 'cut', 'flipped'];

/** Both directions between a host and a device. */
export class FaultyLink {
  readonly #options: FaultyLinkOptions;
  readonly #underWay: Record<LinkDirection, UnderWay[]> = { 'to-device': [], 'to-host': [] };
  readonly #freeMs: Record<LinkDirection, number> = { 'to-device': 0, 'to-host': 0 };
  #count = 0;

  constructor(options: FaultyLinkOptions) {
    this.#options = options;
  }

  /** Messages sent so far. */
  get count(): number {
    return this.#count;
  }

  /** Takes a message; its bytes are copied. */
  send(direction: LinkDirection, message: Uint8Array, nowMs: number): void {
    const { choose, observe, random } = this.#options;
    const quality = this.#quality(direction);
    const number = this.#count++;
    const fault = choose === undefined ? drawFault(quality.faults ?? {}, random) : choose(number, direction);
    observe?.({ nowMs, direction, message, fault });
    const sentMs = Math.max(nowMs, this.#freeMs[direction]) + message.length / (quality.bytesPerMs ?? Infinity);
    this.#freeMs[direction] = sentMs;
    const arrivesMs = sentMs + quality.latencyMs;
    if (fault === 'lost') return;
    const delay = (): number => 1 + random() * (quality.delayMs ?? quality.latencyMs * 2);
    this.#put(direction, fault === 'delayed' ? arrivesMs + delay() : arrivesMs, damaged(message, fault, random));
    if (fault === 'doubled') this.#put(direction, arrivesMs + delay(), message.slice());
  }

  /** The next message that has arrived; undefined when none has. */
  receive(direction: LinkDirection, nowMs: number): Uint8Array | undefined {
    const first = this.#underWay[direction][0];
    if (first === undefined || first.arrivesMs > nowMs) return undefined;
    this.#underWay[direction].shift();
    return first.bytes;
  }

  /** When the next message arrives after this moment, on either side; undefined when none is on its way. */
  nextArrivalMs(nowMs: number): number | undefined {
    const times = Object.values(this.#underWay).flatMap((queue) => queue.find(({ arrivesMs }) => arrivesMs > nowMs)?.arrivesMs ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Everything that is under way is lost: one end has started anew. */
  clear(): void {
    this.#underWay['to-device'] = [];
    this.#underWay['to-host'] = [];
  }

  #quality(direction: LinkDirection): LinkQuality {
    return direction === 'to-device' ? this.#options.toDevice : this.#options.toHost;
  }

  #put(direction: LinkDirection, arrivesMs: number, bytes: Uint8Array): void {
    const queue = this.#underWay[direction];
    const after = queue.findIndex((other) => other.arrivesMs > arrivesMs);
    queue.splice(after < 0 ? queue.length : after, 0, { arrivesMs, bytes });
  }
}

function drawFault(faults: NonNullable<LinkQuality['faults']>, random: () => number): LinkFault | undefined {
  let drawn = random();
  for (const fault of FAULTS) {
    drawn -= faults[fault] ?? 0;
    if (drawn < 0) return fault;
  }
  return undefined;
}

function damaged(message: Uint8Array, fault: LinkFault | undefined, random: () => number): Uint8Array {
  if (fault === 'cut') return message.slice(0, Math.floor(random() * message.length));
  const bytes = message.slice();
  if (fault === 'flipped') {
    const bit = Math.floor(random() * bytes.length * 8);
    bytes[bit >>> 3]! ^= 1 << (bit & 7);
  }
  return bytes;
}
