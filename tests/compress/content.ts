// Bytes as images have them, and such that try a codec.
import { firmware, type Random } from '../flash/content.ts';

const fill = (size: number, at: (index: number) => number): Uint8Array => new Uint8Array(size).map((_, index) => at(index));

/** Bytes of one kind of many: firmware, noise, one byte, patterns of a few bytes, copies from near and far. */
export function drawBytes(random: Random, size: number): Uint8Array {
  const kind = random(8);
  if (kind < 2) return firmware(random, size);
  if (kind === 2) return fill(size, () => random(256));
  if (kind === 3) return fill(size, () => (random(2 + random(200)) === 0 ? random(256) : 0xff));
  if (kind === 4) {
    const period = 1 + random(20);
    const pattern = fill(period, () => random(256));
    return fill(size, (index) => pattern[index % period]!);
  }
  if (kind === 5) return fill(size, () => random(3));
  return copies(random, size);
}

/** Noise and copies of what lies before, at distances and lengths around the format's limits. */
function copies(random: Random, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const literals = [random(4), 14 + random(4), 269 + random(4), random(600)][random(4)]!;
    for (const end = Math.min(size, at + literals); at < end; at++) bytes[at] = random(256);
    if (at === 0) continue;
    const distance = Math.min(at, 1 + [random(20), random(400), random(65_535)][random(3)]!);
    const length = [4 + random(4), 17 + random(4), 272 + random(5), random(2000)][random(4)]!;
    for (const end = Math.min(size, at + length); at < end; at++) bytes[at] = bytes[at - distance]!;
  }
  return bytes;
}
