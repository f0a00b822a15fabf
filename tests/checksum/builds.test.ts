// One body, two builds: they differ in how long they take and in nothing else.
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { artifactPath, readArtifact } from '../../host/artifacts.ts';
import { seeded } from '../random.ts';
import { crc16OfBits } from './bit-by-bit.ts';
import { BUILDS, Kernel } from './kernel.ts';

const seed = Number(process.env['SEED'] ?? 1);
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const kernels = BUILDS.map((build) => ({ build, kernel: new Kernel(build) }));

function noise(size: number, random: () => number): Uint8Array {
  return Uint8Array.from({ length: size }, () => Math.floor(random() * 256));
}

/** Sizes of all magnitudes up to 400,000: short ones are as likely as long ones. */
const anySize = (random: () => number): number => Math.floor(2 ** (random() * 18.6)) - 1;

describe.each(kernels)('the $build build', ({ kernel }) => {
  it('has the check values of the catalogues', () => {
    const at = kernel.lay(ascii('123456789'), 0);
    expect(kernel.crc32(at, 9)).toBe(0xcbf43926);
    expect(kernel.crc16(at, 9)).toBe(0xe5cc);
    expect(kernel.sha256([kernel.lay(ascii('abc'), 0), 3])).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(kernel.sha256()).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('has no CRC-32 but 0 and no CRC-16 but 1D0F of nothing, at the very end of the memory', () => {
    expect(kernel.crc32(kernel.end, 0)).toBe(0);
    expect(kernel.crc16(kernel.end, 0)).toBe(0x1d0f);
    expect(kernel.crc32(kernel.end, 0, 0x12345678)).toBe(0x12345678);
  });

  it('reads nothing behind the last byte: messages of every form end where the memory ends', () => {
    const bytes = noise(300_000, seeded(seed));
    kernel.lay(bytes, 0);
    const sizes = Array.from({ length: 40 }, (_, add) => [add, 72 + add, 304 + add, 512 + add, 1280 + add, 2048 + add, 8192 + add, 98_304 + add, 299_000 + add]).flat();
    for (const size of sizes) {
      const part = bytes.subarray(bytes.length - size);
      expect(kernel.crc32(kernel.end - size, size), `${size} bytes, SEED=${seed}`).toBe(zlibCrc32(part));
      if (size < 10_000) expect(kernel.crc16(kernel.end - size, size), `${size} bytes, SEED=${seed}`).toBe(crc16OfBits(part));
    }
  });

  it('goes on from any result, wherever the bytes are cut', () => {
    const random = seeded(seed + 1);
    for (let round = 0; round < 150; round++) {
      const bytes = noise(anySize(random), random);
      const at = kernel.lay(bytes, Math.floor(random() * 64));
      const cuts = [0, ...[0, 1, 2].map(() => Math.floor(random() * (bytes.length + 1))).sort((a, b) => a - b), bytes.length];
      const pieces = cuts.slice(1).map((cut, index) => [at + cuts[index]!, cut - cuts[index]!] as const);
      const name = `${bytes.length} bytes cut at ${cuts.join(' ')}, SEED=${seed}`;
      expect(pieces.reduce((crc, [start, size]) => kernel.crc32(start, size, crc), 0), name).toBe(zlibCrc32(bytes));
      expect(pieces.reduce((crc, [start, size]) => kernel.crc16(start, size, crc), 0x1d0f), name).toBe(crc16OfBits(bytes));
      expect(kernel.sha256(...pieces), name).toBe(sha256(bytes));
    }
  });

  it('has for every chunk of a batch what a call for that chunk alone has', () => {
    const random = seeded(seed + 2);
    for (const size of [0, 1, 71, 72, 303, 304, 511, 608, 1000, 1500, 4096, 4097, 8192, 8200, 9000, 50_000]) {
      for (const count of [0, 1, 2, 3, 5]) {
        const bytes = noise(size * count, random);
        const at = kernel.lay(bytes, Math.floor(random() * 64));
        const expected = Array.from({ length: count }, (_, index) => zlibCrc32(bytes.subarray(index * size, (index + 1) * size)));
        expect(kernel.crc32Each(at, size, count), `${count} chunks of ${size} bytes, SEED=${seed}`).toEqual(expected);
      }
    }
  });
});

describe('the two builds', () => {
  it('export the same names and kinds', () => {
    const [scalar, simd] = (['core.wasm', 'core-simd.wasm'] as const).map((name) => WebAssembly.Module.exports(new WebAssembly.Module(readArtifact(name))));
    expect(simd).toEqual(scalar);
  });

  it.each(['core.wasm', 'core-simd.wasm', 'ferry.wasm'] as const)('%s is no larger than 128 KiB', (name) => {
    expect(statSync(artifactPath(name)).size).toBeLessThanOrEqual(128 * 1024);
  });
});

describe('FERRY_CORE', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    vi.resetModules();
  });

  const chosen = async (): Promise<string> => {
    vi.resetModules();
    return (await import('../../host/core/instance.ts')).coreBuild();
  };

  it.each(BUILDS)('%s chooses that build', async (build) => {
    vi.stubEnv('FERRY_CORE', build);
    expect(await chosen()).toBe(build);
  });

  it('unset, leaves the choice to the engine', async () => {
    vi.stubEnv('FERRY_CORE', undefined);
    expect(await chosen()).toBe('simd');
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    expect(await chosen()).toBe('scalar');
  });

  it('with another word is refused', async () => {
    vi.stubEnv('FERRY_CORE', 'fast');
    await expect(chosen()).rejects.toThrow('FERRY_CORE: expected scalar or simd, got "fast"; nothing was started');
  });
});
