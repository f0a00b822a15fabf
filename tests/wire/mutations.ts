// Messages as noise or a hostile peer would send them, made from good ones.
import { Checksums } from '../../host/core/checksum.ts';

const checksums = new Checksums();
const HEADER = 16;
const [TYPE, SIZE, CRC] = [3, 8, 12];

/** Puts the right size and checksum into a message, so that its body is looked at. */
export function repaired(message: Uint8Array): Uint8Array {
  if (message.length < HEADER) return message;
  const bytes = message.slice();
  const view = new DataView(bytes.buffer);
  view.setUint32(SIZE, bytes.length - HEADER, true);
  view.setUint32(CRC, 0, true);
  view.setUint32(CRC, checksums.crc32(bytes), true);
  return bytes;
}

/** The message, ended after every byte but the last. */
export function* truncations(message: Uint8Array): Generator<Uint8Array> {
  for (let size = 0; size < message.length; size++) yield message.slice(0, size);
}

/** The message with every bit turned over, one at a time. */
export function* bitFlips(message: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < message.length * 8; bit++) {
    const bytes = message.slice();
    bytes[bit >>> 3]! ^= 1 << (bit & 7);
    yield bytes;
  }
}

/** The message with bytes behind it. */
export function* extensions(message: Uint8Array, random: () => number): Generator<Uint8Array> {
  for (const more of [1, 2, 3, 4, 16, 240]) {
    const bytes = new Uint8Array(message.length + more).map(() => random() * 256);
    bytes.set(message);
    yield bytes;
  }
}

/** Values that break comparisons and additions. */
const EDGES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xfffffffe, 0xffffffff];

/** A message of any kind: noise, a good header with any body, or a good message with wrong fields. */
export function randomMessage(good: readonly Uint8Array[], random: () => number): Uint8Array {
  const below = (limit: number): number => Math.floor(random() * limit);
  const kind = below(10);
  if (kind === 0) return new Uint8Array(below(300)).map(() => below(256));
  if (kind <= 2) {
    const bytes = new Uint8Array(HEADER + below(300)).map(() => below(256));
    bytes.set([0x46, 0x59, 1 + below(20) % 4, random() < 0.8 ? below(10) | (below(2) << 7) : below(256)]);
    return repaired(bytes);
  }
  const bytes = good[below(good.length)]!.slice();
  const view = new DataView(bytes.buffer);
  for (let changes = below(4); changes >= 0; changes--) {
    if (bytes.length <= HEADER || random() < 0.1) bytes[TYPE] = below(256);
    else if (random() < 0.5 || bytes.length < HEADER + 4) bytes[HEADER + below(bytes.length - HEADER)] = below(256);
    else view.setUint32(HEADER + below(bytes.length - HEADER - 3), EDGES[below(EDGES.length)]!, true);
  }
  const shape = random();
  if (shape < 0.15) return repaired(bytes.slice(0, HEADER + below(bytes.length - HEADER + 1)));
  if (shape < 0.25) return repaired(Uint8Array.from([...bytes, ...Array.from({ length: below(64) }, () => below(256))]));
  return shape < 0.3 ? bytes : repaired(bytes);
}
