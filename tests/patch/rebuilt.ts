// Pairs of images as rebuilding firmware makes them: code is moved, addresses in it change by the same amount, something is new.
export interface Pair {
  readonly base: Uint8Array;
  readonly image: Uint8Array;
}

/** Machine code with addresses in it, and the same after a rebuild in which a function has grown. */
export function rebuilt(random: () => number, size: number): Pair {
  const below = (limit: number): number => Math.floor(random() * limit);
  const words = Uint32Array.from({ length: size >> 2 }, () => (random() < 0.3 ? 0x94000000 | below(size >> 2) : 0x91000000 | (below(64) << 10) | below(900)));
  const grown = below(words.length);
  const more = Uint32Array.from({ length: 1 + below(40) }, () => below(2 ** 32));
  const moved = words.map((word) => (word >>> 24 === 0x94 && (word & 0xffffff) > grown ? word + more.length : word));
  const image = Uint32Array.from([...moved.subarray(0, grown), ...more, ...moved.subarray(grown)]);
  return { base: bytesOf(words), image: bytesOf(image) };
}

function bytesOf(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  words.forEach((word, index) => view.setUint32(index * 4, word, true));
  return bytes;
}
