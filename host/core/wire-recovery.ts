// Makes and reads recovery messages by the core's codecs. This file knows no order of messages and no group key.
import { readNumber, type CoreEnum, type CoreGlobals } from './flash-globals.ts';
import { loadCore } from './instance.ts';
import { fits, nameOf, unsigned, WireMemory, type BodyCodec } from './wire-memory.ts';
import { recoveryCodecs, type RecoveryCodecExports, type RecoveryCodecs } from './wire-recovery-codecs.ts';
import type { RecoveryMessage, RecoveryMessageName, RecoveryMessages } from './wire-recovery-messages.ts';
import { namesOf, wordsOf } from './words.ts';

/** A message, or the core's word for what is wrong with the bytes. */
export type DecodedRecovery = { readonly status: 'Ok'; readonly message: RecoveryMessage } | { readonly status: string; readonly message?: undefined };

/** The exports of core.wasm that this file and its codecs drive. */
export type RecoveryExports = RecoveryCodecExports
  & CoreGlobals<'PROTOCOL_VERSION' | 'frameType' | 'frameIsResponse' | 'frameId' | 'frameBodySize' | 'frameVersion'>
  & {
    readonly RecoveryMessage: CoreEnum;
    readonly Status: CoreEnum;
    frameSpeak(version: number): void;
    frameEncode(message: number, type: number, id: number, bodySize: number): number;
    frameDecode(message: number, size: number): number;
    framePeekSize(header: number, available: number): number;
  };

/** The version of the protocol in which recovery begins. */
const RECOVERY_VERSION = 2;

/** Makes and reads messages, in an instance of the core of its own unless one is given. */
export class RecoveryWire {
  readonly #core: RecoveryExports;
  readonly #memory: WireMemory;
  readonly #codecs: RecoveryCodecs;
  readonly #statuses: readonly string[];
  readonly #types: readonly string[];
  /** Bytes of a header. */
  readonly headerSize: number;

  constructor(core: RecoveryExports = loadCore<RecoveryExports>()) {
    this.#core = core;
    this.#memory = new WireMemory(core);
    this.#codecs = recoveryCodecs(core, this.#memory);
    this.#statuses = namesOf(core.Status);
    this.#types = wordsOf(core.RecoveryMessage);
    this.headerSize = readNumber(core.HEADER_SIZE);
    core.frameSpeak(RECOVERY_VERSION);
  }

  /** The bytes of a message. `RangeError` for a field that does not fit its place. */
  encode<Name extends RecoveryMessageName>(name: Name, id: number, fields: RecoveryMessages[Name]): Uint8Array {
    const size = this.#codecs[name].encode(fields);
    const whole = this.#core.frameEncode(this.#memory.messageAt, this.#types.indexOf(name), fits(id, 32, 'id'), size);
    return this.#memory.message.slice(0, whole);
  }

  /** Takes a message apart. Anything but `Ok` is the core's word for what is wrong. */
  decode(bytes: Uint8Array): DecodedRecovery {
    if (bytes.length > this.#memory.message.length) return { status: 'BadSize' };
    this.#memory.message.set(bytes);
    const status = this.#core.frameDecode(this.#memory.messageAt, bytes.length);
    if (status !== 0) return { status: this.#status(status) };
    const name = this.#types[unsigned(this.#core.frameType)] as RecoveryMessageName | undefined;
    if (name === undefined || unsigned(this.#core.frameIsResponse) !== 0) return { status: 'UnexpectedType' };
    if (unsigned(this.#core.frameVersion) < RECOVERY_VERSION) return { status: 'BadVersion' };
    const id = unsigned(this.#core.frameId);
    const codec = this.#codecs[name] as BodyCodec<unknown>;
    const body = codec.decode(unsigned(this.#core.frameBodySize));
    if (body !== 0) return { status: this.#status(body) };
    return { status: 'Ok', message: { name, id, fields: codec.read() } as RecoveryMessage };
  }

  /** The bytes that a header promises for its whole message; 0 when no message starts like this. */
  sizeOf(header: Uint8Array): number {
    if (header.length < this.headerSize) return 0;
    this.#memory.message.set(header.subarray(0, this.headerSize));
    return this.#core.framePeekSize(this.#memory.messageAt, this.headerSize) >>> 0;
  }

  #status(value: number): string {
    return nameOf(this.#statuses, value);
  }
}
