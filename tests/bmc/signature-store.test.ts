import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { signedImage } from '../recovery/images.ts';
import { Rig } from '../recovery/rig.ts';
import { testKey } from '../trust/signed-image.ts';

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

function board(options: ConstructorParameters<typeof Rig>[0] = {}): Rig {
  const rig = new Rig(options);
  rigs.push(rig);
  return rig;
}

const directoryOf = (rig: Rig): string => join(rig.machine.state, 'signatures');
const [first, second] = [signedImage('1.0.0', 1), signedImage('2.0.0', 2)];

describe('the signatures of what a controller holds', () => {
  it('are kept with the image, byte by byte, and outlive the controller', async () => {
    const rig = board();
    await rig.install(first);
    expect(readFileSync(join(directoryOf(rig), `${first.sha256}.minisig`)).equals(first.signature)).toBe(true);
    await rig.kill();
    expect(Buffer.from(rig.management.signatureOf(first.sha256)!).equals(first.signature)).toBe(true);
  });

  it('go when neither a slot nor the staging holds the image any more', async () => {
    const rig = board();
    for (const image of [first, second]) await rig.install(image);
    expect(readdirSync(directoryOf(rig))).toEqual([`${second.sha256}.minisig`]);
    expect(rig.management.signatureOf(first.sha256)).toBeUndefined();
  });

  it('are not kept when no trusted key has made them, though lab mode takes the image', async () => {
    const rig = board({ options: { labMode: true } });
    const stranger = signedImage('1.0.0', 1, { by: testKey(0x77).key, security: 0 });
    await rig.install(stranger);
    expect(rig.flashDigest()).toBe(stranger.sha256);
    expect(readdirSync(directoryOf(rig))).toEqual([]);
  });

  it('cost nobody an image: one that can not be written is said, and the image is stored', async () => {
    const rig = board();
    rmSync(directoryOf(rig), { recursive: true });
    writeFileSync(directoryOf(rig), 'in the way');
    await rig.install(first);
    expect(rig.flashDigest()).toBe(first.sha256);
    expect(rig.words()).toContain('signature-not-kept');
    rmSync(directoryOf(rig));
    mkdirSync(directoryOf(rig));
  });
});

describe('what runs, read through the management door', () => {
  it('is read only while it is the image that was named, and not beyond its end', async () => {
    const rig = board();
    await rig.install(first);
    const into = new Uint8Array(1000);
    rig.management.readRunning('bios', first.sha256, 500, into);
    expect(Buffer.compare(into, first.bytes.subarray(500, 1500))).toBe(0);
    expect(() => rig.management.readRunning('bios', second.sha256, 0, into)).toThrow('does not run the image');
    expect(() => rig.management.readRunning('bios', first.sha256, first.bytes.length - 999, into)).toThrow('expected at most');
    expect(existsSync(directoryOf(rig))).toBe(true);
  });
});
