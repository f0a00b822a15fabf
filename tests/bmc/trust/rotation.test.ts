// Keys that come, go and never come back: what a board takes from whom.
import { createHash, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { formatKeyList, parseKeyList } from '../../../host/bmc/trust/key-list.ts';
import { judgeOffer } from '../../../host/bmc/trust/judge.ts';
import { TrustStore } from '../../../host/bmc/trust/trust-store.ts';
import { digestOfKeyList, signKeyList } from '../../../host/bmc/trust/key-list-signature.ts';
import { commentMessage, formatSignature, parseSignature } from '../../../host/trust/signature.ts';
import type { SigningKey } from '../../../host/trust/secret-key.ts';
import { publicKeyOf } from '../../../host/trust/public-key.ts';
import { refusalOf } from '../../trust/signed-image.ts';
import { CutDisk } from './cut-disk.ts';
import { first, factsOf, idsOf, openStore, publicOf, second, signedList, stranger, third, type SignedFiles } from './keys.ts';
import { board, offer, says, signatureSaying } from './offers.ts';

function provisioned(...keys: SigningKey[]): TrustStore {
  const store = openStore(new CutDisk());
  expect(store.pin(publicOf(keys))).toBe('pinned');
  return store;
}

const apply = (store: TrustStore, { list, signature }: SignedFiles): ReturnType<TrustStore['apply']> => store.apply(list, signature);

function expectRefused(store: TrustStore, files: SignedFiles, code: string, text: string): void {
  const before = factsOf(store);
  const error = refusalOf(() => apply(store, files));
  expect(error?.message).toContain(text);
  expect(error?.message).toMatch(/; the trusted keys stay as they were$/);
  expect(error?.code).toBe(code);
  expect(error?.exitCode).toBe(1);
  expect(factsOf(store)).toEqual(before);
}

const takes = (store: TrustStore, by: SigningKey): string => {
  const verdict = judgeOffer(offer, board, signatureSaying(says({}), by), { keys: store.keys, revoked: store.revoked, labMode: false });
  return verdict.ok ? 'taken' : verdict.completion;
};

test('pinning: all first keys at once, and in the next process they are there', () => {
  const disk = new CutDisk();
  const store = openStore(disk);
  expect(factsOf(store)).toEqual({ isEmpty: true, keys: [], revoked: [], sequence: 0, list: undefined });
  expect(store.pin(publicOf([second, first]))).toBe('pinned');
  expect(factsOf(openStore(disk))).toEqual({ isEmpty: false, keys: ['1111111111111111', '2222222222222222'], revoked: [], sequence: 0, list: undefined });
});

test('the same keys given again change nothing, in any order and number; another key is refused with what to do', () => {
  const store = provisioned(first, second);
  for (const keys of [[second, first], [first], []]) expect(store.pin(publicOf(keys))).toBe('known');
  const error = refusalOf(() => store.pin(publicOf([first, stranger])));
  expect(error?.message).toContain('key 7777777777777777: expected a key that this board trusts or was given at its first start (1111111111111111, 2222222222222222), got another one; the trusted keys stay as they were');
  expect(error?.hint).toContain('ferry trust make');
  expect(idsOf(store.keys)).toEqual(['1111111111111111', '2222222222222222']);
});

test('a first key that a list has taken away or revoked may still stand in the command line: it is known, and not trusted', () => {
  const store = provisioned(first, second);
  apply(store, signedList(first, 1, [third], [first]));
  expect(store.pin(publicOf([first, second]))).toBe('known');
  expect(store.pin(publicOf([third]))).toBe('known');
  expect(idsOf(store.keys)).toEqual(['3333333333333333']);
});

test('keys that share a key id or the key itself are not pinned', () => {
  const { publicKey } = first;
  for (const other of [publicKeyOf('x', publicKey.keyIdBytes, second.publicKey.bytes), publicKeyOf('x', second.publicKey.keyIdBytes, publicKey.bytes)]) {
    const store = openStore(new CutDisk());
    expect(refusalOf(() => store.pin([publicKey, other]))?.message).toContain('expected keys that differ in key id and key');
    expect(store.isEmpty).toBe(true);
  }
});

test('at most 16 keys are pinned', () => {
  const keys = Array.from({ length: 17 }, (_, index) => publicKeyOf('x', Buffer.alloc(8, index), Buffer.alloc(32, index + 100)));
  const store = openStore(new CutDisk());
  expect(refusalOf(() => store.pin(keys))?.message).toContain('expected at most 16 trusted keys, got 17');
  expect(store.pin(keys.slice(1))).toBe('pinned');
});

test('rotation: the old key signs the list with the new one; then the old one signs nothing any more', () => {
  const store = provisioned(first);
  expect([takes(store, first), takes(store, second)]).toEqual(['taken', 'key-not-trusted']);
  expect(apply(store, signedList(first, 1, [first, second]))).toEqual({ sequence: 1, signer: '1111111111111111', added: ['2222222222222222'], dropped: [], revoked: [] });
  expect([takes(store, first), takes(store, second)]).toEqual(['taken', 'taken']);
  expect(apply(store, signedList(second, 2, [second]))).toEqual({ sequence: 2, signer: '2222222222222222', added: [], dropped: ['1111111111111111'], revoked: [] });
  expect([takes(store, first), takes(store, second)]).toEqual(['key-not-trusted', 'taken']);
  expectRefused(store, signedList(first, 3, [first]), 'key-list-refused', 'key: expected 2222222222222222, got 1111111111111111');
});

test('a key that was left out, not revoked, may come back', () => {
  const store = provisioned(first, second);
  apply(store, signedList(first, 1, [first]));
  expect(apply(store, signedList(first, 2, [first, second]))?.added).toEqual(['2222222222222222']);
});

test('revocation: the key signs no image and no list, and no later list brings it back, under its id or another', () => {
  const store = provisioned(first, second);
  expect(apply(store, signedList(second, 5, [second], [first]))).toEqual({ sequence: 5, signer: '2222222222222222', added: [], dropped: [], revoked: ['1111111111111111'] });
  expect(takes(store, first)).toBe('key-not-trusted');
  expectRefused(store, signedList(first, 6, [second]), 'key-list-refused', 'key: expected a trusted one, got 1111111111111111, which has been revoked');
  expectRefused(store, signedList(second, 6, [first, second]), 'key-list-refused', 'key 1111111111111111: expected keys that were never revoked');
  const renamed = publicKeyOf('x', Buffer.alloc(8, 0x99), first.publicKey.bytes);
  const sameId = publicKeyOf('x', first.publicKey.keyIdBytes, third.publicKey.bytes);
  for (const key of [renamed, sameId]) {
    expectRefused(store, signedList(second, 6, [], [], { keys: [second.publicKey, key] }), 'key-list-refused', `key ${key.keyId}: expected keys that were never revoked`);
  }
  // Lists that do not speak of it any more: it stays revoked.
  apply(store, signedList(second, 6, [second]));
  expect(store.revoked).toEqual(['1111111111111111']);
  expectRefused(store, signedList(second, 7, [first, second]), 'key-list-refused', 'never revoked');
});

test('a key can revoke itself as long as another one stays', () => {
  const store = provisioned(first, second);
  apply(store, signedList(first, 1, [second], [first]));
  expect([takes(store, first), takes(store, second)]).toEqual(['key-not-trusted', 'taken']);
});

test('rollback: an old list, the same number with other keys, and the list of another platform are refused', () => {
  const store = provisioned(first);
  const old = signedList(first, 1, [first, second]);
  apply(store, old);
  apply(store, signedList(first, 7, [first]));
  expectRefused(store, old, 'key-list-refused', 'sequence: expected more than 7, which is in effect, got 1: an old list');
  expectRefused(store, signedList(first, 7, [first, second]), 'key-list-refused', 'sequence: expected more than 7, which is in effect, got 7');
  expectRefused(store, signedList(first, 8, [first, second], [], { platform: 'other' }), 'key-list-refused', 'platform: expected "ferry-q35", which this board is, got "other"');
  expect(apply(store, signedList(first, 4294967295, [first]))?.sequence).toBe(4294967295);
});

test('the list that is in effect changes nothing, even when its signer is revoked by it', () => {
  const store = provisioned(first, second);
  const files = signedList(first, 1, [second], [first]);
  expect(apply(store, files)?.sequence).toBe(1);
  expect(apply(store, files)).toBeUndefined();
});

test('strangers: an unknown signer, one with a borrowed key id, a board without keys', () => {
  const store = provisioned(first);
  expectRefused(store, signedList(stranger, 1, [stranger]), 'key-list-refused', 'key: expected 1111111111111111, got 7777777777777777');
  const impostor: SigningKey = { privateKey: stranger.privateKey, publicKey: first.publicKey };
  const { list } = signedList(first, 1, [stranger]);
  expectRefused(store, { list, signature: signatureOf(list, commentOn(list, 1), impostor) }, 'key-list-refused', 'expected what key 1111111111111111 has signed');
  const error = refusalOf(() => apply(openStore(new CutDisk()), signedList(first, 1, [first])));
  expect(error?.message).toContain('expected a board that trusts a key, got one without any');
  expect(error?.hint).toContain('ferry bmc --trust FILE.pub');
});

const commentOn = (list: Uint8Array, sequence: number): string => `keys sequence=${sequence} platform=ferry-q35 sha256=${digestOfKeyList(list)}`;

/** A signature over the list with any trusted comment. */
function signatureOf(list: Uint8Array, comment: string, by: SigningKey): Buffer {
  const imageSignature = sign(null, createHash('blake2b512').update(list).digest(), by.privateKey);
  const commentSignature = sign(null, commentMessage(imageSignature, comment), by.privateKey);
  return Buffer.from(formatSignature({ keyIdBytes: by.publicKey.keyIdBytes, imageSignature, comment, commentSignature }));
}

test('the trusted comment must be exactly that of the list: no other number, platform, digest, field or order', () => {
  const store = provisioned(first);
  const { list } = signedList(first, 1, [first, second]);
  const good = commentOn(list, 1);
  for (const comment of [
    commentOn(list, 2), good.replace('ferry-q35', 'other'), commentOn(Buffer.from('other'), 1), `${good} `, ` ${good}`, `${good} more=1`, good.slice('keys '.length), good.toUpperCase(),
    good.replace('sequence=1', 'sequence=01'), '', 'timestamp:1\tfile:list\thashed', says({}),
  ]) expectRefused(store, { list, signature: signatureOf(list, comment, first) }, 'key-list-refused', `trusted comment: expected "${good}", got`);
  expect(apply(store, { list, signature: signatureOf(list, good, first) })?.sequence).toBe(1);
});

test('the signature of an image is none of a list, and that of a list none of an image', () => {
  const store = provisioned(first);
  const { list, signature } = signedList(first, 1, [first]);
  expectRefused(store, { list, signature: signatureSaying(says({}), first) }, 'key-list-refused', 'expected the bytes that key 1111111111111111 has signed, got others');
  const verdict = judgeOffer(offer, board, signature, { keys: store.keys, revoked: [], labMode: false });
  expect(verdict).toMatchObject({ ok: false, completion: 'signature-invalid', text: expect.stringContaining('expected "component=" in place 1') });
});

test('every bit of a list and of its signature: refused, and the keys stay', () => {
  const store = provisioned(first);
  const files = signedList(first, 1, [first, second], [third]);
  const facts = factsOf(store);
  for (const part of ['list', 'signature'] as const) {
    const start = part === 'list' ? 0 : files.signature.indexOf(0x0a) + 1;
    const end = files[part].length - (part === 'list' ? 0 : 1);
    for (let offset = start; offset < end; offset++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = Buffer.from(files[part]);
        changed[offset] = (changed[offset] ?? 0) ^ (1 << bit);
        const error = refusalOf(() => apply(store, { ...files, [part]: changed }));
        expect(error?.code, `${part}, offset ${offset}, bit ${bit}`).toMatch(/^(signature-invalid|key-list-refused)$/);
      }
    }
  }
  expect(factsOf(store)).toEqual(facts);
  expect(apply(store, files)?.added).toEqual(['2222222222222222']);
});

test('a signed list of nonsense, of many keys, of too many revocations in all', () => {
  const store = provisioned(first);
  const nonsense = Buffer.from('ferry key list 1\nsequence 1\n');
  expectRefused(store, { list: nonsense, signature: signatureOf(nonsense, commentOn(nonsense, 1), first) }, 'key-list-invalid', 'line 3: expected "platform" and a value, got the end');
  const long = Buffer.alloc(9000, 0x41);
  expectRefused(store, { list: long, signature: signatureOf(long, commentOn(long, 1), first) }, 'key-list-invalid', 'expected at most 8192 bytes, got more');
  const revokedKeys = (from: number, count: number): ReturnType<typeof publicOf> => Array.from({ length: count }, (_, index) => {
    const bytes = Buffer.alloc(32, 7);
    bytes.writeUInt32LE(from + index);
    return publicKeyOf('x', Buffer.concat([bytes.subarray(0, 4), Buffer.alloc(4)]), bytes);
  });
  for (let sequence = 1; sequence <= 8; sequence++) apply(store, signedList(first, sequence, [first], [], { revoked: revokedKeys(sequence * 1000, 64) }));
  expect(store.revoked.length).toBe(512);
  expectRefused(store, signedList(first, 9, [first], [second]), 'key-list-refused', 'revoked keys: expected at most 512 with those of lists before, got 513');
  expect(apply(store, signedList(first, 9, [first]))?.sequence).toBe(9);
});

test('signing refuses what is no list; a list has one text', () => {
  expect(refusalOf(() => signKeyList(Buffer.from('key'), 'x.keys', first))?.code).toBe('key-list-invalid');
  const { list } = signedList(first, 3, [third, first, second, first], [stranger]);
  expect(formatKeyList(parseKeyList(list, 'x'))).toBe(list.toString());
  expect(list.toString()).toMatch(/^ferry key list 1\nsequence 3\nplatform ferry-q35\n(key RW[\w+/]{54}\n){3}revoked RW[\w+/]{54}\n$/);
  expect(parseSignature(Buffer.from(signKeyList(list, 'x', first)), 'x').comment).toBe(commentOn(list, 3));
});
