// The sending end of one file, in the instance of the core that also holds the open upgrade's exchanges. It owns no
// image and no link: it says which bytes it wants read and which message it wants sent.
import { readNumber, type CoreEnum, type CoreGlobals } from './flash-globals.ts';
import { nameOf, numberOf, unsigned } from './wire-memory.ts';
import type { StartFilePatch } from './wire-start-file.ts';
import { completionText, type AllowName, type CompletionName, type PhaseName } from './wire-names.ts';
import { namesOf, putText } from './words.ts';

/** An image on its way into an open upgrade. */
export interface SenderFile {
  /** The number of the upgrade, as start upgrade answered it. */
  readonly upgrade: number;
  /** Which of the upgrade's images this is, from 0. */
  readonly index: number;
  readonly allow: AllowName;
  readonly size: number;
  readonly component: string;
  readonly version: string;
  /** SHA-256, 32 bytes. */
  readonly digest: Uint8Array;
  /** The signature file, when there is one. */
  readonly signature?: Uint8Array | undefined;
  /** What is sent in place of the image: `read` asks for bytes of it then. Since version 3 of the protocol. */
  readonly patch?: StartFilePatch | undefined;
  /** False: every chunk goes with its bytes, whatever the device holds. Before version 3 of the protocol it does anyway. */
  readonly mayReuse?: boolean | undefined;
}

/** What the caller does next. */
export type SenderStep =
  | { readonly action: 'idle' }
  /** Give these bytes of the image to `chunk`. */
  | { readonly action: 'read'; readonly offset: number; readonly size: number }
  /** Send this; a view that the next call overwrites. */
  | { readonly action: 'send'; readonly message: Uint8Array }
  | { readonly action: 'wait'; readonly waitMs: number }
  /** The image is stored, and was read back. */
  | { readonly action: 'done' }
  | { readonly action: 'failed'; readonly failure: SenderFailure };

export interface SenderFailure {
  /** The core's word: `Refused`, `TimedOut`, `DigestMismatch`, … */
  readonly status: string;
  /** With `Refused`: what the device answered. */
  readonly completion: CompletionName;
  /** The same in words. */
  readonly message: string;
}

/** How far it is; after `done`, the stored acknowledgement. */
export interface SenderProgress {
  readonly phase: PhaseName;
  /** Bytes received while sending, bytes through with in each phase of storing. */
  readonly done: number;
  readonly total: number;
  readonly slot: number;
  /** Bytes that the device had from an earlier run. */
  readonly resumed: number;
  /** Data messages that were sent again. */
  readonly repeats: number;
  readonly flashMs: number;
  readonly equalBytes: number;
}

/** The exports of core.wasm that this file drives. */
export interface SenderExports
  extends CoreGlobals<
    | 'INBOX' | 'INBOX_SIZE' | 'NAME_SIZE' | 'VERSION_SIZE' | 'DIGEST_SIZE' | 'SENDER_COMPONENT' | 'SENDER_VERSION' | 'SENDER_DIGEST'
    | 'SENDER_CHUNK' | 'senderOffset' | 'senderChunk' | 'senderOut' | 'senderOutSize' | 'senderWaitMs' | 'senderFailure' | 'senderCompletion'
    | 'senderSlot' | 'senderResumed' | 'senderPhase' | 'senderDone' | 'senderTotal' | 'senderFlashMs' | 'senderEqual' | 'senderRepeats'
    | 'SENDER_SIGNATURE' | 'SIGNATURE_LIMIT' | 'senderWireBytes' | 'SENDER_PATCH_DIGEST' | 'SENDER_BASE_DIGEST'
  > {
  readonly memory: WebAssembly.Memory;
  readonly Status: CoreEnum;
  readonly Completion: CoreEnum;
  readonly Phase: CoreEnum;
  readonly Allow: CoreEnum;
  readonly SenderAction: CoreEnum;
  senderBegin(upgrade: number, index: number, allow: number, fileSize: number, signatureSize: number, patchSize: number): number;
  senderMayReuse(allowed: number): void;
  senderNext(now: number): number;
  senderRead(status: number, now: number): number;
  senderMessage(message: number, size: number, now: number): number;
}

/** Times are milliseconds of any clock that never goes back; they may wrap. */
export class Sender {
  readonly #core: SenderExports;
  readonly #inbox: Uint8Array;
  readonly #statuses: readonly string[];
  readonly #actions: readonly string[];

  constructor(core: SenderExports) {
    this.#core = core;
    this.#inbox = this.#bytes(readNumber(core.INBOX), readNumber(core.INBOX_SIZE));
    this.#statuses = namesOf(core.Status);
    this.#actions = namesOf(core.SenderAction);
  }

  /** Begins a file; one under way is forgotten. */
  begin({ upgrade, index, allow, size, component, version, digest, signature = new Uint8Array(0), patch, mayReuse = true }: SenderFile): void {
    const core = this.#core;
    const digestSize = readNumber(core.DIGEST_SIZE);
    if (digest.length !== digestSize) throw new RangeError(`beginning a file failed: expected a digest of ${digestSize} bytes, got ${digest.length}; nothing was sent`);
    putText(this.#bytes(readNumber(core.SENDER_COMPONENT), readNumber(core.NAME_SIZE)), component);
    putText(this.#bytes(readNumber(core.SENDER_VERSION), readNumber(core.VERSION_SIZE)), version);
    this.#bytes(readNumber(core.SENDER_DIGEST), digestSize).set(digest);
    const limit = readNumber(core.SIGNATURE_LIMIT);
    if (signature.length > limit) throw new RangeError(`beginning a file failed: expected a signature of at most ${limit} bytes, got ${signature.length}; nothing was sent`);
    this.#bytes(readNumber(core.SENDER_SIGNATURE), signature.length).set(signature);
    if (patch !== undefined) {
      this.#bytes(readNumber(core.SENDER_PATCH_DIGEST), digestSize).set(patch.digest);
      this.#bytes(readNumber(core.SENDER_BASE_DIGEST), digestSize).set(patch.base);
    }
    core.senderMayReuse(mayReuse ? 1 : 0);
    const status = core.senderBegin(upgrade, index, numberOf(core.Allow, allow), size, signature.length, patch?.size ?? 0);
    if (status !== 0) throw new Error(`beginning a file failed: the core answers ${this.#status(status)}; nothing was sent`);
  }

  /** What to do now. After `send` the message counts as sent. */
  next(nowMs: number): SenderStep {
    const core = this.#core;
    switch (this.#actions[core.senderNext(nowMs >>> 0)]) {
      case 'Idle': return { action: 'idle' };
      case 'Read': return { action: 'read', offset: unsigned(core.senderOffset), size: unsigned(core.senderChunk) };
      case 'Send': return { action: 'send', message: this.#out() };
      case 'Wait': return { action: 'wait', waitMs: unsigned(core.senderWaitMs) };
      case 'Done': return { action: 'done' };
      case 'Failed': return { action: 'failed', failure: this.#failure() };
      default: throw new Error('core.wasm wants something that this host does not know: build both from one source');
    }
  }

  /**
   * The bytes that `read` asked for: answers the message to send, a view that the next call overwrites. It counts as
   * sent; a link without room may drop it. Undefined when an acknowledgement in between has made it needless.
   */
  chunk(bytes: Uint8Array, nowMs: number): Uint8Array | undefined {
    const size = unsigned(this.#core.senderChunk);
    if (bytes.length !== size) throw new RangeError(`giving a chunk failed: expected ${size} bytes, got ${bytes.length}; nothing was sent`);
    this.#bytes(readNumber(this.#core.SENDER_CHUNK), size).set(bytes);
    return this.#core.senderRead(0, nowMs >>> 0) === 0 ? this.#out() : undefined;
  }

  /** The bytes that `read` asked for can't be had, for a reason in the core's words: the transfer fails with it. */
  unreadable(status: string, nowMs: number): void {
    const value = this.#statuses.indexOf(status);
    if (value <= 0) throw new RangeError(`ending a transfer failed: expected a word of the core's Status other than Ok, got "${status}"`);
    this.#core.senderRead(value, nowMs >>> 0);
  }

  /** Takes a message that came in. `Ok`, or why it was dropped. */
  deliver(message: Uint8Array, nowMs: number): string {
    if (message.length > this.#inbox.length) return 'BadSize';
    this.#inbox.set(message);
    return this.#status(this.#core.senderMessage(readNumber(this.#core.INBOX), message.length, nowMs >>> 0));
  }

  progress(): SenderProgress {
    const core = this.#core;
    return {
      phase: nameOf(namesOf(core.Phase), unsigned(core.senderPhase)),
      done: unsigned(core.senderDone),
      total: unsigned(core.senderTotal),
      slot: unsigned(core.senderSlot),
      resumed: unsigned(core.senderResumed),
      repeats: unsigned(core.senderRepeats),
      flashMs: unsigned(core.senderFlashMs),
      equalBytes: unsigned(core.senderEqual),
    };
  }

  /** Bytes of all data messages of this file, headers and repeats included. */
  get wireBytes(): number {
    return unsigned(this.#core.senderWireBytes);
  }

  #failure(): SenderFailure {
    const status = this.#status(readNumber(this.#core.senderFailure));
    const completion = nameOf<CompletionName>(namesOf(this.#core.Completion), unsigned(this.#core.senderCompletion));
    const answered = `the device refused the image: ${completionText(completion)} (${completion})`;
    return { status, completion, message: status === 'Refused' ? answered : `sending the image failed: ${status}` };
  }

  #out(): Uint8Array {
    return this.#bytes(unsigned(this.#core.senderOut), unsigned(this.#core.senderOutSize));
  }

  #bytes(at: number, size: number): Uint8Array {
    return new Uint8Array(this.#core.memory.buffer, at, size);
  }

  #status(value: number): string {
    return nameOf(this.#statuses, value);
  }
}
