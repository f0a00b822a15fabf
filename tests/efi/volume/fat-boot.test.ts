// Whole boots from images of disks: the shell's commands on FAT, and ferry.wasm that stores images out of one against the
// real controller, all in one process.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { artifactPath } from '../../../host/artifacts.ts';
import { emulatedBus } from '../../../host/bus/emulated-machine.ts';
import { managementFunction } from '../../../host/bus/management-function.ts';
import { DevicePath } from '../../../host/efi/device-path.ts';
import { assemble, powerOn, type PowerOnOptions, type PowerOnResult } from '../../../host/efi/firmware.ts';
import { BLOCK_IO_PROTOCOL, DEVICE_PATH_PROTOCOL } from '../../../host/efi/guid.ts';
import type { BlockIo } from '../../../host/efi/protocols/block-io.ts';
import { EfiError, statusName } from '../../../host/efi/status.ts';
import { check } from '../../fat/checker.ts';
import { FIRST_BLOCK, format, gptDisk, mbrDisk, PARTITION_GUID } from '../../fat/format.ts';
import { MemoryDevice } from '../../fat/memory-device.ts';
import { makeDirectory, mount, writeFile } from '../../fat/volumes.ts';
import { firmware, Rig, sha256 } from '../../trouble/rig.ts';
import { VirtualMachine } from '../virtual-machine.ts';

const WIDTHS = [{ width: 12, clusterCount: 1000, sectorsPerCluster: 8 }, { width: 16, clusterCount: 9000 }, { width: 32, clusterCount: 66_000 }] as const;

/** A file system with these files. */
function fileSystem(files: Readonly<Record<string, string | Uint8Array>>, options: (typeof WIDTHS)[number] = WIDTHS[1]): Buffer {
  const device = new MemoryDevice(format(options));
  const system = mount(device);
  makeDirectory(system, 'EFI');
  for (const [path, content] of Object.entries(files)) writeFile(system, path, Buffer.from(content));
  system.close();
  return device.bytes;
}

interface Boot { readonly output: string; readonly result: PowerOnResult; readonly image: Buffer }

/** Boots from an image. Answers what the console showed, and the image afterwards. */
function boot(image: Buffer, options: Partial<PowerOnOptions> = {}): Boot {
  const machine = new VirtualMachine();
  const path = join(machine.volume, 'disk.img');
  writeFileSync(path, image);
  const result = powerOn({ ...machine.options, volumeDirectory: path, ...options });
  return { output: machine.console.output, result, image: readFileSync(path) };
}

const partitionOf = (disk: Buffer, size: number): Buffer => disk.subarray(FIRST_BLOCK * 512, FIRST_BLOCK * 512 + size);

function expectWhole(image: Buffer): Map<string, Buffer> {
  const { files, damage, loose } = check(image);
  expect([...damage, ...loose]).toEqual([]);
  return files;
}

describe('a disk is mapped by its real partition', () => {
  const bare = fileSystem({ 'startup.nsh': '@echo -off\nmap\nexit' });

  it('of a GPT', () => {
    const { output, result } = boot(gptDisk(bare));
    expect(output).toContain(`PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)/HD(1,GPT,${PARTITION_GUID},0x800,0x${(bare.length / 512).toString(16).toUpperCase()})`);
    expect(output).toMatch(/FS0:/);
    expect(result.kind).toBe('os');
  });

  it('of a plain partition table, or none at all', () => {
    expect(boot(mbrDisk(bare)).output).toContain('/HD(1,MBR,0xCAFE1234,0x800,');
    expect(boot(bare).output).toMatch(/Sata\(0x0,0xFFFF,0x0\)\n/);
  });

  it('of the backup table when the primary one is broken, and says so', () => {
    const disk = gptDisk(bare);
    disk.fill(0, 512, 1024);
    const { output } = boot(disk);
    expect(output).toContain('the primary GPT is broken, its backup is used');
    expect(output).toContain(PARTITION_GUID);
  });
});

it('the device path of a partition keeps its text through its bytes, with either table', () => {
  for (const partition of [{ mbrSignature: 0xcafe1234 }, { guid: PARTITION_GUID }]) {
    const path = new DevicePath({ type: 'hd', partition: 2, start: 0x800, size: 0x1_0000_0001, ...partition });
    expect(DevicePath.fromBytes(path.toBytes()).text).toBe(path.text);
  }
});

describe.each(WIDTHS)('the commands of the shell on FAT$width', (options) => {
  it('list, show, copy, redirect, move, make and remove', () => {
    const script = [
      '@echo -off', 'fs0:', 'echo hello > "a file with a long name.txt"', 'echo again >> "a file with a long name.txt"', 'mkdir \\EFI\\Tools',
      'cp "a file with a long name.txt" \\EFI\\Tools\\copy.txt', 'mv \\EFI\\Tools\\copy.txt \\EFI\\moved.txt', 'rm old.txt',
      'cp ferry.ini other.ini', 'type \\efi\\MOVED.TXT', 'ls', 'exit',
    ].join('\r\n');
    const { output, image } = boot(fileSystem({ 'startup.nsh': script, 'old.txt': 'old', 'ferry.ini': '[upgrade]' }, options));
    expect(output).toContain('a file with a long name.txt');
    expect(output).toContain('Directory of: FS0:\\');
    const files = expectWhole(image);
    expect([...files.keys()].sort()).toEqual(['EFI/', 'EFI/Tools/', 'EFI/moved.txt', 'a file with a long name.txt', 'ferry.ini', 'other.ini', 'startup.nsh']);
    expect(files.get('other.ini')?.toString()).toBe('[upgrade]');
    expect(files.get('EFI/moved.txt')?.length).toBeGreaterThan(10);
  });
});

it('ferry.wasm on a FAT disk stores the images of its config, and its report is on the disk', () => {
  const rig = new Rig();
  try {
    const bmc = firmware(300_000, 1);
    const config = `[upgrade]\nreport = ferry-report.json\n[image bmc]\nfile = images\\bmc-2.4.1.bin\ncomponent = bmc\nversion = 2.4.1\nsha256 = ${sha256(bmc)}\n`;
    const device = new MemoryDevice(format({ width: 16, clusterCount: 9000 }));
    const system = mount(device);
    makeDirectory(system, 'images');
    writeFile(system, 'startup.nsh', Buffer.from('@echo -off\r\nfs0:\r\nferry.wasm -c ferry.ini\r\necho ended with %lasterror%\r\nexit\r\n'));
    writeFile(system, 'ferry.wasm', readFileSync(artifactPath('ferry.wasm')));
    writeFile(system, 'ferry.ini', Buffer.from(config));
    writeFile(system, 'images/bmc-2.4.1.bin', bmc);
    system.close();
    const machine = new VirtualMachine();
    const { output, image } = boot(gptDisk(device.bytes), {
      bus: emulatedBus(managementFunction(rig.registers, rig.window)),
      sleep: (milliseconds) => {
        rig.pass(milliseconds);
        return machine.options.sleep(0);
      },
    });
    expect(output).toMatch(/ended with 0x[03]\b/);
    expect(rig.stored('bmc')).toBe(sha256(bmc));
    const files = expectWhole(partitionOf(image, device.size));
    expect(JSON.parse(files.get('ferry-report.json')?.toString() ?? '')).toBeTypeOf('object');
    expect(files.get('images/bmc-2.4.1.bin')?.equals(bmc)).toBe(true);
  } finally {
    rig.remove();
  }
});

describe('BlockIo', () => {
  const bare = fileSystem({ 'ferry.ini': '[upgrade]' });
  const install = (disk: Buffer): { blocks: BlockIo[]; paths: string[]; close(): void } => {
    const machine = new VirtualMachine();
    const path = join(machine.volume, 'disk.img');
    writeFileSync(path, disk);
    const { handles, disk: opened } = assemble({ ...machine.options, volumeDirectory: path });
    const found = handles.locate(BLOCK_IO_PROTOCOL);
    return {
      blocks: found.map((handle) => handles.get(handle, BLOCK_IO_PROTOCOL)).filter((one) => one !== undefined),
      paths: found.map((handle) => handles.get(handle, DEVICE_PATH_PROTOCOL)?.text ?? ''),
      close: () => opened?.close(),
    };
  };

  it('reads the blocks of the disk and of the partition, and nothing behind them', () => {
    const disk = gptDisk(bare);
    const { blocks: [whole, part], paths, close } = install(disk);
    expect(paths.map((path) => path.split('/').length)).toEqual([3, 4]);
    expect([whole?.media.logicalPartition, part?.media.logicalPartition, part?.media.lastBlock]).toEqual([false, true, bare.length / 512 - 1]);
    const into = Buffer.alloc(1024);
    whole?.readBlocks(1, 1, into);
    expect(into.toString('latin1', 0, 8)).toBe('EFI PART');
    part?.readBlocks(1, 0, into);
    expect(into.equals(bare.subarray(0, 1024))).toBe(true);
    const statusOf = (action: () => void): unknown => {
      try {
        action();
        return undefined;
      } catch (error) {
        return error instanceof EfiError ? statusName(error.status) : error;
      }
    };
    expect(statusOf(() => part?.readBlocks(1, bare.length / 512 - 1, into))).toBe('EFI_INVALID_PARAMETER');
    expect(statusOf(() => part?.readBlocks(1, 0, into.subarray(0, 100)))).toBe('EFI_BAD_BUFFER_SIZE');
    expect(statusOf(() => part?.readBlocks(2, 0, into))).toBe('EFI_MEDIA_CHANGED');
    expect(statusOf(() => part?.writeBlocks(1, 0, into))).toBe('EFI_WRITE_PROTECTED');
    close();
  });

  it('is on the handle of the volume where there is no partition table', () => {
    const { paths, close } = install(bare);
    expect(paths).toEqual(['PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)']);
    close();
  });
});

describe('a disk that is not as it should be', () => {
  const bare = fileSystem({ 'startup.nsh': 'echo started\nexit' });

  it.each([['cut off', bare.subarray(0, 100_000)], ['empty', Buffer.alloc(0)], ['noise', Buffer.alloc(1 << 20, 0x5a)]])('%s: the boot goes on and says why', (_what, image) => {
    const { output, result } = boot(image);
    expect(output).toMatch(/No boot volume: the image .*disk\.img: /);
    expect(result.kind).toBe('os');
  });

  it('that was not closed is used, and the operator is told', () => {
    const dirty = Buffer.from(bare);
    dirty.writeUInt8(1, 37);
    const { output } = boot(dirty);
    expect(output).toContain('was not closed cleanly the last time');
    expect(output).toContain('started');
  });
});
