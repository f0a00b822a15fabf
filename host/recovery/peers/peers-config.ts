// A [source NAME] section with `kind = peers`, and the source that comes of it. Its links are opened when it is first
// asked: an interface may come up long after the controller.
import { randomBytes } from 'node:crypto';
import type { PublicKey } from '../../trust/public-key.ts';
import { type LinkSettings, readLinkSettings } from '../links/link-settings.ts';
import { openLinks } from '../links/open-links.ts';
import type { SectionReader } from '../section-reader.ts';
import { SourceBusy } from '../source-busy.ts';
import type { Candidate, RecoveryNeed, Source, TakeBytes } from '../source.ts';
import { type GroupKey, readGroupKey } from './group-key.ts';
import { PeerFailure } from './peer-failure.ts';
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

class ConfiguredPeers implements Source {
  readonly name: string;
  readonly kind = 'peers';
  readonly #open: () => Promise<PeerSource>;
  #source: Promise<PeerSource> | undefined;

  constructor(name: string, open: () => Promise<PeerSource>) {
    this.name = name;
    this.#open = open;
  }

  async find(need: RecoveryNeed, signal: AbortSignal): Promise<readonly Candidate[]> {
    this.#source ??= this.#open();
    try {
      return await (await this.#source).find(need, signal);
    } catch (error) {
      // The next find tries the interfaces again, unless they have worked.
      if (!(error instanceof SourceBusy)) await this.close();
      throw error;
    }
  }

  async fetch(candidate: Candidate, from: number, into: TakeBytes, signal: AbortSignal): Promise<void> {
    if (this.#source === undefined) throw new PeerFailure('vanished', `${candidate.id}: expected a donor that was found last, got another; ask again`);
    return (await this.#source).fetch(candidate, from, into, signal);
  }

  async close(): Promise<void> {
    const source = this.#source;
    this.#source = undefined;
    await source?.then((opened) => opened.close(), () => undefined);
  }
}

/** The source. Throws when the group key can not be read; Nothing is opened yet. */
export function makePeerSource(config: PeersConfig, keys: TrustedKeys, note?: (text: string) => void): Source {
  const key: GroupKey | undefined = config.groupKey === undefined ? undefined : readGroupKey(config.groupKey);
  return new ConfiguredPeers(config.name, async () => {
    const { links, problems } = await openLinks(config.links);
    for (const problem of problems) note?.(problem);
    return new PeerSource({
      name: config.name, links, keys, randomBytes: (count) => randomBytes(count), ...(key === undefined ? {} : { key }), ...(note === undefined ? {} : { note }),
    });
  });
}
