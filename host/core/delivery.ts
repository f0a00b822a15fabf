// The two ends of an upload, by the core's window and cursor: which chunk to send next, and which has arrived. They know
// offsets, no bytes; each has an instance of the core of its own.
import { type CoreEnum, type CoreGlobals } from './flash-globals.ts';
import { loadCore } from './instance.ts';
import { nameOf, unsigned } from './wire-memory.ts';
import { namesOf } from './words.ts';

interface WindowExports extends CoreGlobals<'windowOffset' | 'windowChunk' | 'windowBase'> {
  windowBegin(size: number, chunk: number, window: number, resume: number): number;
  windowIsWhole(): number;
  windowNext(): number;
  windowSent(offset: number, now: number): void;
  windowAcknowledge(next: number, mask: number): number;
}

interface CursorExports extends CoreGlobals<'cursorNext' | 'cursorMask'> {
  readonly Arrival: CoreEnum;
  cursorBegin(size: number, chunkSize: number, resume: number): number;
  cursorIsWhole(): number;
  cursorArrival(offset: number, size: number): number;
  cursorMark(offset: number): void;
}

function begun(status: number, what: string): void {
  if (status !== 0) throw new RangeError(`${what}: expected an offset that is a whole number of chunks inside the image, got another; nothing was begun`);
}

/** Which chunk a donor sends next. */
export class UploadWindow {
  readonly #core = loadCore<WindowExports>();

  constructor(size: number, chunkSize: number, window: number, from: number) {
    begun(this.#core.windowBegin(size, chunkSize, window, from), 'an upload');
  }

  /** The next chunk that may be sent, taken as sent; undefined while the window is full. */
  next(nowMs: number): { readonly offset: number; readonly size: number } | undefined {
    if (this.#core.windowNext() === 0) return undefined;
    const chunk = { offset: unsigned(this.#core.windowOffset), size: unsigned(this.#core.windowChunk) };
    this.#core.windowSent(chunk.offset, nowMs >>> 0);
    return chunk;
  }

  /** False when it claims what was never sent, or is no place of this image. */
  acknowledge(next: number, mask: number): boolean {
    return this.#core.windowAcknowledge(next, mask) === 0;
  }

  /** Everything before it has arrived. */
  get base(): number {
    return unsigned(this.#core.windowBase);
  }

  get isWhole(): boolean {
    return this.#core.windowIsWhole() !== 0;
  }
}

/** What a chunk that came in is: `New` is taken, `Duplicate` and `Ahead` are passed over, `Wrong` has no place in the image. */
export type ArrivalName = 'New' | 'Duplicate' | 'Ahead' | 'Wrong';

/** Where a recipient stands. */
export class DeliveryCursor {
  readonly #core = loadCore<CursorExports>();
  readonly #arrivals = namesOf(this.#core.Arrival);

  constructor(size: number, chunkSize: number, from: number) {
    begun(this.#core.cursorBegin(size, chunkSize, from), 'a delivery');
  }

  arrival(offset: number, size: number): ArrivalName {
    return nameOf<ArrivalName>(this.#arrivals, this.#core.cursorArrival(offset, size));
  }

  /** Takes note of a chunk that was `New`. */
  mark(offset: number): void {
    this.#core.cursorMark(offset);
  }

  get next(): number {
    return unsigned(this.#core.cursorNext);
  }

  get mask(): number {
    return unsigned(this.#core.cursorMask);
  }

  get isWhole(): boolean {
    return this.#core.cursorIsWhole() !== 0;
  }
}
