// An image with its signature attached: read back as it was written, and every wrong end refused before it is used.
import { readFileSync, writeFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attachment, ATTACHMENT_LIMIT, readAttachment, type ReadAt } from '../../host/trust/attached-signature.ts';
import { judge, image, refusalOf, signed } from './signed-image.ts';
import { fillPlace, signingPlace, STATEMENT } from './signing-place.ts';

const signature = Buffer.from(signed.file);
const whole = Buffer.concat([image, attachment(signature)]);

/** Reads from memory; a read outside of it is a fault of the reader. */
const reader = (bytes: Uint8Array): ReadAt => (offset, into) => {
  expect(offset, 'offset of a read').toBeGreaterThanOrEqual(0);
  expect(offset + into.length, 'end of a read').toBeLessThanOrEqual(bytes.length);
  into.set(bytes.subarray(offset, offset + into.length));
};
const read = (bytes: Uint8Array) => readAttachment(reader(bytes), bytes.length, 'bmc.signed');

/** The end of a file that says `size` bytes of signature. */
function ending(size: number, before: Uint8Array): Buffer {
  const trailer = Buffer.alloc(12);
  trailer.writeUInt32LE(size);
  trailer.write('FERRYSIG', 4, 'latin1');
  return Buffer.concat([before, trailer]);
}

test('what is attached is found, and the image is what was signed', () => {
  const found = read(whole);
  expect(found?.imageSize).toBe(image.length);
  expect(Buffer.from(found?.signature ?? []).equals(signature)).toBe(true);
  expect(judge(found?.signature ?? Buffer.alloc(0))).toEqual(signed.comment);
});

test('the bytes of the format are fixed: signature, its size in little endian, the magic', () => {
  expect(attachment(Buffer.from('abc')).toString('latin1')).toBe('abc\x03\0\0\0FERRYSIG');
});

test('a file without the magic has no signature attached, whatever else it holds', () => {
  for (const bytes of [image, Buffer.alloc(0), Buffer.from('FERRYSIG'), whole.subarray(0, -1), Buffer.concat([whole, Buffer.alloc(1)])]) {
    expect(read(bytes), `${bytes.length} bytes`).toBeUndefined();
  }
});

test.each([
  ['more than any signature is long', 10 * 1024 + 1, Buffer.alloc(20_000)],
  ['more than the file', 5000, Buffer.alloc(100)],
  ['the whole file, so that no image is left', 100, Buffer.alloc(100)],
  ['four gigabytes', 0xffff_ffff, Buffer.alloc(100)],
])('a size of %s is refused', (_, size, before) => {
  const refusal = refusalOf(() => read(ending(size, before)));
  expect(refusal?.code).toBe('signature-invalid');
  expect(refusal?.message).toMatch(/^bmc\.signed: attached signature: expected .*, got .*; the image is not trusted$/);
});

test('every bit of the trailer changed: no signature, a refusal, or another cut that no longer is what was signed', () => {
  for (let bit = 0; bit < 12 * 8; bit++) {
    const bytes = Buffer.from(whole);
    const at = bytes.length - 12 + (bit >>> 3);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
    let found: ReturnType<typeof read>;
    if (refusalOf(() => { found = read(bytes); }) !== undefined || found === undefined) continue;
    const { signature: other } = found;
    expect(refusalOf(() => judge(other)), `bit ${bit}`).toBeDefined();
  }
});

test('an attachment is never longer than its limit', () => {
  expect(() => attachment(Buffer.alloc(ATTACHMENT_LIMIT - 11))).toThrow(RangeError);
  expect(attachment(Buffer.alloc(ATTACHMENT_LIMIT - 12))).toHaveLength(ATTACHMENT_LIMIT);
});

const place = signingPlace();
beforeAll(() => fillPlace(place));
afterAll(() => place.remove());

test('sign --attach writes the image and its signature as one file, and replaces only such a file', async () => {
  const { at, ferry } = place;
  for (let count = 0; count < 2; count++) {
    const { code, output } = await ferry(['sign', '--key', 'release.key', ...STATEMENT, '--attach', 'bmc.signed', 'bmc.bin', '--json']);
    expect(code, output).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ event: 'image-signed', signature: 'bmc.bin.minisig', attached: 'bmc.signed' });
  }
  const expected = Buffer.concat([readFileSync(at('bmc.bin')), attachment(readFileSync(at('bmc.bin.minisig')))]);
  expect(readFileSync(at('bmc.signed')).equals(expected)).toBe(true);
  writeFileSync(at('precious'), 'not an image');
  for (const [target, message] of [
    ['precious', 'precious: expected no file or an image with an attached signature to replace, got something else; it was left as it is'],
    ['bmc.bin', 'expected --attach FILE, a file of its own, got bmc.bin'],
    ['bmc.bin.minisig', 'expected --attach FILE, a file of its own, got bmc.bin.minisig'],
    ['', 'expected --attach FILE, a file of its own, got none'],
  ] as const) {
    const { code, output } = await ferry(['sign', '--key', 'release.key', ...STATEMENT, '--attach', target, 'bmc.bin']);
    expect(output).toContain(message);
    expect(code).toBe(64);
  }
  expect(readFileSync(at('precious'), 'utf8')).toBe('not an image');
  expect((await ferry(['sign', '--key', 'release.key', ...STATEMENT, '--attach', 'no/such/place', 'bmc.bin'])).code).toBe(1);
  expect(readdirSync(place.path).filter((name) => name.endsWith('.new'))).toEqual([]);
});

test('verify takes an image with its signature attached, and refuses one of which a byte was changed', async () => {
  const { at, ferry } = place;
  const made = await ferry(['sign', '--key', 'release.key', ...STATEMENT, '--attach', 'whole.signed', 'bmc.bin']);
  expect(made.code, made.output).toBe(0);
  const good = await ferry(['verify', '--key', 'release.pub', '--json', 'whole.signed']);
  expect(good.code, good.output).toBe(0);
  expect(JSON.parse(good.output)).toMatchObject({ event: 'image-verified', image: 'whole.signed', size: 70_000, component: 'bmc' });
  const changed = readFileSync(at('whole.signed'));
  changed[500] = (changed[500] ?? 0) ^ 1;
  writeFileSync(at('changed.signed'), changed);
  const wrong = await ferry(['verify', '--key', 'release.pub', 'changed.signed']);
  expect(wrong.code, wrong.output).toBe(1);
  expect(wrong.output).toContain('changed.signed: sha256: expected ');
  expect((await ferry(['verify', '--key', 'recorded.pub', 'whole.signed'])).code, 'another key').toBe(1);
});
