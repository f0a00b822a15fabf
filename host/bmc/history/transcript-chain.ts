// Where the two chains of the transcript stand: what the next entry follows.
import { NO_HASH, type EntryBody, type TranscriptEntry } from './transcript-entry.ts';

/** The end of one upgrade's chain. */
export interface ChainTail {
  readonly step: number;
  readonly hash: string;
}

const NO_TAIL: ChainTail = { step: 0, hash: NO_HASH };

/** Both chains' ends. Only entries that are written move them. */
export class TranscriptChain {
  #number = 0;
  #hash = NO_HASH;
  readonly #tails = new Map<string, ChainTail>();

  /** The number of the newest entry. */
  get number(): number {
    return this.#number;
  }

  /** The hash of the newest entry of the device. */
  get hash(): string {
    return this.#hash;
  }

  tail(upgrade: string): ChainTail {
    return this.#tails.get(upgrade) ?? NO_TAIL;
  }

  /** The next entry. */
  follow(said: Pick<EntryBody, 'time' | 'upgrade' | 'event' | 'fields' | 'text'>): EntryBody {
    const { step, hash } = this.tail(said.upgrade);
    return { previous: this.#hash, number: this.#number + 1, step: step + 1, before: hash, ...said };
  }

  /** This entry is the newest now. */
  advance({ number, upgrade, step, hash }: TranscriptEntry): void {
    this.#number = number;
    this.#hash = hash;
    this.#tails.set(upgrade, { step, hash });
  }

  /** Numbers below this one have been given away, though their entries are lost. */
  skipTo(number: number): void {
    this.#number = Math.max(this.#number, number - 1);
  }

  /** Lets go of the upgrades of which this is not true. */
  keep(isKept: (upgrade: string) => boolean): void {
    for (const upgrade of this.#tails.keys()) if (!isKept(upgrade)) this.#tails.delete(upgrade);
  }
}
