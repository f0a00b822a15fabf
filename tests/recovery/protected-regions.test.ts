// A recovery brings the image back around the settings in the hub, byte for byte, and power that fails does not change that.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Board } from '../../host/bmc/board.ts';
import type { FlashFault, FlashOperation } from '../../host/bmc/flash-fault.ts';
import { SMALL_BOARD } from '../bmc/small-board.ts';
import { place, signedImage } from './images.ts';
import { Rig } from './rig.ts';

const REGION = { offset: 65_536, size: 65_536 };
const BOARD: Board = { ...SMALL_BOARD, components: SMALL_BOARD.components.map((one) => (one.name === 'bios' ? { ...one, protectedRegions: [REGION] } : one)) };
const good = signedImage('2.0.0', 2);
const rigs: Rig[] = [];
afterEach(async () => { for (const rig of rigs.splice(0)) await rig.close(); });

const hub = (rig: Rig): string => join(rig.machine.state, 'flash', 'bios-0.flash');
const settings = (rig: Rig): string => createHash('sha256').update(readFileSync(hub(rig)).subarray(REGION.offset, REGION.offset + REGION.size)).digest('hex');

/** What the image is outside of the settings. */
function outside(bytes: Uint8Array): string {
  const image = bytes.subarray(0, good.bytes.length);
  return createHash('sha256').update(image.subarray(0, REGION.offset)).update(image.subarray(REGION.offset + REGION.size)).digest('hex');
}

/** A hub with a damaged image and settings of its own. */
async function damaged(options: ConstructorParameters<typeof Rig>[0] = {}): Promise<Rig> {
  const rig = new Rig({ ...options, options: { board: BOARD, ...options.options } });
  rigs.push(rig);
  await rig.install(good);
  const bytes = readFileSync(hub(rig));
  bytes.fill('asset 4711, boot order 3 1 2; ', REGION.offset, REGION.offset + REGION.size);
  bytes[140_000] = (bytes[140_000] ?? 0) ^ 0x10;
  writeFileSync(hub(rig), bytes);
  return rig;
}

it('settings survive a recovery byte for byte, and are no evidence of damage', async () => {
  const rig = await damaged();
  const before = settings(rig);
  place(rig.images, 'bios.bin', good);
  rig.startAgent();
  await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
  expect(settings(rig)).toBe(before);
  expect(outside(readFileSync(hub(rig)))).toBe(outside(good.bytes));
  expect(rig.texts('recovery-evidence').join('\n')).toContain('1 of 4 blocks of 64 KiB differ, the first at 131072');
  expect(rig.bios).toMatchObject({ running: 0, trial: undefined, floor: 3 });
});

it('settings that the host changes are no reason for a recovery', async () => {
  const rig = await damaged();
  place(rig.images, 'bios.bin', good);
  rig.startAgent();
  await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
  const count = rig.words().filter((word) => word === 'recovery-needed').length;
  const bytes = readFileSync(hub(rig));
  bytes.fill(0x5a, REGION.offset, REGION.offset + 1000);
  writeFileSync(hub(rig), bytes);
  const { now } = rig.machine.clock;
  await rig.kill();
  await rig.until(() => rig.machine.clock.now > now + 10_000 && rig.phase() === 'healthy', 'looked again');
  expect(rig.words().filter((word) => word === 'recovery-needed')).toHaveLength(count);
});

it('settings survive power that fails at any fourth operation of the flash', async () => {
  const base = await damaged();
  const before = settings(base);
  for (let at = 0, isOver = false; !isOver; at += 4) {
    let [operations, isArmed] = [0, false];
    const fault = (_chip: string, { kind, size }: FlashOperation): FlashFault | undefined => {
      if (!isArmed) return undefined;
      if (operations > at) return { cut: 'before' };
      if (kind === 'read' || operations++ !== at) return undefined;
      return kind === 'erase' ? { cut: 'zero-filled', bytes: (at * 997) % size } : { cut: 'scatter', seed: at + 1 };
    };
    const rig = new Rig({ state: base.machine.copyState(), options: { board: BOARD, flashFault: fault } });
    rigs.push(rig);
    isArmed = true;
    place(rig.images, 'bios.bin', good);
    rig.startAgent();
    try {
      await rig.until(() => operations > at || rig.words().includes('recovery-healthy'), `flash operation ${at}`);
    } catch (error) {
      if (operations <= at) throw error;
    }
    isOver = operations <= at;
    isArmed = false;
    expect(settings(rig), `cut at operation ${at}`).toBe(before);
    await rig.kill();
    await rig.until(() => rig.phase() === 'healthy' && outside(readFileSync(hub(rig))) === outside(good.bytes), `cut at operation ${at}`);
    expect(settings(rig), `after a cut at operation ${at}`).toBe(before);
    await rig.close();
    rigs.pop();
    if (isOver) expect(at).toBeGreaterThan(8);
  }
});
