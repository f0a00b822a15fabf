// The sending half of a stream over frames: what waits, what is under way, and what has to go again. Offsets count up from
// the stream's begin and are cut to 32 bits on the wire. A segment is as long as the line's quality allows: shorter after
// a loss, twice as long after a turn without one; what was lost goes again in pieces of the new length.
import { ahead, END, type Range, type Segment, SEGMENT_DATA, WINDOW, without } from './segment.ts';

/** Bytes that wait before a writer waits, too. */
const QUEUE = 8 * 1024;
const FIRST_DATA = 512;
const SHORTEST_DATA = 64;
const SHORTER = 0.75;

export interface Sent extends Range {
  /** The question whose answer tells whether it has arrived. */
  readonly poll: number;
}

export class SendingWindow {
  /** Where what has not arrived begins, and the bytes from there on. */
  #base = 0;
  #bytes: Uint8Array = new Uint8Array();
  /** Up to where it was sent once; what of it may be under way; and what has to go again. */
  #reached = 0;
  #sent: Sent[] = [];
  #again: Range[] = [];
  /** Up to where the other end has room. */
  #limit: number;
  #data = FIRST_DATA;
  /** Where it ends, the end included, once that is known. */
  #endAt: number | undefined;

  /** `room` is what may be sent before the other end has told how much room it has. */
  constructor(room: number) {
    this.#limit = room;
  }

  add(bytes: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
  }

  /** No more will be added. */
  end(): void {
    this.#endAt = this.#base + this.#bytes.length + 1;
  }

  get hasRoom(): boolean {
    return this.#end - this.#reached <= QUEUE;
  }

  /** Whether all that was added has arrived, the end included. */
  get isDone(): boolean {
    return this.#base === this.#endAt;
  }

  /** Whether all that was sent has arrived. */
  get isEmpty(): boolean {
    return this.#base === this.#reached;
  }

  /** Whether something can be sent now. */
  get hasSegments(): boolean {
    return this.#again.length > 0 || this.#reached < this.#most;
  }

  /** Whether something would be sent, had the other end room. */
  get isHeldUp(): boolean {
    return this.isEmpty && this.#reached < this.#end && this.#reached >= this.#limit;
  }

  /** Up to where there is something to send: the end itself counts as a byte. */
  get #end(): number {
    return this.#endAt ?? this.#base + this.#bytes.length;
  }

  get #most(): number {
    return Math.min(this.#end, this.#limit, this.#base + WINDOW);
  }

  /** The next range to send; `poll` is the question that will follow it. */
  take(poll: number): Sent | undefined {
    const [again] = this.#again;
    const from = again?.from ?? this.#reached;
    const to = Math.min(from + this.#data, again?.to ?? this.#most);
    if (to <= from) return undefined;
    if (again !== undefined) this.#again = this.#again.flatMap((range) => without(range, { from, to }));
    this.#reached = Math.max(this.#reached, to);
    const sent = { from, to, poll };
    this.#sent.push(sent);
    return sent;
  }

  /** What a range has on the wire. */
  segment({ from, to }: Range): Pick<Segment, 'offset' | 'data' | 'flags'> {
    const whole = this.#base + this.#bytes.length;
    const at = Math.max(from - this.#base, 0);
    return { offset: from, data: this.#bytes.slice(at, to - this.#base), flags: to > whole ? END : 0 };
  }

  /** The first that has not arrived goes again, because no answer came. */
  repeatFirst(): void {
    const first = [...this.#sent].sort((one, other) => one.from - other.from)[0];
    if (first !== undefined) this.failed(first, true);
  }

  /** It did not get on the line as it should. */
  failed(sent: Sent, isNoise: boolean): void {
    const index = this.#sent.findIndex(({ from, to, poll }) => from === sent.from && to === sent.to && poll === sent.poll);
    if (index >= 0) this.#lost(this.#sent.splice(index, 1));
    if (isNoise) this.#shorten();
  }

  /** What the other end says that it has. False when it has what was never sent. */
  acknowledge({ next, room, early, answers }: Pick<Segment, 'next' | 'room' | 'early' | 'answers'>): boolean {
    const arrived = ahead(next, this.#base >>> 0);
    if (arrived >= 0x8000_0000) return true;
    if (arrived > this.#reached - this.#base) return false;
    this.#base += arrived;
    this.#bytes = this.#bytes.subarray(Math.min(arrived, this.#bytes.length));
    this.#limit = this.#base + room;
    for (const there of [{ from: 0, to: this.#base }, ...early.map(({ from, to }) => ({ from: this.#base + from, to: this.#base + to }))]) {
      this.#sent = this.#sent.flatMap((sent) => without(sent, there).map((part) => ({ ...part, poll: sent.poll })));
      this.#again = this.#again.flatMap((range) => without(range, there));
    }
    const isAnswered = ({ poll }: Sent): boolean => ((answers - poll) & 0xff) < 0x80;
    const lost = this.#sent.filter(isAnswered);
    this.#sent = this.#sent.filter((sent) => !isAnswered(sent));
    this.#lost(lost);
    if (lost.length > 0) this.#shorten();
    else if (arrived >= this.#data) this.#data = Math.min(this.#data * 2, SEGMENT_DATA);
    return true;
  }

  /** Goes again, the first bytes first. */
  #lost(ranges: readonly Range[]): void {
    this.#again = [...this.#again, ...ranges].sort((one, other) => one.from - other.from);
  }

  #shorten(): void {
    this.#data = Math.max(Math.floor(this.#data * SHORTER), SHORTEST_DATA);
  }
}
