// Who may put an image into flash: the receiver with the judge behind it, and no operation of flash before it is sure.
import { sign } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { Trust } from '../../host/bmc/trust/judge.ts';
import { digestImage } from '../../host/trust/image-digest.ts';
import { signImage } from '../../host/trust/sign.ts';
import { commentMessage, formatSignature } from '../../host/trust/signature.ts';
import { formatTrustedComment } from '../../host/trust/trusted-comment.ts';
import { SMALL_BOARD, smallImage } from '../bmc/small-board.ts';
import { testKey } from '../trust/signed-image.ts';
import { Rig } from './receiver-rig.ts';
import { imageOf, type Image } from './wire.ts';

const [key, stranger] = [testKey(0x42).key, testKey(0x43).key];
const TRUST: Trust = { keys: [key.publicKey], revoked: [], labMode: false };
const rigs: Rig[] = [];
afterEach(() => rigs.splice(0).forEach((rig) => rig.remove()));

interface Statement {
  readonly platform?: string;
  readonly component?: string;
  readonly version?: string;
  readonly security?: number;
  readonly by?: typeof key;
}

function signed(image: Image, { platform = SMALL_BOARD.platform, component = image.component, version = image.version, security = 1, by = key }: Statement = {}): Image {
  const { file } = signImage(digestImage(image.bytes, 'image'), { component, platform, version, security }, by, 'image.minisig');
  return { ...image, signature: Buffer.from(file) };
}

/** A device that counts what is done to its slots. */
function makeRig(trust: Trust = TRUST): Rig & { changes: number } {
  const counter = { changes: 0 };
  const rig = new Rig({ trust, inject: (chip, { kind }) => {
    if (kind !== 'read' && chip !== 'records') counter.changes++;
    return undefined;
  } });
  rigs.push(rig);
  return Object.defineProperty(rig, 'changes', { get: () => counter.changes }) as Rig & { changes: number };
}

const bmc = smallImage('bmc', '2.0.0', 2);

describe('a device that trusts a key', () => {
  it('takes an image that this key has signed, and keeps its security number', () => {
    const rig = makeRig();
    expect(rig.install(signed(bmc, { security: 7 })).file.completion).toBe('Ok');
    expect(rig.receiver.components(0)[0]).toMatchObject({ running: 0, floor: 7, slots: [{ security: 7 }, {}] });
  });

  const refused: readonly (readonly [string, Image, string, RegExp])[] = [
    ['without a signature', bmc, 'SignatureMissing', /expected a signature, got none/],
    ['with an empty signature', { ...bmc, signature: new Uint8Array(0) }, 'SignatureMissing', /expected a signature, got none/],
    ['with bytes that are no signature', { ...bmc, signature: Buffer.from('hello') }, 'SignatureInvalid', /expected/],
    ['that a stranger has signed', signed(bmc, { by: stranger }), 'KeyNotTrusted', /expected .*, got/],
    ['of another platform', signed(bmc, { platform: 'other-board' }), 'WrongPlatform', /platform: expected "test-board"|platform: expected/],
    ['of another component', signed(bmc, { component: 'bios' }), 'SignatureMismatch', /component: expected bios/],
    ['of another version', signed(bmc, { version: '9.9.9' }), 'SignatureMismatch', /version: expected 9\.9\.9/],
    ['of other bytes', { ...bmc, signature: signed(smallImage('bmc', '2.0.0', 3)).signature! }, 'SignatureMismatch', /sha256|size/],
  ];
  it.each(refused)('refuses an image %s before anything of it is taken', (_what, image, completion, text) => {
    const rig = makeRig();
    expect(rig.install(image).file.completion).toBe(completion);
    expect(rig.events.findLast(({ event }) => event === 'file-failed')?.text).toMatch(text);
    expect(rig.changes).toBe(0);
    expect(rig.receiver.components(0)[0]).toMatchObject({ running: undefined });
  });

  it('refuses every signature with one bit turned over', () => {
    const rig = makeRig();
    const good = signed(bmc);
    const upgrade = rig.open();
    const line2 = good.signature!.indexOf(10) + 1;
    let bits = 0;
    for (let bit = line2 * 8; bit < good.signature!.length * 8; bit += 1) {
      const signature = Buffer.from(good.signature!);
      signature[bit >>> 3]! ^= 1 << (bit & 7);
      const { completion } = rig.announce(upgrade, { ...good, signature });
      if (completion === 'Ok') expect.fail(`bit ${bit & 7} of byte ${bit >>> 3}: taken`);
      bits++;
    }
    expect(bits).toBeGreaterThan(2000);
    expect(rig.changes).toBe(0);
    expect(rig.announce(upgrade, good).completion, 'the right one still is').toBe('Ok');
  });

  it('refuses an image with any block of it changed on the way, before the first erase', () => {
    const good = signed(bmc);
    for (let block = 0; block < bmc.bytes.length; block += 65_536) {
      const rig = makeRig();
      const bytes = bmc.bytes.slice();
      bytes[Math.min(block + 77, bytes.length - 1)]! ^= 0x10;
      const { file } = rig.install({ ...good, bytes });
      expect(file.completion, `the block at ${block}`).toBe('DigestMismatch');
      expect(rig.changes, `the block at ${block}`).toBe(0);
    }
  });

  it('refuses an image whose digest was signed with the signature of another image, before the first erase', () => {
    // Someone who holds the key has signed a comment that speaks of these bytes over the signature of others.
    const [mine, other] = [digestImage(bmc.bytes, 'mine'), digestImage(smallImage('bmc', '2.0.0', 4).bytes, 'other')];
    const statement = { component: 'bmc', platform: SMALL_BOARD.platform, version: bmc.version, security: 1 };
    const comment = formatTrustedComment({ ...statement, size: mine.size, sha256: mine.sha256 });
    const imageSignature = sign(null, other.blake2b, key.privateKey);
    const commentSignature = sign(null, commentMessage(imageSignature, comment), key.privateKey);
    const mixed = formatSignature({ keyIdBytes: key.publicKey.keyIdBytes, imageSignature, comment, commentSignature });
    const rig = makeRig();
    expect(rig.install({ ...bmc, signature: Buffer.from(mixed) }).file.completion).toBe('SignatureInvalid');
    expect(rig.events.findLast(({ event }) => event === 'file-failed')?.text).toContain('expected the bytes that key');
    expect(rig.changes).toBe(0);
  });

  it('raises its floor only with a commit, and never takes what is below', () => {
    const trial = 1000;
    const rig = new Rig({ trust: TRUST, trialMs: trial });
    rigs.push(rig);
    rig.install(signed(smallImage('bmc', '1.0.0', 1), { security: 3 }));
    rig.now += trial;
    rig.run();
    rig.install(signed(bmc, { security: 5 }));
    expect(rig.receiver.components(rig.now)[0]).toMatchObject({ floor: 3, trial: { attempt: 1 } });
    rig.now += trial;
    rig.run();
    expect(rig.receiver.components(rig.now)[0]).toMatchObject({ floor: 5, trial: undefined });
    expect(rig.install(signed(smallImage('bmc', '3.0.0', 6), { security: 4 })).file.completion).toBe('SecurityTooLow');
    expect(rig.receiver.revert('bmc'), 'the image before is below the floor now').toBe('WrongState');
    rig.restart();
    rig.run();
    expect(rig.receiver.components(rig.now)[0]).toMatchObject({ floor: 5, running: 1 });
  });

  it('takes up an image whose signature was judged before a restart only when it comes again', () => {
    const rig = makeRig();
    const big = imageOf('bmc', '2.0.0', smallImage('bmc', '2.0.0', 2).bytes);
    const upgrade = rig.open();
    const start = rig.announce(upgrade, signed(big));
    rig.ask(rig.wire.data(start.fields['transfer']!, 0, big.bytes.subarray(0, start.fields['chunkSize']!)));
    rig.restart();
    const again = rig.open(2);
    expect(rig.announce(again, big).completion).toBe('SignatureMissing');
    expect(rig.announce(again, signed(big)).completion).toBe('Ok');
  });
});

describe('a device in lab mode', () => {
  it('takes an image without a signature, and says so in the log and the inventory', () => {
    const rig = makeRig({ keys: [], revoked: [], labMode: true });
    expect(rig.install(bmc).file.completion).toBe('Ok');
    expect(rig.words()).toContain('taken-untrusted');
    expect(rig.ask(rig.wire.inventory(0)).fields['flags']! & 4).toBe(4);
  });

  it('still refuses a signature that is wrong, and anything below the floor', () => {
    const rig = makeRig({ keys: [key.publicKey], revoked: [], labMode: true });
    expect(rig.install(signed(bmc, { platform: 'other-board' })).file.completion).toBe('WrongPlatform');
    expect(rig.install(signed(bmc, { security: 2 })).file.completion).toBe('Ok');
    expect(rig.install(smallImage('bmc', '3.0.0', 5), 'now', 2).file.completion).toBe('SecurityTooLow');
  });
});
