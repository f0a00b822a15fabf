// What node:crypto does not have ready: BLAKE2b of other lengths, libsodium's limits of scrypt, keys that nobody owns.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { blake2bOfBlock } from '../../host/trust/blake2b.ts';
import { areGoodLimits, deriveBytes, KEY_LIMITS, LOWEST_LIMITS, scryptParameters } from '../../host/trust/key-derivation.ts';
import { formatPublicKey, parsePublicKey, publicKeyOf } from '../../host/trust/public-key.ts';
import { parseSignature } from '../../host/trust/signature.ts';
import { verifyImage } from '../../host/trust/verify.ts';
import { digest, key, refusalOf, signed } from './signed-image.ts';

test('BLAKE2b-512 of every length up to a block is what node:crypto computes', () => {
  for (let size = 0; size <= 128; size++) {
    const message = Buffer.from(Array.from({ length: size }, (_, index) => (index * 7 + size) & 0xff));
    expect(blake2bOfBlock(message, 64).toString('hex'), `${size} bytes`).toBe(createHash('blake2b512').update(message).digest('hex'));
  }
  expect(() => blake2bOfBlock(Buffer.alloc(129), 64)).toThrow('expected a message of at most 128 bytes, got 129');
});

test('BLAKE2b-256 has the check values of python3\'s hashlib', () => {
  expect(blake2bOfBlock(Buffer.from('abc'), 32).toString('hex')).toBe('bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319');
  expect(blake2bOfBlock(Buffer.from(Array.from({ length: 74 }, (_, index) => index)), 32).toString('hex'))
    .toBe('ebae0805fd52d3e9f5f29aeb33b6be8cab0f28e668990d3cb95444d9ef90b932');
});

// libsodium 1.0.18 (Debian): crypto_pwhash_scryptsalsa208sha256(32, "ferry", salt 0…31, operations, memory).
test.each([
  [524288, 16777216, 'e5f2320ab54b88242778ea66614e3681d7ca32318ee4f10e9c1555d283eeeead'],
  [32768, 16777216, '558e3fc6220f14ef696375c63c54d35d27313f4c3501ee523d98231796798311'],
  [40000, 16777216, '558e3fc6220f14ef696375c63c54d35d27313f4c3501ee523d98231796798311'],
  [1048576, 33554432, 'e8a484e53fc4addba3b176bd8b96ab19a75e02f95e325339307425f46833e241'],
  [3000000, 50000000, 'c5c864a92d336ee53b0f6ce8c05086e99d691f5ee3dd79620b23a4f9e13261ab'],
  [65536, 1073741824, '06ff8445947f3937b9041f9fb56914de1b7c2c3978a54887461b77e9f84de571'],
])('scrypt with the limits %i and %i derives what libsodium derives', (operations, memory, expected) => {
  const salt = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
  expect(deriveBytes(Buffer.from('ferry'), salt, { operations, memory }, 32).toString('hex')).toBe(expected);
});

test('the limits that minisign uses are 1 GiB of memory in one pass', () => {
  expect(scryptParameters(KEY_LIMITS)).toEqual({ N: 2 ** 20, r: 8, p: 1 });
  expect(scryptParameters(LOWEST_LIMITS)).toEqual({ N: 1024, r: 8, p: 1 });
});

test('limits that minisign never makes are refused: they could take hours, or nothing', () => {
  for (let half = 1; half <= 64; half *= 2) expect(areGoodLimits({ operations: 2 ** 25 / half, memory: 2 ** 30 / half }), `1/${half}`).toBe(true);
  for (const [operations, memory] of [[2 ** 26, 2 ** 30], [2 ** 25, 2 ** 31], [0, 2 ** 24], [2 ** 25, 0], [2 ** 15 - 1, 2 ** 24], [2 ** 64, 2 ** 64]] as const) {
    expect(areGoodLimits({ operations, memory }), `${operations} ${memory}`).toBe(false);
  }
});

const SMALL = [
  '00'.repeat(32), `01${'00'.repeat(31)}`, `ec${'ff'.repeat(30)}7f`, `ed${'ff'.repeat(30)}7f`, `ee${'ff'.repeat(30)}7f`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
].flatMap((hex) => [0, 0x80].map((sign) => {
  const bytes = Buffer.from(hex, 'hex');
  bytes[31] = (bytes[31] ?? 0) | sign;
  return bytes;
}));

test('a key for which anyone can sign is refused', () => {
  for (const bytes of SMALL) {
    const file = formatPublicKey(publicKeyOf('small', Buffer.alloc(8, 1), bytes));
    expect(refusalOf(() => parsePublicKey(Buffer.from(file), 'small.pub'))?.message, bytes.toString('hex')).toContain('small order');
  }
  // Why: with the identity as the key, R = identity and S = 0 is a signature of everything, for OpenSSL too.
  const identity = Buffer.from(`01${'00'.repeat(31)}`, 'hex');
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), identity]);
  const forged = Buffer.concat([identity, Buffer.alloc(32)]);
  expect(verify(null, Buffer.from('anything'), createPublicKey({ key: der, format: 'der', type: 'spki' }), forged)).toBe(true);
});

test('a signature has one form: S plus the order of the group is refused', () => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const added = (signature: Uint8Array): Buffer => {
    const S = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + order;
    return Buffer.concat([signature.subarray(0, 32), Buffer.from(S.toString(16).padStart(64, '0'), 'hex').reverse()]);
  };
  const signature = parseSignature(Buffer.from(signed.file), 'x');
  for (const changed of [{ imageSignature: added(signature.imageSignature) }, { commentSignature: added(signature.commentSignature) }]) {
    expect(refusalOf(() => verifyImage(digest, { ...signature, ...changed }, [key.publicKey]))?.code).toBe('signature-refused');
  }
});
