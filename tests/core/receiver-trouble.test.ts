// Storage, flash and records that fail, and a device that dies: after each, the old image is whole and the same upgrade done
// again ends well.
import { afterEach, describe, expect, it } from 'vitest';
import { smallImage } from '../bmc/small-board.ts';
import { FailingFiles } from './failing-files.ts';
import { LEASE_MS, Rig, type RigOptions } from './receiver-rig.ts';
import type { Image } from './wire.ts';

const rigs: Rig[] = [];

function makeRig(options?: RigOptions): Rig {
  const rig = new Rig({ chunkSize: 65536, ...options });
  rigs.push(rig);
  rig.run();
  return rig;
}

afterEach(() => {
  for (const rig of rigs.splice(0)) rig.remove();
});

const old = smallImage('bmc', '1.0.0', 1);
const bmc = smallImage('bmc', '2.0.0', 2);
const oldBios = smallImage('bios', '1.0.0', 3);
const bios = smallImage('bios', '2.0.0', 4);

/** How a transfer of an image ends: with the last completion, whatever fails on the way. */
function attempt(rig: Rig, image: Image): string {
  try {
    return rig.install(image).file.completion;
  } catch (error) {
    return /answered (\w+)/.exec((error as Error).message)?.[1] ?? (error as Error).message;
  }
}

/** The session that failed goes; the next one is let in at once. */
function nextSession(rig: Rig): void {
  rig.now += LEASE_MS + 1;
}

function again(rig: Rig, image: Image): string {
  nextSession(rig);
  return rig.install(image, 'now', 2).file.completion;
}

describe('a full disk', () => {
  it('ends the file with StagingFull, keeps what had arrived, and is over when there is space', () => {
    const files = new FailingFiles();
    const rig = makeRig({ openFile: files.open });
    rig.install(old);
    const upgrade = rig.open();
    const { transfer } = rig.announce(upgrade, bmc).fields as { transfer: number };
    const send = (offset: number) => rig.ask(rig.wire.data(transfer, offset, bmc.bytes.subarray(offset, offset + 65536))).completion;
    expect([send(0), send(65536)]).toEqual(['Ok', 'Ok']);
    files.fails = () => 'ENOSPC';
    expect(send(131072)).toBe('StagingFull');
    expect(send(131072), 'the file has failed').toBe('StagingFull');
    expect(rig.events.filter(({ event }) => event === 'file-failed')).toMatchObject([{ text: expect.stringContaining('bmc still has a whole image'), fields: { completion: 'staging-full' } }]);
    files.fails = () => undefined;
    expect(rig.holds(old, 0)).toBe(true);
    nextSession(rig);
    expect(rig.announce(rig.open(2), bmc).fields['next']).toBe(131072);
    expect(again(rig, bmc)).toBe('Ok');
  });

  it('is told apart from a disk that fails', () => {
    const files = new FailingFiles();
    const rig = makeRig({ openFile: files.open });
    for (const [code, completion] of [['ENOSPC', 'StagingFull'], ['EDQUOT', 'StagingFull'], ['EIO', 'StagingFailed'], ['EROFS', 'StagingFailed']] as const) {
      files.fails = () => code;
      expect(attempt(rig, bmc), code).toBe(completion);
      nextSession(rig);
    }
  });
});

describe('staging whose N-th call fails', () => {
  it.each(['ENOSPC', 'EIO'])('never costs more than the run: %s', (code) => {
    for (let n = 0; ; n++) {
      const files = new FailingFiles();
      files.tornBytes = 7;
      const rig = makeRig({ openFile: files.open });
      rig.install(old);
      files.calls = 0;
      files.fails = (call) => (call === n ? code : undefined);
      const completion = attempt(rig, bmc);
      if (files.calls <= n) break;
      expect(['Ok', 'StagingFull', 'StagingFailed'], `call ${n}`).toContain(completion);
      expect(rig.holds(old, 0), `call ${n}: the old image`).toBe(true);
      if (completion !== 'Ok') expect(again(rig, bmc), `call ${n}`).toBe('Ok');
      expect(rig.holds(bmc, 1), `call ${n}: the new image`).toBe(true);
      rig.remove();
    }
  });
});

describe('flash that fails', () => {
  const failing = (chip: string, kind: string) => {
    const state = { isBroken: false };
    const inject: RigOptions['inject'] = (name, operation) => {
      if (state.isBroken && name === chip && operation.kind === kind) throw new Error('the part does not answer');
      return undefined;
    };
    return { state, inject };
  };

  it.each(['erase', 'program', 'read'])('fails the file when an operation of the slot does not end: %s', (kind) => {
    const { state, inject } = failing('bmc-1', kind);
    const rig = makeRig({ inject });
    rig.install(old);
    rig.install(smallImage('bmc', '1.5.0', 9));
    rig.install(old, 'now');
    const newer = smallImage('bmc', '3.0.0', 10);
    const target = rig.receiver.components(0)[0]!.running === 1 ? 'bmc-0' : 'bmc-1';
    expect(target).toBe('bmc-0');
    state.isBroken = true;
    rig.restart();
    rig.run();
    expect(attempt(rig, newer), 'the other slot works').toBe('Ok');
    expect(attempt(rig, smallImage('bmc', '4.0.0', 11))).toBe('FlashFailed');
    expect(rig.receiver.components(0)[0], 'the running image stays').toMatchObject({ running: 0, slots: [{ version: '3.0.0' }, {}] });
    expect(rig.events.at(-1)?.event).not.toBe('file-stored');
    state.isBroken = false;
    expect(again(rig, smallImage('bmc', '4.0.0', 11))).toBe('Ok');
  });

  it('says when the component written in place has no whole image any more, and takes it again', () => {
    const { state, inject } = failing('bios-0', 'program');
    const rig = makeRig({ inject });
    rig.install(oldBios);
    state.isBroken = true;
    expect(attempt(rig, bios)).toBe('FlashFailed');
    const failure = rig.events.find(({ event }) => event === 'file-failed');
    expect(failure?.text).toContain('the part does not answer');
    expect(failure?.text).toContain('bios has no whole image: send it again');
    expect(rig.receiver.components(0)[1]).toMatchObject({ running: undefined, slots: [{ state: 'failed' }] });
    state.isBroken = false;
    expect(again(rig, bios)).toBe('Ok');
    expect(rig.holds(bios, 0)).toBe(true);
  });

  it('is found out when it lies: programs that do nothing', () => {
    let isLying = false;
    const rig = makeRig({ inject: (chip, { kind }) => (isLying && chip === 'bmc-1' && kind === 'program' ? { ignored: true } : undefined) });
    rig.install(old);
    isLying = true;
    expect(attempt(rig, bmc)).toBe('ReadBackMismatch');
    expect(rig.receiver.components(0)[0]).toMatchObject({ running: 0 });
    isLying = false;
    expect(again(rig, bmc)).toBe('Ok');
  });

  it.each(['erase', 'program'])('fails the file when its record can not be written (%s), and touches no slot', (kind) => {
    const { state, inject } = failing('records', kind);
    const touched: string[] = [];
    const rig = makeRig({ inject: (chip, operation) => {
      if (state.isBroken && operation.kind !== 'read') touched.push(chip);
      return inject(chip, operation);
    } });
    rig.install(old);
    state.isBroken = true;
    rig.restart();
    rig.run();
    expect(attempt(rig, bmc)).toBe('RecordFailed');
    expect(new Set(touched)).toEqual(new Set(['records']));
    expect(rig.receiver.components(0)[0]).toMatchObject({ running: 0, slots: [{ state: 'valid' }, { state: 'empty' }] });
    state.isBroken = false;
    expect(again(rig, bmc)).toBe('Ok');
  });
});

describe('a device that dies', () => {
  /** Does as many actions of an upgrade as the budget allows; true when the upgrade has ended. */
  function upgradeWithin(rig: Rig, image: Image, budget: number): boolean {
    let left = budget;
    const step = rig.receiver.step.bind(rig.receiver);
    class Died extends Error {}
    rig.receiver.step = (now) => {
      if (left-- <= 0) throw new Died();
      return step(now);
    };
    try {
      rig.install(image);
      return true;
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      return false;
    }
  }

  it.each([
    ['two slots', old, bmc],
    ['one slot, written in place', oldBios, bios],
  ])('at any action of an upgrade boots a whole image, and the same upgrade done again ends well: %s', (_name, before, image) => {
    const index = image.component === 'bmc' ? 0 : 1;
    let isOver = false;
    let sawRepair = false;
    for (let budget = 0; !isOver; budget++) {
      const rig = makeRig();
      rig.install(before);
      isOver = upgradeWithin(rig, image, budget);
      rig.restart();
      rig.run();
      sawRepair ||= rig.words().includes('repair-started');
      const { running, slots } = rig.receiver.components(0)[index]!;
      const runs = running === undefined ? undefined : [before, image].find(({ version }) => version === slots[running]?.version);
      expect(runs && rig.holds(runs, running!), `killed after ${budget} actions: the running slot is whole`).toBe(true);
      const { file } = rig.install(image, 'now', 2);
      expect(['Ok', 'AlreadyRunning'], `killed after ${budget} actions`).toContain(file.completion);
      expect(rig.holds(image, rig.receiver.components(0)[index]!.running!), `killed after ${budget} actions: the new image`).toBe(true);
      rig.remove();
    }
    expect(sawRepair).toBe(index === 1);
  });

  it('in the middle of writing in place repairs from staging without a host, with the lock free and the host waiting', () => {
    const rig = makeRig();
    rig.install(oldBios);
    const transfer = rig.announce(rig.open(), bios).fields['transfer']!;
    rig.sendFrom(bios, transfer, 0);
    rig.receiver.deliver(0, rig.wire.endFile(transfer, bios.bytes.length), rig.now);
    while (rig.receiver.components(0)[1]!.slots[0]!.state !== 'writing') rig.receiver.step(rig.now);
    for (let i = 0; i < 5; i++) rig.receiver.step(rig.now);
    rig.restart();
    expect(rig.receiver.components(0)[1]).toMatchObject({ running: undefined, slots: [{ state: 'writing', version: '2.0.0' }] });
    rig.events.length = 0;
    let answered = 0;
    while (!rig.words().includes('file-stored')) {
      // A host that asks between any two actions takes nothing away from the repair. Each request costs an action.
      if (rig.receiver.deliver(0, rig.wire.startUpgrade(7), rig.now) === 'Ok') answered++;
      for (let i = 0; i < 2; i++) rig.receiver.step(rig.now);
      if (answered > 500) throw new Error('the repair never ends');
    }
    rig.run();
    expect(answered).toBeGreaterThan(0);
    expect(rig.words()).toContain('repair-started');
    expect(rig.words()).toContain('file-stored');
    expect(rig.receiver.components(0)[1]).toMatchObject({ running: 0, slots: [{ state: 'valid', version: '2.0.0' }] });
    expect(rig.holds(bios, 0)).toBe(true);
  });

  it('does not repair from staging that is not whole, and waits for a host', () => {
    const rig = makeRig();
    rig.install(oldBios);
    const transfer = rig.announce(rig.open(), bios).fields['transfer']!;
    rig.sendFrom(bios, transfer, 0);
    rig.receiver.deliver(0, rig.wire.endFile(transfer, bios.bytes.length), rig.now);
    while (rig.receiver.components(0)[1]!.slots[0]!.state !== 'writing') rig.receiver.step(rig.now);
    for (let i = 0; i < 5; i++) rig.receiver.step(rig.now);
    rig.loseStaging();
    rig.restart();
    rig.run();
    expect(rig.receiver.components(0)[1]).toMatchObject({ running: undefined, slots: [{ state: 'writing' }] });
    expect(rig.install(bios, 'now', 2).file.completion).toBe('Ok');
    expect(rig.holds(bios, 0)).toBe(true);
  });
});
