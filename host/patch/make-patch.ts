// Makes the patch from one image to another, and proves it before it is given away.
import { createHash } from 'node:crypto';
import { PatchCore } from '../core/patch.ts';
import { segmentsOf } from './segments.ts';

/** The patch that makes `image` from `base`: applied once here, as a receiver does it. */
export function makePatch(base: Uint8Array, image: Uint8Array): Uint8Array {
  const core = new PatchCore();
  const old = { bytes: base, digest: sha256(base) };
  const made = { bytes: image, digest: sha256(image) };
  const patch = core.make(old, made, segmentsOf(base, image, core.leastCopy));
  const result = core.apply(old, patch, image.length, made.digest);
  if (result === undefined || Buffer.compare(result, image) !== 0) throw new Error('making a patch failed: applied, it does not make the image; no patch was made');
  return patch;
}

/** Where the program looks for the patch of an image from this base: beside the image. */
export function patchName(image: string, base: Uint8Array): string {
  return `${image}.${Buffer.from(sha256(base)).toString('hex').slice(0, 16)}.patch`;
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
