// A controller as a donor to the others of its group: from when its links work, for as long as the controller runs. Links
// that do not work, or whose addresses have changed, are opened anew.
import { randomBytes } from 'node:crypto';
import type { Clock } from '../links/clock.ts';
import type { HeldLinks } from '../links/shared-links.ts';
import type { RecoveryClock } from '../recovery-clock.ts';
import type { DonorEvent } from './donor-event.ts';
import type { DonorImage } from './donor-images.ts';
import { donorLine } from './donor-text.ts';
import { Donor } from './donor.ts';
import type { PeerGroup } from './peer-group.ts';

export interface ControllerDonorOptions {
  readonly group: PeerGroup;
  /** What may be offered now. */
  readonly images: () => readonly DonorImage[];
  readonly uploads: number;
  readonly ratePerSecond: number | undefined;
  /** For looks at the links. */
  readonly clock: RecoveryClock;
  /** For the exchange; the system's when not given. */
  readonly exchangeClock?: Clock;
  say(event: string, text: string, fields?: Readonly<Record<string, string | number>>): void;
}

/** How often its links are looked at. */
export const LOOK_MS = 10_000;

export class ControllerDonor {
  readonly #options: ControllerDonorOptions;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #isSaid = false;

  constructor(options: ControllerDonorOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the controller ends'));
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { group, clock } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const held = await group.links.take();
        try {
          await this.#serve(held, signal);
        } finally {
          await held.release();
        }
      } catch (error) {
        if (!signal.aborted && !this.#isSaid) this.#options.say('donor-failed', `the donor for ${group.config.name} does not work now, and is tried again: ${(error as Error).message}`);
        this.#isSaid = true;
        await clock.wait(LOOK_MS, signal).catch(() => undefined);
      }
    }
  }

  async #serve(held: HeldLinks, signal: AbortSignal): Promise<void> {
    const { group, clock, images, uploads, ratePerSecond, exchangeClock } = this.#options;
    if (signal.aborted) return;
    const donor = await Donor.start({
      links: held.links, images, class: 'Peer', uploads, randomBytes: (count) => randomBytes(count), note: (event) => this.#note(event),
      ...(group.key === undefined ? {} : { key: group.key }), ...(exchangeClock === undefined ? {} : { clock: exchangeClock }), ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    });
    group.addDonor(donor.id);
    this.#isSaid = false;
    this.#options.say('donor-ready', `it donates to ${group.config.name} on ${held.links.map(({ name }) => name).join(', ')}`);
    try {
      while (!signal.aborted && !held.isStale) await clock.wait(LOOK_MS, signal).catch(() => undefined);
    } finally {
      donor.close();
    }
  }

  /** Uploads go into the controller's log. Requests and reports of others do not: whoever is on the network could fill it. */
  #note(event: DonorEvent): void {
    if (event.event !== 'upload-started' && event.event !== 'upload-ended') return;
    const { to, image } = event;
    this.#options.say(`donor-${event.event}`, donorLine(event), event.event === 'upload-ended' ? { to, image, bytes: event.bytes, result: event.result } : { to, image, from: event.from });
  }
}
