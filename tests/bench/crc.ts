// The checksums of both builds of the core against what people would use instead, with the bytes where each wants them.
import { crc32 as nodeRsCrc32 } from '@node-rs/crc32';
import { crc16xmodem } from 'crc';
import { createCRC32 } from 'hash-wasm';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { coreBuild } from '../../host/core/instance.ts';
import { openScratch } from '../../host/core/scratch.ts';
import { plotCrc } from './crc-plot.ts';
import { DATA, kernelCore, type KernelCore, noise, packageName, RESULTS } from './kernel-core.ts';
import type { Comparison } from './measure.ts';
import { compareSlices } from './slices.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const CHUNK = 4 * KIB;
const START = 0x1d0f;
const bytes = noise(16 * MIB);
const nodeZlib = `Node's zlib.crc32 ${process.versions.zlib}`;

function label(size: number): string {
  return size >= MIB ? `${size / MIB} MiB` : size >= KIB ? `${size / KIB} KiB` : `${size} bytes`;
}

function filled(core: KernelCore): KernelCore {
  new Uint8Array(core.memory.buffer).set(bytes, DATA);
  return core;
}

async function crc32Of(core: KernelCore, build: string, size: number, must: number, peer: string, theirs: (part: Buffer) => unknown): Promise<Comparison> {
  const part = bytes.subarray(0, size);
  return compareSlices({
    job: `CRC-32, ${build}, ${label(size)}`, peer, bytes: size, must,
    ours: () => core.crc32(DATA, size, 0) >>> 0, theirs: () => theirs(part),
  });
}

/** The checksum of each 4 KiB of 1 MiB: one call of ours, one a chunk of theirs. */
async function batch(core: KernelCore, peer: string): Promise<Comparison> {
  const count = MIB / CHUNK;
  const chunks = Array.from({ length: count }, (_, index) => bytes.subarray(index * CHUNK, (index + 1) * CHUNK));
  const results = new Uint32Array(core.memory.buffer, RESULTS, count);
  return compareSlices({
    job: `CRC-32, SIMD, ${count} chunks of 4 KiB`, peer, bytes: MIB, must: 1,
    ours: () => (core.crc32Each(DATA, CHUNK, count, RESULTS), results[count - 1]),
    theirs: () => {
      let last = 0;
      for (const chunk of chunks) last = nodeRsCrc32(chunk);
      return last;
    },
  });
}

/** The way of the host: the build that this engine gets, through the scratch buffer. */
async function asShipped(size: number): Promise<Comparison> {
  const scratch = openScratch();
  const part = bytes.subarray(0, size);
  scratch.bytes.set(part);
  return compareSlices({
    job: `CRC-32, as shipped (${coreBuild()}), ${label(size)}`, peer: nodeZlib, bytes: size, must: 1.7,
    ours: () => scratch.crc32(size), theirs: () => zlibCrc32(part),
  });
}

async function crc16Of(core: KernelCore, build: string, size: number, must: number): Promise<Comparison> {
  const part = bytes.subarray(0, size);
  return compareSlices({
    job: `CRC-16/AUG-CCITT, ${build}, ${label(size)}`, peer: packageName('crc'), bytes: size, must,
    ours: () => core.crc16(DATA, size, START), theirs: () => crc16xmodem(part, START),
  });
}

export async function benchCrc(): Promise<Comparison[]> {
  const simd = filled(kernelCore('simd'));
  const scalar = filled(kernelCore('scalar'));
  const hashWasm = await createCRC32();
  const nodeRs = packageName('@node-rs/crc32');
  plotCrc(simd, scalar, bytes);
  return [
    await crc32Of(simd, 'SIMD', MIB, 0.85, nodeRs, (part) => nodeRsCrc32(part)),
    await crc32Of(simd, 'SIMD', MIB, 4.5, nodeZlib, (part) => zlibCrc32(part)),
    await crc32Of(simd, 'SIMD', MIB, 8, packageName('hash-wasm'), (part) => parseInt(hashWasm.init().update(part).digest(), 16)),
    await crc32Of(simd, 'SIMD', 64 * KIB, 0.6, nodeRs, (part) => nodeRsCrc32(part)),
    await batch(simd, nodeRs),
    await crc32Of(simd, 'SIMD', 16 * MIB, 0.9, nodeRs, (part) => nodeRsCrc32(part)),
    await crc32Of(scalar, 'scalar', MIB, 2.2, nodeZlib, (part) => zlibCrc32(part)),
    await crc32Of(scalar, 'scalar', 64 * KIB, 1.7, nodeZlib, (part) => zlibCrc32(part)),
    await asShipped(64 * KIB),
    await crc16Of(simd, 'SIMD', 64 * KIB, 50),
    await crc16Of(simd, 'SIMD', 250, 6),
    await crc16Of(scalar, 'scalar', 64 * KIB, 50),
    await crc16Of(scalar, 'scalar', 250, 6),
  ];
}
