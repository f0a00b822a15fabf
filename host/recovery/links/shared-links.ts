// The links of one set of settings in one process: opened when the first one needs them, closed when the last one lets them
// go, and opened anew when the machine's addresses have changed.
import type { Link } from './link.ts';
import type { OpenLinks } from './open-links.ts';

export interface SharedLinksOptions {
  open(): Promise<OpenLinks>;
  /** Differs when links that were opened before are of no use any more. */
  fingerprint(): string;
  /** Told what does not work, in a sentence each. */
  note(problem: string): void;
}

interface Opened {
  readonly links: Promise<readonly Link[]>;
  readonly fingerprint: string;
  holders: number;
}

/** A share in the links. */
export interface HeldLinks {
  readonly links: readonly Link[];
  /** The addresses are others now: let go, and take them again. */
  readonly isStale: boolean;
  release(): Promise<void>;
}

export class SharedLinks {
  readonly #options: SharedLinksOptions;
  #opened: Opened | undefined;

  constructor(options: SharedLinksOptions) {
    this.#options = options;
  }

  /** Throws what opening throws; nothing is held then. */
  async take(): Promise<HeldLinks> {
    const fingerprint = this.#options.fingerprint();
    if (this.#opened === undefined || this.#opened.fingerprint !== fingerprint) this.#opened = { links: this.#open(), fingerprint, holders: 0 };
    const opened = this.#opened;
    opened.holders += 1;
    try {
      const links = await opened.links;
      let isHeld = true;
      const { fingerprint: now } = this.#options;
      return {
        links,
        get isStale() { return now() !== opened.fingerprint; },
        release: async () => {
          if (isHeld) await this.#release(opened);
          isHeld = false;
        },
      };
    } catch (error) {
      if (this.#opened === opened) this.#opened = undefined;
      throw error;
    }
  }

  async #open(): Promise<readonly Link[]> {
    const { links, problems } = await this.#options.open();
    for (const problem of problems) this.#options.note(problem);
    return links;
  }

  async #release(opened: Opened): Promise<void> {
    opened.holders -= 1;
    if (opened.holders > 0) return;
    if (this.#opened === opened) this.#opened = undefined;
    await Promise.all((await opened.links).map((link) => link.close()));
  }
}
