// What the network side can see and do, on a whole controller.
import { afterEach, describe, expect, it } from 'vitest';
import type { Push, PushOutcome, PushRefused, PushRequest } from '../../host/bmc/management.ts';
import type { Image } from '../core/wire.ts';
import { Machine } from './machine.ts';
import { smallImage } from './small-board.ts';

const [bmc, newer, bios] = [smallImage('bmc', '2.0.0', 2), smallImage('bmc', '3.0.0', 3), smallImage('bios', '1.0.0', 4)];
/** Time passes with every look at the clock, so that a step does only a little. */
const SLOW = { clock: { nowMs: () => (slowNow += 3) } };
let slowNow = 0;
const machines: Machine[] = [];
afterEach(() => machines.splice(0).forEach((machine) => machine.remove()));

function makeMachine(options: ConstructorParameters<typeof Machine>[0] = {}): Machine {
  const machine = new Machine(options);
  machines.push(machine);
  machine.run();
  return machine;
}

function requestOf({ component, version, bytes, digest }: Image, changes: Partial<PushRequest> = {}): PushRequest {
  return {
    user: 'alice', component, version, size: bytes.length, sha256: Buffer.from(digest).toString('hex'), signature: undefined,
    allow: 'upgrade', activate: 'now', read: (offset, into) => into.set(bytes.subarray(offset, offset + into.length)), ...changes,
  };
}

/** Answers when the lock is taken, or refused: the controller has done no more by then. */
async function begin(machine: Machine, request: PushRequest): Promise<Push | PushRefused> {
  const answer = machine.controller.management.push(request);
  machine.controller.step();
  return answer;
}

async function pushed(machine: Machine, request: PushRequest): Promise<PushOutcome> {
  const push = machine.controller.management.push(request);
  machine.run();
  const answer = await push;
  if ('refused' in answer) throw new Error(answer.text);
  return answer.done;
}

describe('an image of a remote user', () => {
  it('takes the way of every other image, and its upgrade is known by one id everywhere', async () => {
    const machine = makeMachine();
    const { management } = machine.controller;
    expect(await pushed(machine, requestOf(bmc))).toEqual({ ok: true, resets: { device: false, host: false } });
    expect(machine.controller.components()[0]).toMatchObject({ running: 0, slots: [{ state: 'valid', version: '2.0.0' }, {}] });
    const [record] = management.upgrades(5);
    expect(record).toMatchObject({ origin: 'remote', user: 'alice', state: 'done', imageCount: 1, images: [{ component: 'bmc', version: '2.0.0', state: 'stored' }] });
    expect(management.upgrade(record!.id)).toEqual(record);
    const events = management.eventsSince(0).filter(({ fields }) => fields?.['upgrade'] === record!.id).map(({ event }) => event);
    expect(events).toEqual(['upgrade-started', 'taken-untrusted', 'file-started', 'file-received', 'file-stored', 'trial', 'upgrade-ended', 'committed']);
  });

  it('of a component that the host runs says that the host has to be reset', async () => {
    const machine = makeMachine();
    expect(await pushed(machine, requestOf(bios))).toEqual({ ok: true, resets: { device: false, host: true } });
  });

  it('is refused in the words of the receiver, and the lock is free again', async () => {
    const machine = makeMachine();
    await pushed(machine, requestOf(newer));
    expect(await pushed(machine, requestOf(bmc))).toMatchObject({ ok: false, completion: 'would-downgrade', text: expect.stringContaining('the device runs a newer version') });
    expect(await pushed(machine, requestOf(bmc, { allow: 'downgrade' }))).toMatchObject({ ok: true });
    expect(machine.controller.management.snapshot().holder).toBeUndefined();
  });

  it('that can not be read ends as a failure, and the next one is taken', async () => {
    const machine = makeMachine();
    const request = requestOf(bmc, { read: () => { throw new Error('the disk is gone'); } });
    expect(await pushed(machine, request)).toMatchObject({ ok: false, text: expect.stringContaining('the disk is gone') });
    expect(machine.controller.management.upgrades(1)[0]).toMatchObject({ state: 'aborted' });
    expect(await pushed(machine, requestOf(bmc))).toMatchObject({ ok: true });
  });

  it('is refused while the host holds the lock, with who and since when', async () => {
    const machine = makeMachine();
    machine.connect();
    const upgrade = machine.ask(machine.wire.startUpgrade(0x77)).fields['id']!;
    const refused = await begin(machine, requestOf(bmc));
    expect(refused).toMatchObject({ refused: 'busy', holder: { upgrade: upgrade.toString(16).padStart(8, '0'), session: '00000077' } });
    expect((refused as PushRefused).text).toContain('holds the device since');
  });

  it('keeps the host and another user from starting a second one', async () => {
    const machine = makeMachine(SLOW);
    const first = await begin(machine, requestOf(bmc, { user: 'bob' }));
    if ('refused' in first) throw new Error(first.text);
    expect(await machine.controller.management.push(requestOf(bios))).toMatchObject({ refused: 'busy', holder: { upgrade: first.upgrade, user: 'bob', origin: 'remote' } });
    expect(machine.controller.management.snapshot().holder).toMatchObject({ user: 'bob' });
    machine.run();
    expect(await first.done).toMatchObject({ ok: true });
  });

  it('is given up when the controller ends; what was received is kept', async () => {
    const machine = makeMachine(SLOW);
    const push = await begin(machine, requestOf(bmc));
    if ('refused' in push) throw new Error(push.text);
    machine.controller.close();
    expect(await push.done).toMatchObject({ ok: false, completion: 'stopped' });
  });
});

describe('a remote user', () => {
  it('gives up the upgrade of the host, which then knows no such upgrade', async () => {
    const machine = makeMachine();
    machine.connect();
    const upgrade = machine.ask(machine.wire.startUpgrade(5)).fields['id']!;
    expect(await machine.controller.management.abort('alice')).toMatchObject({ ok: true });
    expect(machine.ask(machine.wire.startFile(upgrade, bmc)).completion).toBe('Aborted');
    expect(machine.ask(machine.wire.startUpgrade(6)).completion, 'another session').toBe('Ok');
    expect(machine.controller.management.upgrades(2)[1]).toMatchObject({ state: 'aborted', text: expect.stringContaining('given up here') });
    machine.ask(machine.wire.abort(machine.ask(machine.wire.startUpgrade(6)).fields['id']!));
    expect(await machine.controller.management.abort('alice')).toMatchObject({ ok: false });
  });

  it('activates the image in the other slot and goes back, and hears it only when the records say so', async () => {
    const machine = makeMachine();
    const { management } = machine.controller;
    await pushed(machine, requestOf(bmc));
    await pushed(machine, requestOf(newer, { activate: 'no' }));
    const activated = management.activate('bmc', 'alice');
    machine.run();
    expect(await activated).toMatchObject({ ok: true, text: expect.stringContaining('bmc 3.0.0 runs now') });
    const reverted = management.revert('bmc', 'alice');
    machine.run();
    expect(await reverted).toMatchObject({ ok: true, text: 'bmc 2.0.0 is the running image' });
    const none = management.revert('bios', 'alice');
    machine.run();
    expect(await none).toMatchObject({ ok: false, text: expect.stringContaining('nothing was changed') });
    expect(await management.activate('fan', 'alice')).toMatchObject({ ok: false, text: expect.stringContaining('no component "fan"') });
  });

  it('hears that the records could not be written, and the component is as it was', async () => {
    let failing = false;
    const machine = makeMachine({ flashFault: (chip, { kind }) => {
      if (failing && chip === 'records' && kind !== 'read') throw new Error('the chip does not answer');
      return undefined;
    } });
    await pushed(machine, requestOf(bmc));
    await pushed(machine, requestOf(newer, { activate: 'no' }));
    failing = true;
    const activated = machine.controller.management.activate('bmc', 'alice');
    machine.run();
    expect(await activated).toMatchObject({ ok: false, text: expect.stringContaining('could not be written') });
    expect(machine.controller.components()[0]).toMatchObject({ running: 0 });
  });

  it('sees what is under way, whether power may go, and why', async () => {
    const machine = makeMachine();
    const { management } = machine.controller;
    expect(management.snapshot().removal).toEqual({ isSafe: true, why: 'Nothing is being written.' });
    machine.connect();
    const upgrade = machine.ask(machine.wire.startUpgrade(5)).fields['id']!;
    machine.sendFile(upgrade, bios);
    expect(management.snapshot()).toMatchObject({ transfer: { phase: 'receiving', component: 'bios', done: bios.bytes.length }, removal: { isSafe: true } });
    const seen = new Set<boolean>();
    machine.host.send(machine.wire.endFile(machine.ask(machine.wire.startFile(upgrade, bios)).fields['transfer']!, bios.bytes.length));
    for (let count = 0; count < 500 && machine.controller.transfer().phase !== 'stored'; count++) {
      machine.controller.step();
      seen.add(management.snapshot().removal.isSafe);
    }
    expect(management.snapshot().removal.isSafe).toBe(true);
  });

  it('can not restart the host while it would find half an image, and can switch it off', () => {
    const machine = makeMachine({ flashFault: (chip, { kind }) => {
      if (chip === 'bios-0' && kind === 'program') throw new Error('the part does not answer');
      return undefined;
    } });
    expect(machine.install(bios)).toBe('FlashFailed');
    const { management } = machine.controller;
    expect(management.snapshot().removal).toMatchObject({ isSafe: false, why: expect.stringContaining('Send the image again before any reset') });
    for (const action of ['ForceRestart', 'GracefulRestart', 'PowerCycle'] as const) {
      expect(management.power(action, 'alice'), action).toMatchObject({ ok: false, text: expect.stringContaining('Nothing was switched') });
    }
    expect(management.power('ForceOff', 'alice')).toMatchObject({ ok: true });
  });

  it('is told of every event once, in order, from the number on that it has seen', async () => {
    const machine = makeMachine();
    const { management } = machine.controller;
    const numbers: number[] = [];
    const stop = management.onEvent(({ number }) => numbers.push(number));
    const from = management.eventsSince(0).at(-1)!.number;
    await pushed(machine, requestOf(bmc));
    stop();
    await pushed(machine, requestOf(newer));
    const all = management.eventsSince(from).map(({ number }) => number);
    expect(numbers).toEqual(all.slice(0, numbers.length));
    expect(all.every((number, index) => number === from + 1 + index)).toBe(true);
    machine.kill();
    expect(machine.controller.management.eventsSince(from).map(({ number }) => number).slice(0, all.length), 'over a restart, too').toEqual(all);
  });

  it('has the controller start anew, but not while it stores', () => {
    const machine = makeMachine();
    expect(machine.controller.isToRestart).toBe(false);
    expect(machine.controller.management.restart('alice')).toMatchObject({ ok: true });
    expect(machine.controller.isToRestart).toBe(true);
  });

  it('sees the wear of every chip', async () => {
    const machine = makeMachine();
    await pushed(machine, requestOf(bmc));
    const chips = machine.controller.management.flash();
    expect(chips.map(({ name }) => name).sort()).toEqual(['bios-0', 'bmc-0', 'bmc-1', 'records']);
    expect(chips.find(({ name }) => name === 'bmc-0')?.wear.length).toBe(64);
  });
});
