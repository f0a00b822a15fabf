// Signed images from the volume to the device: what is refused before anything is sent, what the device refuses, and what
// people and scripts are told.
import { afterEach, describe, expect, it } from 'vitest';
import type { TrustedComment } from '../../host/trust/trusted-comment.ts';
import { sha256 } from '../trouble/rig.ts';
import { testKey } from '../trust/signed-image.ts';
import { KEY_ID, signatureOf } from './signatures.ts';
import { configOf, imageOf, SignedRig, type SignedRun, versionOneOnly } from './signed-rig.ts';

const UNTOUCHED = 'nothing was sent; the device is as it was';
const rigs: SignedRig[] = [];
afterEach(() => rigs.splice(0).forEach((rig) => rig.remove()));

function signedRig(options?: ConstructorParameters<typeof SignedRig>[0]): SignedRig {
  const rig = new SignedRig(options);
  rigs.push(rig);
  return rig;
}

const errorOf = (run: SignedRun) => run.events.find(({ event }) => event === 'error');
const named = (run: SignedRun, name: string) => run.events.filter(({ event }) => event === name);
/** Neither an upgrade nor a slot of the device knows of the run. */
function expectNothingSent(rig: SignedRig, run: SignedRun): void {
  expect(named(run, 'upgrade'), run.out).toEqual([]);
  expect(named(rig.run('inventory'), 'slot').every(({ state, version }) => state !== 'writing' && version !== '9.9')).toBe(true);
}

describe('a signed image', () => {
  it('is sent with its signature, stored, and run by a device that takes no other', () => {
    const rig = signedRig();
    rig.put('1.0', 1, { security: 3 }, '', 'report = report.json');
    const run = rig.run('run');
    expect(run.code, run.out).toBe(0);
    expect(named(run, 'device')[0]).toMatchObject({ protocol: 3, labMode: false });
    expect(named(run, 'plan')[0]).toMatchObject({ verdict: 'first-image', signed: true, keyId: KEY_ID, security: 3 });
    expect(rig.rig.stored('bmc')).toBe(sha256(imageOf(1)));
    expect(rig.run('run').code).toBe(2);
    expect(run.out).not.toContain('LAB MODE');
    const report = JSON.parse(new TextDecoder().decode(rig.rig.files.get('report.json') as Uint8Array)) as Record<string, unknown>;
    const upgrade = named(run, 'upgrade')[0];
    expect(upgrade?.['upgradeId']).toMatch(/^[0-9a-f]{8}$/);
    expect(parseInt(String(upgrade?.['upgradeId']), 16)).toBe(upgrade?.['upgrade']);
    expect(report).toMatchObject({ upgradeId: upgrade?.['upgradeId'], upgrade: upgrade?.['upgrade'], labMode: false, images: [{ signed: true, keyId: KEY_ID, security: 3 }] });
    expect(rig.rig.controller?.management.upgrade(String(upgrade?.['upgradeId']))).toMatchObject({ id: upgrade?.['upgradeId'], state: 'done' });
  });

  it('is told to people with the upgrade\'s id, the same as in the report', () => {
    const rig = signedRig();
    rig.put('1.0', 1, {}, '', 'report = report.json');
    const run = rig.run('run', 'people');
    const report = JSON.parse(new TextDecoder().decode(rig.rig.files.get('report.json') as Uint8Array)) as { upgradeId: string };
    expect(run.out).toContain(`\nupgrade ${report.upgradeId}: 1 image, 146.4 KiB\n`);
    expect(run.out).toMatch(/^device: rig, protocol 3, 2 components/);
    expect(run.out).toContain(`\n  bmc: sending, signed with key ${KEY_ID}, security 0\n`);
  });

  it('is sent from a file of another name, and the signature is the one that was looked at', () => {
    const rig = signedRig();
    rig.put('1.0', 1, 'unsigned', 'signature = SIG');
    rig.rig.files.set('SIG', signatureOf(imageOf(1), { version: '1.0' }));
    let gone = false;
    const run = rig.run('run', 'json', (system) => {
      const open = system.open.bind(system);
      // The file changes as soon as the plan has been made.
      system.open = (path, options) => {
        if (gone && path === 'SIG') throw new Error('the signature was read twice');
        if (path === 'SIG') gone = true;
        return open(path, options);
      };
    });
    expect(run.code, run.out).toBe(0);
  });
});

/** What is changed in the statement, the floor that the component has reached, exit code, verdict, what is said and advised. */
const refusals: readonly (readonly [string, Partial<TrustedComment> | 'unsigned', number, string, string, string])[] = [
  ['signed for another platform', { platform: 'other' }, 1, 'wrong-platform',
    'expected an image for the platform rig, which the device is, got one that was signed for other', 'use the image that was signed for this platform'],
  ['with a security number below the component\'s', { security: 4 }, 1, 'security-too-low',
    'expected a security number of at least 5, which the component has reached, got 4, which was signed',
    'use an image with a higher security number; a component never goes back below what it has committed'],
  ['without a signature', 'unsigned', 1, 'signature-missing',
    'expected its signature, bmc.bin.minisig, because the device takes signed images only, got none',
    'get the signature from who has made the image; or sign it: ferry sign --key KEY --component bmc --platform rig --version 9.9 --security NUMBER bmc.bin'],
  ['signed for another component', { component: 'bios' }, 64, 'bad-signature',
    'bmc.bin.minisig:3: component: expected bmc as ferry.ini:3 says, got bios, which was signed', 'put the signature that was made'],
  ['signed as another version', { version: '9.8' }, 64, 'bad-signature',
    'bmc.bin.minisig:3: version: expected 9.9 as ferry.ini:3 says, got 9.8, which was signed', 'put the signature that was made'],
  ['signed with another size', { size: 149_999 }, 64, 'bad-signature',
    'bmc.bin.minisig:3: size: expected 150000 of bmc.bin, got 149999, which was signed', 'put the signature that was made'],
  ['signed with another digest', { sha256: 'f'.repeat(64) }, 64, 'bad-signature',
    `bmc.bin.minisig:3: sha256: expected ${sha256(imageOf(9))} of bmc.bin, got ${'f'.repeat(64)}, which was signed`, 'put the signature that was made'],
];

describe('before anything is sent, an image is refused', () => {
  it.each(refusals)('%s', (_name, changes, exitCode, verdict, failed, advice) => {
    const rig = signedRig();
    rig.put('1.0', 1, { security: 5 });
    expect(rig.run('run').code).toBe(0);
    rig.pass(200);
    rig.put('9.9', 9, changes === 'unsigned' ? changes : { security: 5, ...changes });
    for (const command of ['plan', 'run'] as const) {
      const run = rig.run(command);
      expect(run.code, run.out).toBe(exitCode);
      expect(named(run, 'plan')[0]).toMatchObject({ verdict, send: false });
      const error = errorOf(run);
      expect(error?.['failed']).toBe(failed.startsWith('bmc.bin') ? failed : `ferry.ini:3: image bmc: ${failed}`);
      expect(error?.['state']).toBe(UNTOUCHED);
      expect(String(error?.['advice'])).toContain(advice);
      expectNothingSent(rig, run);
    }
    expect(rig.rig.running()).toMatchObject({ bmc: '1.0' });
    expect(rig.run('run', 'people').err).toContain(`${failed}\n  now: ${UNTOUCHED}\n  do:  `);
  });

  it('with a file that is no signature', () => {
    const rig = signedRig();
    rig.put('9.9', 9);
    rig.rig.files.set('bmc.bin.minisig', new TextEncoder().encode('no signature\n'));
    const run = rig.run('run');
    expect(errorOf(run)).toMatchObject({ failed: 'bmc.bin.minisig: expected the 4 lines of a signature file, got 1', state: UNTOUCHED });
    expect(run.code).toBe(64);
    expectNothingSent(rig, run);
  });
});

describe('what is not sent needs no signature', () => {
  it('when the device holds it, or runs a newer one', () => {
    const rig = signedRig();
    rig.put('1.0', 1);
    expect(rig.run('run').code).toBe(0);
    rig.put('1.0', 1, 'unsigned');
    expect(rig.run('run').code).toBe(2);
    rig.put('0.9', 2, 'unsigned');
    const run = rig.run('run');
    expect(named(run, 'plan')[0]).toMatchObject({ verdict: 'runs-newer' });
    expect(run.code).toBe(2);
  });
});

/** What the device alone can see. */
const deviceRefusals: readonly (readonly [string, (image: Uint8Array) => Uint8Array, string, string])[] = [
  ['by a key that it does not trust', (image) => signatureOf(image, { version: '2.0' }, testKey(0x11).key), 'KeyNotTrusted', 'sign the image with a key that the device trusts'],
  ['of which a byte was changed', (image) => {
    const lines = Buffer.from(signatureOf(image, { version: '2.0' })).toString().split('\n');
    lines[3] = `${lines[3]?.startsWith('A') ? 'B' : 'A'}${String(lines[3]).slice(1)}`;
    return Buffer.from(lines.join('\n'));
  }, 'SignatureInvalid', 'get the image and its signature again from who has made them'],
];

describe('the device refuses a signature', () => {
  it.each(deviceRefusals)('%s, and stays on its old image', (_name, sign, completion, advice) => {
    const rig = signedRig();
    rig.put('1.0', 1);
    expect(rig.run('run').code).toBe(0);
    rig.put('2.0', 2);
    rig.rig.files.set('bmc.bin.minisig', sign(imageOf(2)));
    const run = rig.run('run');
    expect(run.code, run.out).toBe(1);
    const error = errorOf(run);
    expect(error?.['failed']).toMatch(new RegExp(`^image bmc: the management controller answered ${completion}: `));
    expect(error).toMatchObject({ state: 'the component is on its old image, whole', completionName: completion });
    expect(String(error?.['advice'])).toContain(advice);
    expect(rig.rig.running()).toMatchObject({ bmc: '1.0' });
  });
});

describe('lab mode', () => {
  const LINE = '*** LAB MODE *** this device takes images without a signature: whoever reaches it can replace its firmware';

  it('shows on every screen and in every answer for scripts', () => {
    const rig = signedRig({ labMode: true });
    rig.put('1.0', 1, 'unsigned', '', 'report = report.json');
    for (const command of ['plan', 'inventory', 'run', 'status'] as const) {
      const shown = rig.run(command, 'people').out;
      expect(shown, command).toContain(`${LINE}\n`);
      if (command === 'run') expect(shown).toContain('\n  bmc: sending, no signature\n');
      const told = rig.run(command).events.filter(({ labMode }) => labMode === true);
      expect(told.length, command).toBeGreaterThan(0);
    }
    expect(new TextDecoder().decode(rig.rig.files.get('report.json') as Uint8Array)).toContain('"labMode":true');
    expect(rig.rig.stored('bmc')).toBe(sha256(imageOf(1)));
  });

  it('is not said of a device that takes signed images only', () => {
    const rig = signedRig();
    rig.put('1.0', 1);
    for (const command of ['plan', 'inventory', 'run', 'status'] as const) {
      expect(rig.run(command, 'people').out, command).not.toContain('LAB MODE');
      expect(rig.run(command).events.filter(({ labMode }) => labMode === false).length, command).toBeGreaterThan(0);
    }
  });

  it('takes no unsigned image for a component that has reached a security number', () => {
    const rig = signedRig();
    rig.put('1.0', 1, { security: 2 });
    expect(rig.run('run').code).toBe(0);
    rig.pass(200);
    rig.rig.restart({ labMode: true });
    rig.put('2.0', 2, 'unsigned');
    const run = rig.run('run');
    expect(errorOf(run)?.['failed']).toContain('expected a security number of at least 2, which the component has reached, got an image without a signature, which counts as 0');
    expect(run.code).toBe(1);
    expectNothingSent(rig, run);
  });
});

describe('a device of version 1', () => {
  it('is sent no signature, and the run says so', () => {
    const rig = signedRig({ labMode: true });
    rig.wrap = versionOneOnly;
    rig.put('1.0', 1);
    const run = rig.run('run', 'people');
    expect(run.code, run.out + run.err).toBe(0);
    expect(run.out).toMatch(/^device: rig, protocol 1, /);
    expect(run.out).toContain('\nthe management controller speaks protocol 1, which carries no signatures: it will not check who made the images\n');
    expect(rig.rig.stored('bmc')).toBe(sha256(imageOf(1)));
    expect(rig.run('inventory', 'people').out).toMatch(/^ {2}bmc .* whole +1\.0 +\S+ KiB +- +- /m);
  });
});

it('the example of configs/README.md that names a signature is carried out', () => {
  const rig = signedRig();
  rig.rig.config(configOf('1.0', 'signature = BMC_SIG'), { 'bmc.bin': imageOf(1), BMC_SIG: signatureOf(imageOf(1), { version: '1.0' }) });
  expect(rig.run('run').code).toBe(0);
});
