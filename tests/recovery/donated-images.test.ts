// What a controller has to give to others, and when.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { spoolDirectory } from '../../host/recovery/agent.ts';
import type { Board } from '../../host/bmc/board.ts';
import type { RecoverableManagement } from '../../host/bmc/management.ts';
import { DonatedImages } from '../../host/recovery/donated-images.ts';
import type { DonorImage } from '../../host/recovery/peers/donor-images.ts';
import type { RecoveryPhase, RecoveryState } from '../../host/recovery/recovery-state.ts';
import { SMALL_BOARD } from '../bmc/small-board.ts';
import { key } from '../trust/signed-image.ts';
import { sha256 } from './peers/virtual-rack.ts';
import { place, signedImage, SIZE } from './images.ts';
import { Rig, type RigOptions } from './rig.ts';

const [old, good] = [signedImage('1.0.0', 1), signedImage('2.0.0', 2)];
const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

interface Donating {
  readonly rig: Rig;
  /** What may be offered now. */
  images(): readonly DonorImage[];
}

async function donating(options: RigOptions = {}): Promise<Donating> {
  let current: () => readonly DonorImage[] = () => [];
  const donate: RigOptions['donate'] = (images) => {
    current = images;
    return [{ close: () => Promise.resolve() }];
  };
  const rig = new Rig({ ...options, donate });
  rigs.push(rig);
  await rig.install(good);
  return { rig, images: () => current() };
}

const digests = (images: readonly DonorImage[]): string[] => images.map(({ statement }) => statement.sha256);
const bytesOf = (image: DonorImage): Uint8Array => image.read(0, image.statement.size);

describe('a controller that is well', () => {
  it('gives what it runs, after it has verified it itself, from any offset', async () => {
    const { rig, images } = await donating();
    rig.startAgent();
    expect(images()).toEqual([]);
    await rig.until(() => images().length > 0, 'an image is there');
    expect(digests(images())).toEqual([good.sha256]);
    const [image] = images();
    expect(sha256(bytesOf(image!))).toBe(good.sha256);
    expect(Buffer.compare(image!.read(65_000, 70_000), good.bytes.subarray(65_000, 135_000))).toBe(0);
    expect(Buffer.compare(image!.signature, good.signature)).toBe(0);
  });

  it('sends no block that has changed since, though nobody has noticed yet', async () => {
    const { rig, images } = await donating();
    rig.startAgent();
    await rig.until(() => images().length > 0, 'an image is there');
    const [image] = images();
    rig.spoil(70_000);
    expect(() => image!.read(65_536, 65_536)).toThrow('it has changed since it was verified');
    expect(Buffer.compare(image!.read(0, 65_536), good.bytes.subarray(0, 65_536))).toBe(0);
  });

  it('gives nothing whose signature it does not have, and says so', async () => {
    const { rig, images } = await donating();
    const [name] = readdirSync(join(rig.machine.state, 'signatures'));
    writeFileSync(join(rig.machine.state, 'signatures', name!), old.signature);
    rig.startAgent();
    await rig.until(() => rig.words().includes('donor-image-refused'), 'it is refused');
    expect(images()).toEqual([]);
  });

  it('gives what it runs no more as soon as it runs something else', async () => {
    const { rig, images } = await donating();
    rig.startAgent();
    await rig.until(() => images().length > 0, 'an image is there');
    const [image] = images();
    const newer = signedImage('3.0.0', 3);
    await rig.install(newer);
    expect(digests(images())).not.toContain(good.sha256);
    expect(() => bytesOf(image!)).toThrow('does not run the image');
  });
});

describe('a hub with protected regions', () => {
  const REGIONS = [{ offset: 65_536, size: 65_536 }, { offset: 196_608, size: 65_536 }];
  const board: Board = { ...SMALL_BOARD, components: SMALL_BOARD.components.map((one) => (one.name === 'bios' ? { ...one, protectedRegions: REGIONS } : one)) };

  it('gives the image as it was signed, though its own settings lie there', async () => {
    const { rig, images } = await donating({ options: { board } });
    const path = join(rig.machine.state, 'flash', 'bios-0.flash');
    const bytes = readFileSync(path);
    for (const { offset } of REGIONS) bytes.fill('asset 4711; ', offset, offset + 1000);
    writeFileSync(path, bytes);
    rig.startAgent();
    await rig.until(() => images().length > 0, 'an image is there');
    const [image] = images();
    expect(sha256(bytesOf(image!))).toBe(good.sha256);
    expect(Buffer.compare(image!.read(130_000, 80_000), good.bytes.subarray(130_000, 210_000))).toBe(0);
  });

  it('gives nothing when what the image has there was lost', async () => {
    const { rig, images } = await donating({ options: { board } });
    rmSync(join(rig.machine.state, 'signatures', `${good.sha256}.regions`));
    rig.startAgent();
    await rig.until(() => rig.words().includes('donor-image-refused'), 'it is refused');
    expect(images()).toEqual([]);
    expect(rig.texts('donor-image-refused').join()).toContain('what the image has for protected regions was not kept');
  });
});

describe('a controller that is being recovered', () => {
  it('gives nothing before it has staged the image, and from then on that image, at once', async () => {
    const { rig, images } = await donating();
    place(rig.images, 'bios.bin', good);
    rig.spoil();
    rig.startAgent();
    await rig.until(() => rig.words().includes('recovery-fetching'), 'it fetches');
    expect(images()).toEqual([]);
    await rig.until(() => images().length > 0, 'it has something to give');
    expect(digests(images())).toEqual([good.sha256]);
    expect(rig.words()).not.toContain('recovery-reading-back');
    expect(sha256(bytesOf(images()[0]!))).toBe(good.sha256);
    await rig.until(() => rig.phase() === 'healthy', 'healthy');
    expect(new Set(digests(images()))).toEqual(new Set([good.sha256]));
  });

  it('keeps the signature beside the spooled image, and the next controller gives it after its own look at it', async () => {
    const { rig, images } = await donating();
    place(rig.images, 'bios.bin', good);
    rig.spoil();
    rig.startAgent();
    await rig.until(() => rig.phase() === 'healthy' && rig.words().includes('recovery-staged'), 'healthy');
    const spooled = (): string => join(spoolDirectory(rig.machine.state, 'bios'), `${good.sha256}.image`);
    expect(existsSync(`${spooled()}.minisig`)).toBe(true);
    await rig.kill();
    const isSpooled = ({ name }: DonorImage): boolean => name.endsWith('as it was fetched');
    await rig.until(() => images().some(isSpooled), 'the spooled image is given');
    expect(sha256(bytesOf(images().find(isSpooled)!))).toBe(good.sha256);

    writeFileSync(spooled(), Buffer.alloc(SIZE));
    await rig.kill();
    await rig.until(() => images().length > 0, 'what runs is given');
    expect(images().some(isSpooled)).toBe(false);
  });
});

describe('a controller with two components', () => {
  it('gives nothing of what one runs while the other one is being recovered', async () => {
    let phase: RecoveryPhase = 'healthy';
    const slots = [{ state: 'valid', version: good.version, digest: Buffer.from(good.sha256, 'hex') }];
    const management = {
      snapshot: () => ({ components: [{ name: 'bios', running: 0, slots }] }), signatureOf: () => good.signature,
      readRunning: (_component: string, _sha256: string, offset: number, into: Uint8Array) => into.set(good.bytes.subarray(offset, offset + into.length)),
    } as unknown as RecoverableManagement;
    const states = () => [{ phase: 'healthy' }, { phase }] as RecoveryState[];
    const donated = new DonatedImages({ management, keys: () => [key.publicKey], states, say: () => undefined });
    await donated.addRunning('bios', new AbortController().signal);
    expect(digests(donated.images)).toEqual([good.sha256]);
    for (phase of ['needed', 'sourcing', 'fetching', 'staged', 'holding', 'writing', 'reading-back', 'retry', 'locked'] as const) expect(donated.images, phase).toEqual([]);
    phase = 'confirming';
    expect(digests(donated.images)).toEqual([good.sha256]);
    donated.close();
  });
});

describe('a report', () => {
  const reporting = (reports: object[]): NonNullable<RigOptions['sources']> => () => [{
    name: 'rack', kind: 'peers', find: () => Promise.resolve([]), fetch: () => Promise.reject(new Error('never asked')), report: (outcome) => void reports.push(outcome),
  }];

  it('says that a controller gives up, with what it has and why', async () => {
    const reports: object[] = [];
    const { rig } = await donating({ sources: reporting(reports) });
    rig.spoil();
    const before = rig.flashDigest();
    rig.startAgent();
    await rig.until(() => rig.phase() === 'locked', 'locked');
    expect(reports).toEqual([{ component: 'bios', reason: 'corrupt', result: 'given-up', before, now: '', source: undefined, id: undefined, bytes: 0, ms: expect.any(Number) as number }]);
  });

  it('says which image came from where, in how many bytes, once', async () => {
    const reports: object[] = [];
    const { rig } = await donating({
      sources: () => [{ ...reporting(reports)(rigs[0]!)[0]!, name: 'storage', kind: 'directory',
        find: () => Promise.resolve([{ id: 'bios.bin', source: 'storage', kind: 'directory' as const, statement: { component: 'bios', platform: 'small-board', version: '2.0.0', security: 3, size: SIZE, sha256: good.sha256 }, signature: good.signature, size: SIZE, terms: {} }]),
        fetch: (_candidate, from, into) => { into(from, good.bytes.subarray(from)); return Promise.resolve(); } }],
    });
    rig.spoil();
    const before = rig.flashDigest();
    rig.startAgent();
    await rig.until(() => rig.phase() === 'healthy' && rig.words().includes('recovery-staged'), 'healthy');
    expect(reports).toEqual([{ component: 'bios', reason: 'corrupt', result: 'well', before, now: good.sha256, source: 'storage', id: 'bios.bin', bytes: SIZE, ms: expect.any(Number) as number }]);
  });
});
