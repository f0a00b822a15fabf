// A network in memory, for simulations: machines with addresses, messages to everyone, streams; with delay and faults, in
// virtual time.
import type { Clock } from './clock.ts';
import type { ByteStream, Link, LinkKind, TakeMessage } from './link.ts';

/** What the network does to a piece on its way: `undefined` loses it, and ends a stream. */
export type Fault = (from: string, to: string, bytes: Uint8Array) => Uint8Array | undefined;

export interface VirtualNetworkOptions {
  readonly clock: Clock;
  /** Milliseconds that everything takes. */
  readonly delayMs?: number;
}

/** Bytes that a stream holds before its writer waits. */
const STREAM_ROOM = 256 * 1024;
/** How long a stream that was closed may take to end. */
const CLOSING_MS = 2000;

class VirtualStream implements ByteStream {
  readonly peer: string;
  readonly #self: string;
  readonly #network: VirtualNetwork;
  #other: VirtualStream | undefined;
  #pieces: (Uint8Array | undefined)[] = [];
  #held = 0;
  #isBroken = false;
  #isClosed = false;
  #wake: (() => void)[] = [];

  constructor(network: VirtualNetwork, self: string, peer: string) {
    this.#network = network;
    this.#self = self;
    this.peer = peer;
  }

  static pair(network: VirtualNetwork, first: string, second: string): readonly [VirtualStream, VirtualStream] {
    const [a, b] = [new VirtualStream(network, first, second), new VirtualStream(network, second, first)];
    a.#other = b;
    b.#other = a;
    return [a, b];
  }

  async write(bytes: Uint8Array): Promise<void> {
    const other = this.#other!;
    const carried = this.#network.streamFault(this.#self, this.peer, bytes);
    if (carried === undefined) this.destroy();
    while (!this.#isBroken && other.#held >= STREAM_ROOM) await new Promise<void>((resolve) => { this.#wake.push(resolve); });
    if (this.#isBroken) throw new Error('the stream has ended');
    other.#held += carried!.length;
    this.#network.later(() => other.#take(carried!.slice()));
  }

  async read(): Promise<Uint8Array | undefined> {
    while (this.#pieces.length === 0 && !this.#isBroken) await new Promise<void>((resolve) => { this.#wake.push(resolve); });
    if (this.#pieces.length === 0) throw new Error('the stream broke');
    const piece = this.#pieces.shift();
    this.#held -= piece?.length ?? 0;
    this.#other!.#stir();
    return piece;
  }

  close(): void {
    this.#isClosed = true;
    this.#held = 0;
    this.#pieces = [];
    this.#network.later(() => this.#other!.#take(undefined));
    this.#network.later(() => this.destroy(), CLOSING_MS);
    this.#other!.#stir();
  }

  destroy(): void {
    for (const end of [this, this.#other!]) {
      end.#isBroken = true;
      end.#stir();
    }
  }

  #take(piece: Uint8Array | undefined): void {
    // As with a socket: what comes to an end that has closed is thrown away.
    if (this.#isClosed) this.#held = 0;
    else this.#pieces.push(piece);
    this.#stir();
    this.#other!.#stir();
  }

  #stir(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

export class VirtualNetwork {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #machines = new Map<string, { readonly takes: Set<TakeMessage>; readonly ports: Map<number, (stream: ByteStream) => void> }>();
  /** What happens to messages to everyone, told for each hearer, and to pieces of streams. */
  messageFault: Fault = (_from, _to, bytes) => bytes;
  streamFault: Fault = (_from, _to, bytes) => bytes;

  constructor({ clock, delayMs = 1 }: VirtualNetworkOptions) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  later(work: () => void, afterMs = 0): void {
    this.#clock.after(this.#delayMs + afterMs, work);
  }

  /** Says something to everyone, under any address: forging it costs nothing. */
  say(from: string, bytes: Uint8Array): void {
    for (const [to, { takes }] of this.#machines) {
      const carried = this.messageFault(from, to, bytes);
      if (carried !== undefined) this.later(() => takes.forEach((take) => take(carried.slice(), from)));
    }
  }

  /** A machine's link. */
  link(address: string, kind: LinkKind = 'lan', ratePerSecond?: number): Link {
    const machine = { takes: new Set<TakeMessage>(), ports: new Map<number, (stream: ByteStream) => void>() };
    this.#machines.set(address, machine);
    return {
      name: `virtual ${address}`,
      kind,
      ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
      broadcast: (bytes) => this.say(address, bytes),
      hear(take) {
        machine.takes.add(take);
        return () => void machine.takes.delete(take);
      },
      connect: async (to, port, signal) => {
        signal.throwIfAborted();
        await new Promise<void>((resolve) => this.later(resolve));
        const take = this.#machines.get(to)?.ports.get(port);
        if (take === undefined) throw new Error(`${to} port ${port} refuses the connection`);
        const [mine, theirs] = VirtualStream.pair(this, address, to);
        take(theirs);
        return mine;
      },
      async listen(take) {
        const port = 40_000 + machine.ports.size;
        machine.ports.set(port, take);
        return port;
      },
      close: async () => void this.#machines.delete(address),
    };
  }
}
