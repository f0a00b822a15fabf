// HOST:PORT as an operator writes it: `127.0.0.1:8443`, `localhost:8443`, `[::1]:8443`.
import { isIPv4, isIPv6 } from 'node:net';
import { FerryError } from '../../error.ts';

export interface ListenAddress {
  readonly host: string;
  /** 0 for one that is free. */
  readonly port: number;
}

/** `usage` when it is none. */
export function parseListenAddress(text: string): ListenAddress {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  const port = Number(digits);
  const isHost = bracketed === undefined ? isIPv4(host) || /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host) : isIPv6(host.split('%')[0] ?? '');
  if (isHost && port <= 65_535) return { host, port };
  throw new FerryError('usage', `--listen: expected HOST:PORT, for example 127.0.0.1:8443 or [::1]:8443, got ${JSON.stringify(text)}; nothing was started`, {
    hint: 'give an address of this machine and a port from 0 to 65535; 0 takes one that is free', exitCode: 64,
  });
}

export function urlOf({ host, port }: ListenAddress): string {
  return `https://${isIPv6(host.split('%')[0] ?? '') ? `[${host}]` : host}:${port}`;
}
