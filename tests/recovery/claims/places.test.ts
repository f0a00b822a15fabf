// Claim: each predetermined place. A board whose only source is that place is brought back from it, over a whole controller;
// with the place taken away it is not.
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import 'reflect-metadata';
import { makeSelfSigned } from '../../../host/bmc/redfish/self-signed.ts';
import { format, mbrDisk } from '../../fat/format.ts';
import { MemoryDevice } from '../../fat/memory-device.ts';
import { makeDirectory, mount, writeFile } from '../../fat/volumes.ts';
import { scratchDirectory } from '../../scratch-directory.ts';
import { place, signedImage } from '../images.ts';
import { Rig } from '../rig.ts';

const scratch = scratchDirectory();
const rigs: Rig[] = [];
const servers: http.Server[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
afterAll(() => scratch.remove());
const good = signedImage('2.0.0', 2);

let count = 0;
const fresh = (): string => {
  const path = join(scratch.path, `place-${++count}`);
  mkdirSync(path);
  return path;
};

interface Place {
  /** The lines of its section. */
  readonly section: string;
  /** Nothing is there any more. */
  takeAway(): void;
}

function directory(): Place {
  const path = fresh();
  place(path, 'bios.bin', good);
  return { section: `kind = directory\npath = ${path}`, takeAway: () => rmSync(path, { recursive: true }) };
}

/** A stick or a card as its controller sees it: a disk with partitions, and FAT on one. */
function disk(): Place {
  const device = new MemoryDevice(format({ width: 16, clusterCount: 5000 }));
  const system = mount(device);
  makeDirectory(system, 'firmware');
  writeFile(system, 'firmware/bios.bin', good.bytes);
  writeFile(system, 'firmware/bios.bin.minisig', good.signature);
  system.close();
  const path = join(fresh(), 'card.img');
  writeFileSync(path, mbrDisk(device.bytes as Buffer));
  return { section: `kind = fat-image\npath = ${path}\ndirectory = \\firmware`, takeAway: () => rmSync(path) };
}

/** The host's own disk, which the controller can switch to itself while the host is held off. */
const held = (): Place => {
  const { section, ...rest } = disk();
  return { section: `${section}\nhold-host = yes`, ...rest };
};

async function server(pem?: string): Promise<Place> {
  const serve: http.RequestListener = (request, response) => {
    const bytes = request.url === '/bios-image.bin' ? good.bytes : request.url === '/bios-image.bin.minisig' ? good.signature : undefined;
    if (bytes === undefined) return void response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, from > 0 ? { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}).end(bytes.subarray(from));
  };
  const made = pem === undefined ? http.createServer(serve) : https.createServer({ key: pem, cert: pem }, serve);
  servers.push(made);
  await new Promise<void>((resolve) => { made.listen(0, '127.0.0.1', resolve); });
  const authorities = join(fresh(), 'ca.pem');
  if (pem !== undefined) writeFileSync(authorities, pem.slice(0, pem.indexOf('-----BEGIN PRIVATE')));
  return {
    section: `kind = web\nurl = ${pem === undefined ? 'http' : 'https'}://127.0.0.1:${(made.address() as AddressInfo).port}/{component}-image.bin${pem === undefined ? '' : `\nauthorities = ${authorities}`}`,
    takeAway: () => {
      made.closeAllConnections();
      made.close();
    },
  };
}

/** A spoiled board that knows this place and no other one. */
async function boardWith({ section }: Place): Promise<Rig> {
  const rig = new Rig({ config: `[recovery]\nboots = 0\nattempts = 2\nback-off = 1s\n[component bios]\n[source here]\n${section}\n` });
  rigs.push(rig);
  await rig.install(good);
  rig.spoil();
  rig.startAgent();
  return rig;
}

const PLACES: readonly (readonly [string, () => Place | Promise<Place>])[] = [
  ['memory or storage of the controller, or a mounted stick, card or network share: a directory', directory],
  ['a USB stick or a PCMCIA or CF card: a disk with FAT in a partition', disk],
  ['an out-of-band device, read while the host is held off', held],
  ['a web server, over HTTP', () => server()],
  ['a web server, over HTTPS with a certificate that is trusted', async () => server(await makeSelfSigned(new Date()))],
];

it.each(PLACES)('each predetermined place: %s', async (name, make) => {
  const rig = await boardWith(await make());
  await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
  expect(rig.flashDigest()).toBe(good.sha256);
  if (name.includes('held off')) expect(rig.words().indexOf('power-off')).toBeLessThan(rig.words().lastIndexOf('recovery-choice'));
  expect(rig.texts('recovery-choice').at(-1)).toBe('bios: chosen: bios 2.0.0 (security 3) from here: the only candidate that fits');
});

it.each(PLACES)('each predetermined place, taken away, brings nothing back: %s', async (_name, make) => {
  const made = await make();
  made.takeAway();
  const rig = await boardWith(made);
  await rig.until(() => rig.phase() === 'locked', 'locked');
  expect(rig.flashDigest()).not.toBe(good.sha256);
  expect(rig.texts('recovery-source-failed').join()).toContain('the source here can not be used now');
});

it('each predetermined place, in the order of the configuration: the first one that has it, and the next one when that is gone', async () => {
  const [first, second] = [directory(), disk()];
  const section = `${first.section}\n[source there]\n${second.section}`;
  const both = await boardWith({ ...first, section });
  await both.until(() => both.words().includes('recovery-healthy'), 'healthy');
  expect(both.texts('recovery-choice').at(-1)).toContain('from here: the source here comes first');
  first.takeAway();
  const left = await boardWith({ ...first, section });
  await left.until(() => left.words().includes('recovery-healthy'), 'healthy');
  expect(left.texts('recovery-choice').at(-1)).toContain('from there: the only candidate that fits');
  expect(left.flashDigest()).toBe(good.sha256);
});
