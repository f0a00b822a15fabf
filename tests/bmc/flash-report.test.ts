// What is seen of the flash from outside: chips, wear and records, while the controller works on it, and without a trace.
import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_BOARD } from '../../host/bmc/board.ts';
import { FLASH_PARTS } from '../../host/bmc/flash-part.ts';
import { recordChanges } from '../../host/bmc/flash-report-changes.ts';
import { verifyFlash } from '../../host/bmc/flash-report-verify.ts';
import { jedecId, wearOf } from '../../host/bmc/flash-report-wear.ts';
import { componentsOf, newestRecord, readRecords, seeFlash } from '../../host/bmc/flash-report.ts';
import { newBmc, SeenMachine } from './seen-machine.ts';
import { SLOT_SIZE, SMALL_BOARD } from './small-board.ts';

let machine: SeenMachine;
beforeEach(() => { machine = new SeenMachine(); });
afterEach(() => machine.remove());

describe('looking', () => {
  it('sees every chip with its part and its wear, and every component with its slots', () => {
    const flash = machine.see();
    expect(flash.chips.map(({ name, size, part }) => [name, size, part?.name])).toEqual([
      ['bios-0', SLOT_SIZE, 'W25Q128JV'], ['bmc-0', SLOT_SIZE, 'W25Q256JV'], ['bmc-1', SLOT_SIZE, 'W25Q256JV'], ['records', 8192, 'W25Q128JV'],
    ]);
    expect(componentsOf(flash, readRecords(flash))).toEqual([{ name: 'bios', slotCount: 1 }, { name: 'bmc', slotCount: 2 }]);
    expect(newestRecord(readRecords(flash), 'bmc')?.record).toMatchObject({ active: 1, slots: [{ version: '1.0.0', state: 'valid' }, { version: '2.0.0', state: 'valid' }] });
    expect(flash.strangers).toEqual([]);
    expect(seeFlash(machine.state, DEFAULT_BOARD).chips[1]?.part, 'another board').toBeUndefined();
  });

  it('changes nothing, makes nothing, and needs no lock', () => {
    const snapshot = () => readdirSync(machine.state, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile()).map((one) => [one.name, readFileSync(join(one.parentPath, one.name)).toString('base64')]);
    rmSync(machine.fileOf('bmc-0'));
    const before = snapshot();
    verifyFlash(machine.see());
    recordChanges(readRecords(machine.see())?.components.get('bmc') ?? []);
    expect(snapshot()).toEqual(before);
  });

  it('names files that are no chips, or have no size of one, and does not look at them', () => {
    writeFileSync(join(machine.state, 'flash', 'notes.txt'), '');
    writeFileSync(machine.fileOf('bmc-7'), Buffer.alloc(4096));
    truncateSync(machine.fileOf('bmc-0'), 1000);
    const flash = machine.see();
    expect(flash.strangers).toEqual(['bmc-0.flash', 'bmc-7.flash', 'notes.txt']);
    expect(flash.chips.map(({ name }) => name)).toEqual(['bios-0', 'bmc-1', 'records']);
  });

  it('without a state directory says which one was expected', () => {
    expect(() => seeFlash(join(machine.state, 'nowhere'), SMALL_BOARD)).toThrow(expect.objectContaining({ code: 'machine-missing', exitCode: 64 }));
    rmSync(join(machine.state, 'flash'), { recursive: true });
    writeFileSync(join(machine.state, 'flash'), '');
    expect(() => machine.see()).toThrow(/can not be read: ENOTDIR/);
  });

  it('knows least, median and most erases, and their share of what the part is good for', () => {
    expect(wearOf(new Uint32Array([5, 1, 1000, 2, 3]), FLASH_PARTS.W25Q128JV)).toEqual({ least: 1, median: 3, most: 1000, used: 0.01 });
    expect(wearOf(new Uint32Array([7]), undefined)).toEqual({ least: 7, median: 7, most: 7, used: undefined });
    for (const part of Object.values(FLASH_PARTS)) expect(jedecId(part), part.name).toMatch(/^[0-9A-F]{2} [0-9A-F]{2} [0-9A-F]{2}$/);
  });
});

describe('the records of a component', () => {
  it('tell what changed from one to the next, and how far writing is in one line', () => {
    const changes = recordChanges(readRecords(machine.see())?.components.get('bmc') ?? []);
    const digest = Buffer.from(newBmc.digest).toString('hex').slice(0, 16);
    expect(changes.map(({ sequence, count, changes: texts }) => [sequence, count, ...texts])).toEqual([
      [2, 1, 'the oldest record that is kept: slot 0 writing 1.0.0, slot 1 empty, runs slot 0'],
      [5, 3, 'slot 0: 64 KiB at 0x30000 is in flight'],
      [6, 1, 'slot 0: writing -> valid', 'slot 0: nothing is in flight'],
      [7, 1, 'on trial, attempt 1'],
      [8, 1, 'no longer on trial'],
      [9, 1, `slot 1: 2.0.0, 251.1 KiB, sha256 ${digest}...`, 'slot 1: empty -> writing', 'slot 1: 64 KiB at 0x0 is in flight'],
      [12, 3, 'slot 1: 64 KiB at 0x30000 is in flight'],
      [13, 1, 'slot 1: writing -> valid', 'slot 1: nothing is in flight'],
      [14, 1, 'runs slot 1, before slot 0', 'on trial, attempt 1'],
      [15, 1, 'no longer on trial'],
    ]);
  });

  it('are all there at every step of an upgrade', () => {
    machine.askToStore();
    for (let count = 0; count < 200; count++) {
      machine.controller.step();
      const records = readRecords(machine.see());
      expect(newestRecord(records, 'bmc')?.record.slots[1], `step ${count}`).toMatchObject({ state: 'valid', version: '2.0.0' });
      expect(newestRecord(records, 'bios')?.record.slots[0], `step ${count}`).toMatchObject({ state: 'valid', version: '1.0.0' });
    }
  });
});

it('a file of foreign bytes behind the records is told apart from records', () => {
  appendFileSync(machine.fileOf('records'), Buffer.alloc(4096));
  expect(machine.see().strangers).toEqual(['records.flash']);
  expect(readRecords(machine.see())).toBeUndefined();
});
