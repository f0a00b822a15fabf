// XXH3-64 against hash-wasm, whose C is that of the xxHash project.
import { createXXHash3, type IHasher } from 'hash-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { BlockDigests } from '../../host/core/block-digests.ts';
import { loadCore } from '../../host/core/instance.ts';
import { seeded } from '../random.ts';
import { BUILDS } from './kernel.ts';

const seed = Number(process.env['SEED'] ?? 1);
const random = seeded(seed);
const noise = Uint8Array.from({ length: 200_000 }, () => Math.floor(random() * 256));
let peer: IHasher;
beforeAll(async () => { peer = await createXXHash3(); });
const expected = (bytes: Uint8Array): string => peer.init().update(bytes).digest('hex');
const word = (digest: bigint): string => BigInt.asUintN(64, digest).toString(16).padStart(16, '0');

describe.each(BUILDS)('XXH3-64 of the %s build', (build) => {
  const core = loadCore<{ readonly memory: WebAssembly.Memory; xxh3(pointer: number, size: number): bigint }>(build);
  const memory = new Uint8Array(core.memory.buffer);
  const digests = new BlockDigests(build);

  it('is that of hash-wasm for every size up to 2,500 bytes and around each multiple of a round, at the very end of the memory', () => {
    const sizes = [...Array.from({ length: 2501 }, (_, size) => size), ...[3, 4, 8, 63, 64].flatMap((rounds) => [-1, 0, 1, 63, 64, 65].map((more) => rounds * 1024 + more)), 199_999];
    for (const size of sizes) {
      memory.set(noise.subarray(0, size), memory.length - size);
      expect(word(core.xxh3(memory.length - size, size)), `${size} bytes, SEED=${seed}`).toBe(expected(noise.subarray(0, size)));
    }
  });

  it('has the known values of nothing and of "abc"', () => {
    expect(word(core.xxh3(0, 0))).toBe('2d06800538d394c2');
    expect([...digests.of(new TextEncoder().encode('abc'), 4096)].map(word)).toEqual(['78af5f94892f3950']);
  });

  it('is told for each block of many, the last one being shorter', () => {
    for (const [size, blockSize] of [[0, 4096], [1, 4096], [4096, 4096], [4097, 4096], [150_001, 4096], [200_000, 65_536], [131_072, 65_536], [1000, 7], [20_000, 1], [70_000, 4095]] as const) {
      const bytes = noise.subarray(0, size);
      const blocks = Array.from({ length: Math.ceil(size / blockSize) }, (_, index) => expected(bytes.subarray(index * blockSize, (index + 1) * blockSize)));
      expect([...digests.of(bytes, blockSize)].map(word), `${size} bytes in blocks of ${blockSize}, SEED=${seed}`).toEqual(blocks);
    }
  });

  it('of blocks that are larger than the buffer, or empty, is refused', () => {
    expect(() => digests.of(noise, 65_537)).toThrow('expected blocks of 1 to 65536 bytes, got 65537');
    expect(() => digests.of(noise, 0)).toThrow(RangeError);
  });
});
