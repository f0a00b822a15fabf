import { describe, expect, it, test } from 'vitest';
import { FatError } from '../../host/fat/fat-error.ts';
import { seeded } from '../random.ts';
import { check } from './checker.ts';
import { format } from './format.ts';
import { MemoryDevice } from './memory-device.ts';
import { FORMATS, list, makeDirectory, mount, NOW, readFile, remove, rename, withNode, writeFile } from './volumes.ts';

const bytes = (size: number, seed = 1): Buffer => {
  const random = seeded(seed);
  return Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));
};

function codeOf(action: () => unknown): string {
  try {
    action();
    return 'done';
  } catch (error) {
    if (error instanceof FatError) return error.code;
    throw error;
  }
}

/** Nothing at all is wrong with it, and these are its files. */
function expectClean(device: MemoryDevice, files: Readonly<Record<string, Uint8Array>>): void {
  const checked = check(device.bytes);
  expect([...checked.damage, ...checked.loose]).toEqual([]);
  expect(Object.fromEntries([...checked.files].filter(([path]) => !path.endsWith('/')))).toEqual(Object.fromEntries(Object.entries(files).map(([path, content]) => [path, Buffer.from(content)])));
}

describe.each(FORMATS)('FAT$width', (options) => {
  const make = (): MemoryDevice => new MemoryDevice(format(options));

  it('writes files and directories that another reader finds whole', () => {
    const device = make();
    const system = mount(device);
    expect([system.geometry.width, system.geometry.clusterCount, system.label]).toEqual([options.width, options.clusterCount, 'FERRY']);
    makeDirectory(system, 'EFI');
    makeDirectory(system, 'EFI/BOOT');
    const files = { 'EMPTY': bytes(0), 'startup.nsh': bytes(10), 'EFI/BOOT/A long name, höher.efi': bytes(70_000), 'EFI/exact.bin': bytes(4096) };
    for (const [path, content] of Object.entries(files)) writeFile(system, path, content);
    expect(system.nodeCount).toBe(0);
    system.close();
    expectClean(device, files);
    const again = mount(device);
    expect(again.wasClean).toBe(true);
    for (const [path, content] of Object.entries(files)) expect(readFile(again, path.toUpperCase()).equals(content), path).toBe(true);
    expect(list(again, 'efi')).toEqual(['BOOT', 'exact.bin']);
  });

  it('lengthens, cuts, overwrites and leaves no hole unzeroed', () => {
    const device = make();
    const system = mount(device);
    writeFile(system, 'other', bytes(3000, 9));
    remove(system, 'other');
    writeFile(system, 'file', bytes(1000));
    withNode(system, 'file', (node) => {
      node.write(2500, Buffer.from('behind'));
      node.write(500, Buffer.from('inside'));
      node.resize(2503);
      node.resize(5000);
    });
    system.close();
    const expected = Buffer.alloc(5000);
    bytes(1000).copy(expected);
    expected.write('inside', 500);
    expected.write('beh', 2500);
    expectClean(device, { file: expected });
  });

  it('renames, moves with the directories below, and deletes; what is free afterwards is what was free before', () => {
    const device = make();
    const system = mount(device);
    const free = system.freeBytes;
    for (const path of ['a', 'a/b', 'c']) makeDirectory(system, path);
    writeFile(system, 'a/b/file', bytes(5000));
    rename(system, 'a/b', 'c/a much longer name than before');
    rename(system, 'c/a much longer name than before/file', 'c/a much longer name than before/FILE');
    rename(system, 'c', 'd');
    system.sync();
    expectClean(closed(device, system), { 'd/a much longer name than before/FILE': bytes(5000) });
    expect(codeOf(() => rename(system, 'd', 'd/a much longer name than before/d'))).toBe('invalid-name');
    expect(codeOf(() => remove(system, 'd'))).toBe('not-empty');
    expect(codeOf(() => rename(system, 'd', 'A'))).toBe('exists');
    for (const path of ['d/a much longer name than before/FILE', 'd/a much longer name than before', 'd', 'a']) remove(system, path);
    expect(system.freeBytes).toBe(free);
    system.close();
    expectClean(device, {});
  });

  it('directories grow, and slots of deleted names are used again', () => {
    const device = make();
    const system = mount(device);
    makeDirectory(system, 'many');
    const path = (index: number): string => `many/file with a long name ${index}.txt`;
    for (let index = 0; index < 120; index++) writeFile(system, path(index), Buffer.from(String(index)));
    const free = system.freeBytes;
    for (let index = 0; index < 120; index += 2) remove(system, path(index));
    for (let index = 0; index < 120; index += 2) writeFile(system, path(index), Buffer.from(String(index)));
    expect(system.freeBytes).toBe(free);
    system.close();
    expectClean(device, Object.fromEntries(Array.from({ length: 120 }, (_, index) => [path(index), Buffer.from(String(index))])));
  });

  it('a full volume refuses, and keeps what it has', () => {
    const device = make();
    const system = mount(device);
    writeFile(system, 'kept', bytes(100));
    expect(codeOf(() => writeFile(system, 'large', Buffer.alloc(system.freeBytes + 1)))).toBe('full');
    withNode(system, 'large', (node) => expect(node.size).toBe(0));
    writeFile(system, 'large', Buffer.alloc(system.freeBytes));
    expect(system.freeBytes).toBe(0);
    expect(codeOf(() => makeDirectory(system, 'none'))).toBe('full');
    writeFile(system, 'empty', Buffer.alloc(0));
    remove(system, 'large');
    system.close();
    expectClean(device, { kept: bytes(100), empty: bytes(0) });
  });
});

/** What the device holds when it is closed now; the one that is mounted goes on. */
function closed(device: MemoryDevice, system: ReturnType<typeof mount>): MemoryDevice {
  system.close();
  return device;
}

test('what lies behind the end of a directory never becomes a file', () => {
  const device = new MemoryDevice(format({ width: 16, clusterCount: 5000 }));
  const { rootStart, rootSize } = mount(device).geometry;
  device.bytes.fill('GARBAGE BIN                     ', rootStart + 64, rootStart + rootSize, 'latin1');
  const system = mount(device);
  for (const name of ['FIRST', 'a name of several slots.txt', 'THIRD']) {
    writeFile(system, name, Buffer.from(name));
    expect(list(system)).toHaveLength(system.root.directory.read().entries.length);
    expect(list(system).filter((found) => found.startsWith('GARBAGE'))).toEqual([]);
  }
});

test('the root directory of FAT16 can be full, and says so', () => {
  const system = mount(new MemoryDevice(format({ width: 16, clusterCount: 5000, rootEntries: 16 })));
  for (let index = 0; index < 15; index++) writeFile(system, `FILE${index}`, Buffer.alloc(0));
  expect(codeOf(() => writeFile(system, 'FILE15', Buffer.alloc(0)))).toBe('full');
  expect(list(system)).toHaveLength(15);
});

test('names: short ones for long ones, found by both, in any case, without what FAT does not keep', () => {
  const device = new MemoryDevice(format({ width: 16, clusterCount: 5000 }));
  const system = mount(device);
  for (const name of ['ferry-report.json', 'ferry-report.jsonl', 'Größe.txt', 'README', 'a.b.c', '.hidden', 'with space', 'n'.repeat(255)]) writeFile(system, name, Buffer.from(name));
  expect(readFile(system, 'FERRY-~1.JSO').toString()).toBe('ferry-report.json');
  expect(readFile(system, 'ferry-~2.jso').toString()).toBe('ferry-report.jsonl');
  expect(readFile(system, 'GRÖßE.TXT').toString()).toBe('Größe.txt');
  expect(readFile(system, 'with space. . ').toString()).toBe('with space');
  expect(readFile(system, 'N'.repeat(255)).toString()).toBe('n'.repeat(255));
  for (const name of ['', '.', '..', ' . ', 'a:b', 'a\\b', 'a\u0000', 'n'.repeat(256), 'a*']) expect(codeOf(() => system.create([name], false)), name).toBe('invalid-name');
  expect(codeOf(() => system.create(['readme'], false))).toBe('exists');
  system.close();
  expect(check(device.bytes).damage).toEqual([]);
  expect(check(device.bytes).loose).toEqual([]);
});

test('two users of one file see the same, and who uses a deleted one is told', () => {
  const system = mount(new MemoryDevice(format({ width: 16, clusterCount: 5000 })));
  writeFile(system, 'file', Buffer.from('one'));
  const [first, second] = [system.open(['file']), system.open(['FILE'])];
  first?.write(3, Buffer.from(' two'));
  const into = Buffer.alloc(10);
  expect(into.subarray(0, second?.read(0, into)).toString()).toBe('one two');
  rename(system, 'file', 'a name that takes more slots than before');
  second?.write(0, Buffer.from('ONE'));
  if (first) system.release(first);
  if (second) system.remove(second);
  expect(codeOf(() => second?.read(0, into))).toBe('not-found');
  if (second) system.release(second);
  expect([list(system), system.nodeCount]).toEqual([[], 0]);
});

test('dates come from the clock that was given', () => {
  const system = mount(new MemoryDevice(format({ width: 16, clusterCount: 5000 })));
  writeFile(system, 'file', Buffer.from('x'));
  withNode(system, 'file', (node) => expect(node.entry?.modified).toBe(NOW));
});

test('what is read-only is not written to', () => {
  const device = new MemoryDevice(format({ width: 16, clusterCount: 5000 }));
  device.isReadOnly = true;
  const system = mount(device);
  for (const action of [() => system.create(['a'], false), () => system.create(['a'], true)]) expect(codeOf(action)).toBe('read-only');
  system.close();
  expect(device.writeCount).toBe(0);
});

test('reading writes nothing, and a mark "in use" that was there stays', () => {
  const image = format({ width: 16, clusterCount: 5000 });
  image.writeUInt8(1, 37);
  const device = new MemoryDevice(image);
  const system = mount(device);
  expect([system.wasClean, list(system), system.freeBytes]).toEqual([false, [], 5000 * 512]);
  system.close();
  expect(device.writeCount).toBe(0);
  writeFile(system, 'file', Buffer.from('x'));
  system.close();
  expect(mount(device).wasClean).toBe(false);
});

test('a large file is read in one access however many clusters it has', () => {
  const device = new MemoryDevice(format({ width: 32, clusterCount: 70_000 }));
  const system = mount(device);
  writeFile(system, 'image', Buffer.alloc(32 * 1024 * 1024, 7));
  withNode(system, 'image', (node) => {
    const into = Buffer.alloc(node.size);
    const before = device.readCount;
    expect(node.read(0, into)).toBe(node.size);
    expect(device.readCount - before).toBe(1);
  });
});
