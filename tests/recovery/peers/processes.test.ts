// A machine that asks, a donor that lies and `ferry donor`, each a process of its own, over the real loopback interface.
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { artifactPath } from '../../../host/artifacts.ts';
import { openLinks } from '../../../host/recovery/links/open-links.ts';
import { readGroupKey } from '../../../host/recovery/peers/group-key.ts';
import { PeerSource } from '../../../host/recovery/peers/peer-source.ts';
import type { Candidate } from '../../../host/recovery/source.ts';
import { formatPublicKey } from '../../../host/trust/public-key.ts';
import { bundle } from '../../bundle.ts';
import { Child } from '../../os/child.ts';
import { runFerry } from '../../processes.ts';
import { scratchDirectory } from '../../scratch-directory.ts';
import { IMAGE_SIZE, makeImage, NEED, releaseKey, sha256, Spool, type TestImage } from './virtual-rack.ts';

const scratch = scratchDirectory();
const image = makeImage();
const good = join(scratch.path, 'images');
const children: Child[] = [];
const sources: PeerSource[] = [];

function put(directory: string, name: string, of: TestImage): string {
  writeFileSync(join(directory, name), of.bytes);
  writeFileSync(join(directory, `${name}.minisig`), of.signature);
  return join(directory, name);
}

/** A UDP port that nobody uses. */
function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

function start(script: string, ...args: string[]): Child {
  const child = new Child(script, ...args);
  children.push(child);
  return child;
}

async function goodDonor(port: number, ...args: string[]): Promise<Child> {
  const child = start(artifactPath('ferry.js'), 'donor', '--images', good, '--trust', join(scratch.path, 'release.pub'), '--port', `${port}`, '--json', ...args);
  await child.says('"ready"');
  return child;
}

async function recipient(port: number, groupKey?: string): Promise<PeerSource> {
  const { links } = await openLinks({ link: 'lan', interfaces: ['lo'], port });
  const source = new PeerSource({ name: 'rack', links, keys: () => [releaseKey.publicKey], randomBytes: (count) => randomBytes(count), ...(groupKey === undefined ? {} : { key: readGroupKey(groupKey) }) });
  sources.push(source);
  return source;
}

const never = (): AbortSignal => new AbortController().signal;
const portOf = (candidate: Candidate): string => candidate.terms.donor ?? '';

beforeAll(() => {
  mkdirSync(good);
  put(good, 'bios.bin', image);
  writeFileSync(join(scratch.path, 'release.pub'), formatPublicKey(releaseKey.publicKey));
  writeFileSync(join(scratch.path, 'group.key'), `${'5e'.repeat(32)}\n`, { mode: 0o600 });
  bundle({ liar: 'tests/recovery/peers/lying-donor.ts' }, scratch.path);
  // The script looks for the core beside itself.
  for (const core of ['core.wasm', 'core-simd.wasm'] as const) copyFileSync(artifactPath(core), join(scratch.path, core));
});
afterEach(async () => {
  await Promise.all(sources.splice(0).map((source) => source.close()));
  for (const child of children.splice(0)) {
    child.process.kill('SIGTERM');
    await child.ended;
  }
});
afterAll(() => scratch.remove());

describe('three processes on the loopback interface', () => {
  it('a liar whose offer is false is not even a candidate, and the image comes from the honest donor', async () => {
    const port = await freePort();
    await start(join(scratch.path, 'liar.mjs'), `${port}`, join(good, 'bios.bin'), 'offer').says('ready');
    const donor = await goodDonor(port);
    const source = await recipient(port);
    const candidates = await source.find(NEED, never());
    expect(candidates).toHaveLength(1);
    const spool = new Spool(IMAGE_SIZE);
    await source.fetch(candidates[0]!, 0, spool.take, never());
    expect(sha256(spool.bytes)).toBe(image.statement.sha256);
    await donor.says('"result":"Complete"');
  });

  it('a liar who sends other bytes is shown up by the digest, and the image comes from the next candidate', async () => {
    const port = await freePort();
    await start(join(scratch.path, 'liar.mjs'), `${port}`, join(good, 'bios.bin'), 'bytes').says('ready');
    await goodDonor(port);
    const source = await recipient(port);
    const candidates = await source.find(NEED, never());
    expect(new Set(candidates.map(portOf)).size).toBe(2);
    const digests = [];
    for (const candidate of candidates) {
      const spool = new Spool(IMAGE_SIZE);
      await source.fetch(candidate, 0, spool.take, never());
      digests.push(sha256(spool.bytes) === image.statement.sha256);
    }
    expect(digests.sort()).toEqual([false, true]);
  });

  it('a donor that is killed in the middle is replaced by another, at the block that was reached', async () => {
    const port = await freePort();
    const donors = [await goodDonor(port, '--rate', '512'), await goodDonor(port)];
    const source = await recipient(port);
    const candidates = await source.find(NEED, never());
    expect(candidates).toHaveLength(2);
    const slow = candidates.find(({ terms }) => terms.ratePerSecond === 256 * 1024)!;
    const spool = new Spool(IMAGE_SIZE);
    const half = source.fetch(slow, 0, (offset, bytes) => {
      spool.take(offset, bytes);
      if (offset === 4 * 65_536) donors[0]!.process.kill('SIGKILL');
    }, never());
    await expect(half).rejects.toMatchObject({ fault: 'vanished' });
    expect(spool.next).toBeGreaterThanOrEqual(5 * 65_536);
    expect(spool.next).toBeLessThan(IMAGE_SIZE);
    await source.fetch(candidates.find((one) => one !== slow)!, spool.next, spool.take, never());
    expect(sha256(spool.bytes)).toBe(image.statement.sha256);
  });

  it('a group with a key serves its own, and a stranger hears nothing', async () => {
    const port = await freePort();
    const key = join(scratch.path, 'group.key');
    await goodDonor(port, '--group-key', key);
    expect(await (await recipient(port)).find(NEED, never())).toEqual([]);
    const source = await recipient(port, key);
    const [candidate] = await source.find({ ...NEED, wanted: { sha256: image.statement.sha256 } }, never());
    const spool = new Spool(IMAGE_SIZE);
    await source.fetch(candidate!, 0, spool.take, never());
    expect(sha256(spool.bytes)).toBe(image.statement.sha256);
  });
});

describe('ferry donor', () => {
  it('offers only what a trusted key has signed and what is whole, and says of the rest why not', async () => {
    const place = scratchDirectory();
    put(place.path, 'whole.bin', image);
    const damaged = put(place.path, 'damaged.bin', image);
    writeFileSync(damaged, Buffer.concat([image.bytes.subarray(0, -1), Buffer.from([1])]));
    const child = start(artifactPath('ferry.js'), 'donor', '--images', place.path, '--trust', join(scratch.path, 'release.pub'), '--port', `${await freePort()}`);
    await child.says('ready on lan lo');
    expect(child.output).toMatch(/not offered: .*damaged\.bin/);
    expect(child.output).toMatch(/offers .*whole\.bin: bios 1\.10\.0 for small-board/);
    child.process.kill('SIGTERM');
    expect(await child.ended).toEqual({ code: 0, signal: null });
    place.remove();
  });

  it('does not start without an image that it may offer, with an open group key, or on an interface that is not there', async () => {
    const place = scratchDirectory();
    const pub = join(scratch.path, 'release.pub');
    expect(await runFerry(['donor', '--images', place.path, '--trust', pub])).toMatchObject({ code: 1, output: expect.stringMatching(/expected an image that key .* has signed, got none/) as string });
    expect(await runFerry(['donor', '--images', join(place.path, 'no'), '--trust', pub])).toMatchObject({ code: 64 });
    expect(await runFerry(['donor', '--images', good])).toMatchObject({ code: 64, output: expect.stringMatching(/expected --trust/) as string });
    expect(await runFerry(['donor', '--images', good, '--trust', pub, '--listen-interface', 'nothere0'])).toMatchObject({ code: 64, output: expect.stringMatching(/expected one of .*lo/) as string });
    const open = join(place.path, 'open.key');
    writeFileSync(open, '5e'.repeat(32));
    chmodSync(open, 0o644);
    expect(await runFerry(['donor', '--images', good, '--trust', pub, '--group-key', open])).toMatchObject({ code: 64, output: expect.stringMatching(/only its owner can read.*644/) as string });
    place.remove();
  });
});
