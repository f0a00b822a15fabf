// Whole messages over a stream of bytes, in order and each proved to belong to this stream: its id counts up, and with a
// group key its tag is over the random numbers of both ends. Holds no more than one message and one piece.
import type { RecoveryMessage, RecoveryMessageName, RecoveryMessages } from '../../core/wire-recovery-messages.ts';
import type { RecoveryWire } from '../../core/wire-recovery.ts';
import type { Clock } from '../links/clock.ts';
import type { ByteStream } from '../links/link.ts';
import { type GroupKey, seal, tagSize, unseal } from './group-key.ts';
import { PeerFailure } from './peer-failure.ts';

export interface MessageStreamOptions {
  readonly stream: ByteStream;
  readonly wire: RecoveryWire;
  readonly clock: Clock;
  readonly key: GroupKey | undefined;
  readonly end: 'donor' | 'recipient';
}

const NO_NONCE = new Uint8Array(8);
const EMPTY = Buffer.alloc(0);

export class MessageStream {
  readonly peer: string;
  /** Bytes that have come, whatever they are. */
  received = 0;
  readonly #options: MessageStreamOptions;
  #recipientNonce: Uint8Array = NO_NONCE;
  #donorNonce: Uint8Array = NO_NONCE;
  #sent = 0;
  #taken = 0;
  #waiting: Buffer = EMPTY;
  #failure: PeerFailure | undefined;

  constructor(options: MessageStreamOptions) {
    this.#options = options;
    this.peer = options.stream.peer;
  }

  /** From here on messages belong to the accept with this number, and then to the statement with that. */
  bind(recipient: Uint8Array, donor: Uint8Array = NO_NONCE): void {
    this.#recipientNonce = recipient;
    this.#donorNonce = donor;
  }

  /** Sends a message; ends when there is room for another. */
  async send<Name extends RecoveryMessageName>(name: Name, fields: RecoveryMessages[Name]): Promise<void> {
    const { wire, key, stream, end } = this.#options;
    const message = wire.encode(name, this.#sent++, fields);
    await this.#orFailure(stream.write(seal(key, message, this.#context(end))));
  }

  /** The next message, of at most `limit` bytes; within `timeoutMs`, if that is given. */
  async receive(limit: number, timeoutMs?: number): Promise<RecoveryMessage> {
    const { clock } = this.#options;
    const takeBack = timeoutMs === undefined ? undefined : clock.after(timeoutMs, () => this.fail(new PeerFailure('vanished', `${this.peer} has sent no whole message for ${timeoutMs} ms`)));
    try {
      return this.#decode(await this.#whole(limit));
    } finally {
      takeBack?.();
    }
  }

  /** Ends the stream now; who waits on it gets this failure. */
  fail(failure: PeerFailure): void {
    this.#failure ??= failure;
    this.#options.stream.destroy();
  }

  /** Ends the stream after what was sent. */
  close(): void {
    this.#options.stream.close();
  }

  async #whole(limit: number): Promise<Buffer> {
    const { wire, key } = this.#options;
    const tag = tagSize(key);
    await this.#fill(wire.headerSize);
    const size = wire.sizeOf(this.#waiting);
    if (size === 0 || size > limit) throw this.#garbage(size === 0 ? 'something that is no message' : `a message of ${size} bytes`);
    await this.#fill(size + tag);
    const sealed = this.#waiting.subarray(0, size + tag);
    this.#waiting = this.#waiting.subarray(size + tag);
    return sealed;
  }

  async #fill(size: number): Promise<void> {
    if (this.#waiting.length >= size) return;
    const pieces = [this.#waiting];
    let held = this.#waiting.length;
    while (held < size) {
      const piece = await this.#orFailure(this.#options.stream.read());
      if (piece === undefined) throw this.#failure ?? new PeerFailure('vanished', `${this.peer} has closed the stream`);
      this.received += piece.length;
      held += piece.length;
      pieces.push(Buffer.from(piece));
    }
    this.#waiting = Buffer.concat(pieces);
  }

  #decode(sealed: Buffer): RecoveryMessage {
    const { wire, key, end } = this.#options;
    const bytes = unseal(key, sealed, this.#context(end === 'donor' ? 'recipient' : 'donor'));
    if (bytes === undefined) throw this.#garbage('a message whose tag is wrong');
    const { status, message } = wire.decode(bytes);
    if (message === undefined) throw this.#garbage(`a message that is wrong (${status})`);
    if (message.id !== this.#taken++) throw this.#garbage('a message out of order');
    return message;
  }

  /** Direction and both numbers; the id in the header counts. */
  #context(sender: 'donor' | 'recipient'): Uint8Array {
    return Buffer.concat([Buffer.from([sender === 'donor' ? 1 : 2]), this.#recipientNonce, this.#donorNonce]);
  }

  #garbage(what: string): PeerFailure {
    return new PeerFailure('garbage', `${this.peer} has sent ${what}`);
  }

  async #orFailure<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      throw this.#failure ?? new PeerFailure('vanished', `the stream to ${this.peer} broke: ${(error as Error).message}`, { cause: error });
    }
  }
}
