// `ferry donor`: a management console that only donates. It verifies every image of a directory, once, and serves until it
// is told to end.
import { randomBytes } from 'node:crypto';
import { toStandardOutput } from '../../bmc/standard-output.ts';
import { FerryError } from '../../error.ts';
import type { PublicKey } from '../../trust/public-key.ts';
import type { LinkSettings } from '../links/link-settings.ts';
import { openLinks } from '../links/open-links.ts';
import { type DonorImage, openDonorDirectory } from './donor-images.ts';
import { donorLine } from './donor-text.ts';
import { Donor } from './donor.ts';
import type { GroupKey } from './group-key.ts';

export interface RunDonorOptions {
  readonly directory: string;
  readonly keys: readonly PublicKey[];
  readonly key: GroupKey | undefined;
  readonly linkSettings: LinkSettings;
  readonly ratePerSecond?: number;
  readonly json: boolean;
}

type Tell = (event: string, fields: Readonly<Record<string, unknown>>, text: string) => void;

function imagesOf({ directory, keys }: RunDonorOptions, tell: Tell): readonly DonorImage[] {
  let images: readonly DonorImage[];
  try {
    images = openDonorDirectory(directory, keys, (reason) => tell('image-refused', { reason }, `not offered: ${reason}`));
  } catch (error) {
    throw new FerryError('signature-failed', `${directory}: expected a directory with images, it can not be read: ${(error as Error).message}; nothing was started`, {
      hint: 'give --images the directory in which images and their .minisig files lie', exitCode: 64, cause: error,
    });
  }
  if (images.length > 0) return images;
  throw new FerryError('signature-failed', `${directory}: expected an image that key ${keys.map(({ keyId }) => keyId).join(' or ')} has signed, got none; nothing was started`, {
    hint: 'put images there with their .minisig files beside them, or trust the key that has signed them', exitCode: 1,
  });
}

/** Runs it until SIGTERM or Ctrl-C. */
export async function runDonor(options: RunDonorOptions): Promise<number> {
  const write = toStandardOutput();
  const tell: Tell = (event, fields, text) => write(options.json ? `${JSON.stringify({ time: new Date().toISOString(), event, ...fields, text })}\n` : `${text}\n`);
  const images = imagesOf(options, tell);
  const { linkSettings, key, ratePerSecond } = options;
  const { links, problems } = await openLinks(linkSettings, (problem) => tell('link-failed', { problem }, problem));
  for (const problem of problems) tell('link-failed', { problem }, problem);
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  const donor = await Donor.start({
    links, images: () => images, class: 'Console', randomBytes: (count) => randomBytes(count), note: (event) => tell(event.event, { ...event }, donorLine(event)),
    ...(key === undefined ? {} : { key }), ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
  });
  for (const { name, statement } of images) tell('image-verified', { image: name, ...statement }, `offers ${name}: ${statement.component} ${statement.version} for ${statement.platform}, security ${statement.security}`);
  if (key === undefined) tell('no-group-key', {}, 'without --group-key, whoever is on the network is answered');
  tell('ready', { links: links.map((link) => link.name), images: images.length }, `ready on ${links.map((link) => link.name).join(', ')}`);
  await ended;
  donor.close();
  await Promise.all(links.map((link) => link.close()));
  for (const image of images) image.close();
  tell('stopped', { refusedRequests: donor.refusedRequests }, `stopped; ${donor.refusedRequests} requests were passed over because there were too many`);
  return 0;
}
