// A device that is the host's while that runs: the controller reads it while the host is held off, and at no other time.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { format, gptDisk } from '../fat/format.ts';
import { MemoryDevice } from '../fat/memory-device.ts';
import { makeDirectory, mount, writeFile } from '../fat/volumes.ts';
import { HeldSource } from '../../host/recovery/held-source.ts';
import { place, signedImage } from './images.ts';
import { Rig } from './rig.ts';

const rigs: Rig[] = [];
afterEach(async () => { for (const rig of rigs.splice(0)) await rig.close(); });
const [good, newer] = [signedImage('2.0.0', 2), signedImage('3.0.0', 3)];

async function withDisk(images: readonly (typeof good)[], wanted = '', keys = 'back-off = 1s\n'): Promise<Rig> {
  const rig = new Rig({ config: `[recovery]\ncheck-every = 60s\n${keys}[component bios]\n${wanted}[source disk]\nkind = fat-image\npath = disk.img\ndirectory = \\firmware\nhold-host = yes\n` });
  rigs.push(rig);
  await rig.install(good);
  const partition = new MemoryDevice(format({ width: 16, clusterCount: 5000 }));
  const fat = mount(partition);
  makeDirectory(fat, 'firmware');
  for (const image of images) {
    writeFile(fat, `firmware/${image.version}.bin`, image.bytes);
    writeFile(fat, `firmware/${image.version}.bin.minisig`, image.signature);
  }
  fat.close();
  writeFileSync(join(rig.machine.directory, 'disk.img'), gptDisk(partition.bytes as Buffer));
  return rig;
}

describe('the host\'s own disk', () => {
  it('brings a corrupt image back: the host is held off before the disk is read, until the image is whole', async () => {
    const rig = await withDisk([good]);
    rig.spoil();
    rig.startAgent();
    await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
    expect(rig.flashDigest()).toBe(good.sha256);
    const said = rig.words();
    const order = ['recovery-sourcing', 'power-off', 'recovery-choice', 'recovery-fetching', 'recovery-writing', 'power-on', 'recovery-healthy'].map((word) => said.lastIndexOf(word));
    expect(order, said.join(' ')).toEqual([...order].sort((a, b) => a - b));
    expect(rig.management.snapshot().power).toBe('on');
  });

  it('is left to the host when another source has the image', async () => {
    const rig = await withDisk([good], '', 'back-off = 1s\nboots = 0\n');
    place(rig.images, 'bios.bin', good);
    rig.spoil();
    rig.startAgent();
    await rig.until(() => rig.words().includes('recovery-choice'), 'chosen');
    expect(rig.words()).not.toContain('power-off');
    await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
    expect(rig.texts('recovery-choice').join()).toContain('from local');
  });

  it('a host that runs is not stopped for a newer version that may lie there; when it is off, it is read', async () => {
    const rig = await withDisk([newer], 'version = 3.0.0\n', 'while-running = write\nback-off = 1s\n');
    rig.startAgent();
    await rig.until(() => rig.texts('recovery-source').some((text) => text.includes('it is not asked')), 'left out');
    await rig.until(() => rig.phase() === 'healthy', 'rests');
    expect(rig.words()).not.toContain('power-off');
    rig.management.power('ForceOff', 'admin');
    await rig.until(() => rig.texts('recovery-healthy').length === 2, 'replaced');
    expect(rig.flashDigest()).toBe(newer.sha256);
    expect(rig.management.snapshot().power, 'it stays off, as it was').toBe('off');
  });

  it('is not read on when the host comes on in the middle', async () => {
    let isOff = true;
    const taken: number[] = [];
    const source = new HeldSource({ name: 'disk', kind: 'fat-image', find: async () => [], fetch: async (_candidate, _from, into) => { into(0, new Uint8Array(1)); isOff = false; into(1, new Uint8Array(1)); } }, () => isOff);
    await expect(source.fetch({} as never, 0, (offset) => taken.push(offset), new AbortController().signal)).rejects.toThrow('expected a host that is held off');
    expect(taken).toEqual([0]);
    await expect(source.find({} as never, new AbortController().signal)).rejects.toThrow('expected a host that is held off');
  });
});
