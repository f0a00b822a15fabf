// One stream to a donor, as the recipient leads it: accept, the statement first, and only when that is what a trusted key
// has signed, the bytes; a window at a time, so that a donor can not flood it.
import { DeliveryCursor } from '../../core/delivery.ts';
import type { RecoveryMessage, RecoveryOffer, RecoveryResultName } from '../../core/wire-recovery-messages.ts';
import type { RecoveryWire } from '../../core/wire-recovery.ts';
import type { PublicKey } from '../../trust/public-key.ts';
import { parseSignature } from '../../trust/signature.ts';
import type { TrustedComment } from '../../trust/trusted-comment.ts';
import { verifyComment } from '../../trust/verify.ts';
import type { Clock } from '../links/clock.ts';
import { type FetchHelp, type ImageBase, RECOVERY_BLOCK, type TakeBytes } from '../source.ts';
import { BlockFetch } from './block-fetch.ts';
import { type ExchangeTimes, exchangeTimes, knownRate } from './exchange-times.ts';
import type { GroupKey } from './group-key.ts';
import { KnownBlocks } from './known-blocks.ts';
import { MessageStream } from './message-stream.ts';
import type { KnownOffer } from './offer-book.ts';
import { type Pace, watchFloor } from './pace.ts';
import { PeerFailure } from './peer-failure.ts';
import { WholeBlocks } from './whole-blocks.ts';

/** What a recipient needs for it. */
export interface RecipientDesk {
  readonly clock: Clock;
  readonly wire: RecoveryWire;
  readonly key: GroupKey | undefined;
  readonly keys: () => readonly PublicKey[];
  nonce(): Uint8Array;
  pace(known: KnownOffer): Pace;
}

/** A statement that a trusted key has signed. */
export interface VerifiedStatement {
  readonly statement: TrustedComment;
  readonly signature: Uint8Array;
}

/** An exchange with one donor, as a recipient leads it. */
export type DonorExchange = Pick<DonorStream, 'statement' | 'bytes' | 'end'> & Partial<Pick<DonorStream, 'blocks'>>;
export type OpenExchange = (desk: RecipientDesk, known: KnownOffer, signal: AbortSignal) => Promise<DonorExchange>;

/** Chunks under way: half a mebibyte. */
const WINDOW = 8;
/** No statement and no chunk is longer. */
const STATEMENT_LIMIT = 16 + 16 + 2048;
const DATA_LIMIT = 16 + 8 + RECOVERY_BLOCK;
/** A donor has to bring a tenth of what it declares, and within these bounds. */
const FLOOR_SHARE = 0.1;
const HIGHEST_FLOOR = 64 * 1024;

/** Bytes a second that a donor declares. */
export const declaredRate = ({ rate }: Pick<RecoveryOffer, 'rate'>): number => 2 ** rate * 1024;

const timesOf = ({ link }: KnownOffer): ExchangeTimes => exchangeTimes(knownRate(link));

export class DonorStream {
  readonly #desk: RecipientDesk;
  readonly #known: KnownOffer;
  readonly #messages: MessageStream;
  readonly #signal: AbortSignal;
  readonly #ended: () => void;
  readonly #times: ExchangeTimes;

  private constructor(desk: RecipientDesk, known: KnownOffer, messages: MessageStream, signal: AbortSignal) {
    this.#desk = desk;
    this.#known = known;
    this.#messages = messages;
    this.#signal = signal;
    this.#times = timesOf(known);
    this.#ended = () => messages.fail(new PeerFailure('vanished', `the exchange with ${messages.peer} was ended here`, { cause: signal.reason }));
    signal.addEventListener('abort', this.#ended, { once: true });
  }

  /** Connects to the donor of an offer. */
  static async open(desk: RecipientDesk, known: KnownOffer, signal: AbortSignal): Promise<DonorStream> {
    const limit = new AbortController();
    const { connectMs } = timesOf(known);
    const takeBack = desk.clock.after(connectMs, () => limit.abort(new Error(`no answer for ${Math.round(connectMs)} ms`)));
    try {
      const stream = await known.link.connect(known.address, known.offer.port, AbortSignal.any([signal, limit.signal]));
      return new DonorStream(desk, known, new MessageStream({ stream, wire: desk.wire, clock: desk.clock, key: desk.key, end: 'recipient' }), signal);
    } catch (error) {
      throw new PeerFailure('vanished', `${known.address} port ${known.offer.port} can not be reached: ${(error as Error).message}`, { cause: error });
    } finally {
      takeBack();
    }
  }

  /** Accepts the offer and has the statement shown. Throws unless it is signed by a trusted key and says what was offered. */
  async statement(from: number): Promise<VerifiedStatement> {
    const { offer } = this.#known;
    const nonce = this.#desk.nonce();
    await this.#messages.send('accept', { digest: offer.digest, nonce, donor: offer.donor, next: from, chunkSize: this.#times.chunkSize, window: WINDOW });
    this.#messages.bind(nonce);
    const { name, fields } = await this.#messages.receive(STATEMENT_LIMIT, this.#times.answerMs);
    if (name === 'decline') throw this.#declined(fields.reason);
    if (name !== 'statement') throw this.#wrong(name);
    this.#messages.bind(nonce, fields.nonce);
    try {
      const statement = verifyComment(parseSignature(fields.signature, `the statement of ${this.#messages.peer}`), this.#desk.keys());
      const isOffered = statement.sha256 === Buffer.from(offer.digest).toString('hex') && statement.size === offer.size && statement.security === offer.security;
      if (!isOffered || fields.imageSize !== statement.size) throw new Error('it speaks of another image than the one offered');
      return { statement, signature: fields.signature };
    } catch (error) {
      void this.#messages.send('decline', { digest: offer.digest, reason: 'NotTrusted' }).catch(() => undefined);
      throw new PeerFailure('lied', `${this.#messages.peer}: ${(error as Error).message}`, { cause: error });
    }
  }

  /**
   * After `statement`: the bytes from there to the end of the image, of which only those come that are not in the bases.
   * False when the donor knows no asks: nothing was taken then, and the stream is over.
   */
  async blocks({ size }: TrustedComment, from: number, into: TakeBytes, bases: readonly ImageBase[], came: FetchHelp['came']): Promise<boolean> {
    const known = new KnownBlocks({ bases, clock: this.#desk.clock, signal: this.#signal });
    const fetch = new BlockFetch({
      ask: (ask) => this.#messages.send('ask', ask),
      answer: (limit) => this.#paced(limit, came),
      wrong: (what) => this.#wrong(what),
    }, known, size, this.#times.blocksPerAsk);
    try {
      await this.#watched(() => known.looked, () => fetch.run(from, into));
      return true;
    } catch (error) {
      if (fetch.isAnswered || this.#signal.aborted || !(error instanceof PeerFailure) || error.fault !== 'vanished') throw error;
      return false;
    }
  }

  /** After `statement`: the bytes from there to the end of the image, and not one more. */
  async bytes({ size }: TrustedComment, from: number, into: TakeBytes, came: FetchHelp['came']): Promise<void> {
    const cursor = new DeliveryCursor(size, this.#times.chunkSize, from);
    const whole = new WholeBlocks(size, from, into);
    await this.#watched(() => 0, async () => {
      await this.#messages.send('acknowledge', { next: from, mask: 0 });
      while (!cursor.isWhole) {
        const { name, fields } = await this.#paced(DATA_LIMIT, came);
        if (name !== 'data') throw this.#wrong(name);
        // A stream keeps the order: any other chunk is none that was asked for.
        if (fields.offset !== cursor.next || cursor.arrival(fields.offset, fields.bytes.length) !== 'New') throw this.#wrong('a chunk that has no place there');
        whole.take(fields.offset, fields.bytes);
        cursor.mark(fields.offset);
        await this.#messages.send('acknowledge', { next: cursor.next, mask: 0 });
      }
    });
  }

  /** The next message, no faster than the link may. A donor that declines ends it. */
  async #paced(limit: number, came: FetchHelp['came']): Promise<RecoveryMessage> {
    const before = this.#messages.received;
    const message = await this.#messages.receive(limit);
    const bytes = this.#messages.received - before;
    came(bytes);
    if (message.name === 'decline') throw this.#declined(message.fields.reason);
    await this.#desk.pace(this.#known).take(bytes, this.#signal);
    return message;
  }

  /** Work that ends when too little comes; what is done without the donor counts as well. */
  async #watched(done: () => number, work: () => Promise<void>): Promise<void> {
    const { lowestFloor, floorPeriodMs } = this.#times;
    const floor = Math.min(Math.max(declaredRate(this.#known.offer) * FLOOR_SHARE, lowestFloor), HIGHEST_FLOOR, (this.#known.link.ratePerSecond ?? Infinity) / 2, (this.#known.link.capacityPerSecond ?? Infinity) * FLOOR_SHARE);
    const slow = new PeerFailure('slow', `${this.#messages.peer} brings fewer than ${Math.round(floor)} bytes a second`);
    const endWatch = watchFloor(this.#desk.clock, floor, () => this.#messages.received + done(), () => this.#messages.fail(slow), floorPeriodMs);
    try {
      await work();
    } finally {
      endWatch();
    }
  }

  /** Says how it ended, and ends it. Waits for nobody. */
  end(result: RecoveryResultName): void {
    void this.#messages.send('done', { result }).catch(() => undefined);
    this.#signal.removeEventListener('abort', this.#ended);
    this.#messages.close();
  }

  #declined(reason: string): PeerFailure {
    return reason === 'Busy' ? new PeerFailure('busy', `${this.#messages.peer} has as many uploads as it allows`) : new PeerFailure('declined', `${this.#messages.peer} has declined (${reason})`);
  }

  #wrong(what: string): PeerFailure {
    return new PeerFailure('garbage', `${this.#messages.peer} has sent ${what} where something else was expected`);
  }
}
