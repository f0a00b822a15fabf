// What a controller does about a slot that it has looked at and that does not hold what its record says.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Register } from '../../host/bus/mailbox-registers.ts';
import { keepsSlots, type RecoverableManagement } from '../../host/bmc/management.ts';
import { Machine } from './machine.ts';
import { SLOT_SIZE, smallImage } from './small-board.ts';

const [bmc, bios] = [smallImage('bmc', '2.0.0', 2), smallImage('bios', '1.0.0', 4)];
const machines: Machine[] = [];
afterEach(() => machines.splice(0).forEach((machine) => machine.remove()));

function makeMachine(options: ConstructorParameters<typeof Machine>[0] = {}): Machine {
  const machine = new Machine(options);
  machines.push(machine);
  machine.run();
  return machine;
}

function managementOf({ controller: { management } }: Machine): RecoverableManagement {
  if (!keepsSlots(management)) throw new Error('the controller keeps no slots');
  return management;
}

/** Two bits flip, two blocks apart. */
function spoil(machine: Machine, chip: string): void {
  const path = join(machine.state, 'flash', `${chip}.flash`);
  const bytes = readFileSync(path);
  for (const offset of [70_000, 200_000]) bytes[offset] = (bytes[offset] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}

const flash = (machine: Machine, chip: string, size: number): Buffer => readFileSync(join(machine.state, 'flash', `${chip}.flash`)).subarray(0, size);

describe.each([['bmc', bmc, 'bmc-0'], ['bios', bios, 'bios-0']] as const)('a damaged %s', (name, image, chip) => {
  it('that was verified is taken again over the bus, and verifies then', async () => {
    const machine = makeMachine();
    machine.install(image);
    expect(await managementOf(machine).verify(name)).toMatchObject({ condition: 'ok', got: Buffer.from(image.digest).toString('hex') });
    spoil(machine, chip);
    expect(machine.install(image, 2)).toBe('AlreadyRunning');
    const found = await managementOf(machine).verify(name);
    expect(found).toMatchObject({ condition: 'differs' });
    expect(found.blocks).toHaveLength(Math.ceil(image.bytes.length / 65_536));
    expect(machine.install(image, 3)).toBe('Ok');
    expect(await managementOf(machine).verify(name)).toMatchObject({ condition: 'ok' });
    expect(machine.install(image, 4)).toBe('AlreadyRunning');
  });

  it('is condemned without a new start; a start after that knows it, too', async () => {
    const machine = makeMachine();
    machine.install(image);
    spoil(machine, chip);
    const condemned = managementOf(machine).condemn(name, 'alice');
    machine.run();
    expect(await condemned).toMatchObject({ ok: true, text: expect.stringContaining('on record as not whole from now on') });
    expect(machine.controller.isToRestart).toBe(false);
    expect(machine.words()).toContain('condemned');
    expect(await managementOf(machine).verify(name)).toMatchObject({ condition: 'unfinished' });
    machine.kill();
    machine.run();
    expect(await managementOf(machine).verify(name)).toMatchObject({ condition: 'unfinished' });
    expect(machine.install(image, 2)).toBe('Ok');
    expect(flash(machine, chip, image.bytes.length)).toEqual(Buffer.from(image.bytes));
  });
});

describe('a slot', () => {
  it('is not condemned while an upgrade is open, nor when the records can not be written', async () => {
    let failing = false;
    const machine = makeMachine({ flashFault: (chip, { kind }) => {
      if (failing && chip === 'records' && kind !== 'read') throw new Error('the chip does not answer');
      return undefined;
    } });
    machine.install(bios);
    machine.connect();
    const upgrade = machine.ask(machine.wire.startUpgrade(7)).fields['id'] ?? 0;
    const refused = managementOf(machine).condemn('bios', 'alice');
    machine.run();
    expect(await refused).toMatchObject({ ok: false, text: expect.stringContaining('holds the device') });
    machine.ask(machine.wire.endUpgrade(upgrade, 'now'));
    failing = true;
    const failed = managementOf(machine).condemn('bios', 'alice');
    machine.run();
    expect(await failed).toMatchObject({ ok: false, text: expect.stringContaining('could not be written') });
    expect(machine.controller.components()[1]).toMatchObject({ running: 0, slots: [{ state: 'valid' }] });
    expect(await managementOf(machine).condemn('fan', 'alice')).toMatchObject({ ok: false });
  });

  it('that is damaged while its image is on trial is taken again once the looks before the commit have found it', () => {
    const machine = makeMachine();
    machine.install(bios);
    spoil(machine, 'bios-0');
    machine.host.registers.write32(Register.hostResets, 1);
    machine.host.ring();
    machine.run();
    machine.connect();
    machine.ask(machine.wire.hello());
    for (let looks = 0; looks < 4; looks++) {
      machine.clock.now += 1000;
      machine.run();
    }
    expect(machine.words()).toContain('trial-unwell');
    expect(machine.install(bios, 2)).toBe('Ok');
    expect(flash(machine, 'bios-0', SLOT_SIZE).subarray(0, bios.bytes.length)).toEqual(Buffer.from(bios.bytes));
  });
});
