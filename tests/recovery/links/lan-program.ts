// A donor and a machine that asks, on one network interface, each address family by itself. Says what happened as JSON.
// Usage: lan-program INTERFACE
import { randomBytes } from 'node:crypto';
import { openLanLink } from '../../../host/recovery/links/lan-link.ts';
import { interfaceAddresses } from '../../../host/recovery/links/network-interface.ts';
import { Donor } from '../../../host/recovery/peers/donor.ts';
import { PeerSource } from '../../../host/recovery/peers/peer-source.ts';
import { IMAGE_SIZE, makeImage, NEED, releaseKey, sha256, Spool } from '../peers/virtual-rack.ts';

const [, , name = ''] = process.argv;
const image = makeImage();
const random = (count: number): Uint8Array => randomBytes(count);
for (const at of interfaceAddresses(name)) {
  const links = [await openLanLink({ at }), await openLanLink({ at })] as const;
  const donor = await Donor.start({ links: [links[0]], images: () => [image], class: 'Peer', randomBytes: random });
  const source = new PeerSource({ name: 'lan', links: [links[1]], keys: () => [releaseKey.publicKey], randomBytes: random });
  const [candidate] = await source.find({ ...NEED, wanted: { sha256: image.statement.sha256 } }, new AbortController().signal);
  const spool = new Spool(IMAGE_SIZE);
  if (candidate !== undefined) await source.fetch(candidate, 0, spool.take, new AbortController().signal);
  process.stdout.write(`${JSON.stringify({ family: at.family, address: at.address, donor: candidate?.terms.donor, isWhole: sha256(spool.bytes) === image.statement.sha256 })}\n`);
  donor.close();
  for (const link of links) await link.close();
}
