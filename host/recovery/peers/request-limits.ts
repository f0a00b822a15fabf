// How many requests a donor looks at: so many a second of one address, so many of all. A sum that is used up fills again
// with time. What lies above it is passed over, so that a donor can be used neither to map a network nor to load one. When
// little is left, chance decides who is looked at: donors that all hear the same thousand requests would look at the same
// twenty otherwise, and the rest of the network would be heard by none.

interface Allowance {
  left: number;
  atMs: number;
}

export interface RequestLimitOptions {
  readonly perSourcePerSecond?: number;
  readonly perSecond?: number;
  /** Addresses that are remembered. */
  readonly sources?: number;
  /** From 0 up to, not including, 1. */
  readonly random?: () => number;
}

/** Requests at once that an address may send before its rate counts. */
const BURST = 3;

export class RequestLimits {
  readonly #perSource: number;
  readonly #total: number;
  readonly #limit: number;
  readonly #sources = new Map<string, Allowance>();
  readonly #all: Allowance;
  readonly #random: () => number;

  constructor({ perSourcePerSecond = 1, perSecond = 20, sources = 256, random = Math.random }: RequestLimitOptions = {}) {
    this.#perSource = perSourcePerSecond;
    this.#total = perSecond;
    this.#limit = sources;
    this.#random = random;
    this.#all = { left: perSecond, atMs: 0 };
  }

  /** Whether a request of this address is looked at now. */
  allows(source: string, nowMs: number): boolean {
    fill(this.#all, this.#total, this.#total, nowMs);
    // All are looked at until half is used up, then fewer and fewer.
    if (this.#all.left < 1 || this.#random() >= (2 * this.#all.left) / this.#total) return false;
    const own = this.#sources.get(source) ?? { left: BURST, atMs: nowMs };
    fill(own, this.#perSource, BURST, nowMs);
    this.#sources.delete(source);
    this.#sources.set(source, own);
    // The address that was silent longest goes; one that is forgotten has its burst again, within the limit of all.
    if (this.#sources.size > this.#limit) this.#sources.delete(this.#sources.keys().next().value!);
    if (own.left < 1) return false;
    own.left -= 1;
    this.#all.left -= 1;
    return true;
  }
}

function fill(allowance: Allowance, perSecond: number, most: number, nowMs: number): void {
  allowance.left = Math.min(most, allowance.left + ((nowMs - allowance.atMs) / 1000) * perSecond);
  allowance.atMs = nowMs;
}
