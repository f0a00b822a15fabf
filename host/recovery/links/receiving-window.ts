// The receiving half of a stream over frames: what has come, in order, and what came early. It holds a window of bytes, read
// or not, and says how many more find room.
import { ahead, END, type Range, RANGES, type Segment, WINDOW, without } from './segment.ts';

/** Pieces that are kept which came early. */
const EARLY = 64;

interface Piece {
  /** From the stream's begin. */
  readonly from: number;
  readonly data: Uint8Array;
}

export class ReceivingWindow {
  #next = 0;
  /** In order, and none overlaps another one. */
  #early: Piece[] = [];
  #ready: Uint8Array[] = [];
  #held = 0;
  /** Where the direction ends, when that is known. */
  #end: number | undefined;
  /** First bytes that are no part of what is read: the port. */
  #hidden: number;

  constructor(hidden: number) {
    this.#hidden = hidden;
  }

  get next(): number {
    return this.#next;
  }

  get room(): number {
    return Math.max(0, WINDOW - this.#held);
  }

  /** What came early, counted from `next`. */
  get early(): readonly Range[] {
    const ranges: { from: number; to: number }[] = [];
    for (const { from, data } of this.#early) {
      const [begin, end] = [from - this.#next, from - this.#next + data.length];
      const last = ranges.at(-1);
      if (last !== undefined && last.to === begin) last.to = end;
      else ranges.push({ from: begin, to: end });
    }
    return ranges.slice(0, RANGES);
  }

  /** Whether everything has come. */
  get isEnded(): boolean {
    return this.#end !== undefined && this.#next > this.#end;
  }

  get hasPiece(): boolean {
    return this.#ready.length > 0;
  }

  /** The next piece. Only when there is one. */
  piece(): Uint8Array {
    const piece = this.#ready.shift()!;
    this.#held -= piece.length;
    return piece;
  }

  /** Forgets what has come in order. */
  clear(): void {
    this.#ready = [];
    this.#held = 0;
  }

  /** Takes a segment; what has no place, or was there before, is let go. */
  take({ offset, data, flags }: Segment): void {
    if (this.isEnded) return;
    // At most 2^31 behind or ahead.
    const distance = ahead(offset, this.#next >>> 0);
    const from = this.#next + (distance >= 0x8000_0000 ? distance - 0x1_0000_0000 : distance);
    const to = from + data.length;
    if (to > this.#next + this.room || from < 0 || (this.#end !== undefined && to > this.#end)) return;
    if ((flags & END) !== 0 && this.#end === undefined && to >= this.#next) this.#end = to;
    // The frame's bytes are the reader's.
    if (to > this.#next) this.#insert({ from, data: Uint8Array.from(data) });
    this.#deliver();
  }

  /** Puts in what is not there yet of a piece. */
  #insert({ from, data }: Piece): void {
    const there: Range[] = [{ from: 0, to: this.#next }, ...this.#early.map((piece) => ({ from: piece.from, to: piece.from + piece.data.length }))];
    const missing = there.reduce<Range[]>((ranges, one) => ranges.flatMap((range) => without(range, one)), [{ from, to: from + data.length }]);
    const all = [...this.#early, ...missing.map((range) => ({ from: range.from, data: data.subarray(range.from - from, range.to - from) }))];
    if (all.length <= EARLY) this.#early = all.sort((one, other) => one.from - other.from);
  }

  #deliver(): void {
    for (let first = this.#early[0]; first !== undefined && first.from === this.#next; first = this.#early[0]) {
      this.#early.shift();
      this.#next += first.data.length;
      const hidden = Math.min(this.#hidden, first.data.length);
      this.#hidden -= hidden;
      if (hidden === first.data.length) continue;
      this.#ready.push(first.data.subarray(hidden));
      this.#held += first.data.length - hidden;
    }
    // The end counts as one byte.
    if (this.#next === this.#end) this.#next += 1;
  }
}
