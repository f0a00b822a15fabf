// Key and signature files: what minisign writes is read, everything else is refused in words.
import { expect, test } from 'vitest';
import { digestImage } from '../../host/trust/image-digest.ts';
import { LOWEST_LIMITS } from '../../host/trust/key-derivation.ts';
import { formatPublicKey, parsePublicKey } from '../../host/trust/public-key.ts';
import { makeSecretKey, parseSecretKey, unlockSecretKey } from '../../host/trust/secret-key.ts';
import { formatSignature, parseSignature } from '../../host/trust/signature.ts';
import { formatTrustedComment, parseTrustedComment } from '../../host/trust/trusted-comment.ts';
import { DEFAULT_SIGNATURE, ENCRYPTED, IMAGE, LEGACY_SIGNATURE, PLAIN, SIGNATURE } from './recorded.ts';
import { digest, judge, key, refusalOf, signed, testKey } from './signed-image.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const recordedImage = digestImage(IMAGE, 'image.bin');

/** The file with line `number` replaced. */
const withLine = (file: string, number: number, line: string): string => file.split('\n').map((old, index) => (index + 1 === number ? line : old)).join('\n');
/** The file with the bytes that line `number` holds in base64 changed. */
const withBytes = (file: string, number: number, change: (content: Buffer) => Buffer): string =>
  withLine(file, number, change(Buffer.from(file.split('\n')[number - 1] ?? '', 'base64')).toString('base64'));
const setAt = (offset: number, ...values: number[]) => (content: Buffer): Buffer => {
  content.set(values, offset);
  return content;
};

test('minisign\'s recorded keys and signature are read, and sign and verify', () => {
  const trusted = parsePublicKey(bytes(PLAIN.publicKey), 'plain.pub');
  expect(trusted.keyId).toBe(PLAIN.keyId);
  expect(judge(bytes(SIGNATURE), recordedImage, [trusted])).toEqual({
    component: 'bios', platform: 'ferry-q35', version: '1.10.0', security: 7, size: 17, sha256: recordedImage.sha256,
  });
  // Line for line what minisign writes, but for the comment that nobody signs.
  expect(formatSignature(parseSignature(bytes(SIGNATURE), 'x')).split('\n').slice(1)).toEqual(SIGNATURE.split('\n').slice(1));
  for (const one of [PLAIN, ENCRYPTED]) {
    const unlocked = unlockSecretKey(parseSecretKey(bytes(one.secretKey), 'recorded.key'), bytes(ENCRYPTED.password));
    expect(formatPublicKey(unlocked.publicKey)).toBe(one.publicKey);
  }
});

test('a password hides a key and the right one only shows it', () => {
  const protection = { password: bytes('pässword'), salt: Buffer.alloc(32, 7), limits: LOWEST_LIMITS };
  const { file, key: made } = makeSecretKey('new.key', Buffer.alloc(8, 1), Buffer.alloc(32, 2), protection);
  expect(file).not.toContain(testKey(2).file.split('\n')[1]?.slice(80, 100));
  const read = parseSecretKey(bytes(file), 'new.key');
  expect(unlockSecretKey(read, bytes('pässword')).publicKey.bytes).toEqual(made.publicKey.bytes);
  expect(refusalOf(() => unlockSecretKey(read, bytes('password')))?.message).toMatch(/^new\.key: password: expected the one of this key, got another one/);
  expect(refusalOf(() => unlockSecretKey(read, undefined))?.message).toContain('expected a password for this encrypted key, got none');
});

test('the line feed after the last line may be missing; nothing else may', () => {
  expect(judge(bytes(signed.file.slice(0, -1)))).toEqual(signed.comment);
  for (let size = 0; size < signed.file.length - 1; size++) {
    expect(refusalOf(() => judge(bytes(signed.file.slice(0, size))))?.code, `${size} bytes`).toBe('signature-invalid');
  }
  const pub = formatPublicKey(key.publicKey);
  for (let size = 0; size < pub.length - 1; size++) {
    expect(refusalOf(() => parsePublicKey(bytes(pub.slice(0, size)), 'k.pub'))?.code, `${size} bytes`).toBe('key-invalid');
  }
});

const s = signed.file;
test.each([
  ['nothing', '', 'expected 4 lines, got 0'],
  ['a blank line more', `${s}\n`, 'expected 4 lines, got 5'],
  ['a blank line first', `\n${s}`, 'expected 4 lines, got 5'],
  ['two signatures', s + s, 'expected 4 lines, got 8'],
  ['line ends of DOS', s.replaceAll('\n', '\r\n'), 'expected lines that end with LF, got a CR'],
  ['a byte order mark', `\ufeff${s}`, 'line 1: expected a line that starts with "untrusted comment: "'],
  ['another first word', s.replace('untrusted', 'Untrusted'), 'line 1: expected a line that starts with "untrusted comment: "'],
  ['no trusted comment', withLine(s, 3, 'comment: x'), 'line 3: expected a line that starts with "trusted comment: "'],
  ['an escape sequence', withLine(s, 1, 'untrusted comment: \u001b[2J'), 'line 1: expected printable text, got a control character'],
  ['a long untrusted comment', withLine(s, 1, `untrusted comment: ${'x'.repeat(1025)}`), 'line 1: expected a comment of at most 1024 bytes, got 1025'],
  ['a long trusted comment', withLine(s, 3, `trusted comment: ${'x'.repeat(8193)}`), 'line 3: expected a comment of at most 8192 bytes, got 8193'],
  ['a huge file', withLine(s, 3, `trusted comment: ${'x'.repeat(20000)}`), 'expected at most 10240 bytes, got more'],
  ['a space after the base64', withLine(s, 4, `${s.split('\n')[3]} `), 'line 4: expected 88 characters of base64 (64 bytes), got 89'],
  ['base64 for URLs', withLine(s, 2, `${'_'.repeat(99)}=`), 'line 2: expected canonical base64 of 74 bytes'],
  ['no padding', withLine(s, 2, s.split('\n')[1]?.slice(0, -1) ?? ''), 'line 2: expected 100 characters of base64 (74 bytes), got 99'],
  ['padding bits that are not zero', withLine(s, 2, (s.split('\n')[1] ?? '').replace(/.=$/, '/=')), 'line 2: expected canonical base64 of 74 bytes'],
  ['a legacy signature', withBytes(s, 2, setAt(0, 0x45, 0x64)), 'line 2: expected a prehashed signature ("ED"), got a legacy one'],
  ['another algorithm', withBytes(s, 2, setAt(0, 0x45, 0x1b)), 'line 2: expected the algorithm "ED", got "E\\u001b"'],
  ['a short signature', withBytes(s, 2, (all) => all.subarray(0, 73)), 'line 2: expected canonical base64 of 74 bytes'],
  ['a public key', formatPublicKey(key.publicKey), 'expected 4 lines, got 2'],
  ['minisign\'s own legacy signature', LEGACY_SIGNATURE, 'line 2: expected a prehashed signature ("ED"), got a legacy one ("Ed", of minisign before 0.10 or -l)'],
])('a signature file with %s is refused', (_, file, message) => {
  const error = refusalOf(() => judge(bytes(file)));
  expect(error?.message).toContain(`bmc.bin.minisig: ${message}`);
  expect(error?.code).toBe('signature-invalid');
});

test('bytes that are no text are refused', () => {
  for (const parse of [parseSignature, parsePublicKey, parseSecretKey]) {
    expect(refusalOf(() => parse(Buffer.from([0xff, 0xfe, 0x0a, 0x0a, 0x0a, 0x0a]), 'x'))?.message).toContain('expected text in UTF-8');
  }
});

const pub = formatPublicKey(key.publicKey);
const secret = testKey(0x42).file;
const hidden = ENCRYPTED.secretKey;
test.each([
  ['a secret key', 'public', secret, 'line 2: expected a public key, got a secret key'],
  ['another algorithm', 'public', withBytes(pub, 2, setAt(1, 0x44)), 'line 2: expected the algorithm "Ed" (Ed25519)'],
  ['one line', 'public', pub.split('\n')[1] ?? '', 'expected 2 lines, got 1'],
  ['a signature', 'public', s, 'expected 2 lines, got 4'],
  ['a public key', 'secret', pub, 'line 2: expected a secret key, got a public key'],
  ['another algorithm', 'secret', withBytes(secret, 2, setAt(1, 0x44)), 'line 2: expected the algorithm "Ed"'],
  ['another checksum', 'secret', withBytes(secret, 2, setAt(5, 0x33)), 'line 2: expected the checksum "B2"'],
  ['another derivation', 'secret', withBytes(hidden, 2, setAt(3, 0x64)), 'line 2: expected a key hidden by "Sc" (scrypt)'],
  ['limits of hours', 'secret', withBytes(hidden, 2, setAt(45, 0xff)), 'line 2: expected limits of scrypt that minisign makes'],
  ['memory of terabytes', 'secret', withBytes(hidden, 2, setAt(51, 0xff)), 'line 2: expected limits of scrypt that minisign makes'],
])('a file with %s in the place of a %s key is refused', (_, kind, file, message) => {
  const parse = kind === 'public' ? parsePublicKey : parseSecretKey;
  const error = refusalOf(() => parse(bytes(file), 'k'));
  expect(error?.message).toContain(`k: ${message}`);
  expect(error?.code).toBe('key-invalid');
  expect(error?.exitCode).toBe(64);
});

test('a secret key whose halves are of two keys is refused, also where nothing else checks it', () => {
  const swapped = withBytes(PLAIN.secretKey, 2, setAt(54 + 40, ...testKey(9).key.publicKey.bytes));
  expect(refusalOf(() => unlockSecretKey(parseSecretKey(bytes(swapped), 'k'), undefined))?.message).toContain('expected two halves of one key');
});

const good = 'component=bmc platform=ferry-q35 version=2.4.1 security=3 size=5000 sha256='.concat('0a'.repeat(32));
test.each([
  ['', '"component=" in place 1 of 6, got ""'],
  [good.replace('component', 'Component'), '"component=" in place 1 of 6, got "Component=bmc"'],
  [good.replace('platform=ferry-q35 ', ''), '"platform=" in place 2 of 6, got "version=2.4.1"'],
  [good.replace('component=bmc platform=ferry-q35', 'platform=ferry-q35 component=bmc'), '"component=" in place 1'],
  [good.replace(' version', '  version'), '"version=" in place 3 of 6, got ""'],
  [good.replace(' version', '\tversion'), 'platform: expected 1 to 15 of a-z, 0-9 and "-"'],
  [` ${good}`, '"component=" in place 1 of 6, got ""'],
  [`${good} `, 'nothing after sha256, got ""'],
  [`${good} size=1`, 'nothing after sha256, got "size=1"'],
  [good.split(' sha256')[0] ?? '', '"sha256=" in place 6 of 6, got nothing'],
  [good.replace('=bmc', '='), 'component: expected 1 to 15 of a-z, 0-9 and "-", got ""'],
  [good.replace('=bmc', '=BMC'), 'component: expected 1 to 15'],
  [good.replace('=bmc', '=abcdefghijklmnop'), 'component: expected 1 to 15'],
  [good.replace('ferry-q35', 'ferry_q35'), 'platform: expected 1 to 15'],
  [good.replace('2.4.1', ''), 'version: expected 1 to 31 printable ASCII'],
  [good.replace('2.4.1', 'v'.repeat(32)), 'version: expected 1 to 31'],
  [good.replace('2.4.1', '2.4.é'), 'version: expected 1 to 31 printable ASCII characters without space, got "2.4.\\u00e9"'],
  [good.replace('security=3', 'security=03'), 'security: expected a whole number from 0 to 4294967294, got "03"'],
  [good.replace('security=3', 'security=-1'), 'security: expected'],
  [good.replace('security=3', 'security=4294967296'), 'security: expected'],
  [good.replace('security=3', 'security=0x3'), 'security: expected'],
  [good.replace('size=5000', 'size=0'), 'size: expected a number of bytes from 1 to 4294967295, got "0"'],
  [good.replace('size=5000', 'size=5e3'), 'size: expected'],
  [good.replace('0a0a', '0A0a'), 'sha256: expected 64 hexadecimal digits in lower case'],
  [good.slice(0, -1), 'sha256: expected 64'],
  [`${good}0`, 'sha256: expected 64'],
])('the trusted comment %j is refused', (comment, message) => {
  const error = refusalOf(() => parseTrustedComment(comment, 'x.minisig'));
  expect(error?.message).toContain('x.minisig: trusted comment: ');
  expect(error?.message).toContain(message);
});

test('a trusted comment is read and written in one way', () => {
  expect(formatTrustedComment(parseTrustedComment(good, 'x'))).toBe(good);
  const widest = { component: 'a'.repeat(15), platform: '-', version: `=${'~'.repeat(30)}`, security: 4294967294, size: 4294967294, sha256: 'f'.repeat(64) };
  expect(parseTrustedComment(formatTrustedComment(widest), 'x')).toEqual(widest);
});

test('what minisign says of an image by itself is not enough', () => {
  const trusted = parsePublicKey(bytes(PLAIN.publicKey), 'plain.pub');
  const error = refusalOf(() => judge(bytes(DEFAULT_SIGNATURE), recordedImage, [trusted]));
  expect(error?.message).toContain('trusted comment: expected "component=" in place 1 of 6, got "timestamp:1795230374\\tfile:img\\thashed"');
});

test('the key is found among the trusted ones by its id, before any cryptography', () => {
  const others = [testKey(1).key.publicKey, testKey(2).key.publicKey];
  expect(judge(bytes(s), digest, [...others, key.publicKey])).toEqual(signed.comment);
  expect(refusalOf(() => judge(bytes(s), digest, others))?.message).toContain('key id: expected 0101010101010101 or 0202020202020202, got 4242424242424242');
  expect(refusalOf(() => judge(bytes(s), digest, []))?.message).toContain('key id: expected no key at all, got 4242424242424242');
});
