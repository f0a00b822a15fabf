// Every predetermined place: what is found there, and the same bytes from the start and from a block on.
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import 'reflect-metadata';
import { makeSelfSigned } from '../../host/bmc/redfish/self-signed.ts';
import { DirectorySource } from '../../host/recovery/directory-source.ts';
import { FatImageSource } from '../../host/recovery/fat-image-source.ts';
import { untilAborted } from '../../host/recovery/found-image.ts';
import { type RecoveryNeed, RECOVERY_BLOCK, type Source } from '../../host/recovery/source.ts';
import { WebSource } from '../../host/recovery/web-source.ts';
import { format, gptDisk, mbrDisk } from '../fat/format.ts';
import { MemoryDevice } from '../fat/memory-device.ts';
import { makeDirectory, mount, writeFile } from '../fat/volumes.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { place, PLATFORM, signedImage, SIZE } from './images.ts';

const scratch = scratchDirectory();
afterAll(() => scratch.remove());
const [good, other] = [signedImage('2.0.0', 2), signedImage('2.0.0', 3, { component: 'bmc' })];
const NEED: RecoveryNeed = { component: 'bios', platform: PLATFORM, reason: 'corrupt', floor: 0, slotSize: 262_144, running: { version: '2.0.0', sha256: good.sha256 } };
const never = new AbortController().signal;
let count = 0;
const fresh = (): string => {
  const path = join(scratch.path, `place-${++count}`);
  mkdirSync(path);
  return path;
};

/** Everything that comes, which must come in order and without gaps. */
async function bytesOf(source: Source, from = 0): Promise<Buffer> {
  const [candidate] = await source.find(NEED, never);
  const pieces: Buffer[] = [];
  let next = from;
  await source.fetch(candidate!, from, (offset, bytes) => {
    expect(offset).toBe(next);
    next += bytes.length;
    pieces.push(Buffer.from(bytes));
  }, never);
  return Buffer.concat(pieces);
}

async function expectAllOf(source: Source): Promise<void> {
  const found = await source.find(NEED, never);
  expect(found.map(({ statement, size }) => [statement.component, statement.version, statement.sha256, size])).toEqual([['bios', '2.0.0', good.sha256, SIZE]]);
  expect(Buffer.compare(await bytesOf(source), good.bytes as Buffer)).toBe(0);
  expect(Buffer.compare(await bytesOf(source, 2 * RECOVERY_BLOCK), good.bytes.subarray(2 * RECOVERY_BLOCK) as Buffer)).toBe(0);
}

describe('a directory', () => {
  it('gives the images for the component, and nothing else that lies there', async () => {
    const path = fresh();
    place(path, 'bios.bin', good);
    place(path, 'bmc.bin', other);
    writeFileSync(join(path, 'broken.minisig'), 'no signature');
    writeFileSync(join(path, 'alone.minisig'), good.signature);
    mkdirSync(join(path, 'folder'));
    writeFileSync(join(path, 'folder.minisig'), good.signature);
    symlinkSync('/dev/zero', join(path, 'endless'));
    writeFileSync(join(path, 'endless.minisig'), good.signature);
    execFileSync('mkfifo', [join(path, 'pipe')]);
    writeFileSync(join(path, 'pipe.minisig'), good.signature);
    await expectAllOf(new DirectorySource({ name: 'a', path }));
  });

  it('that is not there is a source that fails', async () => {
    await expect(new DirectorySource({ name: 'a', path: join(scratch.path, 'none') }).find(NEED, never)).rejects.toThrow('ENOENT');
  });

  it('that disappears between the look and the fetch, as a share does whose server goes, is a source that fails', async () => {
    const path = fresh();
    place(path, 'bios.bin', good);
    const source = new DirectorySource({ name: 'share', path });
    const [candidate] = await source.find(NEED, never);
    rmSync(path, { recursive: true });
    await expect(source.fetch(candidate!, 0, () => undefined, never)).rejects.toThrow('ENOENT');
    await expect(source.find(NEED, never)).rejects.toThrow('ENOENT');
  });

  it('whose image becomes shorter meanwhile fails, and says where', async () => {
    const path = fresh();
    place(path, 'bios.bin', good);
    const source = new DirectorySource({ name: 'a', path });
    const [candidate] = await source.find(NEED, never);
    truncateSync(join(path, 'bios.bin'), 100_000);
    await expect(source.fetch(candidate!, 0, () => undefined, never)).rejects.toThrow('expected 250000 bytes, the file ends after 100000');
  });
});

describe('the image of a disk', () => {
  const withImages = (width: 12 | 16 | 32, directory = ''): Buffer => {
    const device = new MemoryDevice(format({ width, clusterCount: width === 12 ? 3000 : width === 16 ? 5000 : 66_000 }));
    const system = mount(device);
    if (directory !== '') makeDirectory(system, directory);
    for (const [name, bytes] of [['BIOS.BIN', good.bytes], ['Bios.bin.minisig', good.signature], ['bmc.bin', other.bytes.subarray(0, 10)], ['bmc.bin.minisig', other.signature]] as const) writeFile(system, `${directory}/${name}`, bytes);
    system.close();
    return device.bytes as Buffer;
  };

  it.each([
    ['FAT12, without partitions', withImages(12), []],
    ['FAT16 in a partition of a GPT disk, in a directory', gptDisk(withImages(16, 'firmware')), ['firmware']],
    ['FAT32 in a partition of an MBR disk', mbrDisk(withImages(32)), []],
  ] as const)('%s gives its images, also by a name in another case, and is not changed', async (_name, bytes, directory) => {
    const path = join(fresh(), 'disk.img');
    writeFileSync(path, bytes);
    await expectAllOf(new FatImageSource({ name: 'stick', path, directory }));
    execFileSync('cmp', [path, '-'], { input: bytes });
  });

  it('that holds no file system is a source that fails', async () => {
    const path = join(fresh(), 'disk.img');
    writeFileSync(path, Buffer.alloc(4096, 1));
    await expect(new FatImageSource({ name: 'stick', path, directory: [] }).find(NEED, never)).rejects.toThrow('expected');
  });
});

describe('a web server', () => {
  const servers: http.Server[] = [];
  afterEach(() => servers.splice(0).forEach((server) => server.closeAllConnections() ?? server.close()));
  const requests: string[] = [];

  /** Serves the image and its signature. */
  function answer(request: http.IncomingMessage, response: http.ServerResponse, knowsRanges = true): void {
    requests.push(`${request.url} ${request.headers.range ?? 'whole'}`);
    const bytes = request.url?.endsWith('.minisig') ? good.signature : request.url?.startsWith('/bios') ? good.bytes : undefined;
    if (bytes === undefined) return void response.writeHead(404).end();
    const from = knowsRanges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
    response.writeHead(from > 0 ? 206 : 200, from > 0 ? { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}).end(bytes.subarray(from));
  }

  async function serve(handler: http.RequestListener, pem?: string): Promise<string> {
    const server = pem === undefined ? http.createServer(handler) : https.createServer({ key: pem, cert: pem }, handler);
    servers.push(server);
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    return `${pem === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const source = (url: string, authorities?: string) => new WebSource({ name: 'web', url, authorities });

  it('gives the image with its name filled in, and from a block on by a range', async () => {
    requests.length = 0;
    await expectAllOf(source(`${await serve(answer)}/{component}-{version}.bin`));
    expect(requests).toContain('/bios-2.0.0.bin bytes=131072-');
  });

  it('that knows no ranges is heard from the start, and what is there already is dropped', async () => {
    await expectAllOf(source(`${await serve((request, response) => answer(request, response, false))}/bios.bin`));
  });

  it('over HTTPS is believed with a certificate that is trusted, and not without', async () => {
    const pem = await makeSelfSigned(new Date());
    const url = `${await serve(answer, pem)}/bios.bin`;
    const path = join(fresh(), 'ca.pem');
    writeFileSync(path, pem.slice(0, pem.indexOf('-----BEGIN PRIVATE')));
    await expectAllOf(source(url, path));
    await expect(source(url).find(NEED, never)).rejects.toThrow(/certificate/);
    writeFileSync(path, 'no certificate');
    expect(() => source(url, path)).toThrow(`authorities: ${path}: expected certificates in PEM, got none`);
    expect(() => source(url, `${path}.not`)).toThrow(/^authorities: .*ca\.pem\.not: expected certificates in PEM, it can not be read: ENOENT/);
  });

  it('that redirects for ever, or elsewhere than to the web, or answers another range, is a source that fails', async () => {
    const loop = await serve((request, response) => { response.writeHead(302, { Location: `${request.url}x` }).end(); });
    await expect(source(`${loop}/bios.bin`).find(NEED, never)).rejects.toThrow('expected at most 3 redirects, got more');
    const file = await serve((_request, response) => { response.writeHead(302, { Location: 'file:///etc/passwd' }).end(); });
    await expect(source(`${file}/bios.bin`).find(NEED, never)).rejects.toThrow('a redirect to another address: expected http');
    const wrong = await serve((request, response) => {
      if (request.headers.range === undefined) return answer(request, response);
      response.writeHead(206, { 'Content-Range': 'bytes 5-9/10' }).end('12345');
    });
    await expect(bytesOf(source(`${wrong}/bios.bin`), RECOVERY_BLOCK)).rejects.toThrow('expected the bytes from 65536 on, got another range');
  });

  it('that answers a signature without an end is not read to its end', async () => {
    const endless = await serve((_request, response) => {
      const more = (): void => { while (!response.destroyed && response.write(Buffer.alloc(4096))); };
      response.on('drain', more);
      more();
    });
    await expect(source(`${endless}/bios.bin`).find(NEED, never)).rejects.toThrow('expected a signature file of at most 10240 bytes, got more');
  });

  it('that breaks off in the middle fails, and what came before has been handed on', async () => {
    const url = await serve((request, response) => {
      if (request.url?.endsWith('.minisig')) return answer(request, response);
      response.writeHead(200, { 'Content-Length': SIZE }).write(good.bytes.subarray(0, 100_000), () => response.destroy());
    });
    const web = source(`${url}/bios.bin`);
    const [candidate] = await web.find(NEED, never);
    let came = 0;
    await expect(web.fetch(candidate!, 0, (_offset, bytes) => { came += bytes.length; }, never)).rejects.toThrow(/\/bios\.bin: the answer broke off after \d+ bytes: /);
    expect(came).toBeLessThanOrEqual(100_000);
  });
});

it('a source that is asked to end while it waits ends', async () => {
  const stop = new AbortController();
  const path = fresh();
  place(path, 'bios.bin', good);
  stop.abort(new Error('enough'));
  await expect(new DirectorySource({ name: 'a', path }).find(NEED, stop.signal)).rejects.toThrow('enough');
});

it('work that fails after the signal to end has come is nobody\'s unhandled error', async () => {
  const unhandled: unknown[] = [];
  const listener = (error: unknown): void => { unhandled.push(error); };
  process.on('unhandledRejection', listener);
  const stop = new AbortController();
  stop.abort(new Error('enough'));
  let fail: (error: Error) => void = () => undefined;
  const work = new Promise<void>((_resolve, reject) => { fail = reject; });
  expect(() => untilAborted(work, stop.signal)).toThrow('enough');
  fail(new Error('the share has gone'));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', listener);
  expect(unhandled).toEqual([]);
});
