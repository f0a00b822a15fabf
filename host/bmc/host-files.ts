// Files of the host's storage, as far as a program of the host serves them: the controller wishes for a part of a file, and
// the program's next request has it. One wish at a time; what comes is believed by nobody until a signature proves it.
// assembly/wire/README.md, "Storage messages", is the specification.
import { type ServeRequest, StorageWire } from '../core/wire-storage.ts';
import type { ControllerEvent } from './event-log.ts';

/** A part of a file, and how long the file is. */
export interface FilePart {
  readonly bytes: Uint8Array;
  readonly fileSize: number;
}

export interface HostFiles {
  /** Undefined when there is no such file. Throws when nobody on the host serves its storage, or it can not be read. `size`: at most 64 KiB. */
  read(path: string, offset: number, size: number, signal: AbortSignal): Promise<FilePart | undefined>;
}

interface Wish {
  readonly number: number;
  readonly path: string;
  readonly offset: number;
  readonly size: number;
  settle(part: FilePart | undefined): void;
  fail(error: Error): void;
}

/** How often a program with nothing to do asks. */
const WAIT_MS = 250;
/** How often one asks that has just brought a part of a file: who reads it wishes for the next one soon. */
const NEXT_WAIT_MS = 2;
const NEXT_MS = 1000;
/** A program that has been silent for so long is gone. */
const SILENCE_MS = 10_000;

export class ServedFiles implements HostFiles {
  readonly #wire = new StorageWire();
  readonly #clock: { nowMs(): number };
  readonly #say: (event: ControllerEvent) => void;
  #wishes: Wish[] = [];
  #number = 0;
  #heardMs = Number.NEGATIVE_INFINITY;
  #broughtMs = Number.NEGATIVE_INFINITY;
  #isServed = false;

  constructor(clock: { nowMs(): number }, say: (event: ControllerEvent) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  read(path: string, offset: number, size: number, signal: AbortSignal): Promise<FilePart | undefined> {
    signal.throwIfAborted();
    if (!this.#isServed) return Promise.reject(new Error('no program on the host serves its storage: expected `ferry serve --images DIR` to run there'));
    return new Promise((resolve, reject) => {
      const end = (): void => {
        signal.removeEventListener('abort', onAbort);
        this.#wishes = this.#wishes.filter((one) => one !== wish);
      };
      const onAbort = (): void => wish.fail(signal.reason as Error);
      const wish: Wish = {
        number: (this.#number = (this.#number % 0xffff_ffff) + 1), path, offset, size,
        settle: (part) => { end(); resolve(part); },
        fail: (error) => { end(); reject(error); },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#wishes.push(wish);
    });
  }

  /** The response to a message of the host, when it is one of these. */
  answer(message: Uint8Array): Uint8Array | undefined {
    if (!this.#wire.isRequest(message)) return undefined;
    const request = this.#wire.decodeRequest(message);
    if (request.status !== 'Ok' || request.id === undefined) return undefined;
    this.#heardMs = this.#clock.nowMs();
    if (!this.#isServed) this.#say({ event: 'storage-served', text: 'a program of the host serves its storage: images can be read there' });
    this.#isServed = true;
    this.#take(request.fields);
    const [wish] = this.#wishes;
    const nothing = { completion: 'Ok', waitMs: this.#heardMs - this.#broughtMs < NEXT_MS ? NEXT_WAIT_MS : WAIT_MS, wish: 0, offset: 0, size: 0, path: '' } as const;
    return this.#wire.encodeResponse(request.id, wish === undefined ? nothing : { ...nothing, waitMs: 0, wish: wish.number, offset: wish.offset, size: wish.size, path: wish.path });
  }

  /** Called in each step. */
  poll(): void {
    if (this.#isServed && this.#clock.nowMs() - this.#heardMs > SILENCE_MS) this.lose();
  }

  /** Nobody serves any more: the program is silent, or the host is down. */
  lose(): void {
    if (!this.#isServed) return;
    this.#isServed = false;
    this.#say({ event: 'storage-ended', text: 'nobody serves the host\'s storage any more' });
    for (const wish of this.#wishes) wish.fail(new Error('the program that served the host\'s storage is gone'));
  }

  /** An answer to another wish than the first is an old one, said again. */
  #take({ wish: number, outcome, offset, fileSize, bytes }: ServeRequest): void {
    const [wish] = this.#wishes;
    if (wish === undefined || wish.number !== number) return;
    this.#broughtMs = this.#heardMs;
    if (outcome === 'NotFound') return wish.settle(undefined);
    if (outcome === 'Failed') return wish.fail(new Error(`${wish.path}: the host could not read it`));
    const isWhole = offset === Math.min(wish.offset, fileSize) && bytes.length <= wish.size && bytes.length <= fileSize - offset;
    if (isWhole) wish.settle({ bytes, fileSize });
    else wish.fail(new Error(`${wish.path}: expected at most ${wish.size} bytes from ${wish.offset} on, the host answered ${bytes.length} from ${offset} on of ${fileSize}`));
  }
}
