// Messages to everyone, cut into frames and put together again. A short frame is more likely to come through noise.
//
//   message u8 | index u8 | count u8 | bytes
//
// Nobody acknowledges them: one that misses a fragment is lost.

/** Bytes of a message in one frame, and in all. */
export const FRAGMENT = 240;
export const MESSAGE_LIMIT = 2048;
const HEADER = 3;
const LONGEST = Math.ceil(MESSAGE_LIMIT / FRAGMENT);
/** Senders of whom something is held. */
const SENDERS = 16;

/** The bodies of a message's frames. `number` counts the messages of a machine. */
export function fragmentsOf(message: Uint8Array, number: number): readonly Uint8Array[] {
  if (message.length > MESSAGE_LIMIT) throw new RangeError(`a message to everyone: expected at most ${MESSAGE_LIMIT} bytes, got ${message.length}; nothing was sent`);
  const count = Math.max(1, Math.ceil(message.length / FRAGMENT));
  return Array.from({ length: count }, (_, index) => Buffer.concat([Uint8Array.of(number & 0xff, index, count), message.subarray(index * FRAGMENT, (index + 1) * FRAGMENT)]));
}

interface Sender {
  number: number;
  count: number;
  parts: Uint8Array[];
  isTaken: boolean;
}

/** Puts messages together; one a sender at a time, and few senders. */
export class FragmentCollector {
  readonly #senders = new Map<number, Sender>();

  /** The whole message, when this was its last fragment. A message that comes twice in a row is taken once. */
  add(from: number, body: Uint8Array): Uint8Array | undefined {
    const [number = 0, index = 0, count = 0] = body;
    if (body.length < HEADER || body.length > HEADER + FRAGMENT || index >= count || count > LONGEST) return undefined;
    let sender = this.#senders.get(from);
    // Fragments come in order. One that does not continue what is held begins anew, or is of no use.
    if (sender === undefined || sender.number !== number || sender.count !== count || (index === 0 && !sender.isTaken)) {
      if (index !== 0) return undefined;
      sender = { number, count, parts: [], isTaken: false };
    }
    this.#senders.delete(from);
    this.#senders.set(from, sender);
    if (this.#senders.size > SENDERS) this.#senders.delete(this.#senders.keys().next().value!);
    if (sender.isTaken || index !== sender.parts.length) return undefined;
    sender.parts.push(Uint8Array.from(body.subarray(HEADER)));
    if (sender.parts.length < count) return undefined;
    const whole = Buffer.concat(sender.parts);
    sender.parts = [];
    sender.isTaken = true;
    return whole;
  }
}
