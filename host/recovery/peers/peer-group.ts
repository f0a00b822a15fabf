// The machines that one [source NAME] section with `kind = peers` means, as one process meets them: one key, one set of
// links for the source that asks and the donor that answers, and the donors that are this process itself.
import { interfaceAddresses } from '../links/network-interface.ts';
import { openLinks } from '../links/open-links.ts';
import { SharedLinks } from '../links/shared-links.ts';
import { type GroupKey, readGroupKey } from './group-key.ts';
import type { PeersConfig } from './peers-config.ts';

export class PeerGroup {
  readonly config: PeersConfig;
  readonly key: GroupKey | undefined;
  readonly links: SharedLinks;
  readonly #ownDonors = new Set<string>();

  /** Throws when the group key can not be read; nothing is opened yet. */
  constructor(config: PeersConfig, { uploadPort, note }: { readonly uploadPort?: number | undefined; readonly note?: ((text: string) => void) | undefined } = {}) {
    const { links, groupKey } = config;
    this.config = config;
    this.key = groupKey === undefined ? undefined : readGroupKey(groupKey);
    this.links = new SharedLinks({
      open: () => openLinks({ ...links, ...(uploadPort === undefined ? {} : { uploadPort }) }, note),
      fingerprint: () => links.interfaces.map(addressesOf).join(';'),
      note: (problem) => note?.(problem),
    });
  }

  /** A donor of this process: its offers are no offers to this process. */
  addDonor(donor: Uint8Array): void {
    this.#ownDonors.add(Buffer.from(donor).toString('hex'));
  }

  isOwnDonor(donor: Uint8Array): boolean {
    return this.#ownDonors.has(Buffer.from(donor).toString('hex'));
  }
}

function addressesOf(name: string): string {
  try {
    return interfaceAddresses(name).map(({ address }) => address).join(',');
  } catch {
    return '';
  }
}
