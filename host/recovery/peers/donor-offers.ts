// When a donor answers a request, and with what. It offers one image at most, which it has verified itself, after a random
// delay, and stays silent when enough others have offered as much. One whose places are all taken lets those speak first
// that have one: it is heard only where nobody else is.
import type { RecoveryOffer, RecoveryRequest } from '../../core/wire-recovery-messages.ts';
import type { Clock } from '../links/clock.ts';
import { bestImage, type DonorImage } from './donor-images.ts';
import type { DonorTerms } from './donor-terms.ts';
import type { GroupKey } from './group-key.ts';
import { doubtOf, FULL, PendingAnswer } from './pending-answer.ts';
import { RequestLimits, type RequestLimitOptions } from './request-limits.ts';

/** The longest delay of an answer, so that not all speak at once. */
export const ANSWER_DELAY_MS = 250;
/** Answers that wait at the same time. */
const PENDING = 32;

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

interface Waiting {
  readonly pending: PendingAnswer;
  takeBack: () => void;
}

export class DonorOffers {
  readonly #options: DonorOffersOptions;
  readonly #limits: RequestLimits;
  readonly #pending = new Map<string, Waiting>();
  /** Requests that were passed over because there were too many. */
  refused = 0;

  constructor(options: DonorOffersOptions) {
    this.#options = options;
    this.#limits = new RequestLimits({ random: options.random, ...options.limits });
  }

  /** A request was heard. Answers what waits for its time now, undefined when nothing will be said. */
  request(request: RecoveryRequest, from: string, answer: Answer): PendingAnswer | undefined {
    const { clock, images, key, random, terms } = this.#options;
    if (!this.#limits.allows(from, clock.now()) || this.#pending.size >= PENDING) return void (this.refused += 1);
    const name = nonceName(request.nonce);
    if (this.#pending.has(name)) return undefined;
    const image = bestImage(images(), request, key);
    if (image === undefined) return undefined;
    const pending = new PendingAnswer({
      request, image, terms,
      withhold: (count) => {
        // Its place is for another request.
        this.#pending.get(name)?.takeBack();
        this.#pending.delete(name);
        answer.withhold(`${count} others have offered as much`);
      },
    });
    const waiting: Waiting = { pending, takeBack: () => undefined };
    this.#pending.set(name, waiting);
    waiting.takeBack = clock.after((random() + Number(terms().load >= FULL)) * ANSWER_DELAY_MS, () => {
      this.#pending.delete(name);
      pending.end();
      this.#answer(pending, answer);
    });
    return pending;
  }

  /** Another donor's offer was heard. It matters while an answer to the same request waits, and is looked at only then. */
  offer(offer: RecoveryOffer, from: string): void {
    this.#pending.get(nonceName(offer.nonce))?.pending.offer(offer, from);
  }

  #answer({ request, image, free }: PendingAnswer, answer: Answer): void {
    const { terms } = this.#options;
    if (terms().load >= FULL && free >= doubtOf(request)) return answer.withhold(`${free} with a free place ${free === 1 ? 'has' : 'have'} offered as much`);
    const { security, size } = image.statement;
    answer.send({ ...terms(), digest: image.digest, security, size, nonce: request.nonce }, image);
  }
}

/** What an answer that waits is found by. */
export const nonceName = ({ buffer, byteOffset, length }: Uint8Array): string => Buffer.from(buffer, byteOffset, length).toString('latin1');
