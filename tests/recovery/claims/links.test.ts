// Claim: each kind of link. A board whose only source is that link is brought back over it, by real sockets of this machine;
// its donor is on that link and nowhere else.
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { afterEach, expect, it } from 'vitest';
import { openLinks } from '../../../host/recovery/links/open-links.ts';
import type { LinkKind } from '../../../host/recovery/links/link.ts';
import { Donor } from '../../../host/recovery/peers/donor.ts';
import type { DonorEvent } from '../../../host/recovery/peers/donor-event.ts';
import { signedImage } from '../images.ts';
import { Rig } from '../rig.ts';
import { donorImage } from './board-on-a-network.ts';

const good = signedImage('2.0.0', 2);
const endings: (() => unknown)[] = [];
afterEach(async () => { for (const end of endings.splice(0).reverse()) await end(); });

/** A UDP port that nobody uses. */
function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

async function donorOn(kind: LinkKind, port: number): Promise<DonorEvent[]> {
  const { links } = await openLinks({ link: kind, interfaces: ['lo'], port });
  const events: DonorEvent[] = [];
  const image = donorImage(good);
  const donor = await Donor.start({ links, images: () => [image], class: 'Peer', randomBytes: (count) => randomBytes(count), note: (event) => events.push(event) });
  endings.push(() => Promise.all(links.map((one) => one.close())), () => donor.close());
  return events;
}

/** A spoiled board that has this link and no other source. */
async function boardOn(link: LinkKind, port: number): Promise<Rig> {
  const rig = new Rig({ config: `[recovery]\nboots = 0\nattempts = 1\n[component bios]\n[source rack]\nkind = peers\nlink = ${link}\ninterfaces = lo\nport = ${port}\n` });
  endings.push(() => rig.close());
  await rig.install(good);
  rig.spoil();
  rig.startAgent();
  return rig;
}

/** IPv6 has a network of its own to be shown on: links/lan-link.test.ts. */
const KINDS: readonly (readonly [string, LinkKind])[] = [['LAN', 'lan'], ['a wireless network interface', 'wireless'], ['Bluetooth, by a network interface', 'bluetooth']];

it.each(KINDS)('each kind of link: %s', async (_name, link) => {
  const port = await freePort();
  const events = await donorOn(link, port);
  const rig = await boardOn(link, port);
  await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
  expect(rig.flashDigest()).toBe(good.sha256);
  expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['offer-sent', 'upload-started']));
  expect(rig.texts('recovery-choice').at(-1)).toMatch(new RegExp(`from rack, donor 127\\.0\\.0\\.1 port \\d+ \\(${link}, .*\\): the only candidate that fits$`));
});

it.each(KINDS)('each kind of link, with nobody on it, brings nothing back: %s', async (_name, link) => {
  const rig = await boardOn(link, await freePort());
  await rig.until(() => rig.phase() === 'locked', 'locked');
  expect(rig.texts('recovery-choice')).toEqual(['bios: nothing is chosen: no source has an image for it']);
});
