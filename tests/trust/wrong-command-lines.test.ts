// What `ferry keygen`, `ferry sign` and `ferry verify` answer to command lines that make no sense.
import { readdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillPlace, signingPlace, STATEMENT } from './signing-place.ts';

const place = signingPlace();
const { at, ferry } = place;
afterAll(() => place.remove());
beforeAll(async () => {
  await fillPlace(place);
  writeFileSync(at('empty'), '');
  writeFileSync(at('two-lines'), 'one\ntwo\n');
});

const SIGN = ['sign', '--key', 'release.key'];
test.each([
  [['keygen'], 'expected --key FILE, got none'],
  [['keygen', '--key', 'x.key'], 'expected --password-file FILE, $FERRY_KEY_PASSWORD or --no-password, got none'],
  [['keygen', '--key', 'x.key', '--no-password', '--password-file', 'password'], 'expected --password-file or --no-password, got both'],
  [['keygen', '--key', 'x.key', '--password-file', 'empty'], 'expected a password, got an empty one'],
  [['keygen', '--key', 'x.key', '--password-file', 'two-lines'], 'two-lines: expected a password of one line'],
  [['keygen', '--key', 'x.key', '--password-file', 'missing'], 'missing: expected a password file, it can not be read'],
  [['keygen', '--key', 'x.key', '--no-password', 'more'], 'unexpected argument \'more\''],
  [[...SIGN, ...STATEMENT], 'expected one IMAGE, got none'],
  [[...SIGN, ...STATEMENT, 'bmc.bin', 'other.bin'], 'expected one IMAGE, got "bmc.bin" "other.bin"'],
  [[...SIGN, ...STATEMENT, 'missing.bin'], 'missing.bin: expected an image, it can not be opened'],
  [[...SIGN, ...STATEMENT, '.'], 'expected an image file, got something else'],
  [[...SIGN, ...STATEMENT, 'empty'], 'empty: expected an image, got an empty file'],
  [[...SIGN, ...STATEMENT.slice(2), 'bmc.bin'], 'expected --component NAME, got none'],
  [[...SIGN, ...STATEMENT, '--component', 'BMC', 'bmc.bin'], '--component: expected 1 to 15 of a-z, 0-9 and "-", got "BMC"'],
  [[...SIGN, ...STATEMENT, '--platform', 'a b', 'bmc.bin'], '--platform: expected 1 to 15'],
  [[...SIGN, ...STATEMENT, '--version', '2 4', 'bmc.bin'], '--version: expected 1 to 31 printable'],
  [[...SIGN, ...STATEMENT, '--security', '4294967296', 'bmc.bin'], '--security: expected a whole number from 0 to 4294967294'],
  [['sign', ...STATEMENT, 'bmc.bin'], 'expected --key FILE, got none'],
  [['sign', '--key', 'release.pub', ...STATEMENT, 'bmc.bin'], 'release.pub: line 2: expected a secret key, got a public key'],
  [['verify', 'bmc.bin'], 'expected --key PUB, got none'],
  [['verify', '--key', 'release.key', 'bmc.bin'], 'release.key: line 2: expected a public key, got a secret key'],
  [['verify', '--key', 'missing.pub', 'bmc.bin'], 'missing.pub: expected a public key file, it can not be read'],
  [['verify', '--key', 'release.pub', 'missing.bin'], 'missing.bin: expected an image, it can not be opened'],
])('ferry %j is a wrong command line: exit code 64, and what was expected', async (args, message) => {
  const before = readdirSync(place.path);
  const { code, output } = await ferry(args);
  expect(output).toContain(message);
  expect(code, output).toBe(64);
  expect(readdirSync(place.path)).toEqual(before);
});
