// One bit of a signature file, one block of an image: refused by the board, with a word that says what was wrong.
import { expect, test } from 'vitest';
import { ImageProof } from '../../../host/bmc/trust/image-proof.ts';
import { judgeOffer, type RefusalWord } from '../../../host/bmc/trust/judge.ts';
import { digestImage } from '../../../host/trust/image-digest.ts';
import { signImage } from '../../../host/trust/sign.ts';
import { formatSignature, parseSignature } from '../../../host/trust/signature.ts';
import { key, STATEMENT, testImage } from '../../trust/signed-image.ts';
import { board, file, offer, trust } from './offers.ts';

const signature = parseSignature(file, 'good');

function* everyBit(bytes: Uint8Array): Generator<{ changed: Buffer; where: string }> {
  for (let offset = 0; offset < bytes.length; offset++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[offset] = (changed[offset] ?? 0) ^ (1 << bit);
      yield { changed, where: `offset ${offset}, bit ${bit}` };
    }
  }
}

function expectRefused(changed: Uint8Array, where: string, words: readonly RefusalWord[], text: RegExp): void {
  for (const labMode of [false, true]) {
    const verdict = judgeOffer(offer, board, changed, { ...trust, labMode });
    if (verdict.ok) throw new Error(`${where}: it was taken`);
    const expected = labMode ? [...words, 'security-too-low'] : words;
    expect(expected, `${where}: ${verdict.text}`).toContain(verdict.completion);
    if (verdict.completion !== 'security-too-low') expect(verdict.text, where).toMatch(text);
  }
}

test('every bit of the text of lines 2, 3 and 4', () => {
  const start = file.indexOf(0x0a) + 1;
  const end = file.length - 1;
  for (const { changed, where } of everyBit(file.subarray(start, end))) {
    expectRefused(Buffer.concat([file.subarray(0, start), changed, file.subarray(end)]), where, ['signature-invalid', 'key-not-trusted'],
      /lines? [234]|4 lines, got|trusted comment|UTF-8|got a CR|key: expected 4242424242424242, got [0-9A-F]{16};/);
  }
});

test('every bit of the key id', () => {
  for (const { changed, where } of everyBit(signature.keyIdBytes)) {
    expectRefused(Buffer.from(formatSignature({ ...signature, keyIdBytes: changed })), where, ['key-not-trusted'], /^signature: key: expected 4242424242424242, got [0-9A-F]{16}; /);
  }
});

test('every bit of both signatures, while the text around them stays canonical', () => {
  for (const field of ['imageSignature', 'commentSignature'] as const) {
    for (const { changed, where } of everyBit(signature[field])) {
      expectRefused(Buffer.from(formatSignature({ ...signature, [field]: changed })), `${field}, ${where}`, ['signature-invalid'],
        /lines 2 to 4: expected what key 4242424242424242 has signed, got a signature or a trusted comment that was changed/);
    }
  }
});

test('every bit of the trusted comment', () => {
  for (const { changed, where } of everyBit(Buffer.from(signature.comment))) {
    const text = Buffer.from(formatSignature({ ...signature, comment: changed.toString('latin1') }), 'latin1');
    expectRefused(text, where, ['signature-invalid'], /lines 2 to 4: expected what key|line 3: |4 lines, got|UTF-8|got a CR/);
  }
});

test('every block of 64 KiB of an image: the proof refuses it and names the key; however the bytes are cut into pieces', () => {
  const image = testImage(20 * 65536 + 777);
  const large = parseSignature(Buffer.from(signImage(digestImage(image, 'large'), STATEMENT, key, 'large').file), 'large');
  const proveInPieces = (bytes: Uint8Array, size: number): ReturnType<ImageProof['finish']> => {
    const proof = new ImageProof('bmc 2.4.1', large, key.publicKey);
    for (let at = 0; at < bytes.length; at += size) proof.update(bytes.subarray(at, at + size));
    return proof.finish();
  };
  for (const size of [1000, 4096, 65536, image.length]) expect(proveInPieces(image, size), `pieces of ${size}`).toEqual({ ok: true });
  for (let block = 0; block * 65536 < image.length; block++) {
    for (const [how, offset] of [['first byte', 0], ['last byte', Math.min(65536, image.length - block * 65536) - 1]] as const) {
      const changed = Buffer.from(image);
      changed[block * 65536 + offset] = (changed[block * 65536 + offset] ?? 0) ^ 1;
      expect(proveInPieces(changed, 65536), `block ${block}, ${how}`).toEqual({
        ok: false, completion: 'signature-invalid',
        text: `bmc 2.4.1: image: expected the bytes that key 4242424242424242 has signed, got ${image.length} other bytes; the image is not trusted`,
      });
    }
    const cut = proveInPieces(image.subarray(0, block * 65536), 65536);
    expect(cut.ok, `cut at block ${block}`).toBe(false);
  }
});
