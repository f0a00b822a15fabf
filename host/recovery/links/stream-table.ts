// The streams of one machine on a serial line, by the other end's address and the number that the connecting end has
// given; and who takes new ones. What strangers open or ask for is bounded.
import type { Said } from './announcements.ts';
import { FrameStream, type StreamFrame, type StreamHost } from './frame-stream.ts';
import { ACCEPTOR, END, encodeSegment, OPEN, POLL, RESET, type Segment } from './segment.ts';

/** Streams at once, and refusals that wait. */
const STREAMS = 16;
const REFUSALS = 8;

const HIGHEST_CONNECTION = 0xffff;
export const addressText = (address: number): string => `0x${address.toString(16).padStart(4, '0')}`;
const streamName = (peer: string, connection: number, isAcceptor: boolean): string => `${peer} ${connection} ${isAcceptor}`;

export class StreamTable {
  readonly #host: Omit<StreamHost, 'forget'>;
  readonly #random: () => number;
  readonly #ports = new Map<number, (stream: FrameStream) => void>();
  readonly #streams = new Map<string, FrameStream>();
  readonly #refusals: { readonly to: number; readonly segment: Segment }[] = [];

  constructor(host: Omit<StreamHost, 'forget'>, random: () => number) {
    this.#host = host;
    this.#random = random;
  }

  /** Opens a stream to a port of another machine. */
  async connect(peer: string, port: number, signal: AbortSignal): Promise<FrameStream> {
    signal.throwIfAborted();
    if (this.#streams.size >= STREAMS) throw new Error(`expected at most ${STREAMS} streams at once, got another one`);
    const stream = this.#add(peer, Math.floor(this.#random() * HIGHEST_CONNECTION), port);
    const end = (): void => stream.destroy();
    signal.addEventListener('abort', end, { once: true });
    this.#host.stir();
    try {
      await stream.opened();
      return stream;
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  /** Takes streams that others open; `end` stops it. */
  listen(take: (stream: FrameStream) => void): { readonly port: number; end(): void } {
    let port = 1;
    while (this.#ports.has(port)) port += 1;
    this.#ports.set(port, take);
    return { port, end: () => void this.#ports.delete(port) };
  }

  /** A segment for this machine has come. */
  heard(from: number, segment: Segment): void {
    const peer = addressText(from);
    const isAcceptor = (segment.flags & ACCEPTOR) === 0;
    const known = this.#streams.get(streamName(peer, segment.connection, isAcceptor));
    if (known !== undefined) return known.heard(segment);
    if ((segment.flags & RESET) !== 0) return;
    const take = isAcceptor && (segment.flags & OPEN) !== 0 && segment.data.length >= 2 ? this.#ports.get(segment.data[0]! | (segment.data[1]! << 8)) : undefined;
    if (take === undefined || this.#streams.size >= STREAMS) return this.#refuse(from, segment, isAcceptor);
    const stream = this.#add(peer, segment.connection);
    stream.heard(segment);
    take(stream);
  }

  get hasFrames(): boolean {
    return this.#refusals.length > 0 || [...this.#streams.values()].some((stream) => stream.hasFrames);
  }

  /** The frames of one stream's turn: of the given one, or of the one that has waited longest. */
  *turn(preferred?: FrameStream): Generator<Said> {
    const refusal = preferred === undefined ? this.#refusals.shift() : undefined;
    if (refusal !== undefined) return yield { to: refusal.to, body: encodeSegment(refusal.segment), isLast: true, ended: () => undefined };
    const stream = preferred ?? [...this.#streams.values()].find(({ hasFrames }) => hasFrames);
    if (stream === undefined) return;
    this.#moveBack(stream);
    for (let frame = stream.take(); frame !== undefined; frame = stream.take()) yield said(Number(stream.peer), frame);
  }

  /** Ends them all, telling nobody. */
  destroy(): void {
    for (const stream of [...this.#streams.values()]) stream.destroy();
  }

  #add(peer: string, connection: number, port?: number): FrameStream {
    const name = streamName(peer, connection, port === undefined);
    const stream: FrameStream = new FrameStream({ ...this.#host, forget: () => void (this.#streams.get(name) === stream && this.#streams.delete(name)) }, peer, connection, port);
    this.#streams.set(name, stream);
    return stream;
  }

  #moveBack(stream: FrameStream): void {
    const name = streamName(stream.peer, stream.connection, stream.isAcceptor);
    if (this.#streams.delete(name)) this.#streams.set(name, stream);
  }

  #refuse(to: number, { connection }: Segment, isAcceptor: boolean): void {
    if (this.#refusals.length >= REFUSALS) return;
    this.#refusals.push({ to, segment: { connection, flags: RESET | (isAcceptor ? ACCEPTOR : 0), poll: 0, answers: 0, room: 0, offset: 0, next: 0, early: [], data: new Uint8Array() } });
    this.#host.stir();
  }
}

/** A turn ends with a question, and with a segment that has nothing but an answer. */
function said(to: number, { segment, ended }: StreamFrame): Said {
  return { to, body: encodeSegment(segment), isLast: (segment.flags & POLL) !== 0 || (segment.data.length === 0 && (segment.flags & END) === 0), ended };
}
