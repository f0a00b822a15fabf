// Real ttys: pseudo-terminals that a small program joins to a bus, or to a cable between two; and real processes on them.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { artifactPath } from '../../../host/artifacts.ts';
import { boardText } from '../../../host/bmc/board-file.ts';
import { lineSettings, type LinkSettings } from '../../../host/recovery/links/link-settings.ts';
import type { Link } from '../../../host/recovery/links/link.ts';
import { openLinks } from '../../../host/recovery/links/open-links.ts';
import { Donor } from '../../../host/recovery/peers/donor.ts';
import { PeerSource } from '../../../host/recovery/peers/peer-source.ts';
import { formatPublicKey } from '../../../host/trust/public-key.ts';
import { SMALL_BOARD } from '../../bmc/small-board.ts';
import { Child } from '../../os/child.ts';
import { peerTests } from '../../peers/tool.ts';
import { runFerry, startController } from '../../processes.ts';
import { scratchDirectory } from '../../scratch-directory.ts';
import { key } from '../../trust/signed-image.ts';
import { place, signedImage } from '../images.ts';
import { makeImage, NEED, releaseKey, sha256, Spool } from '../peers/virtual-rack.ts';

const PYTHON = '/usr/bin/python3';
const test = peerTests({ [PYTHON]: 'python3' });
const scratch = scratchDirectory();
const endings: (() => unknown)[] = [];
const ended = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once('close', resolve));

/** The names of pseudo-terminals that are joined. */
async function joined(kind: 'shared' | 'duplex', count: number): Promise<string[]> {
  const child = spawn(PYTHON, [join(import.meta.dirname, 'pty-bus.py'), kind, `${count}`], { stdio: ['pipe', 'pipe', 'inherit'] });
  endings.push(() => {
    child.stdin.end('end\n');
    return ended(child);
  });
  const names: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'ready') break;
    names.push(line);
  }
  return names;
}

const settings = (link: 'icmb' | 'bluetooth', tty: string, address?: number): LinkSettings => ({ link, interfaces: [], line: lineSettings(link, tty, link === 'icmb' ? 115_200 : undefined, address) });

async function open(given: LinkSettings, notes: string[] = []): Promise<Link> {
  const { links } = await openLinks(given, (text) => notes.push(text));
  endings.push(() => links[0]!.close());
  return links[0]!;
}

const random = (count: number): Uint8Array => randomBytes(count);
const never = (): AbortSignal => new AbortController().signal;

async function fetched(source: PeerSource, image: ReturnType<typeof makeImage>): Promise<string> {
  const [candidate] = await source.find({ ...NEED, wanted: { sha256: image.statement.sha256 } }, never());
  const spool = new Spool(image.bytes.length);
  await source.fetch(candidate!, 0, spool.take, never());
  return sha256(spool.bytes);
}

beforeAll(() => writeFileSync(join(scratch.path, 'vendor.pub'), formatPublicKey(key.publicKey)));
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});
afterAll(() => scratch.remove());

test('each kind of link: a donor and a machine that asks meet on a bus of ttys (icmb), and a third one is not disturbed', async () => {
  const [one, two, three] = await joined('shared', 3);
  const image = makeImage({ size: 30_000 });
  const links = [await open(settings('icmb', one!, 1)), await open(settings('icmb', two!, 2)), await open(settings('icmb', three!, 3))];
  const heard: string[] = [];
  links[2]!.hear((_bytes, from) => heard.push(from));
  const donor = await Donor.start({ links: [links[0]!], images: () => [image], class: 'Peer', randomBytes: random });
  endings.push(() => donor.close());
  const source = new PeerSource({ name: 'bus', links: [links[1]!], keys: () => [releaseKey.publicKey], randomBytes: random });
  expect(await fetched(source, image)).toBe(image.statement.sha256);
  expect([...new Set(heard)].sort()).toEqual(['0x0001', '0x0002']);
});

test('each kind of link: a donor and a machine that asks meet on a cable between two, as RFCOMM is one', async () => {
  const [one, two] = await joined('duplex', 2);
  const image = makeImage({ size: 30_000 });
  const links = [await open(settings('bluetooth', one!)), await open(settings('bluetooth', two!))];
  expect(links.map(({ kind, capacityPerSecond }) => `${kind} ${capacityPerSecond}`)).toEqual(['bluetooth 11520', 'bluetooth 11520']);
  const donor = await Donor.start({ links: [links[0]!], images: () => [image], class: 'Peer', randomBytes: random });
  endings.push(() => donor.close());
  const source = new PeerSource({ name: 'cable', links: [links[1]!], keys: () => [releaseKey.publicKey], randomBytes: random });
  expect(await fetched(source, image)).toBe(image.statement.sha256);
});

test('a source and a donor of one process share a tty, and the last one closes it', async () => {
  const [one, two] = await joined('shared', 2);
  const mine = [await open(settings('icmb', one!, 1)), await open(settings('icmb', one!, 1))];
  const other = await open(settings('icmb', two!, 2));
  const heard = new Promise<string>((resolve) => { mine[1]!.hear((bytes) => resolve(Buffer.from(bytes).toString())); });
  await mine[0]!.close();
  other.broadcast(Buffer.from('still there'));
  expect(await heard).toBe('still there');
  await expect(openLinks(settings('icmb', one!, 9))).rejects.toMatchObject({ code: 'network-failed', message: expect.stringContaining('expected the same link, baud and address') as string });
  await mine[1]!.close();
  await (await openLinks(settings('icmb', one!, 9))).links[0]!.close();
});

it.each([
  [['--link', 'icmb'], 'expected --tty PATH with --link icmb'], [['--tty', 'x'], 'expected --address 0x0001 to 0xfffe, got none'], [['--tty', 'x', '--address', '0xffff'], 'got 0xffff'],
  [['--tty', 'x', '--link', 'lan'], 'expected --link icmb or bluetooth with --tty, got lan'], [['--link', 'radio'], 'expected --link lan or wireless or icmb or bluetooth, got radio'],
  [['--baud', '9600'], 'with --tty only'], [['--tty', 'x', '--address', '1', '--port', '9000'], 'expected --tty or network options'],
])('ferry donor %j is a usage error', async (options, message) => {
  expect(await runFerry(['donor', '--images', scratch.path, '--trust', join(scratch.path, 'vendor.pub'), ...options])).toMatchObject({ code: 64, output: expect.stringContaining(message) as string });
});

test('a tty that is not there, or none, is an error in words', async () => {
  await expect(openLinks(settings('icmb', join(scratch.path, 'none'), 1))).rejects.toMatchObject({ code: 'network-failed', exitCode: 64, message: expect.stringMatching(/none: expected a serial line at 115200 baud, it can not be opened/) as string });
});

test('each kind of link: ferry donor --tty gives a ferry bmc --recovery on the same bus its image back', async () => {
  const [one, two] = await joined('shared', 2);
  const image = signedImage('2.0.0', 2, { size: 20_000 });
  const images = join(scratch.path, 'images');
  place(images, 'bios.bin', image);
  const donor = new Child(artifactPath('ferry.js'), 'donor', '--images', images, '--trust', join(scratch.path, 'vendor.pub'), '--tty', one!, '--link', 'icmb', '--address', '0x0010', '--baud', '115200');
  endings.push(async () => {
    donor.process.kill('SIGTERM');
    await donor.ended;
  });
  await donor.says(`ready on icmb ${one} 0x0010`);
  const state = join(scratch.path, 'state');
  writeFileSync(join(scratch.path, 'board.json'), boardText(SMALL_BOARD));
  writeFileSync(join(scratch.path, 'recovery.ini'), `[recovery]\nboots = 0\ncheck-every = 1s\n[component bios]\n[source bus]\nkind = peers\nlink = icmb\ntty = ${two}\nbaud = 115200\naddress = 0x0020\n`);
  const controller = await startController(state, '--board', join(scratch.path, 'board.json'), '--trust', join(scratch.path, 'vendor.pub'), '--recovery', join(scratch.path, 'recovery.ini'));
  endings.push(() => controller.stop());
  await donor.says('complete');
  await donor.says('report: 0x0020 (empty) is well again');
  expect(sha256(readFileSync(join(state, 'flash', 'bios-0.flash')).subarray(0, image.bytes.length))).toBe(image.sha256);
});
