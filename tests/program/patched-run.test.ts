// A patch beside the image: found by what the device holds, sent in its place, and passed over when it is of no use.
import { afterEach, describe, expect, it } from 'vitest';
import { makePatch, patchName } from '../../host/patch/make-patch.ts';
import { sha256 } from '../trouble/rig.ts';
import { signatureOf } from './signatures.ts';
import { configOf, imageOf, SignedRig, type SignedRun, versionOneOnly } from './signed-rig.ts';

const rigs: SignedRig[] = [];
afterEach(() => rigs.splice(0).forEach((rig) => rig.remove()));

const old = imageOf(1);
const image = Uint8Array.from([...old.subarray(0, 40_000), ...old.subarray(39_000)]).map((byte, at) => (at % 301 === 0 ? byte + 8 : byte));
const patch = makePatch(old, image);
const beside = patchName('bmc.bin', old);
const named = (run: SignedRun, name: string) => run.events.filter(({ event }) => event === name);
const reportOf = (rig: SignedRig): unknown => JSON.parse(new TextDecoder().decode(rig.rig.files.get('report.json') as Uint8Array));

/** A device that runs 1.0, and a volume with 1.1, its signature and these files. */
function rigWith(files: Readonly<Record<string, Uint8Array>>, keys = ''): SignedRig {
  const rig = new SignedRig();
  rigs.push(rig);
  rig.put('1.0', 1, {});
  expect(rig.run('run').code).toBe(0);
  rig.rig.config(configOf('1.1', keys, 'report = report.json'), { 'bmc.bin': image });
  rig.rig.files.set('bmc.bin.minisig', signatureOf(image, { version: '1.1' }));
  for (const [path, bytes] of Object.entries(files)) rig.rig.files.set(path, bytes);
  return rig;
}

describe('a patch', () => {
  it('beside the image is found by what the device runs, sent in its place, and makes the signed image', () => {
    const rig = rigWith({ [beside]: patch });
    expect(named(rig.run('plan'), 'plan')[0]).toMatchObject({ verdict: 'upgrade', send: true, patch: patch.length });
    const run = rig.run('run');
    expect(run.code, run.out).toBe(0);
    expect(named(run, 'phase').map(({ phase }) => phase).slice(0, 2)).toEqual(['send', 'patch']);
    expect(rig.rig.stored('bmc')).toBe(sha256(image));
    expect(reportOf(rig)).toMatchObject({ images: [{ outcome: 'stored', patch: patch.length, sentAs: 'patch', size: image.length }] });
    expect(rig.run('run').code).toBe(2);
  });

  it('is told to people: what it has, for which version, and instead of what', () => {
    const rig = rigWith({ [beside]: patch });
    expect(rig.run('plan', 'people').out).toMatch(/send: newer than what runs, as a patch of \d+ bytes for 1\.0\n/);
    expect(rig.run('run', 'people').out).toMatch(/sending a patch of \d+ bytes for 1\.0 -> 1\.1 instead of 147\.4 KiB, signed with key/);
  });

  it('that the config names is found where it says', () => {
    const rig = rigWith({ 'SMALL.PAT': patch }, 'patch = SMALL.PAT');
    const run = rig.run('run');
    expect(run.code, run.out).toBe(0);
    expect(reportOf(rig)).toMatchObject({ images: [{ sentAs: 'patch' }] });
    expect(rig.rig.stored('bmc')).toBe(sha256(image));
  });

  it.each([
    ['is for another image', makePatch(old, imageOf(3))],
    ['is for another base', makePatch(imageOf(3), image)],
    ['is no patch', new Uint8Array(500)],
    ['has no bytes', new Uint8Array(0)],
  ])('that %s is passed over, and the image itself is sent', (_what, bytes) => {
    const rig = rigWith({ [beside]: bytes });
    const run = rig.run('run');
    expect(run.code, run.out).toBe(0);
    expect(named(run, 'plan')[0]).toMatchObject({ patch: 0 });
    expect(rig.rig.stored('bmc')).toBe(sha256(image));
  });

  it('that was damaged is sent, given up by the device, and followed by the image itself', () => {
    const rig = rigWith({ [beside]: patch.map((byte, at) => (at === patch.length >> 1 ? byte ^ 0x20 : byte)) });
    const run = rig.run('run');
    expect(run.code, run.out).toBe(0);
    expect(named(run, 'patch-given-up')).toHaveLength(1);
    expect(reportOf(rig)).toMatchObject({ images: [{ outcome: 'stored', patch: patch.length, sentAs: 'image' }] });
    expect(rig.rig.stored('bmc')).toBe(sha256(image));
  });

  it('is not looked for with a device of an earlier version of the protocol', () => {
    const rig = rigWith({ [beside]: patch });
    rig.wrap = versionOneOnly;
    expect(named(rig.run('plan'), 'plan')[0]).toMatchObject({ patch: 0 });
  });
});
