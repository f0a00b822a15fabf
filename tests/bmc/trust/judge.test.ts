// What the management controller takes and refuses, by the signature file alone.
import { expect, test } from 'vitest';
import { judgeOffer, type Accepted, type Offer, type Refused, type Trust, type Verdict } from '../../../host/bmc/trust/judge.ts';
import { LEGACY_SIGNATURE } from '../../trust/recorded.ts';
import { image, key, testKey } from '../../trust/signed-image.ts';
import { board, file, lab, offer, says, signatureSaying, trust } from './offers.ts';

const stranger = testKey(0x77).key;

function refusal(verdict: Verdict): Refused {
  if (verdict.ok) throw new Error('expected a refusal, the image was taken');
  return verdict;
}

function acceptance(verdict: Verdict): Accepted {
  if (!verdict.ok) throw new Error(verdict.text);
  return verdict;
}

test('what a trusted key has signed for this board is taken, with its security number and a proof to come', () => {
  const { security, proof, note } = acceptance(judgeOffer(offer, board, file, trust));
  expect({ security, note }).toEqual({ security: 3, note: undefined });
  proof?.update(image);
  expect(proof?.finish()).toEqual({ ok: true });
});

const changed = (changes: Partial<Offer>): Offer => ({ ...offer, ...changes });

test.each([
  ['no signature', offer, board, undefined, trust, 'signature-missing', 'bmc 2.4.1: expected a signature, got none'],
  ['an empty file', offer, board, Buffer.alloc(0), trust, 'signature-invalid', 'signature: expected 4 lines, got 0'],
  ['noise', offer, board, Buffer.alloc(300, 0xff), trust, 'signature-invalid', 'expected text in UTF-8'],
  ['a file without end', offer, board, Buffer.alloc(1 << 20, 0x41), trust, 'signature-invalid', 'expected at most 10240 bytes, got more'],
  ['a legacy signature', offer, board, Buffer.from(LEGACY_SIGNATURE), trust, 'signature-invalid', 'expected a prehashed signature'],
  ['an unknown key', offer, board, signatureSaying(says({}), stranger), trust, 'key-not-trusted', 'key: expected 4242424242424242, got 7777777777777777'],
  ['a board that trusts nobody', offer, board, file, { ...trust, keys: [] }, 'key-not-trusted', 'expected no key at all (the board trusts none), got 4242424242424242'],
  ['a revoked key', offer, board, file, { ...trust, revoked: ['4242424242424242'] }, 'key-not-trusted', 'got 4242424242424242, which has been revoked'],
  ['another key with the id of a trusted one', offer, board, signatureSaying(says({}), { ...stranger, publicKey: key.publicKey }), trust, 'signature-invalid', 'expected what key 4242424242424242 has signed'],
  ['a comment of other fields', offer, board, signatureSaying('timestamp:1 file:bmc.bin'), trust, 'signature-invalid', 'expected "component=" in place 1 of 6'],
  ['a security number too large', offer, board, signatureSaying(says({}).replace('security=3', 'security=4294967295')), trust, 'signature-invalid', 'security: expected a whole number from 0 to 4294967294, got "4294967295"'],
  ['another platform', offer, board, signatureSaying(says({ platform: 'other' })), trust, 'wrong-platform', 'platform: expected "ferry-q35", which this board is, got "other", which was signed'],
  ['another component', changed({ component: 'bios' }), board, file, trust, 'signature-mismatch', 'bios 2.4.1: component: expected bmc, which was signed, got bios, which is offered'],
  ['another version', changed({ version: '2.4.2' }), board, file, trust, 'signature-mismatch', 'version: expected 2.4.1, which was signed, got 2.4.2'],
  ['another size', changed({ size: 5001 }), board, file, trust, 'signature-mismatch', 'size: expected 5000, which was signed, got 5001'],
  ['another digest', changed({ sha256: '00'.repeat(32) }), board, file, trust, 'signature-mismatch', `sha256: expected ${offer.sha256}, which was signed, got ${'00'.repeat(32)}`],
  ['a security number below the component\'s', offer, { ...board, floor: 4 }, file, trust, 'security-too-low', 'security number: expected at least 4, which the component has reached, got 3'],
] as const)('refused: %s', (_, of, on, signature, by, completion, text) => {
  const verdict = refusal(judgeOffer(of, on, signature, by));
  expect(verdict.completion).toBe(completion);
  expect(verdict.text).toContain(text);
  expect(verdict.text).toMatch(/; the image is not trusted$/);
  expect(verdict.text).not.toContain('\n');
});

test('the security number: every one from the floor up is taken, up to the highest there is', () => {
  for (const [security, floor, ok] of [[0, 0, true], [3, 4, false], [4, 4, true], [5, 4, true], [4294967294, 4294967294, true], [4294967293, 4294967294, false]] as const) {
    for (const labMode of [false, true]) {
      const verdict = judgeOffer(offer, { ...board, floor }, signatureSaying(says({ security })), { ...trust, labMode });
      expect(verdict.ok, `${security} over ${floor}`).toBe(ok);
      if (verdict.ok) expect(verdict.security).toBe(security);
      else expect(verdict.completion).toBe('security-too-low');
    }
  }
});

test('a key that is trusted and revoked is revoked, in lab mode too', () => {
  for (const labMode of [false, true]) {
    const both: Trust = { keys: [key.publicKey], revoked: [key.publicKey.keyId], labMode };
    expect(refusal(judgeOffer(offer, board, file, both)).completion).toBe('key-not-trusted');
  }
});

test('a key that signs for one of two: the right one is found', () => {
  expect(judgeOffer(offer, board, file, { ...trust, keys: [stranger.publicKey, key.publicKey] }).ok).toBe(true);
  expect(refusal(judgeOffer(offer, board, signatureSaying(says({}), testKey(0x11).key), { ...trust, keys: [stranger.publicKey, key.publicKey] })).text)
    .toContain('expected 7777777777777777 or 4242424242424242, got 1111111111111111');
});

const fresh = { ...board, floor: 0 };

test('lab mode: without a signature, or with one by an unknown key, an image counts as security number 0 and the note says why it was taken', () => {
  const unsigned = acceptance(judgeOffer(offer, fresh, undefined, lab));
  expect(unsigned).toEqual({ ok: true, security: 0, proof: undefined, note: 'lab mode: bmc 2.4.1 is taken without a signature: nobody knows who made it' });
  const strange = acceptance(judgeOffer(offer, fresh, signatureSaying(says({ security: 4294967294 }), stranger), lab));
  expect(strange).toMatchObject({ security: 0, proof: undefined, note: expect.stringContaining('the unknown key 7777777777777777, which proves nothing') });
  for (const signature of [undefined, signatureSaying(says({ security: 9 }), stranger)]) {
    const { completion, text } = refusal(judgeOffer(offer, { ...board, floor: 1 }, signature, lab));
    expect(completion).toBe('security-too-low');
    expect(text).toContain('expected at least 1, got');
    expect(text).toContain('which counts as 0');
  }
});

test('lab mode: a signature that is there and does not fit is refused, whoever has made it', () => {
  for (const by of [stranger, key]) {
    for (const trusted of [[], [key.publicKey]]) {
      const labTrust: Trust = { ...lab, keys: trusted };
      for (const [signature, completion] of [
        [Buffer.alloc(0), 'signature-invalid'],
        [signatureSaying('', by), 'signature-invalid'],
        [signatureSaying(says({ platform: 'other' }), by), 'wrong-platform'],
        [signatureSaying(says({ component: 'bios' }), by), 'signature-mismatch'],
        [signatureSaying(says({ version: '2.4.2' }), by), 'signature-mismatch'],
        [signatureSaying(says({ size: 1 }), by), 'signature-mismatch'],
        [signatureSaying(says({ sha256: '00'.repeat(32) }), by), 'signature-mismatch'],
      ] as const) expect(refusal(judgeOffer(offer, fresh, signature, labTrust)).completion).toBe(completion);
    }
  }
});

test('lab mode: what a trusted key has signed is proved as ever', () => {
  const { security, proof, note } = acceptance(judgeOffer(offer, board, file, { ...trust, labMode: true }));
  expect({ security, note }).toEqual({ security: 3, note: undefined });
  expect(proof).toBeDefined();
});

test('names that a host has made up reach the text on one line, in ASCII', () => {
  const { text } = refusal(judgeOffer(changed({ component: 'b\u001b[2J\n\u202e', version: '' }), board, file, trust));
  expect(text).toMatch(/^[\x20-\x7e]+$/);
});
