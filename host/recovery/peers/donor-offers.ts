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
  /** Addresses that have offered as much: never more than are enough. */
  readonly better: string[];
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

  /** A request was heard. */
  request(request: RecoveryRequest, from: string, answer: Answer): void {
    const { clock, images, key, random, terms } = this.#options;
    if (!this.#limits.allows(from, clock.now()) || this.#pending.size >= PENDING) return void (this.refused += 1);
    const name = nonceName(request.nonce);
    if (this.#pending.has(name)) return;
    const image = bestImage(images(), request, key);
    if (image === undefined) return;
    const pending: Pending = { request, image, answer, better: [], free: 0, takeBack: () => undefined };
    this.#pending.set(name, pending);
    pending.takeBack = clock.after((random() + Number(terms().load >= FULL)) * ANSWER_DELAY_MS, () => {
      this.#pending.delete(name);
      this.#answer(pending);
    });
  }

  /** Another donor's offer was heard. */
  offer(offer: RecoveryOffer, from: string): void {
    const pending = this.#pending.get(nonceName(offer.nonce));
    if (pending === undefined) return;
    const { donor, load } = this.#options.terms();
    const { image, request } = pending;
    if (offer.load > load || offer.security < image.statement.security || offer.size > request.slotSize) return;
    if (Number(isWanted(offer.digest, request.wanted)) < Number(isWanted(image.digest, request.wanted)) || Buffer.compare(offer.donor, donor) === 0) return;
    if (pending.better.includes(from)) return;
    pending.better.push(from);
    pending.free += Number(offer.load < FULL);
    if (!isEnough(pending)) return;
    // Its place is for another request.
    pending.takeBack();
    this.#pending.delete(nonceName(offer.nonce));
    pending.answer.withhold(`${pending.better.length} others have offered as much`);
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
const isEnough = ({ request, better }: Pending): boolean => better.length >= ENOUGH_OFFERS * doubtOf(request);
const nonceName = ({ buffer, byteOffset, length }: Uint8Array): string => Buffer.from(buffer, byteOffset, length).toString('latin1');
