// When a donor answers a request, and with what. It offers one image at most, which it has verified itself, after a random
// delay, and stays silent when enough others have offered as much. One whose places are all taken lets those speak first
// that have one: it is heard only where nobody else is.
import type { RecoveryOffer, RecoveryRequest } from '../../core/wire-recovery-messages.ts';
import type { Clock } from '../links/clock.ts';
import { bestImage, type DonorImage, isWanted } from './donor-images.ts';
import type { GroupKey } from './group-key.ts';
import { RequestLimits, type RequestLimitOptions } from './request-limits.ts';

/** The longest delay of an answer, so that not all speak at once. */
export const ANSWER_DELAY_MS = 250;
/** Offers of others, as good as ours, after which ours is not needed. Twice as many with every round that led to nothing. */
export const ENOUGH_OFFERS = 4;
/** Rounds after which it doubles no more. */
const DOUBT_LIMIT = 5;
/** The load of a donor that has no place. */
export const FULL = 255;
/** Answers that wait at the same time. */
const PENDING = 32;

/** What a donor says of itself in an offer. */
export type DonorTerms = Pick<RecoveryOffer, 'donor' | 'class' | 'load' | 'rate' | 'lives'>;

export interface DonorOffersOptions {
  readonly images: () => readonly DonorImage[];
  readonly key: GroupKey | undefined;
  readonly clock: Clock;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly limits?: RequestLimitOptions;
  terms(): DonorTerms;
}

/** Sends the offer, or tells why it is withheld. */
export interface Answer {
  send(offer: Omit<RecoveryOffer, 'port'>, image: DonorImage): void;
  withhold(because: string): void;
}

interface Pending {
  readonly request: RecoveryRequest;
  readonly image: DonorImage;
  readonly isWanted: boolean;
  /** So many offers are enough. */
  readonly enough: number;
  /** Addresses that have offered as much: never more than are enough. */
  readonly better: Set<string>;
  /** How many of them have a place. */
  free: number;
  readonly answer: Answer;
  takeBack: () => void;
}

export class DonorOffers {
  readonly #options: DonorOffersOptions;
  readonly #limits: RequestLimits;
  readonly #pending = new Map<string, Pending>();
  /** Requests that were passed over because there were too many. */
  refused = 0;

  constructor(options: DonorOffersOptions) {
    this.#options = options;
    this.#limits = new RequestLimits({ random: options.random, ...options.limits });
  }

  /** A request was heard. `name` is that of its nonce: who tells many donors makes it once. */
  request(request: RecoveryRequest, from: string, answer: Answer, name = nonceName(request.nonce)): void {
    const { clock, images, key, random, terms } = this.#options;
    if (!this.#limits.allows(from, clock.now()) || this.#pending.size >= PENDING) return void (this.refused += 1);
    if (this.#pending.has(name)) return;
    const image = bestImage(images(), request, key);
    if (image === undefined) return;
    const pending: Pending = {
      request, image, answer, isWanted: isWanted(image.digest, request.wanted), enough: ENOUGH_OFFERS * doubtOf(request), better: new Set(), free: 0, takeBack: () => undefined,
    };
    this.#pending.set(name, pending);
    pending.takeBack = clock.after((random() + Number(terms().load >= FULL)) * ANSWER_DELAY_MS, () => {
      this.#pending.delete(name);
      this.#answer(pending);
    });
  }

  /** Another donor's offer was heard. It matters while an answer to the same request waits, and is looked at only then. */
  offer(offer: RecoveryOffer, from: string, name = nonceName(offer.nonce)): void {
    const pending = this.#pending.get(name);
    if (pending === undefined || pending.better.has(from) || !this.#isAsGood(offer, pending)) return;
    pending.better.add(from);
    pending.free += Number(offer.load < FULL);
    if (pending.better.size < pending.enough) return;
    // Its place is for another request.
    pending.takeBack();
    this.#pending.delete(name);
    pending.answer.withhold(`${pending.better.size} others have offered as much`);
  }

  #isAsGood(offer: RecoveryOffer, { image, request, isWanted: isOursWanted }: Pending): boolean {
    const { donor, load } = this.#options.terms();
    if (offer.load > load || offer.security < image.statement.security || offer.size > request.slotSize) return false;
    if (isOursWanted && !isWanted(offer.digest, request.wanted)) return false;
    return Buffer.compare(offer.donor, donor) !== 0;
  }

  #answer(pending: Pending): void {
    const { request, image, free, answer } = pending;
    const { terms } = this.#options;
    if (terms().load >= FULL && free >= doubtOf(request)) return answer.withhold(`${free} with a free place ${free === 1 ? 'has' : 'have'} offered as much`);
    const { security, size } = image.statement;
    answer.send({ ...terms(), digest: image.digest, security, size, nonce: request.nonce }, image);
  }
}

/** Offers are claims. Who asks again has got nothing from them: with every round fewer of them are believed. */
const doubtOf = ({ round }: RecoveryRequest): number => 2 ** Math.min(round, DOUBT_LIMIT);

/** What an answer that waits is found by. */
export const nonceName = ({ buffer, byteOffset, length }: Uint8Array): string => Buffer.from(buffer, byteOffset, length).toString('latin1');
