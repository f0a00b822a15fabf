// A [source NAME] section with `kind = peers`, and the source that comes of it.
import { randomBytes } from 'node:crypto';
import type { PublicKey } from '../../trust/public-key.ts';
import { type LinkSettings, readLinkSettings } from '../links/link-settings.ts';
import type { Link } from '../links/link.ts';
import type { HeldLinks } from '../links/shared-links.ts';
import type { SectionReader } from '../section-reader.ts';
import type { Candidate, FetchHelp, RecoveryNeed, RecoveryOutcome, Source, TakeBytes } from '../source.ts';
import { leastFindMs } from './exchange-times.ts';
import { PeerFailure } from './peer-failure.ts';
import type { PeerGroup } from './peer-group.ts';
import { PeerSource } from './peer-source.ts';

export interface PeersConfig {
  readonly kind: 'peers';
  readonly name: string;
  readonly links: LinkSettings;
  /** The path of the group key. */
  readonly groupKey: string | undefined;
}

/** The keys that the controller trusts now. */
export type TrustedKeys = () => readonly PublicKey[];

/** The keys of the section. */
export function readPeers(reader: SectionReader): PeersConfig {
  return { kind: 'peers', name: reader.name, links: readLinkSettings(reader), groupKey: reader.text('group-key') === undefined ? undefined : reader.path('group-key') };
}

/** Opens its links when it is first asked: an interface may come up long after the controller. */
class ConfiguredPeers implements Source {
  readonly name: string;
  readonly kind = 'peers';
  readonly leastFindMs: number;
  readonly #group: PeerGroup;
  readonly #make: (links: readonly Link[]) => PeerSource;
  #opened: { readonly held: HeldLinks; readonly source: PeerSource } | undefined;
  #isClosed = false;

  constructor(group: PeerGroup, make: (links: readonly Link[]) => PeerSource) {
    this.name = group.config.name;
    const { line } = group.config.links;
    this.leastFindMs = leastFindMs(line === undefined ? undefined : line.baud / 10);
    this.#group = group;
    this.#make = make;
  }

  async find(need: RecoveryNeed, signal: AbortSignal): Promise<readonly Candidate[]> {
    const source = await this.#source();
    return source.find(need, signal);
  }

  async fetch(candidate: Candidate, from: number, into: TakeBytes, signal: AbortSignal, help?: FetchHelp): Promise<void> {
    if (this.#opened === undefined) throw new PeerFailure('vanished', `${candidate.id}: expected a donor that was found last, got another; ask again`);
    return this.#opened.source.fetch(candidate, from, into, signal, help);
  }

  async report(outcome: RecoveryOutcome): Promise<void> {
    const source = await this.#source();
    source.report(outcome);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#letGo();
  }

  async #letGo(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.held.release();
  }

  async #source(): Promise<PeerSource> {
    if (this.#opened?.held.isStale === true) await this.#letGo();
    if (this.#opened !== undefined) return this.#opened.source;
    const held = await this.#group.links.take();
    // Meanwhile it may have been closed, or opened for another component.
    if (this.#opened === undefined && !this.#isClosed) this.#opened = { held, source: this.#make(held.links) };
    else await held.release();
    if (this.#opened === undefined) throw new PeerFailure('vanished', `${this.name}: it has been closed`);
    return this.#opened.source;
  }
}

/** The source of a group. Nothing is opened yet. */
export function makePeerSource(group: PeerGroup, keys: TrustedKeys, note?: (text: string) => void): Source {
  const { config: { name }, key } = group;
  return new ConfiguredPeers(group, (links) => new PeerSource({
    name, links, keys, randomBytes: (count) => randomBytes(count), isOwnDonor: (donor) => group.isOwnDonor(donor),
    ...(key === undefined ? {} : { key }), ...(note === undefined ? {} : { note }),
  }));
}
