// The controller finds an image in its host's storage, over the bus: processes of their own, the program as it was built.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import { boardText } from '../../host/bmc/board-file.ts';
import { formatPublicKey } from '../../host/trust/public-key.ts';
import { SMALL_BOARD } from '../bmc/small-board.ts';
import { ended, runFerry, spawnFerry, startController } from '../processes.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { key } from '../trust/signed-image.ts';
import { place, signedImage, SIZE } from './images.ts';

const scratch = scratchDirectory();
afterAll(() => scratch.remove());
const image = signedImage('2.0.0', 2, { component: 'bmc' });

async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`never came to be: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

it('each predetermined place: storage reached through the host\'s processor, over the bus: ferry serve, and the controller brings its own firmware back from its host\'s storage, while the host runs', { timeout: 240_000 }, async () => {
  const [state, images] = [join(scratch.path, 'state'), join(scratch.path, 'esp', 'firmware')];
  mkdirSync(images, { recursive: true });
  place(images, 'bmc-2.0.0.bin', image);
  writeFileSync(join(scratch.path, 'board.json'), boardText(SMALL_BOARD));
  writeFileSync(join(scratch.path, 'vendor.pub'), formatPublicKey(key.publicKey));
  writeFileSync(join(scratch.path, 'recovery.ini'), '[recovery]\nmode = ask\nattempts = 1\n[component bmc]\nversion = 2.0.0\n[source esp]\nkind = host\nfile = firmware\\{component}-{version}.bin\n');
  const controller = await startController(state, '--board', join(scratch.path, 'board.json'), '--trust', join(scratch.path, 'vendor.pub'), '--recovery', join(scratch.path, 'recovery.ini'));
  let log = '';
  controller.child.stdout?.on('data', (piece: Buffer) => { log += piece.toString(); });
  try {
    const child = spawnFerry(['serve', '--images', join(scratch.path, 'esp'), '--machine', state]);
    const served = ended(child);
    await until(() => log.includes('"storage-served"'), 'served');
    expect((await runFerry(['recover', '--state', state, '--now'])).code).toBe(0);
    const stored = (): string => createHash('sha256').update(readFileSync(join(state, 'flash', 'bmc-0.flash')).subarray(0, SIZE)).digest('hex');
    await until(() => stored() === image.sha256 && log.includes('"recovery-healthy"'), 'recovered');
    child.kill('SIGTERM');
    const { code, output } = await served;
    expect(code, output).toBe(0);
    expect(output).toContain('the management controller reads firmware/bmc-2.0.0.bin, 244.1 KiB');
  } finally {
    await controller.stop();
  }
});

it('ferry serve wants a directory, and a machine that is there', async () => {
  const without = await runFerry(['serve']);
  expect([without.code, without.output.includes('expected --images and a directory, got none')], without.output).toEqual([64, true]);
  const nowhere = await runFerry(['serve', '--images', scratch.path, '--machine', join(scratch.path, 'no-machine')]);
  expect([nowhere.code, nowhere.output.includes('no management controller answers on the bus')], nowhere.output).toEqual([1, true]);
});

it('nothing outside of the directory is served, by whatever name it is wished for', { timeout: 240_000 }, async () => {
  const [state, images] = [join(scratch.path, 'confined'), join(scratch.path, 'inside')];
  mkdirSync(images);
  place(scratch.path, 'secret.bin', image);
  symlinkSync(join(scratch.path, 'secret.bin'), join(images, 'link.bin'));
  symlinkSync(join(scratch.path, 'secret.bin.minisig'), join(images, 'link.bin.minisig'));
  const sources = ['..\\secret.bin', '/../secret.bin', 'link.bin', 'a/../../secret.bin'].map((file, index) => `[source s${index}]\nkind = host\nfile = ${file}\n`);
  writeFileSync(join(scratch.path, 'confined.ini'), `[recovery]\nmode = ask\nattempts = 1\n[component bmc]\n${sources.join('')}`);
  const controller = await startController(state, '--board', join(scratch.path, 'board.json'), '--trust', join(scratch.path, 'vendor.pub'), '--recovery', join(scratch.path, 'confined.ini'));
  let log = '';
  controller.child.stdout?.on('data', (piece: Buffer) => { log += piece.toString(); });
  try {
    const child = spawnFerry(['serve', '--images', images, '--machine', state]);
    const served = ended(child);
    await until(() => log.includes('"storage-served"'), 'served');
    await runFerry(['recover', '--state', state, '--now']);
    await until(() => log.includes('"recovery-locked"'), 'nothing was found');
    child.kill('SIGTERM');
    expect((await served).output).not.toContain('reads');
    expect(log).toContain('no source has an image for it');
  } finally {
    await controller.stop();
  }
});
