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
  /** Addresses that have offered as much; of them those that have a place. */
  readonly better: Set<string>;
  readonly free: Set<string>;
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
    const pending: Pending = { request, image, better: new Set(), free: new Set() };
    this.#pending.set(name, pending);
    clock.after((random() + Number(terms().load >= FULL)) * ANSWER_DELAY_MS, () => {
      this.#pending.delete(name);
      this.#answer(pending, answer);
    });
  }

  /** Another donor's offer was heard. */
  offer(offer: RecoveryOffer, from: string): void {
    const pending = this.#pending.get(nonceName(offer.nonce));
    const terms = this.#options.terms();
    if (pending === undefined || Buffer.compare(offer.donor, terms.donor) === 0) return;
    const { image, request } = pending;
    const isBetter = Number(isWanted(offer.digest, request.wanted)) >= Number(isWanted(image.digest, request.wanted))
      && offer.security >= image.statement.security && offer.size <= request.slotSize && offer.load <= terms.load;
    if (!isBetter) return;
    pending.better.add(from);
    if (offer.load < FULL) pending.free.add(from);
  }

  #answer({ request, image, better, free }: Pending, answer: Answer): void {
    const { terms } = this.#options;
    // Offers are claims. Who asks again has got nothing from them: with every round fewer of them are believed.
    const doubt = 2 ** Math.min(request.round, 10);
    if (better.size >= ENOUGH_OFFERS * doubt) return answer.withhold(`${better.size} others have offered as much`);
    if (terms().load >= FULL && free.size >= doubt) return answer.withhold(`${free.size} with a free place ${free.size === 1 ? 'has' : 'have'} offered as much`);
    const { security, size } = image.statement;
    answer.send({ ...terms(), digest: image.digest, security, size, nonce: request.nonce }, image);
  }
}

const nonceName = (nonce: Uint8Array): string => Buffer.from(nonce).toString('hex');
