// Power that fails at every operation of the journal, and at and inside every flash operation of the writing: the next start
// brings the image back, and the host is as it was.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { systemStoreFiles, type StoreFiles } from '../../host/bmc/replaced-file.ts';
import type { FlashFault, FlashOperation } from '../../host/bmc/flash-fault.ts';
import { runSeed } from '../random.ts';
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

/** The operating system's files, whose power fails at the N-th operation, before it or half-way through. */
function cuttingFiles(cut: { at: number; operations: number; isOff: boolean }): StoreFiles {
  const does = (whole: () => void, half: () => void = () => undefined): void => {
    if (cut.isOff) throw new Error('power is off');
    if (cut.operations++ !== cut.at) return whole();
    cut.isOff = true;
    if (cut.at % 2 === 0) half();
    throw new Error('power failed');
  };
  return {
    ...systemStoreFiles,
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

async function expectRecovered(of: Rig, where: string): Promise<void> {
  await of.until(() => of.phase() === 'healthy' && of.flashDigest() === good.sha256, where);
  expect(of.management.snapshot().power, `${where}: the host is on, as before`).toBe('on');
  expect(of.bios, where).toMatchObject({ running: 0, trial: undefined, needsHostReset: false, floor: 3 });
}

it('power lost at any operation of the journal', async () => {
  for (let at = 0; ; at++) {
    const cut = { at, operations: 0, isOff: false };
    rig = new Rig({ state: base.machine.copyState(), files: cuttingFiles(cut) });
    place(rig.images, 'bios.bin', good);
    let failed: unknown;
    try {
      rig.startAgent();
      await rig.until(() => cut.isOff || rig!.words().includes('recovery-healthy'), `operation ${at} of the journal`);
    } catch (error) {
      failed = error;
    }
    if (failed !== undefined && !cut.isOff) throw failed;
    const { isOff } = cut;
    await rig.kill({ files: systemStoreFiles });
    await expectRecovered(rig, `cut at operation ${at} of the journal`);
    await rig.close();
    rig = undefined;
    if (!isOff) return expect(at).toBeGreaterThan(20);
  }
});

/** Every one would take long, and is done for the writing itself in tests/bmc/power-cut.test.ts. */
const STRIDE = 5;

it('power lost at or inside flash operations, each fifth from one that the seed chooses', async () => {
  const seed = runSeed();
  for (let at = seed % STRIDE; ; at += STRIDE) {
    let operations = 0;
    let isArmed = true;
    const fault = (_chip: string, { kind, size }: FlashOperation): FlashFault | undefined => {
      if (!isArmed) return undefined;
      if (operations > at) return { cut: 'before' };
      if (kind === 'read' || operations++ !== at) return undefined;
      const part = (at * 997) % size;
      const faults: FlashFault[] = kind === 'erase' ? [{ cut: 'before' }, { cut: 'partly-erased', bytes: part }, { cut: 'zero-filled', bytes: part }] : [{ cut: 'before' }, { cut: 'prefix', bytes: part }, { cut: 'scatter', seed: at + 1 }];
      return faults[at % faults.length];
    };
    const state = base.machine.copyState();
    isArmed = false;
    rig = new Rig({ state, options: { flashFault: fault } });
    isArmed = true;
    place(rig.images, 'bios.bin', good);
    rig.startAgent();
    try {
      await rig.until(() => operations > at || rig!.words().includes('recovery-healthy'), `flash operation ${at}`);
    } catch (error) {
      // A controller that was just starting: it has found no power to read with.
      if (operations <= at) throw error;
    }
    const isOver = operations <= at;
    isArmed = false;
    await rig.kill();
    await expectRecovered(rig, `SEED=${seed}: cut at flash operation ${at}`);
    await rig.close();
    rig = undefined;
    if (isOver) return expect(at).toBeGreaterThan(10);
  }
});
