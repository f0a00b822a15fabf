// Slots read back and compared with their records, also while the controller works on them.
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newestRecord, readRecords } from '../../host/bmc/flash-report.ts';
import { verdictExitCode, verifyFlash, type LookAtChip, type SlotVerdict } from '../../host/bmc/flash-report-verify.ts';
import { runSeed, seeded } from '../random.ts';
import { bios, newBmc, oldBmc, SeenMachine } from './seen-machine.ts';
import { smallImage } from './small-board.ts';

let machine: SeenMachine;
beforeEach(() => { machine = new SeenMachine(); });
afterEach(() => machine.remove());

const verify = (only?: string, digest?: LookAtChip): SlotVerdict[] => verifyFlash(machine.see(), only, digest);
const conditions = (verdicts: readonly SlotVerdict[]): string[] => verdicts.map(({ component, slot, condition }) => `${component}-${slot} ${condition}`);
const exitCode = (verdicts: readonly SlotVerdict[], controllerRuns = true): number => verdictExitCode(verdicts, controllerRuns, readRecords(machine.see()));

describe('verify', () => {
  it('finds slots as their records say', () => {
    const verdicts = verify();
    expect(conditions(verdicts)).toEqual(['bios-0 ok', 'bmc-0 ok', 'bmc-1 ok']);
    expect(verdicts.map(({ isRunning }) => isRunning)).toEqual([true, false, true]);
    expect(exitCode(verdicts)).toBe(0);
    expect(conditions(verify('bios'))).toEqual(['bios-0 ok']);
  });

  it('finds any one bit that is not as it was written, and says 5 for what runs and 1 for what does not', () => {
    const seed = runSeed();
    const random = seeded(seed);
    for (let count = 0; count < 60; count++) {
      const chip = ['bmc-0', 'bmc-1', 'bios-0'][count % 3] ?? '';
      const size = chip === 'bmc-0' ? oldBmc.bytes.length : chip === 'bmc-1' ? newBmc.bytes.length : bios.bytes.length;
      const offset = count < 3 ? 0 : count < 6 ? size - 1 : Math.floor(random() * size);
      const bit = Math.floor(random() * 8);
      machine.flip(chip, offset, bit);
      const verdicts = verify();
      const found = verdicts.filter(({ condition }) => condition !== 'ok');
      expect(conditions(found), `seed ${seed}: ${chip}, offset ${offset}`).toEqual([`${chip} differs`]);
      expect(found[0]?.got).toMatch(/^[0-9a-f]{64}$/);
      expect(found[0]?.got).not.toBe(Buffer.from(found[0]?.record?.digest ?? []).toString('hex'));
      expect(exitCode(verdicts)).toBe(chip === 'bmc-0' ? 1 : 5);
      machine.flip(chip, offset, bit);
    }
    machine.flip('bmc-1', newBmc.bytes.length);
    expect(exitCode(verify()), 'behind the image').toBe(0);
  });

  it('says when a chip is gone or too small for what its record says', () => {
    rmSync(machine.fileOf('bmc-0'));
    expect(conditions(verify('bmc'))).toEqual(['bmc-0 missing', 'bmc-1 ok']);
    expect(exitCode(verify('bmc'))).toBe(1);
    truncateSync(machine.fileOf('bmc-1'), 4096);
    expect(conditions(verify('bmc'))).toEqual(['bmc-0 missing', 'bmc-1 missing']);
    expect(exitCode(verify('bmc'))).toBe(5);
  });

  it('passes over pages of the records that are damaged, and is not content when all of them are', () => {
    const count = readRecords(machine.see())?.pages.length ?? 0;
    const newest = newestRecord(readRecords(machine.see()), 'bios');
    machine.flip('records', (newest?.offset ?? 0) + 20);
    expect(readRecords(machine.see())).toMatchObject({ unreadable: 1, pages: { length: count - 1 } });
    writeFileSync(machine.fileOf('records'), Buffer.alloc(8192));
    expect(conditions(verify())).toEqual(['bios-0 empty', 'bmc-0 empty', 'bmc-1 empty']);
    expect(exitCode(verify())).toBe(5);
    rmSync(machine.fileOf('records'));
    expect(exitCode(verify())).toBe(5);
    writeFileSync(machine.fileOf('records'), Buffer.alloc(8192, 0xff));
    expect(exitCode(verify()), 'a board that never had an image').toBe(0);
  });

  it('a slot that is written while it is read is being written, and not wrong', () => {
    let isFirst = true;
    const verdicts = verify('bmc', () => {
      if (isFirst) machine.beginToStore();
      isFirst = false;
      return 'what was read half before and half after';
    });
    expect(conditions(verdicts)).toEqual(['bmc-0 being-written', 'bmc-1 differs']);
    machine.run();
    expect(conditions(verify())).toEqual(['bios-0 ok', 'bmc-0 ok', 'bmc-1 ok']);
  });

  it('a slot that never stays the same is busy, and not wrong', () => {
    let release = 3;
    const verdicts = verify('bmc', () => {
      release++;
      // Each goes into the slot that does not run, so that two bring a new one into both.
      for (const half of [0, 1]) machine.put(smallImage('bmc', `${release}.${half}.0`, release * 2 + half, 20_000));
      return 'what was read';
    });
    expect(conditions(verdicts)).toEqual(['bmc-0 busy', 'bmc-1 busy']);
    expect(exitCode(verdicts)).toBe(0);
  });

  it('what was being written when the controller died needs attention only where it runs', () => {
    machine.beginToStore();
    const verdicts = verify('bmc');
    expect(conditions(verdicts)).toEqual(['bmc-0 being-written', 'bmc-1 ok']);
    expect(exitCode(verdicts, false)).toBe(0);
    const running = verdicts.map((verdict) => ({ ...verdict, isRunning: verdict.slot === 0 }));
    expect(exitCode(running, false)).toBe(5);
    expect(exitCode(running, true)).toBe(0);
  });
});
