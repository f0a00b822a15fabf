// The decoder against blocks as a hostile peer would make them. Where it answers Ok, another implementation makes the same.
import { describe, expect, it } from 'vitest';
import { seeded, type Random } from '../flash/content.ts';
import { plantCanary, type CanaryExports } from '../wire/canary.ts';
import { drawBytes } from './content.ts';
import { Blocks } from './lz4-blocks.ts';
import { peerDecode, peerEncode } from './peer.ts';

const seed = Number(process.env['SEED'] ?? 1);
const BUDGET = Number(process.env['FUZZ_INPUTS'] ?? 120_000);
const blocks = new Blocks();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Unpacks; lz4-napi must take or refuse the same, and make the same of it. */
function decode(block: Uint8Array, size: number, where: string): string {
  let unpacked;
  try {
    unpacked = blocks.decode(block, size);
  } catch (cause) {
    throw new Error(`SEED=${seed}, ${where}: the decoder did not live through ${size} bytes out of ${hex(block)}`, { cause });
  }
  if (unpacked.status !== 'Ok' && unpacked.status !== 'BadBlock') expect.fail(`${where}: ${unpacked.status}`);
  let theirs: Uint8Array | undefined;
  try {
    theirs = peerDecode(block, size);
  } catch {
    // It says no more than that it could not.
  }
  const isSame = theirs === undefined ? unpacked.status !== 'Ok' : unpacked.status === 'Ok' && Buffer.compare(unpacked.bytes, theirs) === 0;
  if (!isSame) expect.fail(`SEED=${seed}, ${where}: ${unpacked.status} for ${size} bytes out of ${hex(block)}`);
  return unpacked.status;
}

const BYTES = [0x00, 0x0f, 0x10, 0x1f, 0x40, 0xf0, 0xff];

/** A block with wrong bytes in it, cut, longer, or nothing but noise. */
function spoil(random: Random, good: Uint8Array): Uint8Array {
  if (random(6) === 0) return Uint8Array.from({ length: random(80) }, () => (random(2) ? random(256) : BYTES[random(BYTES.length)]!));
  const block = good.slice(0, random(4) === 0 ? random(good.length + 1) : good.length);
  for (let changes = random(4); changes > 0 && block.length > 0; changes--) {
    block[random(block.length)] = random(2) ? random(256) : BYTES[random(BYTES.length)]!;
  }
  return random(8) === 0 ? Uint8Array.from([...block, ...Array.from({ length: 1 + random(20) }, () => random(256))]) : block;
}

describe('a block from a hostile peer', () => {
  it('cut anywhere, or unpacked to one byte more or less, is refused', () => {
    const random = seeded(seed);
    for (let turn = 0; turn < 25; turn++) {
      const bytes = drawBytes(random, 1 + random(400));
      const block = peerEncode(bytes);
      for (let size = 0; size < block.length; size++) expect(decode(block.subarray(0, size), bytes.length, `cut to ${size}`)).toBe('BadBlock');
      for (const off of [-1, 1, 16, 100]) {
        if (bytes.length + off >= 0) expect(decode(block, bytes.length + off, `${off} bytes off`), `SEED=${seed}`).toBe('BadBlock');
      }
      expect(decode(block, bytes.length, 'whole')).toBe('Ok');
    }
  });

  it.each([
    ['nothing', '', 0], ['an offset before the start, with much behind it', `14aa0a0010bb0100${'10cc0100'.repeat(20)}500102030405`, 119],
    ['no literals and no end', '00', 1], ['an offset of zero', '14aa0000500102030405', 10],
    ['an offset before the start', '14aa0200500102030405', 14], ['a match as its end', '14aa0100', 9],
    ['half an offset', '14aa01', 9], ['literals that are not there', 'f0ff', 270], ['a length without an end', 'f0ffffffff', 64_000],
    ['a length without an end behind a match', '1faa0100ffffffffff', 64_000], ['more literals than room', '50010203040506', 4],
    ['a match longer than the room', '1faa0100ff00500102030405', 100],
  ])('that has %s is refused', (_name, block, size) => {
    expect(blocks.decode(Buffer.from(block, 'hex'), size).status).toBe('BadBlock');
  });

  it('of the longest lengths there are takes no longer than its bytes', () => {
    const block = new Uint8Array(64_000).fill(0xff);
    expect(blocks.decode(block, 64_000).status).toBe('BadBlock');
    block.set([0x1f, 0xaa, 1, 0]);
    expect(blocks.decode(block, 64_000).status).toBe('BadBlock');
    // Sequences of a token and an offset that make four bytes each: as many as fit.
    const many = Uint8Array.from([0x40, 1, 2, 3, 4, 4, 0, ...Array.from({ length: 15_000 }, () => [0x00, 4, 0]).flat(), 0x50, 1, 2, 3, 4, 5]);
    expect(blocks.decode(many, 4 + 15_001 * 4 + 5).status).toBe('Ok');
  });

  it(`is unpacked by ${Math.floor(BUDGET / 3)} tries without a byte outside its buffers, and as lz4-napi does it`, () => {
    const random = seeded(seed);
    const check = plantCanary(blocks.core as unknown as CanaryExports);
    const good = Array.from({ length: 200 }, () => drawBytes(random, 1 + random(600))).map((bytes) => ({ size: bytes.length, block: peerEncode(bytes) }));
    const seen = new Map<string, number>();
    for (let input = 0; input < BUDGET / 3; input++) {
      const { size, block } = good[random(good.length)]!;
      const room = [size, size, random(700), size + random(3) - 1][random(4)]!;
      const status = decode(spoil(random, block), room, `input ${input}`);
      seen.set(status, (seen.get(status) ?? 0) + 1);
    }
    check(`SEED=${seed}, at the end`);
    for (const status of ['Ok', 'BadBlock']) expect(seen.get(status) ?? 0, `SEED=${seed}: ${status}`).toBeGreaterThan(BUDGET < 50_000 ? -1 : 100);
  });
});
