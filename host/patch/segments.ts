// What of a new image is a copy of an old one, byte differences allowed, and what is new. As bsdiff does it (Colin Percival,
// "Naive differences of executable code"): exact matches that a suffix array finds are extended both ways for as long as
// more than half of the bytes agree. Between those, short exact matches are taken where they lie.
import type { Segment } from '../core/patch.ts';
import { extended, type Copy } from './extended-copies.ts';
import { longestMatch, suffixArray } from './suffix-array.ts';

/** The segments that make `image` from `base`, from its start to its end. Copies are at least `leastCopy` bytes. */
export function segmentsOf(base: Uint8Array, image: Uint8Array, leastCopy: number): Segment[] {
  const copies = base.length === 0 ? [] : copiesOf(base, image, leastCopy);
  const segments: Segment[] = [];
  let reached = 0;
  for (const { at, from, size } of copies) {
    segments.push({ inserted: at - reached, copied: size, from });
    reached = at + size;
  }
  if (reached < image.length) segments.push({ inserted: image.length - reached, copied: 0, from: 0 });
  return segments;
}

/** All copies, in the order of the image. */
function copiesOf(base: Uint8Array, image: Uint8Array, least: number): Copy[] {
  const suffixes = suffixArray(base);
  const copies: Copy[] = [];
  let at = 0;
  const fill = (end: number): void => {
    while (at + least <= end) {
      const { offset, size } = longestMatch(base, suffixes, image, at);
      const taken = Math.min(size, end - at);
      if (taken >= least) copies.push({ at, from: offset, size: taken });
      at += taken >= least ? taken : 1;
    }
  };
  for (const copy of extended(base, suffixes, image)) {
    if (copy.size < least) continue;
    fill(copy.at);
    copies.push(copy);
    at = copy.at + copy.size;
  }
  fill(image.length);
  return copies;
}
