import { seeded as uniform } from '../random.ts';
import { MACHINE_CODE } from './flash-core.ts';

/** Whole numbers from 0 up to but not including `limit`, the same ones for the same seed. */
export type Random = (limit: number) => number;

export function seeded(seed: number): Random {
  const next = uniform(seed);
  return (limit) => Math.floor(next() * limit);
}

/** Bytes as firmware images have them: stretches of machine code, of blank, of zeros and of packed data. */
export function firmware(random: Random, size: number): Uint8Array {
  const bytes = new Uint8Array(size).fill(0xff);
  let at = 0;
  while (at < size) {
    const length = Math.min(size - at, 1 + random(12_000));
    const kind = random(8);
    if (kind < 4) {
      const from = random(Math.max(1, MACHINE_CODE.length - length));
      bytes.set(MACHINE_CODE.subarray(from, from + length), at);
    } else if (kind === 4) {
      bytes.fill(0, at, at + length);
    } else if (kind === 5) {
      for (let i = at; i < at + length; i++) bytes[i] = random(256);
    }
    at += length;
  }
  return bytes;
}

/** A later state of `old`: edits of some bytes, bits that only fell, stretches replaced, or all of it new. */
export function successor(random: Random, old: Uint8Array): Uint8Array {
  const bytes = old.slice();
  if (random(6) === 0) return firmware(random, old.length);
  const edits = random(30);
  for (let i = 0; i < edits; i++) {
    const at = random(bytes.length);
    const length = Math.min(bytes.length - at, 1 + random([2, 300, 5000][random(3)] ?? 2));
    if (random(3) > 0) for (let k = at; k < at + length; k++) bytes[k]! &= random(256);
    else bytes.set(firmware(random, length), at);
  }
  return bytes;
}
