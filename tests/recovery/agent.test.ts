// A BIOS that is not what it should be comes back by itself, over a whole controller.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { leaveOrder } from '../../host/recovery/orders.ts';
import { readJournal } from '../../host/recovery/journal.ts';
import { place, signedImage } from './images.ts';
import { Rig, type RigOptions } from './rig.ts';

const rigs: Rig[] = [];
afterEach(async () => { for (const rig of rigs.splice(0)) await rig.close(); });

const [old, good, newer] = [signedImage('1.0.0', 1), signedImage('2.0.0', 2), signedImage('3.0.0', 3)];
const CONFIG = '[recovery]\nback-off = 1s\ncool-down = 5s\nboot-time = 60s\ncheck-every = 60s\n';

async function withImage(given: RigOptions = {}): Promise<Rig> {
  const rig = new Rig(given);
  rigs.push(rig);
  await rig.install(good);
  return rig;
}
const healthy = (rig: Rig) => () => rig.words().includes('recovery-healthy');

describe('a corrupt image', () => {
  it('is found, replaced from the local directory, and the host is on again as before', async () => {
    const rig = await withImage();
    place(rig.images, 'bios.bin', good);
    rig.spoil(70_000, 2);
    expect(rig.flashDigest()).not.toBe(good.sha256);
    rig.startAgent();
    await rig.until(healthy(rig), 'healthy');
    expect(rig.flashDigest()).toBe(good.sha256);
    expect(rig.management.snapshot().power).toBe('on');
    expect(rig.bios).toMatchObject({ running: 0, needsHostReset: false, trial: undefined, floor: 3 });
    expect(rig.texts('recovery-evidence').join('\n')).toContain('2 of 4 blocks of 64 KiB differ, the first at 65536, 131072');
    const order = ['recovery-needed', 'condemned', 'recovery-sourcing', 'recovery-choice', 'recovery-fetching', 'recovery-staged', 'power-off', 'recovery-writing', 'file-stored', 'recovery-reading-back', 'recovery-releasing', 'power-on', 'recovery-confirming', 'committed', 'recovery-healthy'];
    const said = rig.words();
    const places = order.map((word) => said.lastIndexOf(word));
    expect(places, said.join(' ')).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it('of a host that is off is replaced, and the host stays off', async () => {
    const rig = await withImage();
    place(rig.images, 'bios.bin', good);
    rig.management.power('ForceOff', 'admin');
    rig.machine.run();
    rig.spoil();
    rig.startAgent();
    await rig.until(healthy(rig), 'healthy');
    expect(rig.flashDigest()).toBe(good.sha256);
    expect(rig.management.snapshot().power).toBe('off');
    rig.management.power('On', 'admin');
    await rig.until(() => rig.bios.trial === undefined && !rig.bios.needsHostReset, 'the host starts from it and commits it');
  });

  it('is found when the host is switched on: it is held off until the image is whole, then comes on', async () => {
    const rig = await withImage();
    rig.startAgent();
    await rig.until(() => rig.phase() === 'healthy', 'the first look');
    rig.management.power('ForceOff', 'admin');
    await rig.until(() => rig.management.snapshot().power === 'off', 'off');
    rig.spoil();
    rig.management.power('On', 'admin');
    await rig.until(() => rig.words().includes('recovery-host-held') && rig.management.snapshot().power === 'off', 'held', 20_000);
    place(rig.images, 'bios.bin', good);
    await rig.until(healthy(rig), 'healthy');
    expect(rig.flashDigest()).toBe(good.sha256);
    expect(rig.management.snapshot().power).toBe('on');
  });

  it('of a host that somebody switches on meanwhile: it is switched off again at once, and comes on when the image is whole', async () => {
    const rig = await withImage();
    rig.management.power('ForceOff', 'admin');
    rig.machine.run();
    rig.spoil();
    rig.startAgent();
    await rig.until(() => rig.phase() === 'retry', 'nothing is found yet');
    rig.management.power('On', 'a hasty admin');
    await rig.until(() => rig.management.snapshot().power === 'off', 'held off', 1000);
    place(rig.images, 'bios.bin', good);
    await rig.until(healthy(rig), 'healthy');
    expect(rig.management.snapshot().power).toBe('on');
  });

  it.each(['ask', 'off'])('is only told in the mode %s, and is replaced when a person orders it', async (mode) => {
    const rig = await withImage({ config: `${CONFIG}mode = ${mode}\n[component bios]\n` });
    place(rig.images, 'bios.bin', good);
    rig.spoil();
    rig.startAgent();
    await rig.until(() => rig.phase() === 'asking', 'asking');
    await expect(rig.until(healthy(rig), 'healthy', 300_000)).rejects.toThrow('healthy');
    leaveOrder(rig.machine.state, { wanted: {} });
    await rig.until(healthy(rig), 'healthy');
    expect(rig.flashDigest()).toBe(good.sha256);
  });

  it('goes down to the security number that the component has reached, and not below', async () => {
    const rig = await withImage();
    place(rig.images, 'replayed.bin', signedImage('1.9.0', 8, { security: 2 }));
    place(rig.images, 'old.bin', old);
    rig.spoil();
    rig.startAgent();
    await rig.until(healthy(rig), 'healthy');
    expect(rig.bios.slots[0]?.version).toBe('1.0.0');
    expect(rig.bios.floor).toBe(3);
    expect(rig.texts('recovery-candidate').join('\n')).toContain('bios 1.9.0 (security 2) from local: refused; bios 1.9.0: security number: expected at least 3, which the component has reached, got 2');
  });
});

describe('an image that is older than wanted', () => {
  const outdated = (rest = ''): RigOptions => ({ config: `${CONFIG}${rest}[component bios]\nversion = 3.0.0\n` });

  it('waits until the host is off, and is replaced then', async () => {
    const rig = await withImage(outdated());
    place(rig.images, 'bios.bin', newer);
    rig.startAgent();
    await rig.until(() => rig.phase() === 'waiting', 'waiting');
    expect(rig.flashDigest()).toBe(good.sha256);
    rig.management.power('ForceOff', 'admin');
    await rig.until(healthy(rig), 'healthy');
    expect(rig.flashDigest()).toBe(newer.sha256);
    expect(rig.management.snapshot().power).toBe('off');
  });

  it('is replaced beside a host that runs, which is left on, when the config says so', async () => {
    const rig = await withImage(outdated('while-running = write\n'));
    place(rig.images, 'bios.bin', newer);
    rig.startAgent();
    await rig.until(healthy(rig), 'healthy');
    expect(rig.flashDigest()).toBe(newer.sha256);
    expect(rig.words()).not.toContain('power-off');
    expect(rig.bios.needsHostReset).toBe(true);
  });

  it('stays, without any alarm, when no source has the wanted one', async () => {
    const rig = await withImage(outdated('while-running = write\n'));
    place(rig.images, 'bios.bin', good);
    rig.startAgent();
    await rig.until(healthy(rig), 'healthy');
    expect(rig.flashDigest()).toBe(good.sha256);
    expect(rig.words()).not.toContain('recovery-locked');
  });
});

it('an image with which the host does not come up is given three starts, then the next one is taken', async () => {
  const rig = await withImage();
  place(rig.images, 'bios.bin', good);
  place(rig.images, 'old.bin', old);
  rig.spoil();
  rig.hostComesUp = false;
  rig.startAgent();
  await rig.until(() => rig.texts('recovery-retry').some((text) => text.includes('did not come up in 3 starts')), 'three starts');
  rig.hostComesUp = true;
  await rig.until(healthy(rig), 'healthy');
  expect(rig.flashDigest()).toBe(old.sha256);
  expect(rig.management.snapshot().power).toBe('on');
});

it('after three candidates have failed it is locked and loud, the host stays off, and a person opens it', async () => {
  const rig = await withImage();
  for (const name of ['a.bin', 'b.bin', 'c.bin', 'd.bin']) place(rig.images, name, good, Buffer.alloc(good.bytes.length, name));
  rig.spoil();
  rig.management.power('ForceOff', 'admin');
  rig.startAgent();
  await rig.until(() => rig.words().includes('recovery-locked'), 'locked');
  expect(rig.texts('recovery-locked')[0]).toContain('3 candidates have failed; nothing more is tried until a person has looked');
  expect(rig.words()).not.toContain('recovery-writing');
  for (const name of ['a.bin', 'b.bin', 'c.bin', 'd.bin']) place(rig.images, name, good);
  rig.management.power('On', 'admin');
  await expect(rig.until(healthy(rig), 'healthy', 600_000)).rejects.toThrow('healthy');
  expect(rig.management.snapshot().power, 'never released on an image that is not whole').toBe('off');
  leaveOrder(rig.machine.state, { component: 'bios', wanted: {} });
  await rig.until(healthy(rig), 'healthy');
  expect(rig.flashDigest()).toBe(good.sha256);
  expect(rig.management.snapshot().power).toBe('on');
  expect(readJournal(rig.machine.state).get('bios')).toMatchObject({ phase: 'healthy', tried: [] });
});

it('a host that somebody switches off while its coming up is waited for counts neither as dead nor is it switched on again', async () => {
  const rig = await withImage();
  place(rig.images, 'bios.bin', good);
  rig.spoil();
  rig.hostComesUp = false;
  rig.startAgent();
  await rig.until(() => rig.phase() === 'confirming', 'confirming');
  rig.management.power('ForceOff', 'admin');
  await rig.until(healthy(rig), 'healthy');
  expect(rig.management.snapshot().power).toBe('off');
  expect(rig.flashDigest()).toBe(good.sha256);
});

it('the firmware of another processor comes back the same way, and the host is not touched', async () => {
  const bmc = signedImage('5.0.0', 9, { component: 'bmc' });
  const rig = await withImage({ config: `${CONFIG}[component bmc]\n` });
  await rig.install(bmc);
  await rig.until(() => rig.management.snapshot().components[0]?.trial === undefined, 'committed');
  place(rig.images, 'bmc.bin', bmc);
  const running = (): number => rig.management.snapshot().components[0]?.running ?? -1;
  const path = join(rig.machine.state, 'flash', `bmc-${running()}.flash`);
  const bytes = readFileSync(path);
  bytes[1000] = bytes[1000]! ^ 4;
  writeFileSync(path, bytes);
  const off = rig.words().filter((word) => word === 'power-off').length;
  rig.startAgent();
  await rig.until(() => healthy(rig)() && rig.management.snapshot().components[0]?.trial === undefined, 'healthy');
  const slot = readFileSync(join(rig.machine.state, 'flash', `bmc-${running()}.flash`)).subarray(0, bmc.bytes.length);
  expect(Buffer.compare(slot, bmc.bytes as Buffer)).toBe(0);
  expect(rig.words().filter((word) => word === 'power-off').length).toBe(off);
});
