// What the program says of a signature file before it has a device: its form, and whether it goes with config and image.
import { describe, expect, it } from 'vitest';
import { parseSignature } from '../../host/trust/signature.ts';
import { formatTrustedComment, parseTrustedComment, type TrustedComment } from '../../host/trust/trusted-comment.ts';
import { WasiError, type OpenOptions, type WasiFile } from '../../host/wasi/system.ts';
import { runSeed, seeded } from '../random.ts';
import { MemoryFile, RecordingSystem } from '../wasi/recording-system.ts';
import { check, checkJson, ferry, type Files } from './ferry-run.ts';
import { KEY_ID, signatureOf, signatureSaying, statementOf } from './signatures.ts';

const IMAGE = 'the firmware';
const SIGNATURE = 'bmc.bin.minisig';
const CONFIG = '[image bmc]\nfile = bmc.bin\ncomponent = bmc\nversion = 2.4.1\n';
const UNTOUCHED = '\n  now: nothing was sent; the device is as it was\n  do:  ';

const good = Buffer.from(signatureOf(IMAGE, { security: 7 })).toString();
const [untrusted, signed, trusted, global] = good.split('\n') as [string, string, string, string];
const lines = (...of: readonly string[]): string => `${of.join('\n')}\n`;
const saying = (comment: string): string => signatureSaying(IMAGE, comment);
const comment = formatTrustedComment(statementOf(IMAGE));
const checkWith = (signature: string | Uint8Array | MemoryFile, config = CONFIG) => check(config, { 'bmc.bin': IMAGE, [SIGNATURE]: signature });

describe('ferry check shows a signature', () => {
  it('with its key and security number', () => {
    const { code, out, err } = checkWith(good);
    expect(out).toContain(`  signed with key ${KEY_ID}, security 7\n`);
    expect([code, err]).toEqual([0, '']);
    const { events } = checkJson(CONFIG, { 'bmc.bin': IMAGE, [SIGNATURE]: good });
    expect(events[1]).toMatchObject({ event: 'image', signed: true, keyId: KEY_ID, security: 7 });
  });

  it('and its absence', () => {
    const { code, out } = check(CONFIG, { 'bmc.bin': IMAGE });
    expect(out).toContain('  no signature\n');
    expect(code).toBe(0);
  });

  it('of another name, which the config gives, and then has to be there', () => {
    const named = `${CONFIG}signature = ..\\sig\n`;
    const run = (files: Files) => ferry(['check', '-c', 'etc/ferry.ini'], { 'etc/ferry.ini': named, 'etc/bmc.bin': IMAGE, ...files });
    expect(run({ sig: good })).toMatchObject({ code: 0, err: '' });
    const missing = run({ 'etc/bmc.bin.minisig': good });
    expect(missing.err).toContain(`ferry: sig: expected a signature file, got none: ENOENT (44)${UNTOUCHED}copy the signature to the volume or correct the key signature`);
    expect(missing.code).toBe(64);
  });

  it('without a line feed at its end, and with the longest untrusted comment', () => {
    expect(checkWith(good.slice(0, -1)).code).toBe(0);
    expect(checkWith(lines(`untrusted comment: ${'ü'.repeat(512)}`, signed, trusted, global)).code).toBe(0);
    expect(checkWith(lines('untrusted comment: ', signed, trusted, global)).code).toBe(0);
  });

  it('of an image on a volume with short names only', () => {
    class ShortNames extends RecordingSystem {
      override open(path: string, options: OpenOptions): WasiFile {
        if (path.length > 10) throw new WasiError('nameTooLong', path);
        return super.open(path, options);
      }
    }
    const { code, out } = ferry(['check', '-c', 'ferry.ini'], { 'ferry.ini': CONFIG, 'bmc.bin': IMAGE }, new ShortNames());
    expect(out).toContain('  no signature\n');
    expect(code).toBe(0);
  });
});

/** The trouble, the file, the line that is named, what is said. */
const malformed: readonly (readonly [string, string | Uint8Array, number | undefined, string])[] = [
  ['nothing in it', '', undefined, 'expected the 4 lines of a signature file, got 0'],
  ['three lines', lines(untrusted, signed, trusted), undefined, 'expected the 4 lines of a signature file, got 3'],
  ['five lines', lines(untrusted, signed, trusted, global, ''), undefined, 'expected the 4 lines of a signature file, got 5'],
  ['CR LF', good.replaceAll('\n', '\r\n'), 1, 'expected lines that end with LF, got a CR'],
  ['bytes that are no UTF-8', Buffer.from(lines(untrusted, signed, `${trusted}\xff`, global), 'latin1'), 3, 'expected text in UTF-8, got other bytes'],
  ['a byte order mark', `\ufeff${good}`, 1, 'expected a line that starts with "untrusted comment: ", got another one'],
  ['another first line', lines('comment: x', signed, trusted, global), 1, 'expected a line that starts with "untrusted comment: ", got another one'],
  ['a first line that is too long', lines(`untrusted comment: ${'x'.repeat(1025)}`, signed, trusted, global), 1, 'expected a comment of at most 1024 bytes, got 1025'],
  ['an escape sequence in line 1', lines('untrusted comment: \x1b[2J', signed, trusted, global), 1, 'expected printable text, got a control character'],
  ['a C1 control in line 1', lines('untrusted comment: \u009b2J', signed, trusted, global), 1, 'expected printable text, got a control character'],
  ['a short second line', lines(untrusted, signed.slice(1), trusted, global), 2, 'expected 100 characters of base64, got 99'],
  ['a second line of other characters', lines(untrusted, `!${signed.slice(1)}`, trusted, global), 2, 'expected canonical base64 of 74 bytes, got other text'],
  ['a second line with bits that mean nothing', lines(untrusted, `${signed.slice(0, 98)}${signed[98] === 'A' ? 'B' : String.fromCharCode(signed.charCodeAt(98) + 1)}=`, trusted, global), 2, 'expected canonical base64 of 74 bytes, got other text'],
  ['a legacy signature', lines(untrusted, signed.replace(/^RU[QR]/, 'RWQ'), trusted, global), 2, 'expected a prehashed signature ("ED"), got a legacy one ("Ed", of minisign before 0.10 or -l)'],
  ['another algorithm', lines(untrusted, `AAAA${signed.slice(4)}`, trusted, global), 2, 'expected the algorithm "ED", got another one'],
  ['another third line', lines(untrusted, signed, 'comment: x', global), 3, 'expected a line that starts with "trusted comment: ", got another one'],
  ['a short fourth line', lines(untrusted, signed, trusted, global.slice(4)), 4, 'expected 88 characters of base64, got 84'],
  ['a fourth line of other characters', lines(untrusted, signed, trusted, `${global.slice(0, 87)}A`), 4, 'expected canonical base64 of 64 bytes, got other text'],
  ['2,049 bytes', `${good}${'x'.repeat(2049 - good.length)}`, undefined, 'expected a signature file of at most 2,048 bytes, got a longer one'],
  ['minisign\'s own trusted comment', saying('timestamp:1700000000\tfile:bmc.bin\thashed'), 3, 'trusted comment: expected "component=" in place 1 of 6, got "timestamp:1700000000\\x09file:bmc.bin\\x09hashed"'],
  ['an empty trusted comment', saying(''), 3, 'trusted comment: expected "component=" in place 1 of 6, got ""'],
  ['fields in another order', saying(comment.replace(/(component=\S+) (platform=\S+)/, '$2 $1')), 3, 'trusted comment: expected "component=" in place 1 of 6, got "platform=rig"'],
  ['two spaces', saying(comment.replace(' platform', '  platform')), 3, 'trusted comment: expected "platform=" in place 2 of 6, got ""'],
  ['a field too few', saying(comment.replace(/ sha256=.*/, '')), 3, 'trusted comment: expected "sha256=" in place 6 of 6, got nothing'],
  ['a field too many', saying(`${comment} more=1 x`), 3, 'trusted comment: expected nothing after sha256, got "more=1 x"'],
  ['a space at the end', saying(`${comment} `), 3, 'trusted comment: expected nothing after sha256, got ""'],
  ['a field name without its sign', saying(comment.replace('version=', 'version')), 3, 'trusted comment: expected "version=" in place 3 of 6, got "version2.4.1"'],
];

/** Field, value, the rule that it breaks. */
const values: readonly (readonly [keyof TrustedComment, readonly string[], string])[] = [
  ['component', ['', 'BMC', 'b_c', 'c'.repeat(16), 'bmç'], '1 to 15 of a-z, 0-9 and "-"'],
  ['platform', ['', 'Q35', 'c'.repeat(16), 'a.b'], '1 to 15 of a-z, 0-9 and "-"'],
  ['version', ['', '1'.repeat(32), '1\u00b72', '1é2'], '1 to 31 printable ASCII characters without space'],
  ['security', ['', '-1', '01', '1.0', '4294967295', '4294967296', '99999999999', '1e3', '0x1', '٣'], 'a whole number from 0 to 4294967294'],
  ['size', ['', '0', '012', '4294967296', '18446744073709551628', '+1'], 'a number of bytes from 1 to 4294967295'],
  ['sha256', ['', 'a'.repeat(63), 'a'.repeat(65), 'A'.repeat(64), `${'a'.repeat(63)}g`], '64 hexadecimal digits in lower case'],
];

describe('a signature file is refused', () => {
  it.each(malformed)('with %s', (_name, file, line, message) => {
    const { code, out, err, busAccesses } = checkWith(file);
    expect(err).toBe(`ferry: ${SIGNATURE}:${line === undefined ? '' : `${line}:`} ${message}${UNTOUCHED}${/2,048/.test(message) ? 'copy the signature to the volume or correct the key signature; a path is relative to the config' : 'get the signature file again, or sign the image with ferry sign'}\n`);
    expect(out).toContain('0 of 1 image is right; nothing was sent');
    expect([code, busAccesses]).toEqual([64, 0]);
  });

  it.each(values.flatMap(([field, texts, rule]) => texts.map((text) => [field, text, rule] as const)))('with %s=%s', (field, text, rule) => {
    const { code, err } = checkWith(saying(comment.replace(new RegExp(`${field}=\\S+`), `${field}=${text}`)));
    expect(err).toContain(`ferry: ${SIGNATURE}:3: trusted comment: ${field}: expected ${rule}, got "${text}"${UNTOUCHED}`);
    expect(code).toBe(64);
  });

  it.each<[string, 'io' | 'isDirectory', number, string]>([
    ['fails to be read', 'io', 1, 'reading the signature failed with EIO (29)'],
    ['is a directory', 'isDirectory', 64, 'expected a signature file, got none: EISDIR (31)'],
  ])('that %s', (_name, errno, exitCode, message) => {
    const file = new MemoryFile(good);
    file.failure = { after: 0, error: new WasiError(errno, 'on purpose') };
    const { code, err } = checkWith(file);
    expect(err).toContain(`ferry: ${SIGNATURE}: ${message}${UNTOUCHED}`);
    expect([code, file.closed]).toEqual([exitCode, 1]);
  });

  it('that a link leads to off the volume', () => {
    class Linked extends RecordingSystem {
      override open(path: string, options: OpenOptions): WasiFile {
        if (path === SIGNATURE) throw new WasiError('notCapable', 'a link that leaves the volume');
        return super.open(path, options);
      }
    }
    const { code, err } = ferry(['check', '-c', 'ferry.ini'], { 'ferry.ini': CONFIG, 'bmc.bin': IMAGE }, new Linked());
    expect(err).toContain(`${SIGNATURE}: expected a signature file on this volume, got a link that leaves it: ENOTCAPABLE (76)`);
    expect(code).toBe(64);
  });
});

describe('a signature that was made for something else', () => {
  const { sha256 } = statementOf(IMAGE);
  it.each<[keyof TrustedComment, Partial<TrustedComment>, string]>([
    ['component', { component: 'bios' }, 'expected bmc as ferry.ini:1 says, got bios, which was signed'],
    ['version', { version: '2.4.0' }, 'expected 2.4.1 as ferry.ini:1 says, got 2.4.0, which was signed'],
    ['version', { version: '2.4.1.0' }, 'expected 2.4.1 as ferry.ini:1 says, got 2.4.1.0, which was signed'],
    ['size', { size: IMAGE.length + 1 }, `expected ${IMAGE.length} of bmc.bin, got ${IMAGE.length + 1}, which was signed`],
    ['sha256', { sha256: '0'.repeat(64) }, `expected ${sha256} of bmc.bin, got ${'0'.repeat(64)}, which was signed`],
  ])('another %s: %j', (field, change, message) => {
    const { code, err } = checkWith(signatureOf(IMAGE, change));
    expect(err).toBe(`ferry: ${SIGNATURE}:3: ${field}: ${message}${UNTOUCHED}put the signature that was made for this image beside it, correct the config, or sign the image with ferry sign\n`);
    expect(code).toBe(64);
    const { events } = checkJson(CONFIG, { 'bmc.bin': IMAGE, [SIGNATURE]: signatureOf(IMAGE, change) });
    expect(events[1]).toMatchObject({ event: 'error', file: SIGNATURE, image: 'bmc', line: 3, field, failed: `${SIGNATURE}:3: ${field}: ${message}` });
  });

  it('another platform or security number is the device\'s to judge', () => {
    expect(checkWith(signatureOf(IMAGE, { platform: 'other', security: 4294967294 })).code).toBe(0);
  });
});

/** What the tools for signatures make of the same bytes. */
function oracle(file: Uint8Array): boolean {
  try {
    const said = parseTrustedComment(parseSignature(file, SIGNATURE).comment, SIGNATURE);
    const { component, version, size, sha256 } = statementOf(IMAGE);
    return file.length <= 2048 && said.component === component && said.version === version && said.size === size && said.sha256 === sha256;
  } catch {
    return false;
  }
}

const SEED = runSeed();
const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 2000);
const TOKENS = ['\n', ' ', '=', '\r', '\0', '\x7f', '\xff', '\xc2\x9b', '\xf4\x90\x80\x80', '0', '4294967296', 'ED', '==', '+', '/', 'component=', 'sha256=', 'x'.repeat(1100)];

function mutated(random: () => number): Buffer {
  let bytes = Buffer.from(good, 'latin1');
  for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes--) {
    const at = Math.floor(random() * (bytes.length + 1));
    const cut = random() < 0.5 ? 0 : Math.floor(random() * 30);
    const kind = random();
    const piece = kind < 0.2 ? Buffer.alloc(0) : kind < 0.4 ? bytes.subarray(at, at + 30) : kind < 0.6 ? Buffer.of(Math.floor(random() * 256))
      : Buffer.from(TOKENS[Math.floor(random() * TOKENS.length)] ?? '', 'latin1');
    bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + cut)]);
    if (random() < 0.3 && bytes.length > 0) bytes.writeUInt8(bytes.readUInt8(at % bytes.length) ^ 1 << Math.floor(random() * 8), at % bytes.length);
  }
  return bytes;
}

it(`${ROUNDS} damaged signature files are judged as the signing tools judge them, with a readable message`, { timeout: 60_000 }, () => {
  const random = seeded(SEED);
  let taken = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const file = mutated(random);
    const { code, out, err } = checkWith(file);
    const where = `SEED=${SEED} round ${round}: ${JSON.stringify(file.toString('latin1'))}\n${out}${err}`;
    if ((code === 0) !== oracle(file) || (code !== 0 && code !== 64) || (code === 0) === (err !== '')) expect.fail(where);
    if (/[^\n -~\u{a0}-\u{10ffff}]/u.test(out + err)) expect.fail(where);
    if (code === 0) taken++;
  }
  expect(taken, `SEED=${SEED}: some damage does no harm`).toBeGreaterThan(0);
});
