// A host that does not come up with the image that flash holds, whole as it is: from the watchdog to another image.
import { afterEach, describe, expect, it } from 'vitest';
import { readJournal } from '../../host/recovery/journal.ts';
import { place, signedImage } from './images.ts';
import { Rig } from './rig.ts';

const rigs: Rig[] = [];
afterEach(async () => { for (const rig of rigs.splice(0)) await rig.close(); });

const [older, dead] = [signedImage('1.0.0', 1), signedImage('2.0.0', 2)];
const recovery = (keys: string): string => `[recovery]\nback-off = 1s\ncool-down = 5s\nboot-time = 60s\ncheck-every = 168h\n${keys}[component bios]\n`;
const BOOT_TIMES = { frb3Ms: 5000, frb2Ms: 60_000 };

/** The image is there, and from now on the host stops at POST code 4Fh with it. */
async function withDeadImage(keys = ''): Promise<Rig> {
  const rig = new Rig({ config: recovery(keys), options: { bootTimes: BOOT_TIMES } });
  rigs.push(rig);
  rig.codes = [0x01, 0x4f];
  await rig.install(dead);
  place(rig.images, 'older.bin', older);
  place(rig.images, 'dead.bin', dead);
  rig.startAgent();
  await rig.until(() => rig.phase() === 'healthy', 'the first look');
  rig.hostComesUp = false;
  return rig;
}
async function failedBoot(rig: Rig, count: number): Promise<void> {
  rig.management.power('ForceRestart', 'admin');
  await rig.until(() => rig.texts('boot-failed').length === count, `failed boot ${count}`);
}
const boots = (rig: Rig) => rig.agent?.states[0]?.boots?.failures ?? 0;

describe('an image with which the host does not come up', () => {
  it('is dead after three boots that stopped at the same POST code, and another one comes in its place', async () => {
    const rig = await withDeadImage();
    await failedBoot(rig, 1);
    await failedBoot(rig, 2);
    expect(rig.texts('boot-failed')[1]).toBe('the host stopped at POST code 4Fh (DXE IPL is started): expected the end of POST within 60 s, it did not come (FRB2)');
    expect([rig.phase(), boots(rig)]).toEqual(['healthy', 2]);
    await failedBoot(rig, 3);
    rig.hostComesUp = true;
    await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
    expect(rig.texts('recovery-needed')).toEqual(['bios: the host does not come up with it: 3 boots in a row stopped at POST code 4Fh (DXE IPL is started)']);
    expect(rig.flashDigest()).toBe(older.sha256);
    expect(rig.texts('recovery-candidate').join('\n')).toContain('it is the image with which the host does not come up');
    expect([rig.management.snapshot().power, boots(rig)]).toEqual(['on', 0]);
  });

  it('on-boot-failure = restart: nobody has to do anything', async () => {
    const rig = await withDeadImage('on-boot-failure = restart\n');
    rig.management.power('ForceRestart', 'admin');
    await rig.until(() => rig.words().includes('recovery-writing'), 'writing');
    rig.hostComesUp = true;
    await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
    expect(rig.texts('boot-failed')).toHaveLength(3);
    expect(rig.texts('power-restarted').filter((text) => text.includes('by recovery'))).toHaveLength(2);
    expect(rig.flashDigest()).toBe(older.sha256);
  });

  it('without that nobody but a person switches the host between failed boots', async () => {
    const rig = await withDeadImage();
    await failedBoot(rig, 1);
    const begin = rig.machine.clock.now;
    await rig.until(() => rig.machine.clock.now > begin + 600_000, 'ten minutes');
    expect(rig.texts('power-restarted').filter((text) => text.includes('by recovery'))).toEqual([]);
    expect([rig.texts('boot-failed').length, rig.phase()]).toEqual([1, 'healthy']);
  });

  it('a healthy boot clears the count, and so does a boot that stops elsewhere', async () => {
    const rig = await withDeadImage();
    await failedBoot(rig, 1);
    await failedBoot(rig, 2);
    rig.codes = [0x01, 0x94];
    await failedBoot(rig, 3);
    expect(boots(rig)).toBe(1);
    rig.hostComesUp = true;
    rig.management.power('ForceRestart', 'admin');
    await rig.until(() => boots(rig) === 0, 'the count is cleared');
    expect([rig.phase(), rig.flashDigest()]).toEqual(['healthy', dead.sha256]);
  });

  it('the count outlives the controller: two failed boots before its end and one after it are three', async () => {
    const rig = await withDeadImage();
    await failedBoot(rig, 1);
    await failedBoot(rig, 2);
    await rig.kill();
    expect(readJournal(rig.machine.state).get('bios')?.boots).toMatchObject({ failures: 2, isDead: false });
    await failedBoot(rig, 3);
    rig.hostComesUp = true;
    await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
    expect(rig.flashDigest()).toBe(older.sha256);
  });

  it('that comes up after all while an order is waited for is left as it is', async () => {
    const rig = await withDeadImage('mode = ask\n');
    for (const count of [1, 2, 3]) await failedBoot(rig, count);
    await rig.until(() => rig.phase() === 'asking', 'asking');
    rig.hostComesUp = true;
    rig.management.power('ForceRestart', 'admin');
    await rig.until(() => rig.phase() === 'healthy', 'healthy again');
    expect(rig.flashDigest()).toBe(dead.sha256);
  });

  it('that is damaged as well is taken for corrupt, and the same image repairs it', async () => {
    const rig = await withDeadImage('on-boot-failure = restart\n');
    rig.management.power('ForceRestart', 'admin');
    rig.spoil();
    await rig.until(() => rig.words().includes('recovery-writing'), 'writing');
    rig.hostComesUp = true;
    await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
    expect(rig.texts('recovery-needed')[0]).toContain('flash does not hold what the records say');
    expect(rig.flashDigest()).toBe(dead.sha256);
  });

  it('when no image brings the host up, the one before is not tried again: it is locked', async () => {
    const rig = await withDeadImage('boots = 1\nattempts = 2\n');
    for (const count of [1, 2, 3]) await failedBoot(rig, count);
    await rig.until(() => rig.phase() === 'locked', 'locked');
    expect(rig.texts('recovery-writing')).toEqual(['bios: writing 1.0.0']);
    expect(rig.texts('recovery-candidate').join('\n')).toContain('the host has not come up with it');
  });
});
