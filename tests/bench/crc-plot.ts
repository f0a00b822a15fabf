// The CRC-32 of both builds over the size of what is summed, as lines: where the start of a call stops to matter.
import { crc32 as nodeRsCrc32 } from '@node-rs/crc32';
import { mkdirSync, writeFileSync } from 'node:fs';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { type Line, linePlot } from '../plot/line-plot.ts';
import { DATA, type KernelCore } from './kernel-core.ts';
import { median } from './measure.ts';

const KIB = 1024;
const SIZES = [64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, KIB * KIB];
const ROUNDS = 9;
/** Bytes of one timed run. */
const RUN = 2 * KIB * KIB;

/** MB/s of each, its rounds in turn with those of the others. */
function ratesOf(ways: readonly ((size: number) => unknown)[], size: number): number[] {
  const count = Math.ceil(RUN / size);
  const times = ways.map((): number[] => []);
  for (let round = -2; round < ROUNDS; round++) {
    for (const [index, way] of ways.entries()) {
      const since = process.hrtime.bigint();
      for (let call = 0; call < count; call++) way(size);
      if (round >= 0) times[index]!.push(Number(process.hrtime.bigint() - since) / 1e6);
    }
  }
  return times.map((each) => (count * size) / 1e3 / median(each));
}

/** Writes dist/plots/crc.svg. `bytes` lie at DATA of both cores. */
export function plotCrc(simd: KernelCore, scalar: KernelCore, bytes: Buffer): void {
  const parts = new Map(SIZES.map((size) => [size, bytes.subarray(0, size)]));
  const ways: readonly (Omit<Line, 'points'> & { run(size: number): unknown })[] = [
    { name: 'Ferry, SIMD', color: '#06c', run: (size) => simd.crc32(DATA, size, 0) },
    { name: 'Ferry, scalar', color: '#0a6', run: (size) => scalar.crc32(DATA, size, 0) },
    { name: '@node-rs/crc32', color: '#c40', isDashed: true, run: (size) => nodeRsCrc32(parts.get(size)!) },
    { name: 'Node\'s zlib.crc32', color: '#888', isDashed: true, run: (size) => zlibCrc32(parts.get(size)!) },
  ];
  const rates = SIZES.map((size) => ratesOf(ways.map(({ run }) => run), size));
  const lines = ways.map(({ name, color, isDashed = false }, index): Line => ({
    name, color, isDashed, points: SIZES.map((size, at) => [Math.log2(size), rates[at]![index]!]),
  }));
  mkdirSync('dist/plots', { recursive: true });
  writeFileSync('dist/plots/crc.svg', linePlot({ title: 'CRC-32: bytes a second over the size of one call', x: 'log2 of the bytes: 6 is 64, 10 is 1 KiB, 16 is 64 KiB, 20 is 1 MiB', y: 'MB/s', lines }));
}
