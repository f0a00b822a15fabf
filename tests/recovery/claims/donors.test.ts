// Claims: a console donor and a peer donor. The console is `ferry donor` as a process; the peer is another board whose own
// controller donates what it runs.
import { createSocket } from 'node:dgram';
import { join } from 'node:path';
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, expect, it } from 'vitest';
import { artifactPath } from '../../../host/artifacts.ts';
import { ControllerDonor } from '../../../host/recovery/peers/controller-donor.ts';
import { PeerGroup } from '../../../host/recovery/peers/peer-group.ts';
import { systemClock } from '../../../host/recovery/recovery-clock.ts';
import { formatPublicKey } from '../../../host/trust/public-key.ts';
import { Child } from '../../os/child.ts';
import { scratchDirectory } from '../../scratch-directory.ts';
import { key } from '../../trust/signed-image.ts';
import { place, signedImage } from '../images.ts';
import { Rig, type RigOptions } from '../rig.ts';

const good = signedImage('2.0.0', 2);
const scratch = scratchDirectory();
const endings: (() => unknown)[] = [];
afterEach(async () => { for (const end of endings.splice(0).reverse()) await end(); });
afterAll(() => scratch.remove());

function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

const CONFIG = '[recovery]\nboots = 0\nattempts = 1\n[component bios]\n';
async function board(given: RigOptions): Promise<Rig> {
  const rig = new Rig(given);
  endings.push(() => rig.close());
  await rig.install(good);
  return rig;
}
const spoiledBoard = async (port: number): Promise<Rig> => {
  const rig = await board({ config: `${CONFIG}[source rack]\nkind = peers\ninterfaces = 127.0.0.1\nport = ${port}\n` });
  rig.spoil();
  rig.startAgent();
  return rig;
};

it('console donor: a management console that only donates gives a board its BIOS back', { timeout: 60_000 }, async () => {
  const port = await freePort();
  const images = join(scratch.path, 'images');
  mkdirSync(images);
  place(images, 'bios.bin', good);
  writeFileSync(join(scratch.path, 'vendor.pub'), formatPublicKey(key.publicKey));
  const start = (directory: string): Child => {
    const child = new Child(artifactPath('ferry.js'), 'donor', '--images', directory, '--trust', join(scratch.path, 'vendor.pub'), '--listen-interface', '127.0.0.1', '--port', `${port}`, '--json');
    endings.push(() => { child.process.kill('SIGTERM'); return child.ended; });
    return child;
  };
  const donor = start(images);
  await donor.says('"ready"');
  const rig = await spoiledBoard(port);
  await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
  expect(rig.flashDigest()).toBe(good.sha256);
  await donor.says('"upload-ended"');
  expect(rig.texts('recovery-choice').at(-1)).toMatch(/from rack, donor 127\.0\.0\.1 port \d+ .*: the only candidate that fits$/);
});

/** Another board, which runs the image and gives it to its group. */
async function peer(port: number, spoil: boolean): Promise<Rig> {
  const group = new PeerGroup({ kind: 'peers', name: 'rack', links: { link: 'lan', interfaces: ['127.0.0.1'], port }, groupKey: undefined });
  const rig: Rig = await board({
    config: CONFIG,
    donate: (images) => [new ControllerDonor({
      group, images, uploads: 2, ratePerSecond: undefined, clock: systemClock, say: (event, text, fields = {}) => rig.machine.controller.say({ event, text, fields }),
    })],
  });
  if (spoil) rig.spoil();
  rig.startAgent();
  await rig.until(() => rig.words().includes('donor-ready') && (spoil ? rig.phase() === 'locked' : rig.phase() === 'healthy'), 'the peer donates, and has looked at its own image');
  return rig;
}

it('peer donor: another board’s controller gives what its own host runs, and its host is not touched', { timeout: 60_000 }, async () => {
  const port = await freePort();
  const giver = await peer(port, false);
  const rig = await spoiledBoard(port);
  await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
  expect(rig.flashDigest()).toBe(good.sha256);
  await giver.until(() => giver.words().includes('donor-upload-ended'), 'the peer has told it');
  expect(giver.management.snapshot().power).toBe('on');
  expect(giver.words()).not.toContain('power-off');
  expect(giver.flashDigest()).toBe(good.sha256);
});

it('peer donor: a board whose own image is bad gives nothing', { timeout: 60_000 }, async () => {
  const port = await freePort();
  const giver = await peer(port, true);
  const rig = await spoiledBoard(port);
  await rig.until(() => rig.phase() === 'locked', 'locked');
  expect(rig.flashDigest()).not.toBe(good.sha256);
  expect(giver.words()).not.toContain('donor-upload-started');
});
