// The places of a donor: how many uploads it carries at the same time, in all and for one address.

export interface UploadPlacesOptions {
  /** At once; two unless said otherwise. */
  readonly uploads?: number;
  /** Of them for one address; one unless said otherwise. */
  readonly uploadsPerSource?: number;
}

export class UploadPlaces {
  readonly #uploads: number;
  readonly #perSource: number;
  readonly #taken: string[] = [];

  constructor({ uploads = 2, uploadsPerSource = 1 }: UploadPlacesOptions) {
    this.#uploads = uploads;
    this.#perSource = uploadsPerSource;
  }

  /** From 0, none is taken, to 255, all are. */
  get load(): number {
    return Math.round((this.#taken.length / this.#uploads) * 255);
  }

  /** Bytes a second that each gets of so many. */
  shareOf(ratePerSecond: number): number {
    return ratePerSecond / this.#uploads;
  }

  /** Takes a place; the answer gives it back. Undefined when there is none for this address. */
  take(peer: string): (() => void) | undefined {
    if (this.#taken.length >= this.#uploads || this.#taken.filter((one) => one === peer).length >= this.#perSource) return undefined;
    this.#taken.push(peer);
    return () => void this.#taken.splice(this.#taken.indexOf(peer), 1);
  }
}
