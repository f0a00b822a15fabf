// Makes and reads the messages by which the device reads files of the host's storage, by the core's codecs.
import { readNumber, type CoreEnum, type CoreGlobals } from './flash-globals.ts';
import { loadCore } from './instance.ts';
import { fits, nameOf, numberOf, unsigned, WireMemory, type WireMemoryExports } from './wire-memory.ts';
import type { CompletionName } from './wire-names.ts';
import { namesOf, putText, readText } from './words.ts';

export type ServeOutcomeName = 'Ok' | 'NotFound' | 'Failed';

/** What the host says: how the last wish was answered. */
export interface ServeRequest {
  /** 0: none was. */
  readonly wish: number;
  readonly outcome: ServeOutcomeName;
  readonly offset: number;
  readonly fileSize: number;
  readonly bytes: Uint8Array;
}

/** What the device says: what it wishes for. */
export interface ServeResponse {
  readonly completion: CompletionName;
  /** Before the next request, when there is no wish. */
  readonly waitMs: number;
  /** 0: there is none. */
  readonly wish: number;
  readonly offset: number;
  readonly size: number;
  readonly path: string;
}

interface StorageExports extends WireMemoryExports, CoreGlobals<
  'RESPONSE' | 'PROTOCOL_VERSION' | 'SERVE_REQUEST_SIZE' | 'SERVE_PATH_SIZE' | 'serveWish' | 'serveOutcome' | 'serveOffset' | 'serveFileSize' | 'serveBytes' | 'serveSize'
  | 'serveCompletion' | 'serveWaitMs' | 'servePath' | 'servePathSize' | 'frameType' | 'frameIsResponse' | 'frameId' | 'frameBodySize'
> {
  readonly StorageMessage: CoreEnum;
  readonly ServeOutcome: CoreEnum;
  readonly Status: CoreEnum;
  frameSpeak(version: number): void;
  frameEncode(message: number, type: number, id: number, bodySize: number): number;
  frameDecode(message: number, size: number): number;
  serveRequestEncode(body: number, wish: number, outcome: number, offset: number, fileSize: number, size: number): number;
  serveRequestDecode(body: number, size: number): number;
  serveResponseEncode(body: number, completion: number, waitMs: number, wish: number, offset: number, size: number, path: number): number;
  serveResponseDecode(body: number, size: number): number;
}

/** A message, or the core's word for what is wrong with the bytes. */
export type DecodedServe<Fields> = { readonly status: 'Ok'; readonly id: number; readonly fields: Fields } | { readonly status: string; readonly id?: undefined };

/** Where a header has its type. */
const TYPE = 3;

export class StorageWire {
  readonly #core = loadCore<StorageExports>();
  readonly #memory = new WireMemory(this.#core);
  readonly #type = readNumber(this.#core.StorageMessage['Serve']!);
  readonly #response = readNumber(this.#core.RESPONSE);

  constructor() {
    this.#core.frameSpeak(readNumber(this.#core.PROTOCOL_VERSION));
  }

  /** Whether these bytes may be a request of this kind: cheap, and nothing of them is proved. */
  isRequest(message: Uint8Array): boolean {
    return message[TYPE] === this.#type;
  }

  encodeRequest(id: number, { wish, outcome, offset, fileSize, bytes }: ServeRequest): Uint8Array {
    const at = this.#memory.bodyAt;
    const size = this.#core.serveRequestEncode(at, fits(wish, 32, 'wish'), numberOf(this.#core.ServeOutcome, outcome), fits(offset, 32, 'offset'), fits(fileSize, 32, 'fileSize'), bytes.length);
    this.#memory.bytes(at + readNumber(this.#core.SERVE_REQUEST_SIZE), bytes.length).set(bytes);
    return this.#framed(this.#type, id, size);
  }

  encodeResponse(id: number, { completion, waitMs, wish, offset, size, path }: ServeResponse): Uint8Array {
    const pathAt = this.#memory.slotsAt;
    putText(this.#memory.bytes(pathAt, readNumber(this.#core.SERVE_PATH_SIZE)), path);
    const bodySize = this.#core.serveResponseEncode(
      this.#memory.bodyAt, numberOf(this.#core.Completion, completion), fits(waitMs, 16, 'waitMs'), fits(wish, 32, 'wish'), fits(offset, 32, 'offset'), fits(size, 32, 'size'), pathAt);
    return this.#framed(this.#type | this.#response, id, bodySize);
  }

  /** The request's bytes are a copy. */
  decodeRequest(message: Uint8Array): DecodedServe<ServeRequest> {
    const status = this.#decode(message, false, (size) => this.#core.serveRequestDecode(this.#memory.bodyAt, size));
    if (status !== 'Ok') return { status };
    const { serveWish, serveOutcome, serveOffset, serveFileSize, serveBytes, serveSize } = this.#core;
    return { status, id: unsigned(this.#core.frameId), fields: {
      wish: unsigned(serveWish), outcome: nameOf<ServeOutcomeName>(namesOf(this.#core.ServeOutcome), unsigned(serveOutcome)), offset: unsigned(serveOffset),
      fileSize: unsigned(serveFileSize), bytes: this.#memory.bytes(unsigned(serveBytes), unsigned(serveSize)).slice(),
    } };
  }

  decodeResponse(message: Uint8Array): DecodedServe<ServeResponse> {
    const status = this.#decode(message, true, (size) => this.#core.serveResponseDecode(this.#memory.bodyAt, size));
    if (status !== 'Ok') return { status };
    const { serveCompletion, serveWaitMs, serveWish, serveOffset, serveSize, servePath, servePathSize } = this.#core;
    return { status, id: unsigned(this.#core.frameId), fields: {
      completion: nameOf<CompletionName>(namesOf(this.#core.Completion), unsigned(serveCompletion)), waitMs: unsigned(serveWaitMs), wish: unsigned(serveWish),
      offset: unsigned(serveOffset), size: unsigned(serveSize), path: readText(this.#memory.bytes(unsigned(servePath), unsigned(servePathSize))),
    } };
  }

  #decode(message: Uint8Array, isResponse: boolean, body: (size: number) => number): string {
    if (message.length > this.#memory.message.length) return 'BadSize';
    this.#memory.message.set(message);
    const statuses = namesOf(this.#core.Status);
    const framed = this.#core.frameDecode(this.#memory.messageAt, message.length);
    if (framed !== 0) return nameOf(statuses, framed);
    if (unsigned(this.#core.frameType) !== this.#type || (unsigned(this.#core.frameIsResponse) !== 0) !== isResponse) return 'UnexpectedType';
    return nameOf(statuses, body(unsigned(this.#core.frameBodySize)));
  }

  #framed(type: number, id: number, bodySize: number): Uint8Array {
    return this.#memory.message.slice(0, this.#core.frameEncode(this.#memory.messageAt, type, fits(id, 32, 'id'), bodySize));
  }
}
