// Every message of the protocol as a plain object: made and read by the core's own codecs. assembly/wire/README.md is
// the specification. This file knows no order of messages.
import { readNumber, type CoreEnum, type CoreGlobals } from './flash-globals.ts';
import { loadCore } from './instance.ts';
import { abortRequest, abortResponse, type AbortExports, type AbortRequest, type AbortResponse } from './wire-abort.ts';
import { endFileRequest, endFileResponse, type EndFileExports, type EndFileRequest, type EndFileResponse } from './wire-end-file.ts';
import { endUpgradeRequest, endUpgradeResponse, type EndUpgradeExports, type EndUpgradeRequest, type EndUpgradeResponse } from './wire-end-upgrade.ts';
import { helloRequest, helloResponse, type HelloExports, type HelloRequest, type HelloResponse } from './wire-hello.ts';
import { inventoryRequest, inventoryResponse, type InventoryExports, type InventoryRequest, type InventoryResponse } from './wire-inventory.ts';
import { fits, nameOf, unsigned, WireMemory, type BodyCodec } from './wire-memory.ts';
import { startFileRequest, startFileResponse, type StartFileExports, type StartFileRequest, type StartFileResponse } from './wire-start-file.ts';
import {
  startUpgradeRequest, startUpgradeResponse, type StartUpgradeExports, type StartUpgradeRequest, type StartUpgradeResponse,
} from './wire-start-upgrade.ts';
import { statusRequest, statusResponse, type StatusExports, type StatusRequest, type StatusResponse } from './wire-status.ts';
import {
  transmitDataRequest, transmitDataResponse, type TransmitDataExports, type TransmitDataRequest, type TransmitDataResponse,
} from './wire-transmit-data.ts';
import { namesOf, wordsOf } from './words.ts';

/** The fields of every message, by the word of its type and `-request` or `-response`. */
export interface Messages {
  readonly 'hello-request': HelloRequest;
  readonly 'hello-response': HelloResponse;
  readonly 'inventory-request': InventoryRequest;
  readonly 'inventory-response': InventoryResponse;
  readonly 'start-upgrade-request': StartUpgradeRequest;
  readonly 'start-upgrade-response': StartUpgradeResponse;
  readonly 'start-file-request': StartFileRequest;
  readonly 'start-file-response': StartFileResponse;
  readonly 'transmit-data-request': TransmitDataRequest;
  readonly 'transmit-data-response': TransmitDataResponse;
  readonly 'end-file-request': EndFileRequest;
  readonly 'end-file-response': EndFileResponse;
  readonly 'end-upgrade-request': EndUpgradeRequest;
  readonly 'end-upgrade-response': EndUpgradeResponse;
  readonly 'abort-request': AbortRequest;
  readonly 'abort-response': AbortResponse;
  readonly 'status-request': StatusRequest;
  readonly 'status-response': StatusResponse;
}

export type MessageName = keyof Messages;

/** One message. */
export type Message = { readonly [Name in MessageName]: { readonly name: Name; readonly id: number; readonly fields: Messages[Name] } }[MessageName];

/** A message, or the core's word for what is wrong with the bytes. */
export type Decoded = { readonly status: 'Ok'; readonly message: Message } | { readonly status: string; readonly message?: undefined };

/** The exports of core.wasm that this file and its codecs drive. */
export interface WireExports
  extends HelloExports, InventoryExports, StartUpgradeExports, StartFileExports, TransmitDataExports, EndFileExports, EndUpgradeExports,
    AbortExports, StatusExports,
    CoreGlobals<'RESPONSE' | 'MAXIMUM_BODY' | 'frameType' | 'frameIsResponse' | 'frameId' | 'frameBodySize'> {
  readonly MessageType: CoreEnum;
  readonly Status: CoreEnum;
  frameSpeak(version: number): void;
  frameEncode(message: number, type: number, id: number, bodySize: number): number;
  frameDecode(message: number, size: number): number;
}

type Codecs = { readonly [Name in MessageName]: BodyCodec<Messages[Name]> };

/** Makes and reads messages, in an instance of its own unless one is given. */
export class Wire {
  readonly #core: WireExports;
  readonly #memory: WireMemory;
  readonly #codecs: Codecs;
  readonly #statuses: readonly string[];
  readonly #types: readonly string[];

  constructor(core: WireExports = loadCore<WireExports>()) {
    this.#core = core;
    this.#memory = new WireMemory(core);
    this.#codecs = codecsOf(core, this.#memory);
    this.#statuses = namesOf(core.Status);
    this.#types = wordsOf(core.MessageType);
  }

  /** The bytes of a message. `RangeError` for a field that does not fit its place. */
  encode<Name extends MessageName>(name: Name, id: number, fields: Messages[Name]): Uint8Array {
    const size = this.#codec(name).encode(fields);
    const response = name.endsWith('-response') ? readNumber(this.#core.RESPONSE) : 0;
    return this.#frame(this.typeOf(name) | response, id, size);
  }

  /** Messages are made in this version of the protocol from now on; at first in the oldest. */
  speak(version: number): void {
    this.#core.frameSpeak(version);
  }

  /** The number of a message's type, without the response bit. */
  typeOf(name: MessageName): number {
    return this.#types.indexOf(name.replace(/-(request|response)$/, ''));
  }

  /** The bytes of a message's body. */
  encodeBody<Name extends MessageName>(name: Name, fields: Messages[Name]): Uint8Array {
    const size = this.#codec(name).encode(fields);
    return this.#memory.bytes(this.#memory.bodyAt, size).slice();
  }

  /** A message of any type, as a number, with any body: for the tests of peers. Version and checksum are right. */
  frame(type: number, id: number, body: Uint8Array): Uint8Array {
    const limit = readNumber(this.#core.MAXIMUM_BODY);
    if (body.length > limit) throw new RangeError(`a message: expected a body of at most ${limit} bytes, got ${body.length}; no message was made`);
    this.#memory.bytes(this.#memory.bodyAt, body.length).set(body);
    return this.#frame(fits(type, 8, 'type'), id, body.length);
  }

  /** Takes a message apart. Anything but `Ok` is the core's word for what is wrong. */
  decode(bytes: Uint8Array): Decoded {
    if (bytes.length > this.#memory.message.length) return { status: 'BadSize' };
    this.#memory.message.set(bytes);
    const status = this.#core.frameDecode(this.#memory.messageAt, bytes.length);
    if (status !== 0) return { status: this.#status(status) };
    const kind = unsigned(this.#core.frameIsResponse) !== 0 ? 'response' : 'request';
    const name = `${nameOf(this.#types, unsigned(this.#core.frameType))}-${kind}` as MessageName;
    const id = unsigned(this.#core.frameId);
    const codec = this.#codecs[name] as BodyCodec<unknown> | undefined;
    if (codec === undefined) return { status: 'UnexpectedType' };
    const body = codec.decode(unsigned(this.#core.frameBodySize));
    if (body !== 0) return { status: this.#status(body) };
    return { status: 'Ok', message: { name, id, fields: codec.read() } as Message };
  }

  #codec<Name extends MessageName>(name: Name): BodyCodec<Messages[Name]> {
    return this.#codecs[name];
  }

  #frame(type: number, id: number, bodySize: number): Uint8Array {
    const size = this.#core.frameEncode(this.#memory.messageAt, type, fits(id, 32, 'id'), bodySize);
    return this.#memory.message.slice(0, size);
  }

  #status(value: number): string {
    return nameOf(this.#statuses, value);
  }
}

function codecsOf(core: WireExports, memory: WireMemory): Codecs {
  return {
    'hello-request': helloRequest(core, memory),
    'hello-response': helloResponse(core, memory),
    'inventory-request': inventoryRequest(core, memory),
    'inventory-response': inventoryResponse(core, memory),
    'start-upgrade-request': startUpgradeRequest(core, memory),
    'start-upgrade-response': startUpgradeResponse(core, memory),
    'start-file-request': startFileRequest(core, memory),
    'start-file-response': startFileResponse(core, memory),
    'transmit-data-request': transmitDataRequest(core, memory),
    'transmit-data-response': transmitDataResponse(core, memory),
    'end-file-request': endFileRequest(core, memory),
    'end-file-response': endFileResponse(core, memory),
    'end-upgrade-request': endUpgradeRequest(core, memory),
    'end-upgrade-response': endUpgradeResponse(core, memory),
    'abort-request': abortRequest(core, memory),
    'abort-response': abortResponse(core, memory),
    'status-request': statusRequest(),
    'status-response': statusResponse(core, memory),
  };
}
