// What an image costs on the bus without a patch: each chunk as an LZ4 block where that is smaller.
import { Packing } from '../core/packing.ts';

const CHUNK = 65536;

/** Bytes of the chunks that carry the whole image. */
export function wholeSize(image: Uint8Array): number {
  const packing = new Packing();
  let size = 0;
  for (let at = 0; at < image.length; at += CHUNK) {
    const chunk = image.subarray(at, at + CHUNK);
    size += packing.pack(chunk)?.length ?? chunk.length;
  }
  return size;
}
