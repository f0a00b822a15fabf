// A core with room for 16 MiB images: the builds that ship have two, and a kernel must be measured where the bytes lie already.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CoreBuild } from '../../host/core/instance.ts';
import { scratchDirectory } from '../scratch-directory.ts';

/** The exports that the kernel benches call. */
export interface KernelCore {
  readonly memory: WebAssembly.Memory;
  crc32(pointer: number, size: number, crc: number): number;
  crc32Each(pointer: number, size: number, count: number, out: number): void;
  crc16(pointer: number, size: number, crc: number): number;
  geometrySet(page: number, program: number, sector: number, sectorTime: number, half: number, halfTime: number, block: number, blockTime: number): number;
  planBlock(old: number, wanted: number, size: number, distrust: number): number;
  xxh3Each(pointer: number, size: number, blockSize: number, out: number): number;
  sha256Begin(): void;
  sha256Update(pointer: number, size: number): void;
  sha256End(out: number): void;
}

/** Where the bench lays its bytes: behind everything that the core itself uses. */
export const DATA = 4 << 20;
/** Results go in front of them. */
export const RESULTS = 3 << 20;
const PAGES = String((40 << 20) / 65536);

/** Compiles the core with the options that ship, but for the size of its memory. */
export function kernelCore(build: CoreBuild): KernelCore {
  const target = build === 'simd' ? 'core-simd' : 'core';
  const directory = scratchDirectory();
  try {
    const file = join(directory.path, 'core.wasm');
    const text = join(directory.path, 'core.wat');
    execFileSync(process.execPath, [
      'node_modules/assemblyscript/bin/asc.js', 'assembly/core.ts', '--target', target, '--outFile', file, '--textFile', text,
      '--initialMemory', PAGES, '--maximumMemory', PAGES,
    ]);
    return new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file))).exports as unknown as KernelCore;
  } finally {
    directory.remove();
  }
}

/** `name version` of an installed package. */
export function packageName(name: string): string {
  const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string };
  return `${name} ${version}`;
}

/** Bytes that do not repeat. */
export function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0, state = 1; at + 4 <= size; at += 4) bytes.writeUInt32LE((state = (Math.imul(state, 1664525) + 1013904223) >>> 0), at);
  return bytes;
}
