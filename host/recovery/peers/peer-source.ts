// Other machines as a source: asks everyone on its links, looks at the statements of what is offered, and has one donor
// upload. A donor that dies in between is replaced by any other candidate with the same digest: the caller goes on at the
// block that it has. When all serve others, it says so and after which time it is worth to ask again.
import { RecoveryWire } from '../../core/wire-recovery.ts';
import type { RecoveryReasonName, RecoveryResultName } from '../../core/wire-recovery-messages.ts';
import type { PublicKey } from '../../trust/public-key.ts';
import { type Clock, pause, systemClock } from '../links/clock.ts';
import type { Link } from '../links/link.ts';
import { SourceBusy } from '../source-busy.ts';
import type { Candidate, FetchHelp, NeedReason, RecoveryNeed, RecoveryOutcome, Source, TakeBytes } from '../source.ts';
import { makeDatagram, readDatagram } from './datagram.ts';
import { ANSWER_DELAY_MS } from './donor-offers.ts';
import { declaredRate, type DonorExchange, DonorStream, type OpenExchange, type RecipientDesk, type VerifiedStatement } from './donor-stream.ts';
import { exchangeTimes, knownRate } from './exchange-times.ts';
import { compatibleId, type GroupKey } from './group-key.ts';
import { type KnownOffer, OfferBook } from './offer-book.ts';
import { Pace } from './pace.ts';
import { PeerFailure } from './peer-failure.ts';
import { PeerTrouble } from './peer-trouble.ts';

export interface PeerSourceOptions {
  readonly name: string;
  readonly links: readonly Link[];
  /** The keys that the controller trusts now. */
  readonly keys: () => readonly PublicKey[];
  readonly key?: GroupKey;
  readonly clock?: Clock;
  readonly randomBytes: (count: number) => Uint8Array;
  /** How a donor is reached; over a stream of its link, unless said otherwise. */
  readonly open?: OpenExchange;
  /** Makes and reads messages; one of its own unless given. */
  readonly wire?: RecoveryWire;
  /** Whether a donor is this machine itself. */
  readonly isOwnDonor?: (donor: Uint8Array) => boolean;
  /** Told in one sentence what was passed over, and why. */
  readonly note?: (text: string) => void;
}

/** After the first perfect offer, so that the others have been heard that were under way. */
const AFTER_PERFECT_MS = ANSWER_DELAY_MS + 50;

/** Why collecting offers ends early. */
const PERFECT = new Error('nothing better can come');

/** After how long a donor that has no place is asked again: longer each time, and not by all at the same time. */
const FIRST_BUSY_MS = 1000;
const LONGEST_BUSY_MS = 8000;

/** There is nothing here but blank blocks, which need not come. */
const NO_HELP: FetchHelp = { bases: [], came: () => undefined };

const REASONS: Readonly<Record<NeedReason, RecoveryReasonName>> = {
  corrupt: 'Corrupt', dead: 'Dead', unfinished: 'Unfinished', empty: 'Empty', outdated: 'Outdated', ordered: 'Ordered',
};

const RESULTS: Readonly<Record<RecoveryOutcome['result'], RecoveryResultName>> = { 'well': 'Complete', 'given-up': 'GaveUp', 'failed': 'Failed' };

const digestOf = (sha256: string): Uint8Array => (sha256 === '' ? new Uint8Array(32) : Buffer.from(sha256, 'hex'));

export class PeerSource implements Source {
  readonly name: string;
  readonly kind = 'peers';
  readonly #options: PeerSourceOptions;
  readonly #clock: Clock;
  readonly #wire: RecoveryWire;
  readonly #open: OpenExchange;
  readonly #trouble: PeerTrouble;
  readonly #paces = new Map<Link, Pace>();
  #reached = new Map<string, KnownOffer>();
  /** Finds in a row that have brought no bytes: donors that were silent for others speak up then. */
  #round = 0;

  constructor(options: PeerSourceOptions) {
    this.name = options.name;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#wire = options.wire ?? new RecoveryWire();
    this.#open = options.open ?? DonorStream.open;
    this.#trouble = new PeerTrouble(this.#clock);
    for (const link of options.links) this.#paces.set(link, new Pace(this.#clock, link.ratePerSecond));
  }

  async find(need: RecoveryNeed, signal: AbortSignal): Promise<readonly Candidate[]> {
    const book = await this.#ask(need, signal);
    this.#round = Math.min(this.#round + 1, 255);
    // Each donor shows the statement itself: who can not is no candidate.
    const found = (await Promise.all(book.offers.map((known) => this.#shown(known, signal)))).flat();
    signal.throwIfAborted();
    this.#reached = new Map(found.map(({ candidate, known }) => [candidate.id, known]));
    if (found.length === 0 && book.isServedElsewhere) throw this.#busy('all who have it serve others');
    return found.map(({ candidate }) => candidate);
  }

  async fetch(candidate: Candidate, from: number, into: TakeBytes, signal: AbortSignal, help: FetchHelp = NO_HELP): Promise<void> {
    if (from >= candidate.size) return;
    const known = this.#reached.get(candidate.id);
    if (known === undefined) throw new PeerFailure('vanished', `${candidate.id}: expected a donor that was found last, got another; ask again`);
    const take: TakeBytes = (offset, bytes) => {
      this.#round = 0;
      into(offset, bytes);
    };
    try {
      await this.#upload(known, from, take, signal, help);
    } catch (error) {
      throw error instanceof PeerFailure && error.fault === 'busy' ? this.#busy(error.message, error) : error;
    }
  }

  #busy(message: string, cause?: PeerFailure): SourceBusy {
    const longest = Math.min(FIRST_BUSY_MS * 2 ** (this.#round - 1), LONGEST_BUSY_MS);
    return new SourceBusy(message, longest * (0.5 + this.#options.randomBytes(1)[0]! / 256), { cause });
  }

  /** A donor that knows no asks ends the stream at the first one; it is asked for the whole image then. */
  async #upload(known: KnownOffer, from: number, into: TakeBytes, signal: AbortSignal, { bases, came }: FetchHelp): Promise<void> {
    const isDone = bases !== undefined && (await this.#exchange(known, from, signal, async (exchange, statement) => exchange.blocks?.(statement, from, into, bases, came)));
    if (isDone !== true) await this.#exchange(known, from, signal, (exchange, statement) => exchange.bytes(statement, from, into, came));
  }

  async #exchange<Result>(known: KnownOffer, from: number, signal: AbortSignal, work: (exchange: DonorExchange, statement: VerifiedStatement['statement']) => Promise<Result>): Promise<Result> {
    const stream = await this.#open(this.#desk(), known, signal);
    try {
      const { statement } = await stream.statement(from);
      const result = await work(stream, statement);
      stream.end('Complete');
      return result;
    } catch (error) {
      const isBad = error instanceof PeerFailure && (error.fault === 'lied' || error.fault === 'garbage');
      stream.end(isBad ? 'Damaged' : 'GaveUp');
      throw error;
    }
  }

  /** Tells everyone what became of it. */
  report({ source, id, before, now, ms, bytes, result, reason }: RecoveryOutcome): void {
    const helper = source === this.name && id !== undefined ? this.#reached.get(id)?.offer.donor : undefined;
    this.#broadcast(makeDatagram(this.#wire, this.#options.key, 'report', {
      nonce: this.#options.randomBytes(8), donor: helper ?? new Uint8Array(8), before: digestOf(before), digest: digestOf(now),
      ms: Math.min(ms, 0xffff_ffff), bytes: Math.min(bytes, 0xffff_ffff), result: RESULTS[result], reason: REASONS[reason],
    }));
  }

  async close(): Promise<void> {
    await Promise.all(this.#options.links.map((link) => link.close()));
  }

  async #ask({ platform, component, floor, slotSize, reason, wanted, running }: RecoveryNeed, signal: AbortSignal): Promise<OfferBook> {
    const { key, links, randomBytes, note, isOwnDonor } = this.#options;
    // What ran is asked for when it is only broken: a donor that has it offers it before others.
    const best = wanted?.sha256 ?? (reason === 'outdated' || reason === 'ordered' ? undefined : running?.sha256);
    const request = {
      compatible: compatibleId(key, platform, component), wanted: best === undefined ? new Uint8Array(16) : Buffer.from(best.slice(0, 32), 'hex'),
      floor, slotSize, reason: REASONS[reason], round: this.#round, nonce: randomBytes(8),
    };
    const book = new OfferBook(request);
    const perfect = new AbortController();
    const endings = links.map((link) => link.hear((bytes, from) => {
      const message = readDatagram(this.#wire, key, bytes);
      if (message?.name !== 'offer' || isOwnDonor?.(message.fields.donor) === true || this.#trouble.isResting(`${from} ${message.fields.port}`)) return;
      if (book.add(link, from, message.fields) && book.hasPerfect) perfect.abort(PERFECT);
    }));
    try {
      this.#broadcast(makeDatagram(this.#wire, key, 'request', request));
      await pause(this.#clock, Math.max(...links.map((link) => exchangeTimes(knownRate(link)).collectMs)), AbortSignal.any([signal, perfect.signal])).catch(async () => {
        signal.throwIfAborted();
        await pause(this.#clock, AFTER_PERFECT_MS, signal);
      });
    } finally {
      for (const end of endings) end();
    }
    if (book.ignored > 0) note?.(`${book.ignored} offers were passed over: too many, or of no use here`);
    return book;
  }

  async #shown(known: KnownOffer, signal: AbortSignal): Promise<{ readonly candidate: Candidate; readonly known: KnownOffer }[]> {
    try {
      const stream = await this.#open(this.#desk(), known, signal);
      try {
        return [{ known, candidate: this.#candidate(known, await stream.statement(0)) }];
      } finally {
        stream.end('GaveUp');
      }
    } catch (error) {
      if (!signal.aborted) this.#trouble.note(`${known.address} ${known.offer.port}`);
      this.#options.note?.(`an offer was passed over: ${(error as Error).message}`);
      return [];
    }
  }

  #candidate({ link, address, offer }: KnownOffer, { statement, signature }: VerifiedStatement): Candidate {
    const donor = `${address} port ${offer.port}`;
    const rate = knownRate(link);
    return {
      id: `${link.name}: ${donor}`, source: this.name, kind: this.kind, statement, signature, size: statement.size,
      terms: { link: link.kind, class: offer.class, ratePerSecond: Math.min(declaredRate(offer), rate ?? Infinity), load: offer.load, donor, ...(rate === undefined ? {} : { linkRate: rate }) },
    };
  }

  #broadcast(bytes: Uint8Array): void {
    for (const link of this.#options.links) link.broadcast(bytes);
  }

  #desk(): RecipientDesk {
    const { key, keys, randomBytes } = this.#options;
    return { clock: this.#clock, wire: this.#wire, key, keys, nonce: () => randomBytes(8), pace: ({ link }) => this.#paces.get(link)! };
  }
}
