// Copies with byte differences: the search of bsdiff 4.3.
import { longestMatch } from './suffix-array.ts';

/** Bytes of the image that are, mostly, bytes of the base. */
export interface Copy {
  readonly at: number;
  readonly from: number;
  readonly size: number;
}

/** By so many bytes an exact match has to be better than going on as before. */
const BETTER_BY = 8;

/** Copies in the order of the image; they don't overlap in it. */
export function* extended(base: Uint8Array, suffixes: Int32Array, image: Uint8Array): Generator<Copy> {
  let [lastAt, lastFrom] = [0, 0];
  let scan = 0;
  let match = { offset: 0, size: 0 };
  while (scan < image.length) {
    const shift = lastFrom - lastAt;
    /** Bytes of the match at `scan` that going on as before would get right, too. */
    let agreeing = 0;
    scan += match.size;
    for (let counted = scan; scan < image.length; scan++) {
      match = longestMatch(base, suffixes, image, scan);
      for (; counted < scan + match.size; counted++) if (base[counted + shift] === image[counted]) agreeing++;
      if ((match.size === agreeing && match.size !== 0) || match.size > agreeing + BETTER_BY) break;
      if (base[scan + shift] === image[scan]) agreeing--;
    }
    if (match.size === agreeing && scan < image.length) continue;
    let forwards = forwardsOf(base, image, lastFrom, lastAt, scan);
    let backwards = scan < image.length ? backwardsOf(base, image, match.offset, scan, lastAt) : 0;
    const overlap = lastAt + forwards - (scan - backwards);
    if (overlap > 0) {
      const kept = keptBytes(base, image, lastFrom + forwards - overlap, lastAt + forwards - overlap, match.offset - backwards, overlap);
      forwards += kept - overlap;
      backwards -= kept;
    }
    if (forwards > 0) yield { at: lastAt, from: lastFrom, size: forwards };
    [lastAt, lastFrom] = [scan - backwards, match.offset - backwards];
  }
}

/** For how many bytes the copy before goes on in the base, more than half of them right. */
function forwardsOf(base: Uint8Array, image: Uint8Array, from: number, at: number, end: number): number {
  let [right, best, size] = [0, 0, 0];
  for (let i = 0; at + i < end && from + i < base.length;) {
    if (base[from + i] === image[at + i]) right++;
    i++;
    if (right * 2 - i > best * 2 - size) [best, size] = [right, i];
  }
  return size;
}

/** How many bytes before the match belong to it, more than half of them right. */
function backwardsOf(base: Uint8Array, image: Uint8Array, from: number, at: number, start: number): number {
  let [right, best, size] = [0, 0, 0];
  for (let i = 1; at >= start + i && from >= i; i++) {
    if (base[from - i] === image[at - i]) right++;
    if (right * 2 - i > best * 2 - size) [best, size] = [right, i];
  }
  return size;
}

/** Where two copies claim the same bytes: how many the first one keeps. */
function keptBytes(base: Uint8Array, image: Uint8Array, firstFrom: number, at: number, secondFrom: number, overlap: number): number {
  let [lead, best, kept] = [0, 0, 0];
  for (let i = 0; i < overlap; i++) {
    if (base[firstFrom + i] === image[at + i]) lead++;
    if (base[secondFrom + i] === image[at + i]) lead--;
    if (lead > best) [best, kept] = [lead, i + 1];
  }
  return kept;
}
