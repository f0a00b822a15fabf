// The medium stops taking writes after the N-th one, N = 0, 1, 2, …, and with half of the next one: as kill -9 and a cut of
// the power leave it.
import { describe, expect, it } from 'vitest';
import { FatError } from '../../host/fat/fat-error.ts';
import type { FatFileSystem } from '../../host/fat/file-system.ts';
import { check, damageBeside } from './checker.ts';
import { format, type FormatOptions } from './format.ts';
import { MemoryDevice, PowerLost } from './memory-device.ts';
import { makeDirectory, mount, readFile, remove, rename, withNode, writeFile } from './volumes.ts';

/** FAT32 with few clusters: small enough to be cut often. */
const FORMATS: readonly FormatOptions[] = [{ width: 12, clusterCount: 300 }, { width: 16, clusterCount: 4200 }, { width: 32, clusterCount: 300 }];
const OLD = { 'startup.nsh': Buffer.alloc(700, 1), 'EFI/kept with a long name.bin': Buffer.alloc(9000, 2), 'EFI/other.bin': Buffer.alloc(3000, 3) };

const RENAMED = /^(?:EFI\/other|EFI\/moved|new|report\.json)/;

/** Everything that changes a tree. What was there before is renamed and appended to, never overwritten. */
function work(system: FatFileSystem): void {
  writeFile(system, 'report.json', Buffer.alloc(5000, 4));
  makeDirectory(system, 'new');
  for (let index = 0; index < 12; index++) writeFile(system, `new/a name with many characters ${index}.txt`, Buffer.alloc(600, index));
  for (let index = 0; index < 12; index += 2) remove(system, `new/a name with many characters ${index}.txt`);
  writeFile(system, 'report.json', Buffer.alloc(9000, 5));
  rename(system, 'report.json', 'new/the report in another directory.json');
  rename(system, 'EFI/other.bin', 'EFI/other name.bin');
  rename(system, 'EFI/other name.bin', 'new/OTHER.BIN');
  withNode(system, 'EFI/kept with a long name.bin', (node) => node.write(node.size, Buffer.alloc(4000, 6)));
  rename(system, 'new', 'EFI/moved');
  withNode(system, 'EFI/moved/OTHER.BIN', (node) => node.write(3000, Buffer.alloc(2000, 7)));
  remove(system, 'EFI/moved/the report in another directory.json');
  system.close();
}

describe.each(FORMATS)('FAT$width', (options) => {
  /** Runs the work until the write after which the medium is dead. Answers whether it was done before. */
  function cut(device: MemoryDevice, writes: number, isTorn: boolean): boolean {
    device.writesLeft = writes;
    device.isTorn = isTorn;
    try {
      work(mount(device));
      return true;
    } catch (error) {
      if (!(error instanceof PowerLost)) throw error;
      return false;
    } finally {
      device.writesLeft = Infinity;
    }
  }

  it.each([['', false], [' and half of the next one', true]])('a cut after any write%s leaves every old file whole, and nothing that a repair would take from a file', { timeout: 60_000 }, (_half, isTorn) => {
    const formatted = new MemoryDevice(format(options));
    const system = mount(formatted);
    makeDirectory(system, 'EFI');
    for (const [path, content] of Object.entries(OLD)) writeFile(system, path, content);
    system.close();
    let isDone = false;
    let writes = 0;
    for (; !isDone; writes += isTorn ? 3 : 1) {
      const device = new MemoryDevice(formatted.bytes);
      isDone = cut(device, writes, isTorn);
      const where = `after ${writes} writes`;
      const checked = check(device.bytes);
      expect(damageBeside(checked.damage, RENAMED), where).toEqual([]);
      if (isDone) expect([...checked.damage, ...checked.loose], where).toEqual([]);
      const again = mount(device);
      for (const [path, content] of Object.entries(OLD)) {
        const names = path === 'EFI/other.bin' ? ['EFI/other.bin', 'EFI/other name.bin', 'new/OTHER.BIN', 'EFI/moved/OTHER.BIN'] : [path];
        expect(names.some((name) => begins(again, name, content)), `${where}: ${path}`).toBe(true);
      }
    }
    expect(writes).toBeGreaterThan(100);
  });
});

/** Whether there is such a file and it begins with this. */
function begins(system: FatFileSystem, path: string, content: Buffer): boolean {
  try {
    return readFile(system, path).subarray(0, content.length).equals(content);
  } catch (error) {
    if (error instanceof FatError && error.code === 'not-found') return false;
    throw error;
  }
}
