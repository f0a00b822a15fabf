// Signatures of someone who holds the key and signs what does not fit, and files that chance has changed.
import { sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { digestImage } from '../../host/trust/image-digest.ts';
import { formatPublicKey, parsePublicKey } from '../../host/trust/public-key.ts';
import { commentMessage, formatSignature, parseSignature } from '../../host/trust/signature.ts';
import { formatTrustedComment, type TrustedComment } from '../../host/trust/trusted-comment.ts';
import { verifyImage } from '../../host/trust/verify.ts';
import { runSeed, seeded } from '../random.ts';
import { digest, judge, key, refusalOf, signed, testImage, testKey } from './signed-image.ts';

/** A signature by the right key over any digest and any comment. */
function signatureOver(blake2b: Uint8Array, comment: string): Buffer {
  const imageSignature = sign(null, blake2b, key.privateKey);
  const commentSignature = sign(null, commentMessage(imageSignature, comment), key.privateKey);
  return Buffer.from(formatSignature({ keyIdBytes: key.publicKey.keyIdBytes, imageSignature, comment, commentSignature }));
}

const other = digestImage(testImage(5001), 'other.bin');
const say = (changes: Partial<TrustedComment>): string => formatTrustedComment({ ...signed.comment, ...changes });

test.each([
  ['another size', signatureOver(digest.blake2b, say({ size: 5001 })), 'bmc.bin: size: expected the 5001 bytes that were signed, got 5000'],
  ['another digest', signatureOver(digest.blake2b, say({ sha256: other.sha256 })), `bmc.bin: sha256: expected ${other.sha256}, which was signed, got ${digest.sha256}`],
  ['this image over another one', signatureOver(other.blake2b, say({})), 'signature (line 2): expected one over bmc.bin, got one over another image'],
  ['nothing', signatureOver(digest.blake2b, ''), 'trusted comment: expected "component=" in place 1'],
])('the right key says %s: refused', (_, file, message) => {
  expect(refusalOf(() => judge(file))?.message).toContain(message);
});

test('another key with the same key id is not the right key', () => {
  const impostor = { ...testKey(0x43).key.publicKey, keyId: key.publicKey.keyId };
  expect(refusalOf(() => judge(Buffer.from(signed.file), digest, [impostor]))?.message).toContain('signature (line 2): expected one that key 4242424242424242 has made');
});

test('lines of two good signature files do not make a third', () => {
  const first = signed.file.split('\n');
  const second = signatureOver(digest.blake2b, say({ version: '2.5.0' })).toString().split('\n');
  const third = signatureOver(other.blake2b, say({ sha256: other.sha256, size: 5001 })).toString().split('\n');
  for (const [index, from] of [[1, third], [2, second], [2, third], [3, second], [3, third]] as const) {
    const mixed = first.map((line, at) => (at === index ? from[at] : line)).join('\n');
    expect(refusalOf(() => judge(Buffer.from(mixed)))?.code, `line ${index + 1}`).toBe('signature-refused');
  }
});

/** Changes a few bytes: set, removed, doubled, inserted, exchanged, or a part moved elsewhere. */
function mutated(file: Buffer, random: () => number): Buffer {
  let bytes = Buffer.from(file);
  const upTo = (end: number): number => Math.floor(random() * end);
  for (let count = 1 + upTo(3); count > 0; count--) {
    const at = upTo(bytes.length);
    const end = Math.min(bytes.length, at + 1 + upTo(20));
    const part = bytes.subarray(at, end);
    const rest = Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    const to = upTo(rest.length);
    switch (upTo(6)) {
      case 0: bytes[at] = upTo(256); break;
      case 1: bytes = rest; break;
      case 2: bytes = Buffer.concat([bytes.subarray(0, end), part, bytes.subarray(end)]); break;
      case 3: bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([upTo(256)]), bytes.subarray(at)]); break;
      case 4: bytes = Buffer.concat([rest.subarray(0, to), part, rest.subarray(to)]); break;
      default: bytes[at] = (bytes[at] ?? 0) ^ (1 << upTo(8));
    }
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

test('6000 changed signature files: refused in words, or not one signed byte differs', () => {
  const seed = runSeed();
  const random = seeded(seed);
  const good = Buffer.from(signed.file);
  const untrustedEnd = good.indexOf(0x0a);
  const signedLines = (file: Buffer): string => file.toString('latin1').split('\n').slice(1, 4).join('\n');
  let accepted = 0;
  for (let round = 0; round < 6000; round++) {
    const file = mutated(good, random);
    const where = `SEED=${seed}, round ${round}: ${JSON.stringify(file.toString('latin1'))}`;
    const error = refusalOf(() => {
      expect(judge(file), where).toEqual(signed.comment);
      expect(signedLines(file), where).toBe(signedLines(good));
      accepted++;
    });
    if (error !== undefined) expect(error.code, where).toMatch(/^signature-(invalid|refused)$/);
  }
  // Changes in the free text of line 1, about a seventh of the file, and ones that change nothing.
  expect(accepted, `SEED=${seed}, line 1 has ${untrustedEnd} bytes`).toBeLessThan(1500);
});

test('2000 changed public key files: refused in words, another key, or the same', () => {
  const seed = runSeed();
  const random = seeded(seed);
  const good = Buffer.from(formatPublicKey(key.publicKey));
  const signature = parseSignature(Buffer.from(signed.file), 'x');
  for (let round = 0; round < 2000; round++) {
    const file = mutated(good, random);
    const where = `SEED=${seed}, round ${round}: ${JSON.stringify(file.toString('latin1'))}`;
    const error = refusalOf(() => {
      const read = parsePublicKey(file, 'k.pub');
      verifyImage(digest, signature, [read]);
      expect(Buffer.from(read.bytes), where).toEqual(Buffer.from(key.publicKey.bytes));
    });
    if (error !== undefined) expect(error.code, where).toMatch(/^(key-invalid|signature-refused)$/);
  }
});
