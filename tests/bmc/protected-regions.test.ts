// Settings and serial numbers in a firmware hub: no image changes them, whatever happens on the way.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Board } from '../../host/bmc/board.ts';
import type { FlashFault, FlashOperation } from '../../host/bmc/flash-fault.ts';
import { seeFlash } from '../../host/bmc/flash-report.ts';
import { verifyFlash } from '../../host/bmc/flash-report-verify.ts';
import { keepsSlots, type RecoverableManagement } from '../../host/bmc/management.ts';
import type { ProtectedRegion } from '../../host/bmc/protected-regions.ts';
import { Slots } from '../../host/bmc/slots.ts';
import type { Image } from '../core/wire.ts';
import { patchAnnouncement, stepOf } from '../core/patch-sending.ts';
import { seeded } from '../random.ts';
import { LEASE_MS, Machine } from './machine.ts';
import { SLOT_SIZE, SMALL_BOARD, smallImage } from './small-board.ts';

const BLOCK = 65_536;
const REGIONS: readonly ProtectedRegion[] = [{ offset: BLOCK, size: BLOCK }, { offset: 3 * BLOCK, size: BLOCK }];
const [old, fresh] = [smallImage('bios', '1.0.0', 1), smallImage('bios', '2.0.0', 2)];
const machines: Machine[] = [];
afterEach(() => machines.splice(0).forEach((machine) => machine.remove()));

function boardWith(protectedRegions: readonly ProtectedRegion[]): Board {
  return { ...SMALL_BOARD, components: SMALL_BOARD.components.map((one) => (one.name === 'bios' ? { ...one, protectedRegions } : one)) };
}

function makeMachine(options?: ConstructorParameters<typeof Machine>[0]): Machine {
  const machine = new Machine(options ?? { board: boardWith(REGIONS) });
  machines.push(machine);
  machine.run();
  return machine;
}

const hub = (machine: Machine): string => join(machine.state, 'flash', 'bios-0.flash');

/** What the host's firmware does to its own settings. */
function changeSettings(machine: Machine, seed: number, regions = REGIONS): Buffer {
  const random = seeded(seed);
  const bytes = readFileSync(hub(machine));
  for (const { offset, size } of regions) for (let at = offset; at < offset + size; at++) bytes[at] = random() * 256;
  writeFileSync(hub(machine), bytes);
  return settings(bytes);
}

const settings = (bytes: Buffer): Buffer => Buffer.concat(REGIONS.map(({ offset, size }) => bytes.subarray(offset, offset + size)));

/** The image as the hub should hold it. */
function expected(image: Image, kept: Buffer): Buffer {
  const bytes = Buffer.alloc(SLOT_SIZE, 0xff);
  bytes.set(image.bytes);
  REGIONS.forEach(({ offset, size }, index) => bytes.set(kept.subarray(index * size, (index + 1) * size), offset));
  return bytes;
}

function verify({ controller: { management } }: Machine): ReturnType<RecoverableManagement['verify']> {
  if (!keepsSlots(management)) throw new Error('the controller keeps no slots');
  return management.verify('bios');
}

const verifiedFromOutside = (machine: Machine): string | undefined => verifyFlash(seeFlash(machine.state, boardWith(REGIONS)), 'bios')[0]?.condition;

describe('protected regions', () => {
  it('are as they were after an image was stored, which is whole everywhere else, and verifies', async () => {
    const machine = makeMachine();
    const kept = changeSettings(machine, 5);
    for (const image of [old, fresh]) {
      expect(machine.install(image)).toBe('Ok');
      expect(Buffer.compare(readFileSync(hub(machine)), expected(image, kept)), image.version).toBe(0);
      const sha256 = Buffer.from(image.digest).toString('hex');
      expect(await verify(machine)).toMatchObject({ condition: 'ok', expected: sha256, got: sha256, blocks: [expect.any(Number), -1, expect.any(Number), -1] });
      expect(verifiedFromOutside(machine)).toBe('ok');
    }
  });

  it('may be changed by the host at any time: the image is whole all the same, also for the next controller and at its commit', async () => {
    const machine = makeMachine();
    machine.install(old);
    const kept = changeSettings(machine, 6);
    expect(await verify(machine)).toMatchObject({ condition: 'ok' });
    machine.host.registers.write32(0x88, 1);
    machine.host.ring();
    machine.run();
    machine.connect();
    machine.ask(machine.wire.hello());
    machine.run();
    expect(machine.words()).toContain('committed');
    machine.kill();
    expect(await verify(machine)).toMatchObject({ condition: 'ok' });
    expect(verifiedFromOutside(machine)).toBe('ok');
    expect(machine.install(old, 2)).toBe('AlreadyRunning');
    expect(settings(readFileSync(hub(machine)))).toEqual(kept);
  });

  it('hide no damage outside of them, and the same image repairs it', async () => {
    const machine = makeMachine();
    const kept = changeSettings(machine, 7);
    machine.install(old);
    const bytes = readFileSync(hub(machine));
    bytes[2 * BLOCK + 77]! ^= 1;
    writeFileSync(hub(machine), bytes);
    const found = await verify(machine);
    expect(found).toMatchObject({ condition: 'differs' });
    expect(found.got).not.toBe(found.expected);
    expect(verifiedFromOutside(machine)).toBe('differs');
    expect(machine.install(old, 2)).toBe('Ok');
    expect(Buffer.compare(readFileSync(hub(machine)), expected(old, kept))).toBe(0);
  });

  it('that the board names differently than when the image was stored are told apart: then all of the image counts', async () => {
    const options = { board: boardWith([]) };
    const machine = makeMachine(options);
    machine.install(old);
    expect(await verify(machine)).toMatchObject({ condition: 'ok' });
    options.board = boardWith(REGIONS);
    machine.kill();
    expect(await verify(machine), 'nothing has changed since').toMatchObject({ condition: 'ok' });
    const kept = changeSettings(machine, 8);
    expect(await verify(machine)).toMatchObject({ condition: 'differs' });
    expect(machine.install(old, 2), 'sent again').toBe('Ok');
    expect(await verify(machine)).toMatchObject({ condition: 'ok' });
    expect(Buffer.compare(readFileSync(hub(machine)), expected(old, kept))).toBe(0);
  });

  it('do not stand in the way of a patch: it is made for the image as it was signed', () => {
    const machine = makeMachine();
    const step = stepOf('bios');
    machine.install(step.from);
    const kept = changeSettings(machine, 9);
    machine.kill();
    machine.run();
    machine.connect();
    const upgrade = machine.ask(machine.wire.startUpgrade(2)).fields['id'] ?? 0;
    const { completion, fields: { transfer = 0 } } = machine.ask(patchAnnouncement(upgrade, step));
    expect(completion).toBe('Ok');
    expect(machine.ask(machine.wire.data(transfer, 0, step.patch)).completion).toBe('Ok');
    expect(machine.endFile(transfer, step.to).completion).toBe('Ok');
    expect(Buffer.compare(readFileSync(hub(machine)), expected(step.to, kept))).toBe(0);
  });

  it('can not be erased or programmed, not even in part', () => {
    const slots = new Slots({ board: boardWith(REGIONS) });
    expect(() => slots.erase('bios', 0, BLOCK, 4096)).toThrow('touch a protected region');
    expect(() => slots.program('bios', 0, BLOCK - 1, new Uint8Array(2))).toThrow('touch a protected region');
    expect(() => slots.erase('bios', 0, 2 * BLOCK, BLOCK)).not.toThrow();
    expect(() => slots.program('bios', 0, 2 * BLOCK, new Uint8Array(BLOCK))).not.toThrow();
    slots.close();
  });

  it('are as they were when power was lost at any operation, before the image is whole and after', () => {
    let operations = 0;
    let cutAt = Number.POSITIVE_INFINITY;
    const fault = (chip: string, { kind, address, size }: FlashOperation): FlashFault | undefined => {
      if (operations > cutAt) return { cut: 'before' };
      if (kind === 'read') return undefined;
      if (chip === 'bios-0') for (const region of REGIONS) expect(address + size <= region.offset || address >= region.offset + region.size, `${kind} at ${address}`).toBe(true);
      if (operations++ !== cutAt) return undefined;
      return kind === 'erase' ? { cut: 'partly-erased', bytes: (cutAt * 997) % size } : { cut: 'scatter', seed: cutAt + 1 };
    };
    const base = makeMachine();
    const kept = changeSettings(base, 9);
    base.install(old);
    const [settled, states] = [base.state, base];
    for (let cut = 0, isOver = false; !isOver; cut++) {
      states.state = settled;
      const state = states.copyState();
      const machine = new Machine({ board: boardWith(REGIONS), flashFault: fault });
      machines.push(machine);
      machine.controller.close();
      machine.state = state;
      machine.controller = machine.makeController();
      machine.controller.start();
      machine.run();
      [operations, cutAt] = [0, cut];
      machine.install(fresh);
      isOver = operations <= cut;
      cutAt = Number.POSITIVE_INFINITY;
      expect(settings(readFileSync(hub(machine))), `cut at operation ${cut}`).toEqual(kept);
      machine.kill();
      machine.run();
      machine.clock.now += LEASE_MS + 1;
      expect(['Ok', 'AlreadyRunning'], `cut at operation ${cut}`).toContain(machine.install(fresh, 2));
      expect(Buffer.compare(readFileSync(hub(machine)), expected(fresh, kept)), `cut at operation ${cut}`).toBe(0);
      machine.remove();
      if (isOver) expect(cut).toBeGreaterThan(6);
    }
  });
});
