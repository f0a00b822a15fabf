// The bytes that an image has where a slot is protected: taken out of the image, and put into what is read from the slot.
import { touchesProtected, type ProtectedRegion } from './protected-regions.ts';

/** How much of a region lies within an image. */
const within = ({ offset, size }: ProtectedRegion, imageSize: number): number => Math.max(0, Math.min(size, imageSize - offset));

/** The image's bytes in the regions, one region behind the other. */
export function bytesInRegions(imageSize: number, regions: readonly ProtectedRegion[], read: (offset: number, into: Uint8Array) => void): Uint8Array {
  const parts = regions.map((region) => {
    const part = new Uint8Array(within(region, imageSize));
    if (part.length > 0) read(region.offset, part);
    return part;
  });
  return Buffer.concat(parts);
}

/** Puts them over what was read from the slot at `offset`. Throws when they are of other regions. */
function overlayRegions(into: Uint8Array, offset: number, imageSize: number, regions: readonly ProtectedRegion[], bytes: Uint8Array): void {
  if (bytes.length !== regions.reduce((sum, region) => sum + within(region, imageSize), 0)) throw new Error('what was kept of the image is of other protected regions');
  let at = 0;
  for (const region of regions) {
    const size = within(region, imageSize);
    const [from, to] = [Math.max(offset, region.offset), Math.min(offset + into.length, region.offset + size)];
    if (from < to) into.set(bytes.subarray(at + from - region.offset, at + to - region.offset), from - offset);
    at += size;
  }
}

/** An image that a slot was stored from. */
export interface StoredImage {
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
  /** The slot's. */
  readonly regions: readonly ProtectedRegion[];
  /** What was kept of the image with this digest: its bytes in the regions, one behind the other. */
  kept(sha256: string): Uint8Array | undefined;
}

/** Makes what was read from the slot at `offset` what the image has there. Throws when its bytes in the regions were not kept. */
export function asSigned(into: Uint8Array, offset: number, { sha256, size, regions, kept }: StoredImage): void {
  if (!touchesProtected(regions, offset, into.length)) return;
  const bytes = kept(sha256);
  if (bytes === undefined) throw new Error('what the image has for protected regions was not kept');
  overlayRegions(into, offset, size, regions, bytes);
}
