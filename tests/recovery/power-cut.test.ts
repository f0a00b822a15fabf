// Power that fails at every operation of the journal, before it and half-way through, and at and inside the flash operations
// of the writing, and again in the start that follows: the next one brings the image back, the host does not start before it
// is whole, and its power is as it was. CUTS=every tries every flash operation and not each second.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { systemStoreFiles, type StoreFiles } from '../../host/bmc/replaced-file.ts';
import type { FlashFault, FlashOperation } from '../../host/bmc/flash-fault.ts';
import { runSeed, seeded } from '../random.ts';
import { BoardRules } from './board-rules.ts';
import { place, signedImage } from './images.ts';
import { Rig } from './rig.ts';

const good = signedImage('2.0.0', 2);
let base: Rig;
let rig: Rig | undefined;
beforeAll(async () => {
  base = new Rig();
  await base.install(good);
  base.spoil(70_000, 2);
});
afterAll(() => base.close());
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

type Cut = { readonly at: number; readonly isTorn: boolean; operations: number; isOff: boolean };

/** The operating system's files, whose power fails at the N-th operation, before it or half-way through. */
function cuttingFiles(cut: Cut): StoreFiles {
  const does = (whole: () => void, half: () => void = () => undefined): void => {
    if (cut.isOff) throw new Error('power is off');
    if (cut.operations++ !== cut.at) return whole();
    cut.isOff = true;
    if (cut.isTorn) half();
    throw new Error('power failed');
  };
  return {
    ...systemStoreFiles,
    syncDirectory: (path) => does(() => systemStoreFiles.syncDirectory(path)),
    open: (path) => {
      const file = systemStoreFiles.open(path);
      return {
        ...file,
        write: (offset, from) => does(() => file.write(offset, from), () => file.write(offset, from.subarray(0, from.length >> 1))),
        truncate: (size) => does(() => file.truncate(size)),
        sync: () => does(() => file.sync()),
      };
    },
  };
}

async function expectRecovered(of: Rig, rules: BoardRules, where: string): Promise<void> {
  await of.until(() => of.phase() === 'healthy' && of.flashDigest() === good.sha256, where);
  rules.check();
  expect(rules.steps, `${where}: the rules were looked at`).toBeGreaterThan(5);
  expect(of.management.snapshot().power, `${where}: the host is on, as before`).toBe('on');
  expect(of.words(), `${where}: nobody was called`).not.toContain('recovery-locked');
  // Power that failed while the host's start was written down: it has to start once more.
  if (of.bios.needsHostReset) of.management.power('ForceRestart', 'admin');
  await of.until(() => !of.bios.needsHostReset, `${where}: the host has started from it`);
  expect(of.bios, where).toMatchObject({ running: 0, trial: undefined, floor: 3 });
}

/** Runs until power fails there; false when it has come to its end before. */
async function untilCut(of: Rig, cut: Cut, where: string, start: () => void | Promise<void>): Promise<boolean> {
  try {
    await start();
    await of.until(() => cut.isOff || of.phase() === 'healthy' && of.flashDigest() === good.sha256, where);
  } catch (error) {
    if (!cut.isOff) throw error;
  }
  return cut.isOff;
}

const cutAt = (at: number, isTorn: boolean): Cut => ({ at, isTorn, operations: 0, isOff: false });

it.each([['before it', false], ['half-way through', true]] as const)('power lost at any operation of the journal, %s, and once more in the start that follows', async (_when, isTorn) => {
  const seed = runSeed();
  const random = seeded(seed);
  for (let at = 0; ; at++) {
    const first = cutAt(at, isTorn);
    const second = cutAt(Math.floor(random() * 30), random() < 0.5);
    const where = `SEED=${seed}: cut at operation ${at} of the journal, then at operation ${second.at}`;
    const one = rig = new Rig({ state: base.machine.copyState(), files: cuttingFiles(first) });
    const rules = new BoardRules(one, [good], where);
    place(one.images, 'bios.bin', good);
    const wasCut = await untilCut(one, first, where, () => one.startAgent());
    if (wasCut) await untilCut(one, second, where, () => one.kill({ files: cuttingFiles(second) }));
    await one.kill({ files: systemStoreFiles });
    await expectRecovered(one, rules, where);
    await one.close();
    rig = undefined;
    if (!wasCut) return expect(at).toBeGreaterThan(20);
  }
});

/** Every one takes a minute; that of the writing itself is in tests/bmc/power-cut.test.ts. */
const STRIDE = process.env['CUTS'] === 'every' ? 1 : 2;

it('power lost at or inside flash operations of the recovery, and once more while the next start writes', async () => {
  const seed = runSeed();
  const random = seeded(seed);
  let tried = 0;
  for (let at = seed % STRIDE; ; at += STRIDE) {
    let cut = cutAt(at, true);
    let isArmed = false;
    const second = cutAt(Math.floor(random() * 40), true);
    const where = `SEED=${seed}: cut at flash operation ${at}, then at ${second.at}`;
    let rules: BoardRules | undefined;
    const fault = (chip: string, operation: FlashOperation): FlashFault | undefined => {
      const { kind, size } = operation;
      rules?.flash(chip, operation);
      if (!isArmed) return undefined;
      if (cut.isOff) return { cut: 'before' };
      if (kind === 'read' || cut.operations++ !== cut.at) return undefined;
      cut.isOff = true;
      const part = Math.floor(random() * size);
      const faults: FlashFault[] = kind === 'erase'
        ? [{ cut: 'before' }, { cut: 'partly-erased', bytes: part }, { cut: 'zero-filled', bytes: part }, { cut: 'after' }]
        : [{ cut: 'before' }, { cut: 'prefix', bytes: part }, { cut: 'scatter', seed: at + 1 }, { cut: 'after' }];
      return faults[Math.floor(random() * faults.length)];
    };
    const one = rig = new Rig({ state: base.machine.copyState(), options: { flashFault: fault } });
    rules = new BoardRules(one, [good], where);
    place(one.images, 'bios.bin', good);
    isArmed = true;
    const wasCut = await untilCut(one, cut, where, () => one.startAgent());
    isArmed = false;
    if (wasCut) {
      cut = second;
      await one.kill();
      isArmed = true;
      await untilCut(one, cut, where, () => undefined);
      isArmed = false;
      await one.kill();
    }
    await expectRecovered(one, rules, where);
    await one.close();
    rig = undefined;
    tried += 1;
    if (!wasCut) return expect(tried).toBeGreaterThan(5);
  }
});
