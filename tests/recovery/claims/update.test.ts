// Claims: the image is updated from the management controller, with the host's power on or off.
import { afterEach, describe, expect, it } from 'vitest';
import { place, signedImage } from '../images.ts';
import { Rig } from '../rig.ts';

const rigs: Rig[] = [];
afterEach(async () => { for (const rig of rigs.splice(0)) await rig.close(); });
const [good, newer] = [signedImage('2.0.0', 2), signedImage('3.0.0', 3)];

async function board(config = ''): Promise<Rig> {
  const rig = new Rig({ config: `[recovery]\nback-off = 1s\nboot-time = 60s\n${config}[component bios]\n` });
  rigs.push(rig);
  await rig.install(good);
  return rig;
}
const healthy = (rig: Rig) => () => rig.words().includes('recovery-healthy');

/** The host's power at every event with this word. */
function powerAt(rig: Rig, word: string): string[] {
  const seen: string[] = [];
  const listen = (): void => void rig.management.onEvent(({ event }) => { if (event === word) seen.push(rig.management.snapshot().power); });
  listen();
  return seen;
}

describe('update from the BMC', () => {
  it('update from the BMC: the controller writes the firmware hub itself; no session of the host takes part, and the upgrade is recovery’s own', async () => {
    const rig = await board();
    place(rig.images, 'bios.bin', good);
    rig.management.power('ForceOff', 'admin');
    rig.machine.run();
    rig.spoil(70_000, 3);
    const before = rig.management.upgrades(100).length;
    rig.startAgent();
    await rig.until(healthy(rig), 'healthy');
    expect(rig.flashDigest()).toBe(good.sha256);
    const [newest, ...others] = rig.management.upgrades(100);
    expect(others).toHaveLength(before);
    expect(newest).toMatchObject({ origin: 'remote', user: 'recovery', state: 'done', images: [{ component: 'bios', version: '2.0.0', state: 'stored', sha256: good.sha256 }] });
    const words = rig.words();
    expect(words.lastIndexOf('recovery-reading-back')).toBeGreaterThan(words.lastIndexOf('file-stored'));
  });

  it('update from the BMC: what a key has not signed is never written, though nothing else is there', async () => {
    const rig = await board('attempts = 1\n');
    place(rig.images, 'bios.bin', newer, Buffer.concat([newer.bytes.subarray(0, 1000), Buffer.from([newer.bytes[1000]! ^ 1]), newer.bytes.subarray(1001)]));
    rig.spoil();
    const spoiled = rig.flash();
    rig.startAgent();
    await rig.until(() => rig.phase() === 'locked', 'locked');
    expect(rig.words()).not.toContain('recovery-writing');
    expect(rig.flash().equals(spoiled)).toBe(true);
  });
});

describe('power on/off', () => {
  it('power off: it is updated while the host is off, and the host stays off', async () => {
    const rig = await board();
    place(rig.images, 'bios.bin', good);
    rig.management.power('ForceOff', 'admin');
    rig.machine.run();
    rig.spoil();
    const power = powerAt(rig, 'recovery-writing');
    const starts = rig.words().filter((word) => word === 'power-on').length;
    rig.startAgent();
    await rig.until(healthy(rig), 'healthy');
    expect([power, rig.management.snapshot().power, rig.flashDigest()]).toEqual([['off'], 'off', good.sha256]);
    expect(rig.words().filter((word) => word === 'power-on')).toHaveLength(starts);
  });

  it('power on: a host that runs is held off while its hub is written, and is on again afterwards', async () => {
    const rig = await board();
    place(rig.images, 'bios.bin', good);
    rig.spoil();
    expect(rig.management.snapshot().power).toBe('on');
    const power = powerAt(rig, 'recovery-writing');
    rig.startAgent();
    await rig.until(healthy(rig), 'healthy');
    expect([power, rig.management.snapshot().power, rig.flashDigest()]).toEqual([['off'], 'on', good.sha256]);
    expect(rig.words()).toContain('recovery-host-held');
  });

  it('power on: beside a host that runs, which is left on, when the configuration says so and the image is whole', async () => {
    const rig = await board('while-running = write\n');
    place(rig.images, 'bios.bin', newer);
    rig.startAgent();
    await rig.until(() => rig.phase() === 'healthy', 'the first look');
    const power = powerAt(rig, 'recovery-writing');
    const offs = rig.words().filter((word) => word === 'power-off').length;
    rig.desk!.order({ version: '3.0.0' }, 'admin');
    await rig.until(() => rig.flashDigest() === newer.sha256 && healthy(rig)(), 'the newer one');
    expect(power).toEqual(['on']);
    expect(rig.words().filter((word) => word === 'power-off')).toHaveLength(offs);
  });
});
