// Where messages are made and read: the inbox and the scratch buffer of one instance of the core.
import { readNumber, type CoreEnum, type CoreGlobals } from './flash-globals.ts';
import { putText, readText } from './words.ts';

/** The exports of core.wasm that every message needs. */
export interface WireMemoryExports
  extends CoreGlobals<'SCRATCH' | 'INBOX' | 'INBOX_SIZE' | 'HEADER_SIZE' | 'NAME_SIZE' | 'VERSION_SIZE' | 'DIGEST_SIZE'> {
  readonly memory: WebAssembly.Memory;
  readonly Completion: CoreEnum;
}

/** One way to write a body and to read it. `encode` answers the bytes of the body, `decode` the core's `Status`. */
export interface BodyCodec<Fields> {
  encode(fields: Fields): number;
  decode(size: number): number;
  /** After `decode` has answered 0. */
  read(): Fields;
}

/** Reads and writes what the codecs of one instance point at. Not while that instance has a message in its inbox. */
export class WireMemory {
  /** The whole buffer of one message, header first. */
  readonly message: Uint8Array;
  /** Address of the message, and of its body. */
  readonly messageAt: number;
  readonly bodyAt: number;
  readonly #core: WireMemoryExports;
  readonly #scratch: number;

  constructor(core: WireMemoryExports) {
    this.#core = core;
    this.messageAt = readNumber(core.INBOX);
    this.bodyAt = this.messageAt + readNumber(core.HEADER_SIZE);
    this.message = this.bytes(this.messageAt, readNumber(core.INBOX_SIZE));
    this.#scratch = readNumber(core.SCRATCH);
  }

  /** A view of the core's memory. */
  bytes(at: number, size: number): Uint8Array {
    return new Uint8Array(this.#core.memory.buffer, at, size);
  }

  /** Addresses of a name, a version and a digest in the scratch buffer; each can be put there once a message. */
  name(value: string): number {
    return this.#put(0, readNumber(this.#core.NAME_SIZE), value);
  }

  version(value: string): number {
    return this.#put(64, readNumber(this.#core.VERSION_SIZE), value);
  }

  /** Up to three digests a message have places of their own. */
  digest(value: Uint8Array, place = 0): number {
    const size = readNumber(this.#core.DIGEST_SIZE);
    if (value.length !== size) throw new RangeError(`a digest for a message: expected ${size} bytes, got ${value.length}; no message was made`);
    const at = this.#scratch + 128 + place * size;
    this.bytes(at, size).set(value);
    return at;
  }

  /** Address of a signature file; the caller has seen that it is not too long. */
  signature(value: Uint8Array): number {
    this.bytes(this.#scratch + 1024, value.length).set(value);
    return this.#scratch + 1024;
  }

  /** Room for the slots of an inventory. */
  get slotsAt(): number {
    return this.#scratch + 256;
  }

  readName(at: number): string {
    return readText(this.bytes(at, readNumber(this.#core.NAME_SIZE)));
  }

  readVersion(at: number): string {
    return readText(this.bytes(at, readNumber(this.#core.VERSION_SIZE)));
  }

  readDigest(at: number): Uint8Array {
    return this.bytes(at, readNumber(this.#core.DIGEST_SIZE)).slice();
  }

  /** A body that says only how the request ended. */
  refusal(completion: string, size: number): number {
    this.bytes(this.bodyAt, size).fill(0);
    this.bytes(this.bodyAt, 1)[0] = numberOf(this.#core.Completion, completion);
    return size;
  }

  #put(offset: number, size: number, text: string): number {
    putText(this.bytes(this.#scratch + offset, size), text);
    return this.#scratch + offset;
  }
}

/** The number of a member, or the one in `unknown number N`. */
export function numberOf(members: CoreEnum, name: string): number {
  const global = members[name];
  if (global !== undefined) return readNumber(global);
  const found = /^unknown number (\d+)$/.exec(name);
  if (found !== null) return Number(found[1]);
  throw new RangeError(`a field of a message: expected one of ${Object.keys(members).join(', ')}; got "${name}"; no message was made`);
}

/** The name of a number, given the names that `namesOf` made of the enum. */
export function nameOf<Name extends string>(names: readonly string[], value: number): Name {
  return (names[value] ?? `unknown number ${value}`) as Name;
}

/** A whole number that fits so many bits, or a `RangeError` that names the field. */
export function fits(value: number, bits: 8 | 16 | 32, field: string): number {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** bits) return value;
  throw new RangeError(`the field "${field}" of a message: expected a whole number of ${bits} bits, got ${value}; no message was made`);
}

/** A variable of the core as an unsigned number. */
export function unsigned(global: WebAssembly.Global): number {
  return readNumber(global) >>> 0;
}
