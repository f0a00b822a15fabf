// What happens between the activation of an image and its commit.
import { afterEach, describe, expect, it } from 'vitest';
import type { ComponentSnapshot } from '../../host/core/receiver-exports.ts';
import { smallImage } from '../bmc/small-board.ts';
import { Rig, type RigOptions } from './receiver-rig.ts';

const TRIAL_MS = 30_000;
const [old, fresh, third] = [smallImage('bmc', '1.0.0', 1), smallImage('bmc', '2.0.0', 2), smallImage('bmc', '3.0.0', 3)];
const rigs: Rig[] = [];
afterEach(() => rigs.splice(0).forEach((rig) => rig.remove()));

/** A device that runs `old`, committed, and whose next image goes on trial. */
function makeRig(options: RigOptions = {}): Rig {
  const rig = new Rig({ trialMs: TRIAL_MS, ...options });
  rigs.push(rig);
  rig.install(old);
  rest(rig, TRIAL_MS);
  return rig;
}

function rest(rig: Rig, ms: number): void {
  rig.now += ms;
  rig.run();
}

const bmc = (rig: Rig): ComponentSnapshot => rig.receiver.components(rig.now)[0]!;
const runs = (rig: Rig): string | undefined => bmc(rig).slots[bmc(rig).running ?? -1]?.version;

describe('a trial', () => {
  it('ends well when its time is over and the image still reads back as it is', () => {
    const rig = makeRig();
    rig.install(fresh);
    expect(bmc(rig)).toMatchObject({ running: 1, trial: { attempt: 1, limit: 3, remainingMs: TRIAL_MS } });
    rest(rig, TRIAL_MS - 1);
    expect(bmc(rig).trial).toMatchObject({ remainingMs: 1 });
    rest(rig, 1);
    expect(bmc(rig)).toMatchObject({ running: 1, trial: undefined });
    expect(rig.words().slice(-1)).toEqual(['committed']);
  });

  it('keeps the image before: its slot is not written as long as it may be needed', () => {
    const rig = makeRig();
    rig.install(fresh);
    expect(rig.install(third).file.completion).toBe('OnTrial');
    expect(rig.holds(old, 0)).toBe(true);
    rest(rig, TRIAL_MS);
    expect(rig.install(third).file.completion).toBe('Ok');
  });

  it('that the device never gets to the end of goes back by itself after three attempts', () => {
    const rig = makeRig();
    rig.install(fresh);
    for (const attempt of [2, 3]) {
      rest(rig, TRIAL_MS - 1);
      rig.restart();
      rig.run();
      expect(bmc(rig)).toMatchObject({ running: 1, trial: { attempt } });
    }
    rig.restart();
    rig.run();
    expect(runs(rig)).toBe('1.0.0');
    expect(bmc(rig)).toMatchObject({ trial: undefined, slots: [{ state: 'valid' }, { state: 'rejected', version: '2.0.0' }] });
    expect(rig.words()).toContain('trial-reverted');
  });

  it('that was not held keeps the same image out, unless a reinstall is allowed', () => {
    const rig = makeRig();
    rig.install(fresh);
    for (let attempt = 0; attempt < 3; attempt++) {
      rig.restart();
      rig.run();
    }
    expect(rig.install(fresh).file.completion).toBe('TrialFailed');
    const upgrade = rig.open(9);
    expect(rig.ask(rig.wire.startFile(upgrade, fresh, 'reinstall')).completion).toBe('Ok');
  });

  it('begins with the reset that a pending image waited for', () => {
    const rig = makeRig();
    rig.install(fresh, 'nextReset');
    expect(bmc(rig)).toMatchObject({ running: 0, pending: 1, trial: undefined });
    rest(rig, 10 * TRIAL_MS);
    rig.restart();
    rig.run();
    expect(bmc(rig)).toMatchObject({ running: 1, trial: { attempt: 1, remainingMs: TRIAL_MS } });
  });

  it('of an image that no longer reads back goes back, after more than one look', () => {
    const rig = makeRig();
    rig.install(fresh);
    rig.slots.program('bmc', 1, 5, new Uint8Array(40));
    rest(rig, TRIAL_MS);
    expect(runs(rig), 'one look is not enough').toBe('2.0.0');
    rest(rig, 1000);
    rest(rig, 1000);
    expect(runs(rig)).toBe('1.0.0');
    expect(bmc(rig).slots[1]).toMatchObject({ state: 'rejected' });
  });

  it('goes on when one look fails for another reason', () => {
    let failing = false;
    const rig = makeRig({ inject: (_chip, { kind }) => {
      if (failing && kind === 'read') throw new Error('the bus of the chip hangs');
      return undefined;
    } });
    rig.install(fresh);
    failing = true;
    rest(rig, TRIAL_MS);
    failing = false;
    rest(rig, 1000);
    expect(bmc(rig)).toMatchObject({ running: 1, trial: undefined });
  });

  it('of the first image of a device goes on when that is not well: there is nothing to go back to, and it is said', () => {
    const rig = new Rig({ trialMs: TRIAL_MS });
    rigs.push(rig);
    rig.install(old);
    rig.slots.program('bmc', 0, 5, new Uint8Array(40));
    for (let look = 0; look < 4; look++) rest(rig, TRIAL_MS);
    expect(bmc(rig)).toMatchObject({ running: 0, trial: { attempt: 1 } });
    expect(rig.words()).toContain('trial-unwell');
  });

  it('of an image of the host ends when the host comes up with it', () => {
    const rig = makeRig();
    rig.install(smallImage('bios', '2.0.0', 7));
    const bios = (): ComponentSnapshot => rig.receiver.components(rig.now)[1]!;
    rig.ask(rig.wire.hello());
    rest(rig, TRIAL_MS);
    expect(bios(), 'not yet reset').toMatchObject({ needsHostReset: true, trial: undefined });
    rig.receiver.hostReset();
    rest(rig, TRIAL_MS);
    expect(bios()).toMatchObject({ needsHostReset: false, trial: { attempt: 1, remainingMs: 0 } });
    rig.ask(rig.wire.hello());
    expect(bios().trial).toBeUndefined();
    expect(rig.words().at(-1)).toBe('committed');
  });
});

describe('someone on the network', () => {
  it('can have the other image run, on trial, and go back', () => {
    const rig = makeRig();
    rig.install(fresh, 'no');
    expect(runs(rig)).toBe('1.0.0');
    expect(rig.receiver.activate('bmc')).toBe('Ok');
    rig.run();
    expect(bmc(rig)).toMatchObject({ running: 1, trial: { attempt: 1 } });
    expect(rig.receiver.activate('bmc'), 'while it is on trial').toBe('WrongState');
    expect(rig.receiver.revert('bmc')).toBe('Ok');
    rig.run();
    expect(bmc(rig)).toMatchObject({ running: 0, trial: undefined, slots: [{ state: 'valid' }, { state: 'valid' }] });
  });

  it('can take a pending activation back', () => {
    const rig = makeRig();
    rig.install(fresh, 'nextReset');
    expect(rig.receiver.revert('bmc')).toBe('Ok');
    rig.run();
    expect(bmc(rig)).toMatchObject({ running: 0, pending: undefined });
  });

  it('changes nothing while an upgrade is open, and can give that up', () => {
    const rig = makeRig();
    rig.install(fresh, 'no');
    rig.open(5);
    expect(rig.receiver.activate('bmc')).toBe('Full');
    expect(rig.receiver.revert('bmc')).toBe('Full');
    expect(rig.receiver.abort()).toBe('Ok');
    expect(rig.receiver.abort()).toBe('WrongState');
    rig.run();
    expect(rig.receiver.revert('bios'), 'one slot').toBe('WrongState');
    expect(rig.receiver.activate('nothing')).toBe('BadArgument');
  });
});
