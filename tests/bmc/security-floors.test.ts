// What outlives a chip of slot records that is lost.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { PublicKey } from '../../host/trust/public-key.ts';
import { digestImage } from '../../host/trust/image-digest.ts';
import { signImage } from '../../host/trust/sign.ts';
import type { Image } from '../core/wire.ts';
import { testKey } from '../trust/signed-image.ts';
import { Machine } from './machine.ts';
import { SMALL_BOARD, smallImage } from './small-board.ts';

const { key } = testKey(0x42);
const machines: Machine[] = [];
afterEach(() => machines.splice(0).forEach((machine) => machine.remove()));

function makeMachine(): Machine {
  const pin: readonly PublicKey[] = [key.publicKey];
  const machine = new Machine({ pin, labMode: false });
  machines.push(machine);
  machine.run();
  return machine;
}

function signed(image: Image, security: number): Image {
  const statement = { component: image.component, platform: SMALL_BOARD.platform, version: image.version, security };
  return { ...image, signature: Buffer.from(signImage(digestImage(image.bytes, 'image'), statement, key, 'image.minisig').file) };
}

function restart(machine: Machine, change: (state: string) => void): void {
  machine.controller.close();
  change(machine.state);
  machine.events.length = 0;
  machine.controller = machine.makeController();
  machine.controller.start();
  machine.run();
}

test('slot records that are gone are told, and do not let an old image back in', () => {
  const machine = makeMachine();
  expect(machine.install(signed(smallImage('bmc', '2.0.0', 2), 5))).toBe('Ok');
  expect(readFileSync(join(machine.state, 'floors'), 'latin1')).toBe('bmc 5\n');
  restart(machine, (state) => rmSync(join(state, 'flash', 'records.flash')));
  expect(machine.words()).toContain('records-lost');
  expect(machine.controller.components()[0]).toMatchObject({ running: undefined, floor: 0 });
  expect(machine.install(signed(smallImage('bmc', '1.0.0', 1), 4), 2)).toBe('SecurityTooLow');
  expect(machine.install(signed(smallImage('bmc', '3.0.0', 3), 5), 3)).toBe('Ok');
});

test('noise in place of the records is told, a new board is not', () => {
  const machine = makeMachine();
  expect(machine.words()).not.toContain('records-lost');
  restart(machine, (state) => writeFileSync(join(state, 'flash', 'records.flash'), Buffer.alloc(8192, 0x5a)));
  expect(machine.events.find(({ event }) => event === 'records-lost')?.text).toContain('nothing of ours');
});

test('a file of security numbers that can not be read keeps the controller from starting', () => {
  const machine = makeMachine();
  machine.controller.close();
  writeFileSync(join(machine.state, 'floors'), 'bmc five\n');
  expect(() => machine.makeController()).toThrow('the security numbers can not be read: expected "COMPONENT NUMBER", got "bmc five"');
  expect(existsSync(join(machine.state, 'controller-lock')), 'the lock is free again').toBe(false);
});
