// File systems that the tests of the FAT code run on, and short ways to use them.
import { FatFileSystem } from '../../host/fat/file-system.ts';
import type { BlockDevice } from '../../host/fat/block-device.ts';
import { FatError } from '../../host/fat/fat-error.ts';
import type { FormatOptions } from './format.ts';

/** 2026-03-01 12:34:56 UTC. */
export const NOW = Date.UTC(2026, 2, 1, 12, 34, 56);

/** One of each width; FAT32 with as few clusters as it may have. */
export const FORMATS: readonly FormatOptions[] = [
  { width: 12, clusterCount: 2000, sectorsPerCluster: 2 },
  { width: 16, clusterCount: 5000 },
  { width: 32, clusterCount: 66000 },
];

export const mount = (device: BlockDevice): FatFileSystem => new FatFileSystem(device, { now: () => NOW });

const names = (path: string): string[] => path.split('/').filter((name) => name !== '');

/** Makes or replaces a file. */
export function writeFile(system: FatFileSystem, path: string, content: Uint8Array): void {
  const node = system.open(names(path)) ?? system.create(names(path), false);
  try {
    node.resize(0);
    node.write(0, content);
  } finally {
    system.release(node);
  }
}

export function readFile(system: FatFileSystem, path: string): Buffer {
  const node = system.open(names(path));
  if (!node) throw new FatError('not-found', path);
  try {
    const bytes = Buffer.alloc(node.size);
    node.read(0, bytes);
    return bytes;
  } finally {
    system.release(node);
  }
}

export function makeDirectory(system: FatFileSystem, path: string): void {
  system.release(system.create(names(path), true));
}

/** Opens, uses and gives back. */
export function withNode(system: FatFileSystem, path: string, use: (node: NonNullable<ReturnType<FatFileSystem['open']>>) => void): void {
  const node = system.open(names(path));
  if (!node) throw new FatError('not-found', path);
  try {
    use(node);
  } finally {
    system.release(node);
  }
}

export const remove = (system: FatFileSystem, path: string): void => withNode(system, path, (node) => system.remove(node));
export const rename = (system: FatFileSystem, path: string, to: string): void => withNode(system, path, (node) => system.rename(node, names(to)));

export function list(system: FatFileSystem, path = ''): string[] {
  const found: string[] = [];
  withNode(system, path, (node) => found.push(...node.directory.read().entries.map(({ name }) => name)));
  return found.sort();
}
