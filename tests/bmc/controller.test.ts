import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Controller } from '../../host/bmc/controller.ts';
import { Register } from '../../host/bus/mailbox-registers.ts';
import { FerryError } from '../../host/error.ts';
import { LEASE_MS, Machine } from './machine.ts';
import { SMALL_BOARD, smallImage } from './small-board.ts';

const machines: Machine[] = [];
function makeMachine(options?: ConstructorParameters<typeof Machine>[0]): Machine {
  const machine = new Machine(options);
  machines.push(machine);
  return machine;
}
afterEach(() => {
  for (const machine of machines.splice(0)) machine.remove();
});

const old = smallImage('bmc', '1.0.0', 1);
const bmc = smallImage('bmc', '2.0.0', 2);
const oldBios = smallImage('bios', '1.0.0', 3);
const bios = smallImage('bios', '2.0.0', 4);

function flash(machine: Machine, chip: string, size: number): Buffer {
  return readFileSync(join(machine.state, 'flash', `${chip}.flash`)).subarray(0, size);
}

describe('the controller', () => {
  it('takes images over the mailbox, keeps them on its flash, and says what happened', () => {
    const machine = makeMachine();
    expect(machine.install(bmc)).toBe('Ok');
    expect(machine.install(bios)).toBe('Ok');
    expect(Buffer.compare(flash(machine, 'bmc-0', bmc.bytes.length), bmc.bytes)).toBe(0);
    expect(Buffer.compare(flash(machine, 'bios-0', bios.bytes.length), bios.bytes)).toBe(0);
    expect(machine.words()).toEqual([
      'ready', 'lab-mode', 'upgrade-started', 'taken-untrusted', 'file-started', 'file-received', 'file-stored', 'trial', 'upgrade-ended', 'committed',
      'upgrade-started', 'taken-untrusted', 'file-started', 'file-received', 'host-reset-needed', 'file-stored', 'upgrade-ended',
    ]);
    expect(machine.events[6]?.text).toMatch(/^bmc 2\.0\.0: stored in slot 0 and read back; .* of 251\.1 KiB were equal, flash time \d\.\d s$/);
    machine.controller.close();
    const log = readFileSync(join(machine.state, 'events.log'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { event: string; number: number });
    expect(log.map(({ event }) => event)).toEqual([...machine.words()]);
    expect(log.at(-1)).toMatchObject({ event: 'stopped', number: 18 });
    expect(readdirSync(join(machine.state, 'staging')), 'what was activated is not kept').toEqual([]);
  });

  it('goes on with what a controller before it had stored', () => {
    const machine = makeMachine();
    machine.install(bmc);
    machine.controller.close();
    machine.controller = machine.makeController();
    machine.controller.start();
    machine.run();
    expect(machine.controller.components()[0]).toMatchObject({ running: 0, slots: [{ state: 'valid', version: '2.0.0' }, { state: 'empty' }] });
    expect(machine.events.findLast(({ event }) => event === 'ready')?.text).toContain('bmc 2.0.0 in slot 0, bios (no whole image)');
    expect(machine.install(bmc, 2)).toBe('AlreadyRunning');
  });

  it('sleeps longer and longer while nothing comes, and never for longer than 50 ms', () => {
    const machine = makeMachine();
    machine.connect();
    const sleeps: number[] = [];
    for (let i = 0; i < 12; i++) sleeps.push(machine.controller.step());
    expect(sleeps.at(-1)).toBe(50);
    expect([...sleeps].sort((a, b) => a - b)).toEqual(sleeps);
    machine.host.send(machine.wire.hello());
    for (let i = 0; i < 10; i++) expect(machine.controller.step(), 'a host that talks keeps it awake').toBe(0);
  });

  it('publishes its status, at most every 50 ms, and its heart beats', () => {
    const machine = makeMachine();
    const published = (): { phase: string; done: number } => {
      const message = new Uint8Array(96);
      machine.host.registers.read(Register.status, message);
      const { fields } = machine.wire.read(message);
      return { phase: machine.wire.phaseName(fields['phase']), done: fields['done'] ?? -1 };
    };
    machine.connect();
    expect(published()).toEqual({ phase: 'Idle', done: 0 });
    const upgrade = machine.ask(machine.wire.startUpgrade()).fields['id']!;
    expect(published().phase, 'not yet').toBe('Idle');
    machine.clock.now += 50;
    machine.run();
    expect(published().phase).toBe('Open');
    const beat = machine.host.register('heartbeat');
    machine.clock.now += 500;
    machine.sendFile(upgrade, bmc);
    machine.clock.now += 50;
    machine.run();
    expect(published()).toEqual({ phase: 'Receiving', done: bmc.bytes.length });
    expect(machine.host.register('heartbeat')).not.toBe(beat);
  });

  it('answers the host between two slices of storing an image', () => {
    const machine = makeMachine();
    machine.connect();
    const upgrade = machine.ask(machine.wire.startUpgrade()).fields['id']!;
    const { transfer } = machine.sendFile(upgrade, bmc).fields as { transfer: number };
    // A host that asks all the time neither stops the storing nor is left without answers.
    let answers = 0;
    let ended: string | undefined = 'InProgress';
    for (let i = 0; i < 500 && ended !== 'Ok'; i++) {
      if (ended === 'InProgress') machine.host.send(machine.wire.endFile(transfer, bmc.bytes.length));
      ended = undefined;
      for (let k = 0; k < 100; k++) machine.host.send(machine.wire.status());
      machine.controller.step();
      for (let response = machine.hear(); response; response = machine.hear()) {
        if (response.type === 'Status') answers++;
        else ended = response.completion;
      }
    }
    expect(ended).toBe('Ok');
    expect(answers).toBeGreaterThan(100);
  });

  it('keeps a response for which there is no room, and gives it when there is', () => {
    const machine = makeMachine();
    machine.connect();
    const { receiveSize } = { receiveSize: machine.host.register('receiveSize') };
    const requests = receiveSize / 48 + 10;
    for (let i = 0; i < requests; i++) {
      machine.host.send(machine.wire.hello(i));
      machine.run();
    }
    let heard = 0;
    for (;;) {
      const response = machine.hear();
      if (response === undefined) break;
      expect(response.type).toBe('Hello');
      heard++;
      machine.host.ring();
      machine.run();
    }
    expect(heard, 'nothing was lost: the rest waited in the send ring').toBeGreaterThanOrEqual(Math.floor(requests));
  });

  it('drops noise, tells of it once, and goes on', () => {
    const machine = makeMachine();
    machine.connect();
    for (let i = 0; i < 20; i++) {
      const hello = machine.wire.hello();
      hello[20]! ^= 1;
      machine.host.send(hello);
    }
    machine.run();
    for (let i = 0; i < 40; i++) machine.controller.step();
    expect(machine.events.filter(({ event }) => event === 'messages-dropped')).toMatchObject([{ fields: { messages: 20 } }]);
    expect(machine.ask(machine.wire.hello()).completion).toBe('Ok');
  });

  it('clears what waited for a reset of the host, also when it happened while no controller ran', () => {
    const machine = makeMachine();
    machine.install(bios);
    const reset = (): void => machine.host.registers.write32(Register.hostResets, machine.host.register('hostResets') + 1);
    expect(machine.controller.components()[1]?.needsHostReset).toBe(true);
    reset();
    machine.run();
    expect(machine.controller.components()[1]?.needsHostReset).toBe(false);
    expect(machine.words().slice(-2)).toEqual(['activated', 'trial']);
    machine.install(smallImage('bios', '3.0.0', 5), 2);
    machine.controller.close();
    reset();
    machine.controller = machine.makeController();
    machine.controller.start();
    machine.run();
    expect(machine.controller.components()[1]?.needsHostReset).toBe(false);
  });

  it('refuses a reset of the mailbox while a session is alive, and not after its lease', () => {
    const machine = makeMachine();
    machine.connect();
    machine.ask(machine.wire.startUpgrade(77));
    machine.clock.now += LEASE_MS - 1;
    expect(machine.connect()).toBe('refused');
    expect([machine.host.register('holder'), machine.host.register('heldMs')]).toEqual([77, LEASE_MS - 1]);
    machine.clock.now += 2;
    expect(machine.connect()).toBe('done');
    expect(machine.install(bmc, 78)).toBe('Ok');
    expect(machine.words()).toContain('upgrade-abandoned');
  });
});

describe('a controller that is killed', () => {
  it.each([['two slots', old, bmc, 0], ['written in place', oldBios, bios, 1]] as const)(
    'between any two slices of an upgrade leaves a whole image, and the same upgrade again ends well: %s', (_name, before, image, index) => {
      const machine = makeMachine();
      machine.install(before);
      let slices = 0;
      let isOver = false;
      while (!isOver) {
        slices += 7;
        const trial = makeMachine();
        trial.state = machine.copyState();
        trial.controller = trial.makeController();
        trial.controller.start();
        isOver = killedAfter(trial, slices, () => trial.install(image, 1));
        trial.kill();
        trial.run();
        const component = trial.controller.components()[index]!;
        const running = component.slots[component.running ?? 9];
        expect(['1.0.0', '2.0.0'], `killed after ${slices} rounds`).toContain(running?.version);
        expect(['Ok', 'AlreadyRunning'], `killed after ${slices} rounds`).toContain(trial.install(image, 2));
        const chip = `${component.name}-${trial.controller.components()[index]!.running}`;
        expect(Buffer.compare(flash(trial, chip, image.bytes.length), image.bytes), `killed after ${slices} rounds`).toBe(0);
        trial.controller.close();
        trial.remove();
      }
      expect(slices).toBeGreaterThan(100);
    });

  /** Runs until the clock was asked so many times; true when it ended before. The clock is asked in each round. */
  function killedAfter(machine: Machine, rounds: number, run: () => void): boolean {
    let left = rounds;
    class Killed extends Error {}
    machine.clock.nowMs = () => {
      if (left-- <= 0) throw new Killed();
      return machine.clock.now;
    };
    try {
      run();
      return true;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      return false;
    } finally {
      machine.clock.nowMs = () => machine.clock.now;
    }
  }

  it('activates on the next start what waited for it', () => {
    const machine = makeMachine();
    machine.install(old);
    machine.install(bmc, 2, 'nextReset');
    expect(machine.controller.components()[0]).toMatchObject({ running: 0, pending: 1 });
    machine.kill();
    machine.run();
    expect(machine.controller.components()[0]).toMatchObject({ running: 1, pending: undefined });
    expect(machine.words().slice(-3)).toEqual(['activated', 'trial', 'committed']);
  });

  it('goes on with a transfer where it was', () => {
    const machine = makeMachine();
    const big = smallImage('bmc', '3.0.0', 8);
    machine.connect();
    const upgrade = machine.ask(machine.wire.startUpgrade()).fields['id']!;
    const { transfer } = machine.ask(machine.wire.startFile(upgrade, big)).fields as { transfer: number };
    for (const offset of [0, 65_536, 131_072]) machine.ask(machine.wire.data(transfer, offset, big.bytes.subarray(offset, offset + 65_536)));
    const bootId = machine.host.register('bootId');
    machine.kill();
    expect(machine.host.register('bootId')).not.toBe(bootId);
    expect(machine.connect()).toBe('done');
    const again = machine.ask(machine.wire.startUpgrade(2)).fields['id']!;
    expect(machine.ask(machine.wire.startFile(again, big)).fields['next']).toBe(196_608);
    machine.clock.now += LEASE_MS + 1;
    expect(machine.install(big, 3)).toBe('Ok');
  });
});

describe('a state directory', () => {
  function refusal(make: () => Controller): FerryError {
    try {
      make().close();
    } catch (error) {
      expect(error).toBeInstanceOf(FerryError);
      return error as FerryError;
    }
    throw new Error('the controller was made');
  }

  it('is for one controller, until that one has ended', () => {
    const machine = makeMachine();
    const error = refusal(() => machine.makeController());
    expect(error.code).toBe('controller-running');
    expect(error.message).toMatch(new RegExp(`process ${process.pid}, since 20.*nothing was touched`));
    expect(machine.ask.bind(machine), 'the first one goes on').toBeDefined();
    expect(machine.install(bmc)).toBe('Ok');
    machine.controller.close();
    machine.controller.close();
    machine.makeController().close();
  });

  it('is taken over from a process that is dead', async () => {
    const machine = makeMachine();
    machine.controller.close();
    const child = spawn('true');
    await once(child, 'exit');
    writeFileSync(join(machine.state, 'controller-lock.9'), JSON.stringify({ pid: child.pid, startTime: '1', boot: '', since: 'once' }));
    machine.makeController().close();
  });

  it.each<[string, (state: string) => void, RegExp]>([
    ['a file in its place', (state) => (rmSync(state, { recursive: true }), writeFileSync(state, '')), /can not be used: expected a directory, got a file/],
    ['a file in place of the flash directory', (state) => (rmSync(join(state, 'flash'), { recursive: true }), writeFileSync(join(state, 'flash'), '')), /can not be used: (EEXIST|ENOTDIR)/],
    ['a flash file of another size', (state) => writeFileSync(join(state, 'flash', 'bmc-1.flash'), 'short'), /bmc-1\.flash" has the wrong size: expected 262144 bytes, got 5/],
    ['a directory in place of a flash file', (state) => (rmSync(join(state, 'flash', 'bios-0.flash')), mkdirSync(join(state, 'flash', 'bios-0.flash'))), /bios-0\.flash/],
    ['a file in place of staging', (state) => (rmSync(join(state, 'staging'), { recursive: true }), writeFileSync(join(state, 'staging'), '')), /can not be used: (EEXIST|ENOTDIR)/],
  ])('that can not be used is refused with what is wrong, and its lock is free again: %s', (_name, spoil, message) => {
    const machine = makeMachine();
    machine.controller.close();
    spoil(machine.state);
    for (let i = 0; i < 2; i++) {
      const error = refusal(() => machine.makeController());
      expect(error.code).toBe('state-failed');
      expect(error.message).toMatch(message);
      expect(error.hint).toContain('--state');
    }
  });

  it('without its event log still makes a controller', () => {
    const machine = makeMachine();
    machine.controller.close();
    rmSync(join(machine.state, 'events.log'));
    mkdirSync(join(machine.state, 'events.log'));
    machine.controller = machine.makeController();
    machine.controller.start();
    expect(machine.words()).toContain('log-failed');
    expect(machine.install(bmc)).toBe('Ok');
  });

  it('tells of records that belong to no component of the board', () => {
    const machine = makeMachine();
    machine.install(bmc);
    machine.install(bios);
    machine.controller.close();
    Object.assign(machine.options, { board: { ...SMALL_BOARD, components: SMALL_BOARD.components.slice(1) } });
    machine.controller = machine.makeController();
    machine.controller.start();
    expect(machine.words()).toContain('record-ignored');
    expect(machine.controller.components()).toMatchObject([{ name: 'bios', running: 0 }]);
  });
});
