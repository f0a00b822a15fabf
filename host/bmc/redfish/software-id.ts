// The GUID by which tools of others know a component's firmware (`SoftwareId`): the same on every board of a platform and
// over every version, so that a cabinet for fwupd can be made before there is a machine to ask.
import { createHash } from 'node:crypto';

/** Of Ferry; made once, never changed. */
const NAMESPACE = '5d6a3c9e-0f1b-4d53-9a42-6f3c1e7b8a20';

/** A UUID made of a name (RFC 9562, version 5): `softwareId('ferry-q35', 'bmc')`. */
export function softwareId(platform: string, component: string): string {
  const hash = createHash('sha1').update(Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex')).update(`${platform}/${component}`).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const digits = hash.toString('hex', 0, 16);
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-');
}
