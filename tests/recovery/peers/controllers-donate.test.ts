// Two controllers and a console, each a process with a loopback address of its own: what one has recovered from its
// storage, the other one gets from it, and the console is told of both.
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import { artifactPath } from '../../../host/artifacts.ts';
import { boardText } from '../../../host/bmc/board-file.ts';
import { removeMachineDirectory } from '../../../host/bus/machine-directory.ts';
import { formatPublicKey } from '../../../host/trust/public-key.ts';
import { SMALL_BOARD } from '../../bmc/small-board.ts';
import { Child } from '../../os/child.ts';
import { scratchDirectory } from '../../scratch-directory.ts';
import { key } from '../../trust/signed-image.ts';
import { place, signedImage, SIZE } from '../images.ts';

const scratch = scratchDirectory();
const children: Child[] = [];
const image = signedImage('2.0.0', 2);

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.process.kill('SIGTERM');
    await child.ended;
  }
});
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

function start(...args: string[]): Child {
  const child = new Child(artifactPath('ferry.js'), ...args);
  children.push(child);
  return child;
}

const pathOf = (name: string): string => join(scratch.path, name);

/** A controller that watches its BIOS, with the sources in front of the rack. */
function controller(name: string, address: string, port: number, { before = '', donor = '' } = {}): Child {
  writeFileSync(pathOf(`${name}.ini`), `[recovery]\nboots = 0\nattempts = 100\nback-off = 100ms\nback-off-limit = 500ms\n${donor}\n[component bios]\n${before}\n[source rack]\nkind = peers\ninterfaces = ${address}\nport = ${port}\ngroup-key = group.key\n`);
  return start('bmc', '--state', pathOf(name), '--board', pathOf('board.json'), '--trust', pathOf('vendor.pub'), '--recovery', pathOf(`${name}.ini`), '--json');
}

const biosOf = (name: string): string => createHash('sha256').update(readFileSync(join(pathOf(name), 'flash', 'bios-0.flash')).subarray(0, SIZE)).digest('hex');

it('what one controller has brought back, the next one gets from it, and the console hears of both; one that gives to nobody stays silent', { timeout: 60_000 }, async () => {
  const port = await freePort();
  mkdirSync(pathOf('images'));
  mkdirSync(pathOf('console'));
  place(pathOf('images'), 'bios.bin', image);
  place(pathOf('console'), 'bmc.bin', signedImage('1.0.0', 9, { component: 'bmc' }));
  writeFileSync(pathOf('board.json'), boardText(SMALL_BOARD));
  writeFileSync(pathOf('vendor.pub'), formatPublicKey(key.publicKey));
  writeFileSync(pathOf('group.key'), `${'5e'.repeat(32)}\n`, { mode: 0o600 });
  const desk = start('donor', '--images', pathOf('console'), '--trust', pathOf('vendor.pub'), '--group-key', pathOf('group.key'), '--listen-interface', '127.0.0.20', '--port', `${port}`);
  await desk.says('ready on lan 127.0.0.20 IPv4');
  const storage = '[source storage]\nkind = directory\npath = images\n';
  const silent = controller('silent', '127.0.0.23', port, { before: storage, donor: '[donor]\nto = nobody\n' });
  await silent.says('"recovery-healthy"');
  const giver = controller('giver', '127.0.0.21', port, { before: storage });
  await giver.says('"recovery-healthy"');
  const taker = controller('taker', '127.0.0.22', port);
  await taker.says('"recovery-healthy"');
  await giver.says('"donor-upload-ended"');
  await desk.says('report: 127.0.0.22');
  expect(biosOf('taker')).toBe(image.sha256);
  expect(taker.output).toMatch(/"recovery-choice",.*"text":"bios: chosen: bios 2\.0\.0 \(security 3\) from rack, donor 127\.0\.0\.21 port \d+ \(lan, 4096 KiB\/s, 0 % busy\): the only candidate that fits"/);
  expect(giver.output).toMatch(/"donor-upload-ended".*127\.0\.0\.22.*"result":"Complete"/);
  expect(silent.output).not.toContain('donor-ready');
  expect(desk.output).toContain(`report: 127.0.0.21 (empty) is well again: no image before, ${image.sha256.slice(0, 16)}... now, ${SIZE} bytes in`);
  expect(desk.output).toMatch(/report: 127\.0\.0\.21 .* from no donor\n/);
  expect(desk.output).toMatch(/report: 127\.0\.0\.22 \(empty\) is well again: .* from donor [0-9a-f]{16}\n/);
  for (const name of ['giver', 'taker', 'silent']) removeMachineDirectory(pathOf(name));
});
