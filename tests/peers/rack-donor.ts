// A donor of the rack's group that can not be relied on. Usage: rack-donor lying|slow INTERFACE PORT IMAGE KEY RELEASE.pub
//
// The lying one has the right offer and the right statement, and sends other bytes. The slow one is an honest donor whose
// clock crawls: it declares 4 MiB a second, and brings a two-hundredth of that.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { systemClock } from '../../host/recovery/links/clock.ts';
import { openLinks } from '../../host/recovery/links/open-links.ts';
import { openDonorImage } from '../../host/recovery/peers/donor-images.ts';
import { Donor } from '../../host/recovery/peers/donor.ts';
import { readGroupKey } from '../../host/recovery/peers/group-key.ts';
import { parsePublicKey } from '../../host/trust/public-key.ts';

const [, , kind = '', name = '', port = '', path = '', keyFile = '', publicKey = ''] = process.argv;
const CRAWL = 200;
const image = openDonorImage(path, [parsePublicKey(readFileSync(publicKey), publicKey)]);
const { links } = await openLinks({ link: 'lan', interfaces: [name], port: Number(port) });
const common = { links, key: readGroupKey(keyFile), class: 'Peer', random: () => 0, randomBytes: (count: number) => randomBytes(count), note: (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`) } as const;
if (kind === 'slow') {
  await Donor.start({
    ...common, images: () => [image], uploads: 1, ratePerSecond: 4 * 1024 * 1024,
    clock: { now: () => systemClock.now() / CRAWL, after: (ms, work) => systemClock.after(ms * CRAWL, work) },
  });
} else {
  const lie = { ...image, read: (offset: number, size: number) => image.read(offset, size).map((byte) => byte ^ 0xff) };
  await Donor.start({ ...common, images: () => [lie], uploads: 16, uploadsPerSource: 4, ratePerSecond: 1024 * 1024 * 1024 });
}
process.stdout.write('{"event":"ready"}\n');
