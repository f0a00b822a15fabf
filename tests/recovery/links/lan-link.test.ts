import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { copyFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it, test } from 'vitest';
import { artifactPath } from '../../../host/artifacts.ts';
import { openLanLink } from '../../../host/recovery/links/lan-link.ts';
import type { ByteStream, Link } from '../../../host/recovery/links/link.ts';
import { type InterfaceAddress, interfaceAddresses } from '../../../host/recovery/links/network-interface.ts';
import { openLinks } from '../../../host/recovery/links/open-links.ts';
import { bundle } from '../../bundle.ts';
import { scratchDirectory } from '../../scratch-directory.ts';

const open: Link[] = [];
const loopback = (): InterfaceAddress => interfaceAddresses('lo').find(({ family }) => family === 'IPv4')!;
const keep = (link: Link): Link => {
  open.push(link);
  return link;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((link) => link.close()));
});

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

describe('a LAN link', () => {
  it('is heard by every link on the interface, and hears nothing that is sent to this machine alone', async () => {
    const port = await freePort();
    const [one, two] = [keep(await openLanLink({ at: loopback(), port })), keep(await openLanLink({ at: loopback(), port }))];
    const heard: string[] = [];
    const both = new Promise<void>((resolve) => {
      for (const link of [one, two]) {
        link.hear((bytes, from) => {
          heard.push(`${from} ${Buffer.from(bytes).toString()}`);
          if (heard.length === 2) resolve();
        });
      }
    });
    const alone = createSocket('udp4');
    await new Promise<void>((resolve) => { alone.send('to one', port, '127.0.0.1', () => resolve()); });
    alone.close();
    one.broadcast(Buffer.from('to all'));
    await both;
    expect(heard).toEqual(['127.0.0.1 to all', '127.0.0.1 to all']);
  });

  it('carries streams both ways, and each end hears of the other one\'s end', async () => {
    const link = keep(await openLanLink({ at: loopback(), port: await freePort() }));
    const accepted = new Promise<ByteStream>((resolve) => void link.listen(resolve).then(async (port) => { mine(await link.connect('127.0.0.1', port, new AbortController().signal)); }));
    let mine: (stream: ByteStream) => void = () => undefined;
    const connected = new Promise<ByteStream>((resolve) => { mine = resolve; });
    const [theirs, ours] = await Promise.all([accepted, connected]);
    await ours.write(Buffer.from('there'));
    expect(Buffer.from((await theirs.read())!).toString()).toBe('there');
    await theirs.write(Buffer.from('and back'));
    expect(Buffer.from((await ours.read())!).toString()).toBe('and back');
    theirs.close();
    expect(await ours.read()).toBeUndefined();
    ours.destroy();
    await expect(ours.write(Buffer.from('late'))).rejects.toThrow('ended');
  });

  it('lets in and connects to nobody outside the network of its interface', async () => {
    const at = { ...loopback(), isNear: (address: string) => address === '127.0.0.9' };
    const link = keep(await openLanLink({ at, port: await freePort() }));
    let entered = 0;
    const port = await link.listen(() => { entered++; });
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => { socket.once('close', resolve).once('error', () => undefined); });
    expect(entered).toBe(0);
    await expect(link.connect('192.0.2.77', 80, new AbortController().signal)).rejects.toThrow('expected an address of its own network');
  });

  it('hears nobody outside the network of its interface', async () => {
    const port = await freePort();
    const deaf = keep(await openLanLink({ at: { ...loopback(), isNear: () => false }, port }));
    const link = keep(await openLanLink({ at: loopback(), port }));
    let heard = 0;
    deaf.hear(() => { heard++; });
    // Who joined first is told first: when the other one has heard both, this one has had its chance.
    const both = new Promise<void>((resolve) => {
      let count = 0;
      link.hear(() => { if (++count === 2) resolve(); });
    });
    link.broadcast(Buffer.from('one'));
    link.broadcast(Buffer.from('two'));
    await both;
    expect(heard).toBe(0);
  });

  it('listens on the address of its interface only', async () => {
    const link = keep(await openLanLink({ at: loopback(), port: await freePort() }));
    const port = await link.listen((stream) => stream.destroy());
    const refused = await new Promise<string | undefined>((resolve) => {
      connect(port, '127.0.0.2').once('error', (error: NodeJS.ErrnoException) => resolve(error.code)).once('connect', () => resolve(undefined));
    });
    expect(refused).toBe('ECONNREFUSED');
  });

  it('ends a connection that is not wanted any more', async () => {
    const link = keep(await openLanLink({ at: loopback(), port: await freePort() }));
    await expect(link.connect('127.0.0.1', 1, AbortSignal.abort(new Error('not any more')))).rejects.toThrow('not any more');
  });
});

describe('an interface', () => {
  it('that is not there is an error that names those that are', () => {
    expect(() => interfaceAddresses('nothere0')).toThrow(/expected one of .*\blo\b.*got "nothere0"/);
  });

  it('knows its own network', () => {
    expect(['127.0.0.1', '127.255.0.1', '128.0.0.1', '192.0.2.1', '::1', 'nonsense'].map(loopback().isNear)).toEqual([true, true, false, false, false, false]);
  });

  it('on which the port is taken by another program gives nothing, and leaves nothing open', async () => {
    const port = await freePort();
    const other = createSocket('udp4');
    await new Promise<void>((resolve) => { other.bind(port, '239.255.70.89', resolve); });
    const { links, problems } = await openLinks({ link: 'lan', interfaces: ['lo'], port }).catch(() => ({ links: [], problems: ['none'] }));
    links.forEach(keep);
    expect(links.filter(({ name }) => name.endsWith('IPv4'))).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
    other.close();
  });
});

const canUnshare = spawnSync('unshare', ['-n', 'ip', 'link', 'add', 'lan0', 'type', 'veth', 'peer', 'name', 'lan1']).status === 0;
const required = process.env['FERRY_REQUIRE_PEERS'] === '1';

test.skipIf(!canUnshare && !required)(`each kind of link: LAN by IPv4 and by IPv6, each of which carries an image on a network of its own${canUnshare ? '' : ' (skipped: needs root, unshare and ip)'}`, () => {
  const scratch = scratchDirectory();
  bundle({ lan: 'tests/recovery/links/lan-program.ts' }, scratch.path);
  for (const core of ['core.wasm', 'core-simd.wasm'] as const) copyFileSync(artifactPath(core), join(scratch.path, core));
  const setUp = 'ip link add lan0 type veth peer name lan1 && ip link set lo up && ip link set lan1 up && ip link set lan0 up && ip addr add 10.77.0.1/24 dev lan0 && ip -6 addr add fe80::77/64 dev lan0 nodad';
  const run = spawnSync('unshare', ['-n', 'sh', '-c', `${setUp} && exec "$0" "$1" lan0`, process.execPath, join(scratch.path, 'lan.mjs')], { encoding: 'utf8', timeout: 30_000 });
  scratch.remove();
  const said = run.stdout.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(said, run.stderr).toEqual([
    { family: 'IPv4', address: '10.77.0.1', donor: expect.stringMatching(/^10\.77\.0\.1 port/) as string, isWhole: true },
    { family: 'IPv6', address: expect.stringMatching(/^fe80::.*%lan0$/) as string, donor: expect.stringMatching(/^fe80::.*%lan0 port/) as string, isWhole: true },
  ]);
});
