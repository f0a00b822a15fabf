import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLinks } from '../../../host/recovery/links/open-links.ts';
import { Donor } from '../../../host/recovery/peers/donor.ts';
import type { PeersConfig } from '../../../host/recovery/peers/peers-config.ts';
import { parseRecoveryConfig } from '../../../host/recovery/recovery-config.ts';
import { makeSource } from '../../../host/recovery/sources.ts';
import { scratchDirectory } from '../../scratch-directory.ts';
import { refusalOf } from '../../trust/signed-image.ts';
import { IMAGE_SIZE, makeImage, NEED, releaseKey, sha256, Spool } from './virtual-rack.ts';

const image = makeImage();
let scratch: ReturnType<typeof scratchDirectory>;
beforeEach(() => { scratch = scratchDirectory(); });
afterEach(() => scratch.remove());

const configOf = (keys: string): PeersConfig =>
  parseRecoveryConfig(Buffer.from(`[component bios]\n[source rack]\nkind = peers\n${keys}`), 'recovery.ini', scratch.path).sources[0] as PeersConfig;

describe('a source with kind = peers', () => {
  it('stays on this machine unless an interface is named', () => {
    expect(configOf('')).toEqual({ at: 'recovery.ini:2', kind: 'peers', name: 'rack', links: { link: 'lan', interfaces: ['lo'] }, groupKey: undefined });
    expect(configOf('interfaces = eth0, wlan0\nlink = wireless\nrate-limit = 64KiB\nport = 9000\ngroup-key = group.key\n')).toEqual({
      at: 'recovery.ini:2', kind: 'peers', name: 'rack', links: { link: 'wireless', interfaces: ['eth0', 'wlan0'], port: 9000, ratePerSecond: 65_536 }, groupKey: resolve(scratch.path, 'group.key'),
    });
  });

  it('is one machine on a serial line, at the usual rate of its kind', () => {
    expect(configOf('link = icmb\ntty = /dev/ttyS1\naddress = 0x0012\nrate-limit = 1KiB\n').links).toEqual({
      link: 'icmb', interfaces: [], line: { tty: '/dev/ttyS1', baud: 19_200, isShared: true, address: 0x12 }, ratePerSecond: 1024,
    });
    expect(configOf('link = bluetooth\ntty = rfcomm0\n').links.line).toEqual({ tty: resolve(scratch.path, 'rfcomm0'), baud: 115_200, isShared: false });
    expect(configOf('link = bluetooth\ninterfaces = bnep0\n').links).toEqual({ link: 'bluetooth', interfaces: ['bnep0'] });
  });

  it.each([
    ['interfaces = ,\n', 'interfaces: expected names of network interfaces, got none'], ['link = serial\n', 'link: expected lan or wireless or icmb or bluetooth, got "serial"'],
    ['link = icmb\naddress = 1\n', 'tty: expected a path, got none'], ['link = icmb\ntty = /dev/ttyS0\n', 'address: expected 0x0001 to 0xfffe, another one for each machine on the bus, got none'],
    ['link = icmb\ntty = /dev/ttyS0\naddress = 0xffff\n', 'got "0xffff"'], ['tty = /dev/ttyS0\n', 'link: expected icmb or bluetooth with a tty, got lan'],
    ['link = icmb\ntty = /dev/ttyS0\naddress = 1\nport = 9000\n', 'port: expected one of'], ['link = icmb\ntty = /dev/ttyS0\naddress = 1\nbaud = 50\n', 'baud: expected'],
    ['rate-limit = 1000\n', 'rate-limit: expected'], ['port = 80\n', 'port: expected a whole number from 1024 to 65535, got "80"'], ['key = x\n', 'key: expected one of'],
  ])('refuses %j', (keys, message) => {
    expect(refusalOf(() => configOf(keys))).toMatchObject({ exitCode: 64, message: expect.stringContaining(message) as string });
  });

  it('needs its group key from the start', () => {
    expect(refusalOf(() => makeSource(configOf('group-key = group.key\n')))).toMatchObject({ code: 'recovery-invalid', exitCode: 64, message: expect.stringMatching(/^recovery\.ini:\d+: \[source rack\]: [^;]*group\.key: expected a group key file[^;]*; nothing was started$/) as string });
  });

  it('opens its links when it is asked, says what is wrong with an interface, and finds and fetches', async () => {
    const missing = makeSource(configOf('interfaces = nothere0\n'));
    await expect(missing.find(NEED, new AbortController().signal)).rejects.toThrow('nothere0');
    await missing.close?.();

    const probe = createSocket('udp4');
    const port = await new Promise<number>((done) => { probe.bind(0, '127.0.0.1', () => done(probe.address().port)); });
    await new Promise<void>((done) => { probe.close(() => done()); });
    const { links } = await openLinks({ link: 'lan', interfaces: ['lo'], port });
    const donor = await Donor.start({ links, images: () => [image], class: 'Peer', randomBytes: (count) => randomBytes(count) });
    const source = makeSource(configOf(`port = ${port}\n`), () => [releaseKey.publicKey]);
    const wanted = { ...NEED, wanted: { sha256: image.statement.sha256 } };
    const distrusting = makeSource(configOf(`port = ${port}\n`));
    expect(await distrusting.find(wanted, new AbortController().signal)).toEqual([]);
    const [candidate] = await source.find(wanted, new AbortController().signal);
    const spool = new Spool(IMAGE_SIZE);
    await source.fetch(candidate!, 0, spool.take, new AbortController().signal);
    expect(sha256(spool.bytes)).toBe(image.statement.sha256);
    await source.close?.();
    await distrusting.close?.();
    await expect(source.fetch(candidate!, 0, () => undefined, new AbortController().signal)).rejects.toThrow('ask again');
    donor.close();
    for (const link of links) await link.close();
  });
});
