// A patch comes in place of an image: the receiver makes the image, and nothing but its digest decides.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makePatch, sha256 } from '../../host/patch/make-patch.ts';
import { announcePatch, installPatch, sendPatch, stepOf } from './patch-sending.ts';
import { CHUNK, Rig, type RigOptions } from './receiver-rig.ts';

const rigs: Rig[] = [];

function makeRig(options?: RigOptions): Rig {
  const rig = new Rig(options);
  rigs.push(rig);
  rig.run();
  return rig;
}

afterEach(() => {
  for (const rig of rigs.splice(0)) rig.remove();
});

const bmc = stepOf('bmc');
const bios = stepOf('bios');
const staged = (rig: Rig): string[] => (existsSync(join(rig.directory, 'staging')) ? readdirSync(join(rig.directory, 'staging')) : []);

describe('a patch in place of an image', () => {
  it.each([['two slots', bmc, 1], ['one slot, written in place', bios, 0]])('makes the image in a component with %s, and it is stored and read back', (_what, step, slot) => {
    const rig = makeRig();
    rig.install(step.from);
    const file = installPatch(rig, step);
    expect(file).toMatchObject({ completion: 'Ok', fields: { slot, done: step.to.bytes.length, total: step.to.bytes.length } });
    expect(rig.holds(step.to, slot)).toBe(true);
    expect(step.patch.length).toBeLessThan(step.to.bytes.length / 10);
    expect(staged(rig), 'nothing is left of patch and image').toEqual([]);
  });

  it('of an image that the device does not hold is refused at once, and the image itself is taken', () => {
    const rig = makeRig();
    const upgrade = rig.open();
    expect(announcePatch(rig, upgrade, bmc).completion).toBe('BaseNotHeld');
    expect(rig.install(bmc.to).file.completion).toBe('Ok');
    expect(rig.holds(bmc.to, 0)).toBe(true);
  });

  it('of the image in the slot that is written next is taken, too', () => {
    const rig = makeRig();
    rig.install(bmc.from);
    const other = stepOf('bmc').to;
    const third = { ...other, version: '1.2.0', bytes: other.bytes.slice(0, 90_000) };
    rig.install({ ...third, digest: sha256(third.bytes) });
    expect(installPatch(rig, { ...bmc, to: { ...bmc.to, version: '1.3.0' } })).toMatchObject({ completion: 'Ok', fields: { slot: 0 } });
    expect(rig.holds(bmc.to, 0)).toBe(true);
  });

  it('that makes something else is thrown away with what it made; flash is not touched, and the image itself is taken', () => {
    const rig = makeRig();
    rig.install(bios.from);
    const wrong = { ...bios, patch: bios.patch.map((byte, at) => (at === 100 ? byte ^ 0x10 : byte)) };
    expect(installPatch(rig, wrong).completion).toBe('PatchFailed');
    expect(rig.holds(bios.from, 0)).toBe(true);
    expect(rig.receiver.transfer(rig.now).isSafe).toBe(true);
    expect(staged(rig)).toEqual([]);
    expect(rig.install(bios.to).file.completion).toBe('Ok');
    expect(rig.holds(bios.to, 0)).toBe(true);
  });

  it('that is none is thrown away', () => {
    const rig = makeRig();
    rig.install(bmc.from);
    const noise = { ...bmc, patch: bmc.patch.map((byte, at) => (at < 4 ? byte ^ 0xff : byte)) };
    expect(installPatch(rig, noise).completion).toBe('PatchFailed');
    const other = { ...bmc, patch: makePatch(bmc.from.bytes, bmc.from.bytes) };
    expect(installPatch(rig, other).completion).toBe('PatchFailed');
    expect(staged(rig)).toEqual([]);
  });

  it('that was sent half goes on where it was', () => {
    const step = { ...bmc, patch: makePatch(new Uint8Array(1), bmc.to.bytes) };
    const rig = makeRig({ chunkSize: 65536 });
    rig.install(bmc.from);
    // A patch that is as long as its image: of another base, which is found when it is applied.
    const upgrade = rig.open();
    const { transfer = 0 } = announcePatch(rig, upgrade, step).fields;
    rig.ask(rig.wire.data(transfer, 0, step.patch.subarray(0, 65536)));
    rig.restart();
    rig.run();
    expect(announcePatch(rig, rig.open(2), step)).toMatchObject({ completion: 'Ok', fields: { next: Math.min(65536, step.patch.length) } });
  });

  it('is given way to by the image itself, announced after it', () => {
    const rig = makeRig();
    rig.install(bmc.from);
    const upgrade = rig.open();
    announcePatch(rig, upgrade, bmc);
    const start = rig.announce(upgrade, bmc.to);
    expect(start).toMatchObject({ completion: 'Ok', fields: { next: 0 } });
    rig.sendFrom(bmc.to, start.fields['transfer'] ?? 0, 0);
    expect(rig.finish(bmc.to, start.fields['transfer'] ?? 0).completion).toBe('Ok');
  });

  it('is announced in chunks of its own: an offset of the image that the patch does not have is refused', () => {
    const rig = makeRig();
    rig.install(bmc.from);
    const { transfer = 0 } = announcePatch(rig, rig.open(), bmc).fields;
    const beyond = Math.ceil(bmc.patch.length / CHUNK) * CHUNK;
    expect(rig.ask(rig.wire.data(transfer, beyond, new Uint8Array(CHUNK))).completion).toBe('BadOffset');
  });

  it('larger than the slot is refused', () => {
    const rig = makeRig();
    rig.install(bmc.from);
    expect(announcePatch(rig, rig.open(), { ...bmc, patch: new Uint8Array(2 ** 20) }).completion).toBe('BadImageSize');
  });
});

describe('a controller that is cut while it makes an image from a patch', () => {
  it.each([['bmc', bmc], ['bios', bios]])('after any action finishes with the same patch: %s', (_name, step) => {
    const limit = 400;
    let cuts = 0;
    for (let after = 0; after < limit; after += after < 40 ? 1 : 7) {
      const rig = makeRig();
      rig.install(step.from);
      const transfer = sendPatch(rig, rig.open(), step);
      rig.receiver.deliver(0, rig.wire.endFile(transfer, step.to.bytes.length), rig.now);
      let done = 0;
      while (done < after && rig.receiver.step(rig.now)) done++;
      if (done < after) break;
      cuts++;
      rig.restart();
      rig.run();
      const upgrade = rig.open();
      const start = announcePatch(rig, upgrade, step);
      // What was written in place when the cut came has been finished from staging, or lost its base.
      if (start.completion === 'Ok') expect(installPatch(rig, step).completion, `cut after ${after}`).toBe('Ok');
      else expect(['AlreadyRunning', 'BaseNotHeld'], `cut after ${after}`).toContain(start.completion);
      if (start.completion === 'BaseNotHeld') expect(rig.install(step.to).file.completion, `cut after ${after}`).toBe('Ok');
      const running = rig.receiver.components(rig.now).find(({ name }) => name === step.to.component)!;
      expect(running.slots[running.running ?? 9]?.version, `cut after ${after}`).toBe('1.1.0');
      expect(rig.holds(step.to, running.running!), `cut after ${after}`).toBe(true);
      rig.remove();
    }
    expect(cuts).toBeGreaterThan(20);
  });
});
