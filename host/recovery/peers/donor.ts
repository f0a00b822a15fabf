// A donor: hears requests on its links, offers, and uploads to those who accept, a few at a time.
import { RecoveryWire } from '../../core/wire-recovery.ts';
import type { DonorClassName, RecoveryReport } from '../../core/wire-recovery-messages.ts';
import { type Clock, systemClock } from '../links/clock.ts';
import type { ByteStream, Link } from '../links/link.ts';
import { makeDatagram, readDatagram } from './datagram.ts';
import type { DonorEvent } from './donor-event.ts';
import type { DonorImage } from './donor-images.ts';
import { DonorOffers } from './donor-offers.ts';
import type { DonorTerms } from './donor-terms.ts';
import { serveRecipient, type UploadDesk } from './donor-upload.ts';
import { exchangeTimes, knownRate } from './exchange-times.ts';
import type { GroupKey } from './group-key.ts';
import { MessageStream } from './message-stream.ts';
import { Pace } from './pace.ts';
import { RequestLimits, type RequestLimitOptions } from './request-limits.ts';
import { UploadPlaces, type UploadPlacesOptions } from './upload-places.ts';

export interface DonorOptions extends UploadPlacesOptions {
  readonly links: readonly Link[];
  /** What may be offered now; asked for each request. Only images that were verified since the start. */
  readonly images: () => readonly DonorImage[];
  readonly key?: GroupKey;
  readonly class: DonorClassName;
  /** Bytes of image a second, over all uploads. */
  readonly ratePerSecond?: number;
  readonly limits?: RequestLimitOptions;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly note?: (event: DonorEvent) => void;
}

/** Streams of one address at a time, uploads or not. */
export const STREAMS_PER_SOURCE = 4;
/** Seconds for which an offer holds. */
const LIVES = 60;
/** What a donor without a limit declares: 8 MiB/s, which any LAN carries. */
const USUAL_RATE = 8 * 1024 * 1024;

/** A rate as offers carry it, and the highest. */
const powerOfTwo = (bytesPerSecond: number): number => Math.max(0, Math.floor(Math.log2(bytesPerSecond / 1024)));
const HIGHEST_RATE = 31;

/** What a donor says of itself: who it is, what it carries for each, and, as it is now, what it has to do. */
export function donorTerms({ class: kind, ratePerSecond = USUAL_RATE }: Pick<DonorOptions, 'class' | 'ratePerSecond'>, donor: Uint8Array, places: UploadPlaces): () => DonorTerms {
  const rate = powerOfTwo(places.shareOf(ratePerSecond));
  return () => ({ donor, class: kind, load: places.load, rate, lives: LIVES });
}

export class Donor {
  readonly #options: DonorOptions;
  readonly #clock: Clock;
  readonly #id: Uint8Array;
  readonly #wire = new RecoveryWire();
  readonly #pace: Pace;
  readonly #offers: DonorOffers;
  readonly #reports = new RequestLimits();
  readonly #streams = new Map<string, number>();
  readonly #places: UploadPlaces;
  readonly #endings: (() => void)[] = [];

  private constructor(options: DonorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#id = options.randomBytes(8);
    this.#pace = new Pace(this.#clock, options.ratePerSecond);
    this.#places = new UploadPlaces(options);
    this.#offers = new DonorOffers({
      images: options.images, key: options.key, clock: this.#clock, random: options.random ?? Math.random, terms: donorTerms(options, this.#id, this.#places),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
  }

  /** Begins to hear and to serve. */
  static async start(options: DonorOptions): Promise<Donor> {
    const donor = new Donor(options);
    for (const link of options.links) {
      const port = await link.listen((stream) => void donor.#serve(link, stream));
      donor.#endings.push(link.hear((bytes, from) => donor.#heard(link, port, bytes, from)));
    }
    return donor;
  }

  /** Requests that were passed over because there were too many. */
  get refusedRequests(): number {
    return this.#offers.refused;
  }

  /** As its offers name it. */
  get id(): Uint8Array {
    return this.#id;
  }

  /** Ends it; the links belong to who has opened them. */
  close(): void {
    for (const end of this.#endings.splice(0)) end();
  }

  #heard(link: Link, port: number, bytes: Uint8Array, from: string): void {
    const message = readDatagram(this.#wire, this.#options.key, bytes);
    if (message?.name === 'offer') this.#offers.offer(message.fields, from);
    else if (message?.name === 'report') this.#report(message.fields, from);
    else if (message?.name === 'request') {
      const { reason } = message.fields;
      this.#offers.request(message.fields, from, {
        send: (offer, image) => {
          link.broadcast(makeDatagram(this.#wire, this.#options.key, 'offer', { ...offer, port, rate: Math.min(offer.rate, this.#rateOn(link)) }));
          this.#options.note?.({ event: 'offer-sent', to: from, link: link.name, image: image.name, reason });
        },
        withhold: (because) => this.#options.note?.({ event: 'offer-withheld', to: from, link: link.name, because }),
      });
    }
  }

  /** What it declares on this link: no more than the line carries. */
  #rateOn({ capacityPerSecond }: Link): number {
    return capacityPerSecond === undefined ? HIGHEST_RATE : powerOfTwo(this.#places.shareOf(capacityPerSecond));
  }

  #report({ result, before, digest, donor, ms, bytes, reason }: RecoveryReport, from: string): void {
    if (!this.#reports.allows(from, this.#clock.now())) return;
    const hex = (number: Uint8Array): string => (number.some((byte) => byte !== 0) ? Buffer.from(number).toString('hex') : '');
    this.#options.note?.({
      event: 'report-heard', from, result, reason, before: hex(before), sha256: hex(digest), donor: hex(donor), isMine: Buffer.compare(donor, this.#id) === 0, bytes, seconds: Math.round(ms / 1000),
    });
  }

  async #serve(link: Link, stream: ByteStream): Promise<void> {
    const open = this.#streams.get(stream.peer) ?? 0;
    if (open >= STREAMS_PER_SOURCE) return stream.destroy();
    this.#streams.set(stream.peer, open + 1);
    const messages = new MessageStream({ stream, wire: this.#wire, clock: this.#clock, key: this.#options.key, end: 'donor' });
    try {
      await serveRecipient(messages, this.#desk(link));
      stream.close();
    } catch {
      // Whatever a recipient does ends its own stream and nothing else; an upload's end was told.
      stream.destroy();
    } finally {
      const left = this.#streams.get(stream.peer)! - 1;
      if (left === 0) this.#streams.delete(stream.peer);
      else this.#streams.set(stream.peer, left);
    }
  }

  #desk(link: Link): UploadDesk {
    const { images, randomBytes, note, ratePerSecond } = this.#options;
    return {
      clock: this.#clock, donor: this.#id, pace: this.#pace, times: exchangeTimes(knownRate(link, ratePerSecond)),
      find: (digest) => images().find((image) => Buffer.compare(image.digest, digest) === 0),
      nonce: () => randomBytes(8),
      begin: (peer, image, from) => {
        const leave = this.#places.take(peer);
        if (leave === undefined) return undefined;
        note?.({ event: 'upload-started', to: peer, image: image.name, from });
        return (bytes, result) => {
          leave();
          note?.({ event: 'upload-ended', to: peer, image: image.name, bytes, result });
        };
      },
    };
  }
}
