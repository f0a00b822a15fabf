// Images with bytes flipped in the boot sector, the tables and the directories, and images that were cut: everything that
// can be done with them ends, with an error of ours or without one. A read outside of the medium would be `device`.
import { describe, expect, it } from 'vitest';
import { readBootSector } from '../../host/fat/boot-sector.ts';
import { FatError } from '../../host/fat/fat-error.ts';
import type { FatFileSystem } from '../../host/fat/file-system.ts';
import { findFatParts } from '../../host/fat/partition-table.ts';
import { runSeed, seeded } from '../random.ts';
import { format, gptDisk } from './format.ts';
import { MemoryDevice } from './memory-device.ts';
import { makeDirectory, mount, remove, withNode, writeFile } from './volumes.ts';
import type { FormatOptions } from './format.ts';

const SEED = runSeed();
const ROUNDS = 150;
/** FAT32 takes any count of clusters here: a small one makes flips hit something. */
const SMALL: readonly FormatOptions[] = [{ width: 12, clusterCount: 200 }, { width: 16, clusterCount: 4200 }, { width: 32, clusterCount: 300 }];

function image(options: FormatOptions): Buffer {
  const device = new MemoryDevice(format(options));
  const system = mount(device);
  makeDirectory(system, 'EFI');
  makeDirectory(system, 'EFI/a directory with a long name');
  for (let index = 0; index < 8; index++) writeFile(system, `EFI/a directory with a long name/file ${index}`, Buffer.alloc(1500, index));
  writeFile(system, 'startup.nsh', Buffer.alloc(2000, 1));
  system.close();
  return device.bytes;
}

/** Does one thing; answers the code of its failure. */
function attempt(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof FatError) return error.code;
    throw error;
  }
}

/** Walks the whole tree, reads everything, then changes what it can. Answers the failures. */
function useAll(system: FatFileSystem): (string | undefined)[] {
  const codes: (string | undefined)[] = [];
  let visits = 0;
  const visit = (path: string, depth: number): void => {
    if (++visits > 2000) throw new Error('the walk does not end');
    codes.push(attempt(() => withNode(system, path, (node) => {
      if (node.isDirectory) for (const { name } of node.directory.read().entries) visit(`${path}/${name}`, depth + 1);
      else node.read(0, Buffer.alloc(Math.min(node.size, 1 << 20)));
    })));
  };
  visit('', 0);
  codes.push(attempt(() => writeFile(system, 'startup.nsh', Buffer.alloc(5000, 9))));
  codes.push(attempt(() => makeDirectory(system, 'EFI/new directory')));
  codes.push(attempt(() => remove(system, 'EFI/a directory with a long name/file 3')));
  codes.push(attempt(() => system.close()));
  return codes;
}

describe.each(SMALL)('FAT$width', (options) => {
  const whole = image(options);
  const { dataStart, rootStart } = readBootSector(new MemoryDevice(whole));
  const areas = [[0, 96], [rootStart - Math.min(rootStart, 2048), rootStart], [512, Math.max(dataStart, 1024)], [rootStart, dataStart + 8192]] as const;

  it(`with flipped bytes never hangs, never crashes, never reads outside of the medium (SEED=${SEED})`, () => {
    const random = seeded(SEED ^ options.width);
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = Buffer.from(whole);
      const flips: string[] = [];
      for (let flip = 0; flip < 1 + Math.floor(random() * 6); flip++) {
        const [from, to] = areas[Math.floor(random() * areas.length)] ?? areas[0];
        const at = from + Math.floor(random() * (to - from));
        bytes.writeUInt8(Math.floor(random() * 256), at);
        flips.push(`${at}=${bytes.readUInt8(at)}`);
      }
      const where = `SEED=${SEED} round ${round}: ${flips.join(' ')}`;
      try {
        let system: FatFileSystem | undefined;
        const failure = attempt(() => { system = mount(new MemoryDevice(bytes)); });
        const codes = system ? useAll(system) : [failure];
        expect(codes, where).not.toContain('device');
      } catch (error) {
        if (error instanceof FatError) throw error;
        throw new Error(`${where}: ${(error as Error).stack}`, { cause: error });
      }
    }
  });

  it('cut at any size is refused, or used without reading beyond its end', () => {
    for (let size = 0; size < whole.length; size += size < 4096 ? 509 : 24_593) {
      const code = attempt(() => mount(new MemoryDevice(whole.subarray(0, size))));
      expect(['no-file-system', 'corrupt'], `${size} bytes`).toContain(code);
    }
  });
});

it(`a partitioned disk with flipped bytes is read or refused (SEED=${SEED})`, () => {
  const disk = gptDisk(image({ width: 16, clusterCount: 4200 }));
  const random = seeded(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = Buffer.from(disk);
    for (let flip = 0; flip < 4; flip++) bytes.writeUInt8(Math.floor(random() * 256), Math.floor(random() * 1200));
    if (round % 3 === 0) bytes.fill(Math.floor(random() * 256), bytes.length - 512 - Math.floor(random() * 20000));
    const code = attempt(() => findFatParts(new MemoryDevice(bytes)).parts.forEach(({ device }) => mount(device)));
    expect([undefined, 'no-file-system', 'corrupt'], `SEED=${SEED} round ${round}`).toContain(code);
  }
});

describe('what goes in a circle is found', () => {
  const build = (): MemoryDevice => new MemoryDevice(image({ width: 16, clusterCount: 4200 }));
  const system = (device: MemoryDevice): FatFileSystem => mount(device);

  it('a chain of a file', () => {
    const device = build();
    let cluster = 0;
    withNode(system(device), 'startup.nsh', (node) => { cluster = node.cluster; });
    const { tables } = readBootSector(device);
    device.bytes.writeUInt16LE(cluster, (tables[0] as number) + (cluster + 2) * 2);
    expect(attempt(() => withNode(system(device), 'startup.nsh', () => undefined))).toBe('corrupt');
  });

  it('a directory in itself', () => {
    const device = build();
    const mounted = system(device);
    let inner = 0;
    withNode(mounted, 'EFI', (node) => { inner = node.cluster; });
    withNode(mounted, 'EFI', (node) => {
      const [entry] = node.directory.read().entries;
      if (entry) node.directory.update(entry, { ...entry, cluster: inner });
    });
    expect(attempt(() => withNode(system(device), 'EFI/a directory with a long name', () => undefined))).toBe('corrupt');
  });
});
