// One bit, anywhere: the image is not trusted, and the message says where to look.
import { expect, test } from 'vitest';
import { digestImage } from '../../host/trust/image-digest.ts';
import { formatPublicKey, parsePublicKey } from '../../host/trust/public-key.ts';
import { parseSecretKey, unlockSecretKey } from '../../host/trust/secret-key.ts';
import { signImage } from '../../host/trust/sign.ts';
import { parseSignature } from '../../host/trust/signature.ts';
import { verifyComment } from '../../host/trust/verify.ts';
import { digest, image, judge, key, refusalOf, signed, STATEMENT, testImage, testKey } from './signed-image.ts';

const file = Buffer.from(signed.file);

function* everyBit(bytes: Uint8Array): Generator<{ changed: Buffer; offset: number; bit: number }> {
  for (let offset = 0; offset < bytes.length; offset++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[offset] = (changed[offset] ?? 0) ^ (1 << bit);
      yield { changed, offset, bit };
    }
  }
}

/** Which of the four lines an offset lies in, and whether it is that line's end. */
function placeOf(offset: number): { line: number; isEnd: boolean } {
  return { line: file.subarray(0, offset).filter((byte) => byte === 0x0a).length + 1, isEnd: file[offset] === 0x0a };
}

const ANY_LINE = /expected 4 lines, got [35]|UTF-8|got a CR|expected \d+ characters|expected canonical base64|control character/;
const WORDS: Readonly<Record<number, RegExp>> = {
  1: /line 1: /,
  2: /line 2: expected|signature \(line 2\)|key id: expected 4242424242424242, got [0-9A-F]{16};/,
  3: /line 3: expected|trusted comment \(lines 3 and 4\)/,
  4: /line 4: expected|trusted comment \(lines 3 and 4\)/,
};

test('every bit of a signature file: refused, and the message names the place', () => {
  const untrusted = { from: 'untrusted comment: '.length, to: file.indexOf(0x0a) };
  let count = 0;
  for (const { changed, offset, bit } of everyBit(file)) {
    const where = `offset ${offset}, bit ${bit}`;
    const { line, isEnd } = placeOf(offset);
    // Nobody has signed the free text of line 1, in any minisign file: it may differ and changes nothing.
    if (offset >= untrusted.from && offset < untrusted.to) {
      const error = refusalOf(() => expect(judge(changed), where).toEqual(signed.comment));
      if (error !== undefined) expect(error.message, where).toMatch(/line 1|lines|UTF-8|CR/);
      continue;
    }
    const error = refusalOf(() => judge(changed));
    expect(error?.code, where).toMatch(/^signature-(invalid|refused)$/);
    expect(error?.message, where).toMatch(/; the image is not trusted$/);
    const message = error?.message ?? '';
    expect(ANY_LINE.test(message) || (!isEnd && WORDS[line]?.test(message)), `${where}, line ${line}: ${message}`).toBe(true);
    count++;
  }
  expect(count).toBe((file.length - (untrusted.to - untrusted.from)) * 8);
});

test('every bit that is signed: an offer is refused before its image is there', () => {
  const start = file.indexOf(0x0a) + 1;
  for (const { changed, offset, bit } of everyBit(file)) {
    if (offset < start) continue;
    const error = refusalOf(() => verifyComment(parseSignature(changed, 'offer'), [key.publicKey]));
    expect(error?.code, `offset ${offset}, bit ${bit}`).toMatch(/^signature-(invalid|refused)$/);
  }
  expect(verifyComment(parseSignature(file, 'offer'), [key.publicKey])).toEqual(signed.comment);
});

test('every bit at the start of an image: refused, with the digest that was signed and the one that was found', () => {
  for (const { changed, offset, bit } of everyBit(image.subarray(0, 128))) {
    const other = digestImage(Buffer.concat([changed, image.subarray(128)]), 'bmc.bin');
    expect(refusalOf(() => judge(file, other))?.message, `offset ${offset}, bit ${bit}`)
      .toBe(`bmc.bin: sha256: expected ${digest.sha256}, which was signed, got ${other.sha256}; the image is not trusted`);
  }
});

test('every block of 64 KiB of an image, and an image cut or made longer at every block', () => {
  const large = testImage(16 * 65536);
  const good = digestImage(large, 'large.bin');
  const { file: signature, comment } = signImage(good, STATEMENT, key, 'large.bin.minisig');
  const judgeLarge = (bytes: Uint8Array): unknown => judge(Buffer.from(signature), digestImage(bytes, 'large.bin'));
  expect(judgeLarge(large)).toEqual(comment);
  for (let block = 0; block < 16; block++) {
    const changed = Buffer.from(large);
    changed.fill(0xff, block * 65536, (block + 1) * 65536);
    expect(refusalOf(() => judgeLarge(changed))?.message, `block ${block}`).toContain(`sha256: expected ${good.sha256}`);
    expect(refusalOf(() => judgeLarge(large.subarray(0, block * 65536)))?.message, `block ${block}`)
      .toContain(`size: expected the 1048576 bytes that were signed, got ${block * 65536}`);
  }
  expect(refusalOf(() => judgeLarge(Buffer.concat([large, Buffer.alloc(1)])))?.message).toContain('got 1048577');
});

test('every bit of a public key file: refused, or the signature is', () => {
  const text = Buffer.from(formatPublicKey(key.publicKey));
  const comment = { from: 'untrusted comment: '.length, to: text.indexOf(0x0a) };
  for (const { changed, offset, bit } of everyBit(text)) {
    if (offset >= comment.from && offset < comment.to) continue;
    const error = refusalOf(() => judge(file, digest, [parsePublicKey(changed, 'k.pub')]));
    expect(error?.code, `offset ${offset}, bit ${bit}`).toMatch(/^(key-invalid|signature-refused)$/);
  }
});

test('every bit of a secret key file: refused, and no message shows any of it', () => {
  const { file: text } = testKey(0x42);
  const bytes = Buffer.from(text);
  const parts = text.split('\n')[1]?.match(/.{12}/g) ?? [];
  // What a key without a password does not use: salt and limits.
  const line = bytes.indexOf(0x0a) + 1;
  const unused = { from: line + Math.ceil((6 * 4) / 3), to: line + Math.floor((54 * 4) / 3) };
  for (const { changed, offset, bit } of everyBit(bytes)) {
    if (offset < line && offset >= 'untrusted comment: '.length) continue;
    const error = refusalOf(() => unlockSecretKey(parseSecretKey(changed, 'k.key'), undefined));
    if (offset >= unused.from && offset < unused.to && error === undefined) continue;
    expect(error?.code, `offset ${offset}, bit ${bit}`).toBe('key-invalid');
    const text = `${error?.message} ${error?.hint}`;
    expect(parts.filter((part) => text.includes(part)), text).toEqual([]);
  }
});
