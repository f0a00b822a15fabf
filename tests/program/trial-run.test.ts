// Images on trial as the program tells them: what it waits for, what it says the device does next, and what it does not
// send a second time.
import { afterEach, describe, expect, it } from 'vitest';
import { SignedRig, type SignedRun } from './signed-rig.ts';

const TRIAL_MS = 60_000;
const rigs: SignedRig[] = [];
afterEach(() => rigs.splice(0).forEach((rig) => rig.remove()));

const named = (run: SignedRun, name: string) => run.events.filter(({ event }) => event === name);
const slots = (rig: SignedRig) => named(rig.run('inventory'), 'slot').filter(({ component }) => component === 'bmc');

/** A rig whose bmc runs 1.0 for good and has just begun the trial of 2.0. */
function onTrial(): SignedRig {
  const rig = new SignedRig({ trialMs: TRIAL_MS });
  rigs.push(rig);
  rig.put('1.0', 1);
  expect(rig.run('run').code).toBe(0);
  rig.pass(TRIAL_MS + 1000);
  rig.put('2.0', 2);
  expect(rig.run('run').code).toBe(0);
  return rig;
}

/** The same after the device has given 2.0 up. */
function rejected(): SignedRig {
  const rig = onTrial();
  for (let start = 0; start < 3; start++) {
    rig.rig.restart();
    rig.pass(100);
  }
  expect(rig.rig.running()).toMatchObject({ bmc: '1.0' });
  return rig;
}

describe('after a run, the image on trial', () => {
  it('is told with what the device does next', () => {
    const rig = new SignedRig({ trialMs: TRIAL_MS });
    rigs.push(rig);
    rig.put('1.0', 1);
    const run = rig.run('run', 'people');
    expect(run.code).toBe(0);
    expect(run.out).toMatch(/^ {2}bmc: on trial: attempt 1 of 3, (\d+ s|1m 00s) left; the device commits the image after its trial; there is none before it to go back to$/m);
    rig.put('2.0', 2, {}, '', 'activate = next-reset');
    rig.pass(TRIAL_MS + 1000);
    const later = rig.run('run', 'people');
    expect(later.code).toBe(3);
    expect(later.out).toContain('\n  bmc: on trial after the next reset; the device commits the image after its trial, or goes back to the one before by itself\n');
    rig.put('3.0', 3);
    const now = rig.run('run', 'people');
    expect(now.code).toBe(0);
    expect(now.out).toMatch(/^ {2}bmc: on trial: .* left; the device commits the image after its trial, or goes back to the one before by itself$/m);
  });

  it('is told to scripts', () => {
    const rig = new SignedRig({ trialMs: TRIAL_MS });
    rigs.push(rig);
    rig.put('1.0', 1);
    const [trial] = named(rig.run('run'), 'trial');
    expect(trial).toMatchObject({ image: 'bmc', component: 'bmc', pending: false, canGoBack: false, trialAttempt: 1, trialLimit: 3 });
    expect(Number(trial?.['trialRemainingMs'])).toBeLessThanOrEqual(TRIAL_MS);
  });

  it('shows in the inventory, with its attempt and the time left', () => {
    const rig = onTrial();
    expect(rig.run('inventory', 'people').out).toMatch(/^ {9,}.* 1 +whole +2\.0 .* running, on trial: attempt 1 of 3, (\d+ s|1m 00s) left$/m);
    rig.rig.restart();
    rig.pass(10_000);
    const running = slots(rig).find((slot) => slot['running'] === true);
    expect(running).toMatchObject({ version: '2.0', trialAttempt: 2, trialLimit: 3 });
    expect(Number(running?.['trialRemainingMs'])).toBeLessThanOrEqual(TRIAL_MS - 9000);
    rig.pass(TRIAL_MS);
    expect(slots(rig).find((slot) => slot['running'] === true)).not.toHaveProperty('trialAttempt');
  });
});

describe('while what runs is on trial', () => {
  it('the next image is planned, waited for once said so, and sent', () => {
    const rig = onTrial();
    rig.put('3.0', 3);
    expect(named(rig.run('plan'), 'plan')[0]).toMatchObject({ verdict: 'upgrade', send: true, waitsForTrial: true });
    expect(rig.run('plan', 'people').out).toContain('send: newer than what runs, once the trial of what runs has ended\n');
    const before = rig.rig.nowMs;
    const run = rig.run('run', 'people');
    expect(run.code, run.out + run.err).toBe(0);
    const waiting = run.out.split('\n').filter((line) => line.includes('waiting'));
    expect(waiting).toHaveLength(1);
    expect(waiting[0]).toMatch(/^ {2}bmc: what the component runs is on trial; it is sent when the device has committed that or gone back, in up to (\d+ s|1m 00s); waiting$/);
    expect(rig.rig.nowMs - before).toBeGreaterThan(TRIAL_MS / 2);
    expect(rig.rig.running()).toMatchObject({ bmc: '3.0' });
  });

  it('the time limit ends the wait with exit code 4, and a later run sends the image', () => {
    const rig = onTrial();
    rig.put('3.0', 3, {}, '', 'time-limit = 5s\nreport = report.json');
    const before = rig.rig.nowMs;
    const run = rig.run('run');
    expect(run.code, run.out).toBe(4);
    expect(named(run, 'waiting-for-trial')).toHaveLength(1);
    expect(rig.rig.nowMs - before).toBeLessThan(TRIAL_MS / 2);
    expect(JSON.parse(new TextDecoder().decode(rig.rig.files.get('report.json') as Uint8Array))).toMatchObject({ ended: 'time-limit', images: [{ outcome: 'paused', pausedAt: 0 }] });
    rig.pass(TRIAL_MS);
    expect(rig.run('run').code).toBe(0);
    expect(rig.rig.running()).toMatchObject({ bmc: '3.0' });
  });

  it('a stop ends the wait at once', () => {
    const rig = onTrial();
    rig.put('3.0', 3);
    const run = rig.run('run', 'json', (system) => {
      let sleeps = 0;
      rig.rig.onSleep = () => { if (sleeps++ === 400) system.stop = true; };
    });
    rig.rig.onSleep = () => undefined;
    expect(run.code, run.out).toBe(4);
    expect(named(run, 'waiting-for-trial')).toHaveLength(1);
  });

  it('a device that never ends its trial is given up after five minutes, on its old image', () => {
    const rig = new SignedRig({ trialMs: 3_600_000 });
    rigs.push(rig);
    rig.put('1.0', 1);
    expect(rig.run('run').code).toBe(0);
    rig.put('2.0', 2);
    const before = rig.rig.nowMs;
    const run = rig.run('run');
    expect(run.code, run.out).toBe(1);
    expect(rig.rig.nowMs - before).toBeGreaterThan(300_000);
    const [error] = named(run, 'error');
    expect(error?.['failed']).toContain('answered OnTrial: what the component runs is still on trial');
    expect(error).toMatchObject({ state: 'the component is on its old image, whole', advice: 'run the same command again when the trial has ended; ferry inventory shows it', completion: 26 });
  });
});

describe('an image that did not hold its trial', () => {
  it('is not sent again, again and again: exit code 1, the device on its old image', () => {
    const rig = rejected();
    for (let again = 0; again < 2; again++) {
      const run = rig.run('run');
      expect(run.code, run.out).toBe(1);
      expect(named(run, 'plan')[0]).toMatchObject({ verdict: 'trial-failed', send: false });
      expect(named(run, 'error')[0]).toMatchObject({
        failed: 'ferry.ini:3: image bmc: expected an image that this device has not rejected, got bmc 2.0, which was on trial there and did not hold',
        state: 'nothing was sent; the device is as it was', advice: 'use another version, or set allow = reinstall to try this one again', verdict: 'trial-failed',
      });
      expect(named(run, 'upgrade')).toEqual([]);
    }
    expect(rig.rig.running()).toMatchObject({ bmc: '1.0' });
  });

  it('is shown as rejected', () => {
    const rig = rejected();
    expect(slots(rig).map(({ state }) => state).sort()).toEqual(['rejected', 'whole']);
    expect(rig.run('inventory', 'people').out).toMatch(/^ .* 1 +rejected +2\.0 /m);
  });

  it('is tried again with allow = reinstall, and another version without', () => {
    const rig = rejected();
    rig.put('2.0', 2, {}, 'allow = reinstall');
    expect(rig.run('run').code).toBe(0);
    expect(rig.rig.running()).toMatchObject({ bmc: '2.0' });
    const other = rejected();
    other.put('2.1', 3);
    expect(other.run('run').code).toBe(0);
    expect(other.rig.running()).toMatchObject({ bmc: '2.1' });
  });
});

it('the security numbers of slot and component show in the inventory, and the floor rises with the commit', () => {
  const rig = new SignedRig({ trialMs: TRIAL_MS });
  rigs.push(rig);
  rig.put('1.0', 1, { security: 4 });
  expect(rig.run('run').code).toBe(0);
  expect(slots(rig).find((slot) => slot['running'] === true)).toMatchObject({ security: 4, securityFloor: 0 });
  rig.pass(TRIAL_MS + 1000);
  expect(slots(rig).find((slot) => slot['running'] === true)).toMatchObject({ security: 4, securityFloor: 4 });
  expect(rig.run('inventory', 'people').out).toMatch(/^ {2}component +slot +state +version +size +security +floor +sha256 +use$/m);
  expect(rig.run('inventory', 'people').out).toMatch(/^ {2}bmc +0 +whole +1\.0 +146\.4 KiB +4 +4 +[0-9a-f]{16}\.\.\. +running$/m);
});
