// The offers that one request has brought: those that answer it and could be of use, few of one address, few in all.
import type { RecoveryOffer, RecoveryRequest } from '../../core/wire-recovery-messages.ts';
import type { Link } from '../links/link.ts';
import { isWanted } from './donor-images.ts';

/** Offers that are kept, and of them from one address. */
export const OFFERS = 16;
export const OFFERS_PER_SOURCE = 2;

/** An offer, and where its donor is. */
export interface KnownOffer {
  readonly link: Link;
  readonly address: string;
  readonly offer: RecoveryOffer;
}

export class OfferBook {
  readonly #request: RecoveryRequest;
  readonly #offers: KnownOffer[] = [];
  /** Offers that were passed over: too many, or of no use. */
  ignored = 0;
  /** Someone offers the very image to others: it can be had, only not now. */
  isServedElsewhere = false;

  constructor(request: RecoveryRequest) {
    this.#request = request;
  }

  /** Takes a note of an offer; false when it is none for this request, or not kept. */
  add(link: Link, address: string, offer: RecoveryOffer): boolean {
    const { nonce, floor, slotSize } = this.#request;
    const isUseful = offer.security >= floor && offer.size <= slotSize && offer.lives > 0;
    if (Buffer.compare(offer.nonce, nonce) !== 0) {
      this.isServedElsewhere ||= isUseful && isWanted(offer.digest, this.#request.wanted);
      return false;
    }
    const sameSource = this.#offers.filter((one) => one.address === address);
    const isKnown = sameSource.some((one) => one.link === link && one.offer.port === offer.port && Buffer.compare(one.offer.digest, offer.digest) === 0);
    if (isKnown) return false;
    if (!isUseful || this.#offers.length >= OFFERS || sameSource.length >= OFFERS_PER_SOURCE) {
      this.ignored += 1;
      return false;
    }
    this.#offers.push({ link, address, offer });
    return true;
  }

  /** Whether nothing better can come: the very image, from someone with a free place. */
  get hasPerfect(): boolean {
    return this.#offers.some(({ offer }) => isWanted(offer.digest, this.#request.wanted) && offer.load < 255);
  }

  /** In the order in which they came. */
  get offers(): readonly KnownOffer[] {
    return this.#offers;
  }
}
