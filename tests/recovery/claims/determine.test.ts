// Claim: the management controller determines that the BIOS image must be replaced.
import { afterEach, describe, expect, it } from 'vitest';
import { place, signedImage } from '../images.ts';
import { Rig } from '../rig.ts';

const rigs: Rig[] = [];
afterEach(async () => { for (const rig of rigs.splice(0)) await rig.close(); });
const [good, newer] = [signedImage('2.0.0', 2), signedImage('3.0.0', 3)];
const ASK = '[recovery]\nmode = ask\ncheck-every = 60s\n';

/** A controller that only says what it has determined, and does nothing of it. */
async function board(component = '[component bios]\n', isInstalled = true): Promise<Rig> {
  const rig = new Rig({ config: `${ASK}${component}` });
  rigs.push(rig);
  if (isInstalled) await rig.install(good);
  return rig;
}
const determined = (rig: Rig) => async (): Promise<string | undefined> => {
  await rig.until(() => rig.phase() === 'asking', 'something is determined');
  return rig.agent!.states[0]!.reason;
};

describe('determine', () => {
  it('determine: an image whose digest is not what the records say, at the first look, with both digests', async () => {
    const rig = await board();
    rig.spoil();
    rig.startAgent();
    expect(await determined(rig)()).toBe('corrupt');
    expect(rig.agent!.states[0]!.evidence).toMatchObject({ expected: good.sha256, got: rig.flashDigest() });
  });

  it('determine: an image that goes bad later, at the next look, while the host runs', async () => {
    const rig = await board();
    rig.startAgent();
    await rig.until(() => rig.machine.clock.now > 30_000, 'half a minute');
    expect(rig.phase()).toBe('healthy');
    rig.spoil();
    expect(await determined(rig)()).toBe('corrupt');
  });

  it('determine: a slot that never held an image', async () => {
    const rig = await board(undefined, false);
    rig.startAgent();
    expect(await determined(rig)()).toBe('empty');
  });

  it('determine: an image that is older than the wanted version, and not one that is as new or newer', async () => {
    const old = await board('[component bios]\nversion = 3.0.0\n');
    old.startAgent();
    expect(await determined(old)()).toBe('outdated');
    for (const version of ['2.0.0', '1.9.9']) {
      const rig = await board(`[component bios]\nversion = ${version}\n`);
      rig.startAgent();
      await rig.until(() => rig.machine.clock.now > 300_000, 'five looks');
      expect([version, rig.phase(), rig.words().filter((word) => word === 'recovery-needed')]).toEqual([version, 'healthy', []]);
    }
  });

  it('determine: an image other than the one that is named by its digest', async () => {
    const rig = await board(`[component bios]\nsha256 = ${newer.sha256}\n`);
    rig.startAgent();
    expect(await determined(rig)()).toBe('outdated');
  });

  it('determine: an image with which the host does not come up, after three boots that stop at the same place, and not after two', async () => {
    const rig = new Rig({ config: `${ASK.replace('60s', '168h')}[component bios]\n`, options: { bootTimes: { frb3Ms: 5000, frb2Ms: 60_000 } } });
    rigs.push(rig);
    rig.codes = [0x01, 0x4f];
    await rig.install(good);
    rig.startAgent();
    await rig.until(() => rig.phase() === 'healthy', 'the first look');
    rig.hostComesUp = false;
    for (let boot = 1; boot <= 3; boot++) {
      expect([boot, rig.phase()]).toEqual([boot, 'healthy']);
      rig.management.power('ForceRestart', 'admin');
      await rig.until(() => rig.texts('boot-failed').length === boot, `failed boot ${boot}`);
    }
    expect(await determined(rig)()).toBe('dead');
    // Flash holds exactly what it should: only the boots have told.
    expect(rig.flashDigest()).toBe(good.sha256);
  });

  it('determine: an administrator says so', async () => {
    const rig = await board();
    place(rig.images, 'bios.bin', newer);
    rig.startAgent();
    await rig.until(() => rig.phase() === 'healthy', 'well');
    rig.desk!.order({ version: '3.0.0' }, 'admin');
    await rig.until(() => rig.words().includes('recovery-needed'), 'needed');
    expect(rig.agent!.states[0]!.reason).toBe('ordered');
  });

  it('determine: a good image is left alone, however often it is looked at and the host is switched on', async () => {
    const rig = await board();
    place(rig.images, 'bios.bin', newer);
    const digest = rig.flashDigest();
    rig.startAgent();
    for (let round = 1; round <= 5; round++) {
      rig.management.power('ForceRestart', 'admin');
      await rig.until(() => rig.machine.clock.now > round * 70_000, 'the next look');
    }
    expect(rig.phase()).toBe('healthy');
    expect(rig.words().filter((word) => word.startsWith('recovery-'))).toEqual([]);
    expect(rig.flashDigest()).toBe(digest);
  });
});
