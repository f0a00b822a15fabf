// FAT images against the tools of others: dosfstools makes and checks them, mtools fills and reads them, gdisk partitions.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { artifactPath } from '../../host/artifacts.ts';
import { emulatedBus } from '../../host/bus/emulated-machine.ts';
import { managementFunction } from '../../host/bus/management-function.ts';
import { powerOn } from '../../host/efi/firmware.ts';
import { ImageFile } from '../../host/fat/block-device.ts';
import { VirtualMachine } from '../efi/virtual-machine.ts';
import { KILLS, killedImages, OLD } from '../fat/killed.ts';
import { list, makeDirectory, mount, readFile, remove, rename, withNode, writeFile } from '../fat/volumes.ts';
import { runSeed } from '../random.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { firmware, Rig, sha256 } from '../trouble/rig.ts';

const PACKAGES = { '/usr/sbin/mkfs.vfat': 'dosfstools', '/usr/bin/mcopy': 'mtools', '/usr/sbin/sgdisk': 'gdisk' };
const missing = Object.entries(PACKAGES).filter(([path]) => !existsSync(path)).map(([, name]) => name);
const required = process.env['FERRY_REQUIRE_PEERS'] === '1';
const peerTest = (name: string, action: () => void | Promise<void>): void => {
  test.skipIf(missing.length > 0 && !required)(missing.length > 0 ? `${name} (skipped: apt-get install ${missing.join(' ')})` : name, { timeout: 120_000 }, async () => {
    expect(missing, 'packages that are needed here').toEqual([]);
    await action();
  });
};

const scratch = scratchDirectory();
afterAll(() => scratch.remove());
const at = (name: string): string => join(scratch.path, name);
const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin`, MTOOLS_SKIP_CHECK: '0', LC_ALL: 'C.UTF-8' };
const run = (command: string, ...args: string[]): Buffer => execFileSync(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });

function expectFsckClean(image: string): void {
  const { status, stdout, stderr } = spawnSync('fsck.fat', ['-n', '-v', image], { env, encoding: 'utf8' });
  expect(status, `${stdout}${stderr}`).toBe(0);
}

/** Changes of every kind. Answers what has to be there afterwards. */
function work(image: string): Record<string, Buffer> {
  const device = new ImageFile(image);
  const system = mount(device);
  makeDirectory(system, 'EFI');
  makeDirectory(system, 'EFI/a directory with a long name');
  const files: Record<string, Buffer> = {};
  for (let index = 0; index < 40; index++) {
    const path = `EFI/a directory with a long name/firmware image number ${index} größer.bin`;
    files[path] = Buffer.alloc(index * 777, index);
    writeFile(system, path, files[path]);
  }
  for (let index = 0; index < 40; index += 3) {
    const path = `EFI/a directory with a long name/firmware image number ${index} größer.bin`;
    remove(system, path);
    delete files[path];
  }
  writeFile(system, 'STARTUP.NSH', Buffer.from('exit\r\n'));
  rename(system, 'STARTUP.NSH', 'startup.nsh');
  files['startup.nsh'] = Buffer.from('exit\r\n');
  rename(system, 'EFI/a directory with a long name', 'images');
  withNode(system, 'startup.nsh', (node) => node.resize(100_000));
  withNode(system, 'startup.nsh', (node) => node.resize(6));
  system.close();
  device.close();
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [path.replace('EFI/a directory with a long name', 'images'), content]));
}

for (const [width, size, cluster] of [[12, 4, 8], [16, 32, 4], [32, 64, 1]] as const) {
  peerTest(`what is written on FAT${width} of mkfs.vfat passes fsck.fat, and mtools reads it back`, () => {
    const image = at(`mkfs-${width}.img`);
    run('mkfs.vfat', '-C', '-F', String(width), '-s', String(cluster), '-n', 'FERRYESP', image, String(size * 1024));
    const files = work(image);
    expectFsckClean(image);
    for (const [path, content] of Object.entries(files)) expect(run('mcopy', '-n', '-i', image, `::${path}`, '-').equals(content), path).toBe(true);
    const system = mount(new ImageFile(image));
    expect([system.geometry.width, system.label, system.wasClean]).toEqual([width, 'FERRYESP', true]);
  });

  peerTest(`what mtools writes on FAT${width} of mformat is read, and after changes passes fsck.fat`, () => {
    const image = at(`mformat-${width}.img`);
    writeFileSync(image, '');
    truncateSync(image, size * 1024 * 1024);
    run('mformat', '-i', image, '-T', String(size * 2048), '-h', '16', '-s', '63', '-c', String(cluster), ...(width === 32 ? ['-F'] : []), '::');
    writeFileSync(at('source'), Buffer.alloc(123_456, 5));
    run('mmd', '-i', image, '::/EFI OLD');
    for (const name of ['UPPER.BIN', 'lower.bin', 'Mixed Case and long.bin', 'größer.bin']) run('mcopy', '-i', image, at('source'), `::/EFI OLD/${name}`);
    const device = new ImageFile(image);
    const system = mount(device);
    expect(list(system, 'EFI OLD')).toEqual(['Mixed Case and long.bin', 'UPPER.BIN', 'größer.bin', 'lower.bin'].sort());
    for (const name of ['upper.bin', 'LOWER.BIN', 'mixed case AND long.bin', 'GRößER.BIN']) expect(readFile(system, `EFI OLD/${name}`).equals(Buffer.alloc(123_456, 5)), name).toBe(true);
    device.close();
    work(image);
    expectFsckClean(image);
  });
}

peerTest('an ESP image made with sgdisk and mtools boots, ferry stores its images, fsck.fat passes and mtools reads the report', () => {
  const rig = new Rig();
  try {
    const disk = at('esp.img');
    writeFileSync(disk, '');
    truncateSync(disk, 48 * 1024 * 1024);
    run('sgdisk', '-n', '1:2048:90111', '-t', '1:ef00', '-u', '1:11223344-5566-7788-99AA-BBCCDDEEFF00', disk);
    const part = `${disk}@@1M`;
    run('mformat', '-i', part, '-T', '88064', '-h', '16', '-s', '63', '-c', '4', '-v', 'ESP', '::');
    const images = { bmc: firmware(400_000, 1), bios: firmware(200_000, 2) };
    const sections = Object.entries(images).map(([name, bytes]) => `[image ${name}]\nfile = images\\${name}.bin\ncomponent = ${name}\nversion = 2.0\nsha256 = ${sha256(bytes)}\n`);
    writeFileSync(at('ferry.ini'), `[upgrade]\nreport = ferry-report.json\n${sections.join('')}`);
    writeFileSync(at('startup.nsh'), '@echo -off\r\nfs0:\r\nmap\r\nls\r\ncp ferry.ini copy.ini\r\ntype copy.ini\r\nferry.wasm -c ferry.ini\r\necho ended with %lasterror%\r\nexit\r\n');
    run('mmd', '-i', part, '::/images');
    run('mcopy', '-i', part, at('ferry.ini'), at('startup.nsh'), artifactPath('ferry.wasm'), '::/');
    for (const [name, bytes] of Object.entries(images)) {
      writeFileSync(at(`${name}.bin`), bytes);
      run('mcopy', '-i', part, at(`${name}.bin`), '::/images/');
    }
    const machine = new VirtualMachine();
    powerOn({
      ...machine.options, volumeDirectory: disk, bus: emulatedBus(managementFunction(rig.registers, rig.window)),
      sleep: (milliseconds) => {
        rig.pass(milliseconds);
        return machine.options.sleep(0);
      },
    });
    const { output } = machine.console;
    expect(output).toContain('HD(1,GPT,11223344-5566-7788-99AA-BBCCDDEEFF00,0x800,0x15800)');
    expect(output).toMatch(/ended with 0x[03]\b/);
    expect([rig.stored('bmc'), rig.stored('bios')]).toEqual([sha256(images.bmc), sha256(images.bios)]);
    expect(run('mcopy', '-n', '-i', part, '::/copy.ini', '-').equals(readFileSync(at('ferry.ini')))).toBe(true);
    expect(JSON.parse(run('mcopy', '-n', '-i', part, '::/ferry-report.json', '-').toString())).toBeTypeOf('object');
    run('sgdisk', '--verify', disk);
    const bare = at('esp-partition.img');
    writeFileSync(bare, readFileSync(disk).subarray(1024 * 1024, 1024 * 1024 + 88064 * 512));
    expectFsckClean(bare);
  } finally {
    rig.remove();
  }
});

peerTest(`fsck.fat repairs what a process killed at ${KILLS} moments leaves, and takes nothing from the files that were there before`, async () => {
  for await (const { image, where } of killedImages(scratch.path, runSeed())) {
    const { status, stdout } = spawnSync('fsck.fat', ['-a', image], { env, encoding: 'utf8' });
    expect([0, 1], `${where}\n${stdout}`).toContain(status);
    expectFsckClean(image);
    for (const [path, content] of Object.entries(OLD)) {
      expect(run('mcopy', '-n', '-i', image, `::${path}`, '-').subarray(0, content.length).equals(content), `${where}: ${path}\n${stdout}`).toBe(true);
    }
  }
});
