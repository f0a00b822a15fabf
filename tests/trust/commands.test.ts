// `ferry keygen`, `ferry sign` and `ferry verify` as a user types them. A key with a password, which takes 1 GiB of
// memory and its time, is made in tests/peers/minisign.test.ts.
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestImageFile } from '../../host/trust/image-file.ts';
import { digestImage } from '../../host/trust/image-digest.ts';
import { parseSecretKey, unlockSecretKey } from '../../host/trust/secret-key.ts';
import { ENCRYPTED, LEGACY_SIGNATURE } from './recorded.ts';
import { fillPlace, signingPlace, STATEMENT } from './signing-place.ts';

const place = signingPlace();
const { at, ferry } = place;
beforeAll(() => fillPlace(place));
afterAll(() => place.remove());

test('keygen: the secret key is for its owner only, the public key lies beside it', async () => {
  expect(statSync(at('release.key')).mode & 0o777).toBe(0o600);
  expect(readFileSync(at('release.pub'), 'utf8')).toMatch(/^untrusted comment: minisign public key [0-9A-F]{16}\nRW[\w+/]{54}\n$/);
  const { code, output } = await ferry(['keygen', '--key', 'json.key', '--no-password', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(output)).toEqual({ event: 'key-made', keyId: expect.stringMatching(/^[0-9A-F]{16}$/), key: 'json.key', publicKey: 'json.pub', encrypted: false });
});

test('keygen never overwrites: a key, a public key, a link that leads nowhere', async () => {
  writeFileSync(at('lone.pub'), 'someone needs this');
  symlinkSync(at('nowhere'), at('link.key'));
  for (const [key, inTheWay] of [['release.key', 'release.key'], ['lone.key', 'lone.pub'], ['link.key', 'link.key']] as const) {
    const before = key === 'release.key' ? readFileSync(at(key)) : undefined;
    const { code, output } = await ferry(['keygen', '--key', key, '--no-password']);
    expect(code, output).toBe(64);
    expect(output).toContain(`${inTheWay}: expected no file, there is one; it was left as it is and no key was made`);
    if (before !== undefined) expect(readFileSync(at(key))).toEqual(before);
  }
  expect(readFileSync(at('lone.pub'), 'utf8')).toBe('someone needs this');
  for (const name of ['lone.key', 'nowhere', 'link.pub']) expect(existsSync(at(name)), name).toBe(false);
});

test('sign fills size and sha256, verify says what was signed', async () => {
  const { sha256 } = digestImageFile(at('bmc.bin'));
  const text = `component=bmc platform=ferry-q35 version=2.4.1 security=3 size=70000 sha256=${sha256}`;
  expect(readFileSync(at('bmc.bin.minisig'), 'utf8').split('\n')[2]).toBe(`trusted comment: ${text}`);
  const people = await ferry(['verify', '--key', 'release.pub', 'bmc.bin']);
  expect(people.code, people.output).toBe(0);
  for (const line of ['component  bmc', 'platform   ferry-q35', 'version    2.4.1', 'security   3', 'size       70000 bytes', `sha256     ${sha256}`]) {
    expect(people.output).toContain(`  ${line}\n`);
  }
  const script = await ferry(['verify', '--key', 'release.pub', 'bmc.bin', '--json']);
  expect(JSON.parse(script.output)).toMatchObject({ event: 'image-verified', component: 'bmc', platform: 'ferry-q35', version: '2.4.1', security: 3, size: 70000, sha256 });
});

test('a key that minisign has encrypted: the password comes from a file or the environment', async () => {
  for (const [name, args, environment] of [
    ['file', ['--password-file', 'password'], { FERRY_KEY_PASSWORD: 'not this one' }],
    ['environment', [], { FERRY_KEY_PASSWORD: ENCRYPTED.password }],
  ] as const) {
    const signature = `${name}.minisig`;
    const signed = await ferry(['sign', '--key', 'recorded.key', ...args, ...STATEMENT, '--signature', signature, 'bmc.bin', '--json'], environment);
    expect(signed.code, signed.output).toBe(0);
    expect(JSON.parse(signed.output)).toMatchObject({ event: 'image-signed', keyId: ENCRYPTED.keyId, image: 'bmc.bin', signature, security: 3 });
    const verified = await ferry(['verify', '--key', 'recorded.pub', '--signature', signature, 'bmc.bin']);
    expect(verified.code, verified.output).toBe(0);
  }
  const none = await ferry(['sign', '--key', 'recorded.key', ...STATEMENT, '--signature', 'none.minisig', 'bmc.bin']);
  expect(none.output).toContain('recorded.key is encrypted: expected --password-file FILE or $FERRY_KEY_PASSWORD, got none');
  expect(none.code).toBe(64);
  const wrong = await ferry(['sign', '--key', 'recorded.key', ...STATEMENT, '--signature', 'none.minisig', 'bmc.bin'], { FERRY_KEY_PASSWORD: 'wrong' });
  expect(wrong.output).toContain('password: expected the one of this key, got another one');
  expect(wrong.code).toBe(64);
  expect(existsSync(at('none.minisig'))).toBe(false);
});

test('an image that is not the signed one: exit code 1, expected and got', async () => {
  writeFileSync(at('cut.bin'), readFileSync(at('bmc.bin')).subarray(0, 65536));
  const changed = readFileSync(at('bmc.bin'));
  changed[69_999] = 0;
  writeFileSync(at('changed.bin'), changed);
  writeFileSync(at('legacy.minisig'), LEGACY_SIGNATURE);
  for (const [image, signature, message] of [
    ['cut.bin', 'bmc.bin.minisig', 'cut.bin: size: expected the 70000 bytes that were signed, got 65536; the image is not trusted'],
    ['changed.bin', 'bmc.bin.minisig', `changed.bin: sha256: expected ${digestImageFile(at('bmc.bin')).sha256}, which was signed, got ${digestImage(changed, '').sha256}`],
    ['bmc.bin', 'legacy.minisig', 'legacy.minisig: line 2: expected a prehashed signature ("ED"), got a legacy one'],
    ['bmc.bin', 'bmc.bin', 'expected a signature file beside the image, got the image itself'],
    ['bmc.bin', 'release.pub', 'release.pub: expected 4 lines, got 2'],
    ['bmc.bin', 'missing.minisig', 'missing.minisig: expected a signature file, got none; the image is not trusted'],
  ] as const) {
    const { code, output } = await ferry(['verify', '--key', 'release.pub', '--signature', signature, image]);
    expect(output).toContain(message);
    expect(code, output).toBe(image === signature ? 64 : 1);
  }
  const other = await ferry(['verify', '--key', 'recorded.pub', '--json', 'bmc.bin']);
  expect(other.code).toBe(1);
  expect(JSON.parse(other.output)).toMatchObject({ event: 'error', code: 'signature-refused', failed: expect.stringContaining(`key id: expected ${ENCRYPTED.keyId}, got `) });
});

test('sign replaces a signature and nothing else', async () => {
  const again = await ferry(['sign', '--key', 'release.key', ...STATEMENT.slice(0, 5), '2.5.0', '--security', '4', '--signature', 'again.minisig', 'bmc.bin']);
  expect(again.code, again.output).toBe(0);
  const replaced = await ferry(['sign', '--key', 'release.key', ...STATEMENT, '--signature', 'again.minisig', 'bmc.bin']);
  expect(replaced.code, replaced.output).toBe(0);
  expect(readFileSync(at('again.minisig'), 'utf8')).toContain('version=2.4.1');
  const key = readFileSync(at('release.key'));
  for (const target of ['release.key', 'password', '.']) {
    const { code, output } = await ferry(['sign', '--key', 'release.key', ...STATEMENT, '--signature', target, 'bmc.bin']);
    expect(output).toContain('expected no file or a signature file to replace, got something else; it was left as it is');
    expect(code).toBe(64);
  }
  expect(readFileSync(at('release.key'))).toEqual(key);
  const nowhere = await ferry(['sign', '--key', 'release.key', ...STATEMENT, '--signature', 'no/such/x.minisig', 'bmc.bin']);
  expect(nowhere.code).toBe(1);
  expect(readdirSync(place.path).filter((name) => name.endsWith('.new'))).toEqual([]);
});

test.each(['keygen', 'sign', 'verify'])('%s --help has its usage, options and examples, and needs nothing else', async (command) => {
  const { code, output } = await ferry([command, '--help']);
  expect(code).toBe(0);
  expect(output).toContain(`usage: ferry ${command} [OPTIONS]${command === 'keygen' ? '\n' : ' IMAGE\n'}`);
  expect(output).toMatch(/examples:\n {2}ferry/);
});

test('a directory that is not there: no key, and what to do', async () => {
  const { code, output } = await ferry(['keygen', '--key', 'missing-directory/x.key', '--no-password']);
  expect(code).toBe(1);
  expect(output).toContain('missing-directory/x.key: the key can not be written: ENOENT');
  expect(output).toContain('do:  check that the directory exists');
});

test('an image of 64 MiB is digested in pieces, and right', () => {
  const image = Buffer.alloc(64 * 1024 * 1024, 'sixty-four');
  writeFileSync(at('large.bin'), image);
  expect(digestImageFile(at('large.bin'))).toEqual(digestImage(image, at('large.bin')));
});

test('no command has printed anything of a secret key or a password', () => {
  const texts = [ENCRYPTED.password];
  for (const name of readdirSync(place.path).filter((one) => one.endsWith('.key') && existsSync(at(one)))) {
    const line = readFileSync(at(name), 'utf8').split('\n')[1] ?? '';
    const secret = parseSecretKey(readFileSync(at(name)), name);
    texts.push(line.slice(84, 100), line.slice(100, 116));
    const key = unlockSecretKey(secret, Buffer.from(ENCRYPTED.password));
    const seed = key.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
    texts.push(seed.toString('hex').slice(0, 16), seed.toString('base64').slice(0, 12));
  }
  expect(texts.length).toBeGreaterThanOrEqual(13);
  for (const text of texts) expect(place.printed()).not.toContain(text);
  expect(place.printed().length).toBeGreaterThan(2000);
});
