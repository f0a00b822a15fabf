// A firmware that hangs, from the emulated machine's port 80h to another image in its hub: processes of their own.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import { DeviceBoot, HostBoot } from '../../host/bus/boot-registers.ts';
import { openMachineDirectory } from '../../host/bus/machine-directory.ts';
import { boardText } from '../../host/bmc/board-file.ts';
import { formatPublicKey } from '../../host/trust/public-key.ts';
import { SMALL_BOARD } from '../bmc/small-board.ts';
import { ended, runFerry, spawnFerry, startController } from '../processes.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { key } from '../trust/signed-image.ts';
import { place, signedImage, SIZE } from './images.ts';

const scratch = scratchDirectory();
afterAll(() => scratch.remove());
const [older, newer] = [signedImage('1.0.0', 1), signedImage('2.0.0', 2)];

async function until(isSo: () => boolean, what: () => string): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`never came to be: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

it('ferry boot --hang-at: three boots that hang at one place bring the image before; a boot that comes up says so', { timeout: 240_000 }, async () => {
  const [state, images, esp] = [join(scratch.path, 'state'), join(scratch.path, 'images'), join(scratch.path, 'esp')];
  mkdirSync(esp);
  writeFileSync(join(esp, 'startup.nsh'), '@echo -off\nexit\n');
  place(images, 'old.bin', older);
  place(images, 'new.bin', newer);
  writeFileSync(join(scratch.path, 'board.json'), boardText(SMALL_BOARD));
  writeFileSync(join(scratch.path, 'vendor.pub'), formatPublicKey(key.publicKey));
  writeFileSync(join(scratch.path, 'recovery.ini'), '[recovery]\nboots = 0\nboot-time = 3s\non-boot-failure = restart\n[component bios]\n[source storage]\nkind = directory\npath = images\n');
  const controller = await startController(state, '--board', join(scratch.path, 'board.json'), '--trust', join(scratch.path, 'vendor.pub'), '--recovery', join(scratch.path, 'recovery.ini'));
  let log = '';
  controller.child.stdout?.on('data', (piece: Buffer) => { log += piece.toString(); });
  const stored = (): string => createHash('sha256').update(readFileSync(join(state, 'flash', 'bios-0.flash')).subarray(0, SIZE)).digest('hex');
  try {
    await until(() => log.includes('"recovery-healthy"') && stored() === newer.sha256, () => log);
    expect((await runFerry(['boot', '--esp', esp, '--machine', state, '--delay', '0'])).code).toBe(0);
    await until(() => log.includes('"boot-complete"'), () => log);
    const child = spawnFerry(['boot', '--esp', esp, '--machine', state, '--delay', '0', '--hang-at', 'a2']);
    const hanging = ended(child);
    await until(() => stored() === older.sha256 && log.split('"recovery-healthy"').length > 2, () => log);
    child.kill('SIGTERM');
    await hanging;
    expect(log).toContain('3 boots in a row stopped at POST code A2h (disk detection): it is dead');
    expect(log.split('"boot-failed"').length - 1).toBeGreaterThanOrEqual(3);
    expect(log).toContain('it is the image with which the host does not come up');
  } finally {
    await controller.stop();
  }
});

it('ferry status says where the host\'s last boot has stopped', { timeout: 120_000 }, async () => {
  const state = join(scratch.path, 'status');
  const controller = await startController(state);
  const machine = openMachineDirectory(state);
  try {
    expect((await runFerry(['status', '--machine', state])).output).not.toContain('boot of the host');
    const [host, device] = [new HostBoot(machine.registers), new DeviceBoot(machine.registers)];
    host.reset();
    host.postCode(0x4f);
    device.fail({ stage: 'frb2', code: 0x4f });
    expect((await runFerry(['status', '--machine', state])).output).toContain('the last boot of the host failed: it stopped at POST code 4Fh');
    device.fail({ stage: 'frb3', code: undefined });
    expect((await runFerry(['status', '--machine', state])).output).toContain('the last boot of the host failed: it executed nothing');
    host.reset();
    expect((await runFerry(['status', '--machine', state, '--json'])).events[0]).toMatchObject({ event: 'status', bootFailed: false });
  } finally {
    machine.close();
    await controller.stop();
  }
});

it('ferry boot --hang-at wants a POST code that its firmware writes', async () => {
  const { code, output } = await runFerry(['boot', '--esp', scratch.path, '--hang-at', '4f']);
  expect([code, output.includes('--hang-at: expected a POST code that the firmware writes, in hexadecimal: 01, 31')], output).toEqual([64, true]);
});
