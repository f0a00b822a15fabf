// Every link that some settings name; for sources and donors alike: a serial line, or network interfaces, IPv4 and IPv6
// where they have them.
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

/**
 * Opens them all. An interface on which neither family works, or a line that can not be opened, is an error; nothing stays
 * open then. `note` is told in one sentence what happens to a serial line later on.
 */
export async function openLinks({ link, interfaces, line, ...options }: LinkSettings, note: (text: string) => void = () => undefined): Promise<OpenLinks> {
  const links: Link[] = [];
  const problems: string[] = [];
  if (line !== undefined) {
    const { useStation } = await import('./shared-stations.ts');
    const { SerialLink } = await import('./serial-link.ts');
    const { ratePerSecond } = options;
    return { links: [new SerialLink(await useStation(line, note), { kind: link, ...(ratePerSecond === undefined ? {} : { ratePerSecond }) })], problems };
  }
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
