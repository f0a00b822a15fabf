// What the loss of the host's power does to a session that holds the lock: the controller and a host in one process.
import { afterEach, expect, it } from 'vitest';
import { Register } from '../../host/bus/mailbox-registers.ts';
import { HostPower } from '../../host/bus/power-registers.ts';
import { CHUNK, Machine } from './machine.ts';
import { smallImage } from './small-board.ts';

const machines: Machine[] = [];
afterEach(() => {
  for (const machine of machines.splice(0)) machine.remove();
});

const image = smallImage('bmc', '2.0.0', 2);

/** A session that holds the lock and has sent two chunks. */
function inTransfer(): { readonly machine: Machine; readonly transfer: number; readonly upgrade: number } {
  const machine = new Machine();
  machines.push(machine);
  machine.connect();
  const upgrade = machine.ask(machine.wire.startUpgrade(1)).fields['id'] ?? 0;
  const transfer = machine.ask(machine.wire.startFile(upgrade, image)).fields['transfer'] ?? 0;
  for (const offset of [0, CHUNK]) machine.ask(machine.wire.data(transfer, offset, image.bytes.subarray(offset, offset + CHUNK)));
  return { machine, transfer, upgrade };
}

const holder = (machine: Machine): unknown => machine.controller.management.snapshot().holder;

it.each(['ForceOff', 'ForceRestart', 'PowerCycle'] as const)('%s gives the lock up, and what was received is kept', (action) => {
  const { machine } = inTransfer();
  expect(holder(machine)).toBeDefined();
  expect(machine.controller.management.power(action, 'admin').ok).toBe(true);
  machine.run();
  expect(holder(machine)).toBeUndefined();
  machine.clock.now += 5000;
  if (action === 'ForceOff') machine.controller.management.power('On', 'admin');
  machine.controller.step();
  machine.host.registers.write32(Register.hostResets, 1);
  expect(machine.connect()).toBe('done');
  const upgrade = machine.ask(machine.wire.startUpgrade(2)).fields['id'] ?? 0;
  expect(machine.ask(machine.wire.startFile(upgrade, image)).fields['next']).toBe(2 * CHUNK);
});

it('what a host without power leaves in the ring is never taken, nor after the power is back', () => {
  const { machine, transfer } = inTransfer();
  machine.controller.management.power('ForceOff', 'admin');
  machine.host.send(machine.wire.data(transfer, 2 * CHUNK, image.bytes.subarray(2 * CHUNK, 3 * CHUNK)));
  machine.host.send(machine.wire.startUpgrade(1));
  machine.host.askReset(77);
  machine.run();
  expect(machine.hear(), 'nothing is answered').toBeUndefined();
  expect([machine.host.resetAnswer(77), holder(machine)]).toEqual([undefined, undefined]);
  new HostPower(machine.host.registers).report('button');
  machine.run();
  expect(machine.host.readIndex('sendHead')).toBe(machine.host.readIndex('sendTail'));
  expect(holder(machine)).toBeUndefined();
  expect(machine.words()).toContain('power-on');
});

it('the heart of the controller beats on while the host is off', () => {
  const { machine } = inTransfer();
  machine.controller.management.power('ForceOff', 'admin');
  const before = machine.host.register('heartbeat');
  machine.clock.now += 1000;
  machine.run();
  expect(machine.host.register('heartbeat')).not.toBe(before);
});

it('a graceful request alone takes nothing from a session', () => {
  const { machine, transfer } = inTransfer();
  machine.controller.management.power('GracefulShutdown', 'admin');
  new HostPower(machine.host.registers).report('accepted');
  const offset = 2 * CHUNK;
  expect(machine.ask(machine.wire.data(transfer, offset, image.bytes.subarray(offset, offset + CHUNK))).completion).toBe('Ok');
  expect(holder(machine)).toBeDefined();
});

it('a power cycle goes on after the controller has died in it', () => {
  const { machine } = inTransfer();
  machine.controller.management.power('PowerCycle', 'admin');
  machine.run();
  machine.kill();
  expect(machine.controller.management.snapshot().power).toBe('off');
  machine.clock.now += 5000;
  machine.run();
  expect(machine.controller.management.snapshot().power).toBe('on');
});
