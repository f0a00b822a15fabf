import { describe, expect, it } from 'vitest';
import { MACHINE_CODE } from '../flash/flash-core.ts';
import { seeded } from '../flash/content.ts';
import { drawBytes } from './content.ts';
import { Blocks } from './lz4-blocks.ts';
import { peerDecode, peerEncode } from './peer.ts';

const seed = Number(process.env['SEED'] ?? 1);
const blocks = new Blocks();
const equal = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

/** Packs by us and unpacks by both; packs by the peer and unpacks by us. */
function expectBothWays(bytes: Uint8Array, where: string): void {
  const block = blocks.encode(bytes);
  if (block === undefined) throw new Error(`${where}: expected a block`);
  const ours = blocks.decode(block, bytes.length);
  expect(ours.status, where).toBe('Ok');
  expect(equal(ours.bytes, bytes), `${where}: our block, unpacked by us`).toBe(true);
  if (bytes.length === 0) return;
  expect(equal(peerDecode(block, bytes.length), bytes), `${where}: our block, unpacked by lz4-napi`).toBe(true);
  const theirs = blocks.decode(peerEncode(bytes), bytes.length);
  expect(theirs.status, where).toBe('Ok');
  expect(equal(theirs.bytes, bytes), `${where}: a block of lz4-napi, unpacked by us`).toBe(true);
}

/** How the format writes what a length has above 15. */
function more(length: number): number[] {
  return length < 15 ? [] : [...Array<number>(Math.floor((length - 15) / 255)).fill(255), (length - 15) % 255];
}

/** A block by hand: literals, a match, and five last literals. */
function byHand(literals: Uint8Array, offset: number, length: number): { readonly block: Uint8Array; readonly bytes: Uint8Array } {
  const token = (Math.min(literals.length, 15) << 4) | Math.min(length - 4, 15);
  const last = [1, 2, 3, 4, 5];
  const block = [token, ...more(literals.length), ...literals, offset & 255, offset >> 8, ...more(length - 4), 0x50, ...last];
  const bytes = [...literals];
  for (let i = 0; i < length; i++) bytes.push(bytes[bytes.length - offset]!);
  return { block: Uint8Array.from(block), bytes: Uint8Array.from([...bytes, ...last]) };
}

describe('an LZ4 block', () => {
  it('of any size from 0 to 300 is unpacked to what it was made of, by us and by lz4-napi', () => {
    const random = seeded(seed);
    for (let size = 0; size <= 300; size++) {
      for (let turn = 0; turn < 3; turn++) expectBothWays(drawBytes(random, size), `${size} bytes, turn ${turn}, SEED=${seed}`);
    }
  });

  it('of any content up to 64 KiB is unpacked to what it was made of, by us and by lz4-napi', () => {
    const random = seeded(seed + 1);
    for (let turn = 0; turn < 100; turn++) {
      // A block of noise is longer than the noise, and has to fit, too.
      const bytes = drawBytes(random, [random(5000), blocks.longest - 300 - random(20), random(64_000)][random(3)]!);
      expectBothWays(bytes, `${bytes.length} bytes, turn ${turn}, SEED=${seed}`);
    }
    expectBothWays(MACHINE_CODE.subarray(0, blocks.longest), 'machine code');
    expectBothWays(new Uint8Array(blocks.longest).fill(0xff), 'blank flash');
    expectBothWays(new Uint8Array(blocks.longest), 'zeros');
  });

  it('repeats what lies any distance before it, however often, as the format says', () => {
    const random = seeded(seed + 2);
    for (const offset of [...Array.from({ length: 70 }, (_, index) => index + 1), 255, 256, 4095, 40_000]) {
      const literals = Uint8Array.from({ length: offset + random(40) }, () => random(256));
      for (const length of [4, 5, 7, 8, 9, 15, 16, 17, 18, 19, 20, 31, 32, 33, 63, 64, 65, 273, 274, 275, 1000]) {
        const { block, bytes } = byHand(literals, offset, length);
        expect(equal(peerDecode(block, bytes.length), bytes), `offset ${offset}, length ${length}: the block is right`).toBe(true);
        const unpacked = blocks.decode(block, bytes.length);
        expect(unpacked.status, `offset ${offset}, length ${length}`).toBe('Ok');
        expect(equal(unpacked.bytes, bytes), `offset ${offset}, length ${length}`).toBe(true);
      }
    }
  });

  it('ends as the format asks: at least five literals last, no match in the last twelve bytes', () => {
    for (let size = 0; size < 64; size++) {
      const block = blocks.encode(new Uint8Array(size))!;
      // A token alone says how many literals there are, or what little there is of a match: zeros leave room for one only.
      if (size < 13) expect(block.length, `${size} bytes`).toBe(1 + size);
      else expect(block[block.length - 6], `${size} bytes`).toBe(0x50);
    }
  });

  it('is the same for the same bytes, whatever was packed before', () => {
    const random = seeded(seed + 3);
    const bytes = drawBytes(random, 30_000);
    const first = new Blocks().encode(bytes)!;
    for (let turn = 0; turn < 5; turn++) {
      blocks.encode(drawBytes(random, 65_000));
      expect(equal(blocks.encode(bytes)!, first), `turn ${turn}, SEED=${seed}`).toBe(true);
    }
  });

  it('is not made where it does not fit, and nothing behind its room is written', () => {
    const random = seeded(seed + 4);
    for (let turn = 0; turn < 200; turn++) {
      const bytes = drawBytes(random, random(3000));
      const whole = blocks.encode(bytes)!;
      for (const room of [0, 1, random(whole.length), Math.max(0, whole.length - 1)]) expect(blocks.encode(bytes, room), `room ${room}`).toBeUndefined();
      expect(equal(blocks.encode(bytes, bytes.length + Math.floor(bytes.length / 255) + 24)!, whole), `SEED=${seed}, turn ${turn}`).toBe(true);
    }
    expect(blocks.core.lz4Encode(0, blocks.limit + 1, 0, 0)).toBe(0);
  });

  it('is no longer than those of lz4-napi, for machine code in chunks of any size that a device asks for', () => {
    for (const size of [1024, 4096, 16_384, 65_536]) {
      const chunks = Array.from({ length: Math.floor(MACHINE_CODE.length / size) }, (_, index) => MACHINE_CODE.subarray(index * size, (index + 1) * size));
      const total = (encode: (bytes: Uint8Array) => Uint8Array): number => chunks.reduce((sum, chunk) => sum + encode(chunk).length, 0);
      expect(total((chunk) => blocks.encode(chunk)!), `chunks of ${size}`).toBeLessThanOrEqual(total(peerEncode));
    }
  });
});
