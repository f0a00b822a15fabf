// Every link that some settings name; for sources and donors alike. IPv4 and IPv6 where a network interface has them.
import { FerryError } from '../../error.ts';
import { openLanLink } from './lan-link.ts';
import type { Link } from './link.ts';
import type { LinkSettings } from './link-settings.ts';
import { interfaceAddresses } from './network-interface.ts';

export interface OpenLinks {
  readonly links: readonly Link[];
  /** Families that an interface has and that do not work on it. */
  readonly problems: readonly string[];
}

/** Opens them all. An interface on which neither family works is an error; nothing stays open then. */
export async function openLinks({ link, interfaces, ...options }: LinkSettings): Promise<OpenLinks> {
  const links: Link[] = [];
  const problems: string[] = [];
  try {
    for (const name of interfaces) {
      const before = links.length;
      let last: unknown;
      for (const at of interfaceAddresses(name)) {
        try {
          links.push(await openLanLink({ ...options, kind: link, at }));
        } catch (error) {
          last = error;
          problems.push((error as Error).message);
        }
      }
      if (links.length > before) continue;
      throw last ?? new FerryError('network-failed', `network interface ${name}: expected an IPv4 or IPv6 address, got none; nothing was started`, { hint: 'give the interface an address', exitCode: 64 });
    }
    return { links, problems };
  } catch (error) {
    await Promise.all(links.map((link) => link.close()));
    throw error;
  }
}
