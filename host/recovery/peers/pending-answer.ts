// An answer of a donor that waits for its time: what it would offer to whom, and how many others have offered as much.
import type { RecoveryOffer, RecoveryRequest } from '../../core/wire-recovery-messages.ts';
import { type DonorImage, isWanted } from './donor-images.ts';
import type { DonorTerms } from './donor-terms.ts';

/** Offers of others, as good as ours, after which ours is not needed. Twice as many with every round that led to nothing. */
export const ENOUGH_OFFERS = 4;
/** Rounds after which it doubles no more. */
const DOUBT_LIMIT = 5;
/** The load of a donor that has no place. */
export const FULL = 255;

/** Offers are claims. Who asks again has got nothing from them: with every round fewer of them are believed. */
export const doubtOf = ({ round }: RecoveryRequest): number => 2 ** Math.min(round, DOUBT_LIMIT);

export interface PendingAnswerOptions {
  readonly request: RecoveryRequest;
  readonly image: DonorImage;
  readonly terms: () => DonorTerms;
  /** Enough others have offered as much. */
  readonly withhold: (count: number) => void;
}

export class PendingAnswer {
  readonly request: RecoveryRequest;
  readonly image: DonorImage;
  readonly #options: PendingAnswerOptions;
  readonly #isWanted: boolean;
  readonly #enough: number;
  readonly #donor: Uint8Array;
  readonly #security: number;
  /** Addresses that have offered as much: never more than are enough. */
  readonly #better = new Set<string>();
  #free = 0;
  #isOver = false;

  constructor(options: PendingAnswerOptions) {
    const { request, image, terms } = options;
    this.request = request;
    this.image = image;
    this.#options = options;
    this.#isWanted = isWanted(image.digest, request.wanted);
    this.#enough = ENOUGH_OFFERS * doubtOf(request);
    this.#donor = terms().donor;
    this.#security = image.statement.security;
  }

  /** How many that have a place have offered as much. */
  get free(): number {
    return this.#free;
  }

  /** It was given or withheld: nothing matters to it any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Its time has come. */
  end(): void {
    this.#isOver = true;
  }

  /** Another donor has offered for the same request. */
  offer(offer: RecoveryOffer, from: string): void {
    if (this.#isOver || !this.#isAsGood(offer) || this.#better.has(from)) return;
    this.#better.add(from);
    this.#free += Number(offer.load < FULL);
    if (this.#better.size < this.#enough) return;
    this.#isOver = true;
    this.#options.withhold(this.#better.size);
  }

  #isAsGood({ load, security, size, digest, donor }: RecoveryOffer): boolean {
    if (security < this.#security || size > this.request.slotSize) return false;
    if (load > 0 && load > this.#options.terms().load) return false;
    if (this.#isWanted && !isWanted(digest, this.request.wanted)) return false;
    return !isSame(donor, this.#donor);
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return one.length === other.length;
}
