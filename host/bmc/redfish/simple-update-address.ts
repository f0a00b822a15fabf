// Which addresses SimpleUpdate takes. The user may have less reach than the controller, so what the controller fetches for
// him is bounded: http and https only, no credentials, and no address by which the controller would reach itself or a
// link's metadata service. Networks of the site, private ones too, are where image servers stand: they are allowed.
import { BlockList, isIP } from 'node:net';
import { webAddressProblem } from '../web-request.ts';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');
const NEVER = new BlockList();
for (const [net, prefix] of [['0.0.0.0', 8], ['169.254.0.0', 16], ['224.0.0.0', 4], ['240.0.0.0', 4]] as const) NEVER.addSubnet(net, prefix);
for (const [net, prefix] of [['::', 128], ['fe80::', 10], ['ff00::', 8]] as const) NEVER.addSubnet(net, prefix, 'ipv6');

/** May this address be asked? This machine itself only when users on this machine alone can reach the controller. */
export function isAllowedAddress(address: string, mayAskLoopback: boolean): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  return !NEVER.check(address, family) && (mayAskLoopback || !LOOPBACK.check(address, family));
}

/** The address of an image, as a user writes it; a sentence when it is none that is taken. */
export function imageUrl(text: string, protocol: 'HTTP' | 'HTTPS' = 'HTTP'): URL | string {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${protocol.toLowerCase()}://${text}`;
  if (!URL.canParse(whole)) return 'expected http://HOST/PATH or https://HOST/PATH';
  const url = new URL(whole);
  const problem = webAddressProblem(url);
  if (problem !== undefined) return problem;
  url.hash = '';
  return url;
}
