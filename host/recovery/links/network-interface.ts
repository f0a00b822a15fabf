// The addresses of one network interface of this machine, and which others are reached without a router.
import { BlockList, isIPv4 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { FerryError } from '../../error.ts';

export type AddressFamily = 'IPv4' | 'IPv6';

export interface InterfaceAddress {
  readonly name: string;
  readonly family: AddressFamily;
  /** With `%name` where an address means something on one interface only. */
  readonly address: string;
  /** Whether a machine with this address is on the interface's own network. */
  isNear(address: string): boolean;
}

const isLocal = (address: string): boolean => /^fe[89ab]/i.test(address);

/**
 * The addresses of an interface, one a family at most: of IPv6 the link's own before others. An IPv4 address of this
 * machine stands for itself; of the loopback network each one is this machine's, so that many controllers fit on one.
 */
export function interfaceAddresses(name: string): readonly InterfaceAddress[] {
  const interfaces = networkInterfaces();
  const all = interfaces[name] ?? withAddress(interfaces, name);
  if (all === undefined) {
    throw new FerryError('network-failed', `network interface: expected one of ${Object.keys(networkInterfaces()).join(', ')}, got ${JSON.stringify(name)}; nothing was started`, {
      hint: 'name an interface that is up and has an address, or one of its IPv4 addresses', exitCode: 64,
    });
  }
  const families: readonly AddressFamily[] = ['IPv4', 'IPv6'];
  return families.flatMap((family) => {
    const found = all.filter((one) => one.family === family).sort((a, b) => Number(isLocal(b.address)) - Number(isLocal(a.address)))[0];
    if (found === undefined) return [];
    const near = new BlockList();
    const [network = '', prefix = ''] = (found.cidr ?? `${found.address}/${family === 'IPv4' ? 32 : 128}`).split('/');
    near.addSubnet(network, Number(prefix), family === 'IPv4' ? 'ipv4' : 'ipv6');
    return [{
      name, family,
      address: isLocal(found.address) ? `${found.address}%${name}` : found.address,
      isNear: (address: string) => {
        const [bare = '', scope] = address.split('%');
        return (scope === undefined || scope === name) && near.check(bare, family === 'IPv4' ? 'ipv4' : 'ipv6');
      },
    }];
  });
}

/** What has this address; undefined when nothing has. */
function withAddress(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>, address: string): NetworkInterfaceInfo[] | undefined {
  if (!isIPv4(address)) return undefined;
  const all = Object.values(interfaces).flatMap((one) => one ?? []).filter(({ family }) => family === 'IPv4');
  const own = all.find((one) => one.address === address) ?? all.find(({ internal, address: known }) => internal && known.startsWith('127.') && address.startsWith('127.'));
  return own === undefined ? undefined : [{ ...own, address, cidr: `${address}/${own.cidr?.split('/')[1] ?? 32}` } as NetworkInterfaceInfo];
}
