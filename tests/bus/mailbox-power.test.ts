// The device's end of the mailbox while the host has no power.
import { beforeEach, expect, it } from 'vitest';
import { MailboxDevice } from '../../host/bus/mailbox-device.ts';
import { Register } from '../../host/bus/mailbox-registers.ts';
import { Wire } from '../core/wire.ts';
import { MailboxHost } from './mailbox-host.ts';

const wire = new Wire();
const inbox = new Uint8Array(65568);
let host: MailboxHost;
let device: MailboxDevice;
/** What the device told its owner. */
let told: string[];

beforeEach(() => {
  [host, told] = [new MailboxHost(), []];
  device = new MailboxDevice(host.registers, host.window, { versions: { lowest: 1, highest: 2 }, bootId: 7 }, {
    holder: () => undefined, mailboxReset: () => told.push('mailbox reset'), hostReset: () => told.push('host reset'),
  });
  device.start(0);
  host.askReset(1);
  device.attend(0);
  expect(host.resetAnswer(1)).toBe('done');
  told = [];
});

const receive = (): number => device.receive(inbox, () => wire.sizeOf(inbox));

it('what lay in the ring when the power went is not taken, and is gone when it comes back', () => {
  host.send(wire.hello());
  device.attend(0);
  device.setHostPower(false);
  expect(receive(), 'off').toBe(0);
  device.setHostPower(true);
  expect(told).toEqual(['mailbox reset']);
  expect(receive(), 'on again').toBe(0);
  expect([host.readIndex('sendHead'), host.readIndex('sendTail')]).toEqual([0, 0]);
});

it('registers of a host that is off are heeded only when it is on again', () => {
  device.setHostPower(false);
  host.askReset(2);
  host.registers.write32(Register.hostResets, 1);
  device.attend(0);
  expect([host.resetAnswer(2), told]).toEqual([undefined, []]);
  device.setHostPower(true);
  device.attend(0);
  expect([host.resetAnswer(2), told]).toEqual(['done', ['mailbox reset', 'host reset', 'mailbox reset']]);
});

it('power that is on and is said to be on is left alone', () => {
  host.send(wire.hello());
  device.attend(0);
  device.setHostPower(true);
  expect([told, receive() > 0]).toEqual([[], true]);
});
