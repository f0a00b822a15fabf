// Debian's minisign and `ferry keygen|sign|verify`: each reads what the other has made, with and without passwords.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestImageFile } from '../../host/trust/image-file.ts';
import { LOWEST_LIMITS } from '../../host/trust/key-derivation.ts';
import { formatPublicKey } from '../../host/trust/public-key.ts';
import { makeSecretKey, parseSecretKey } from '../../host/trust/secret-key.ts';
import { runFerry } from '../processes.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const isMissing = spawnSync('minisign', ['-v']).error !== undefined;
const required = process.env['FERRY_REQUIRE_PEERS'] === '1';
const place = scratchDirectory();
const at = (name: string): string => join(place.path, name);
const STATEMENT = ['--component', 'bios', '--platform', 'ferry-q35', '--version', '1.10.0', '--security', '9'];

afterAll(() => place.remove());
beforeAll(() => {
  writeFileSync(at('image.bin'), Buffer.alloc(300_000, 'an image of a BIOS '));
  writeFileSync(at('other.bin'), Buffer.alloc(300_000, 'an image of a BMC. '));
  writeFileSync(at('password'), 'three wörds long\n');
});

function peer(name: string, work: () => Promise<void>): void {
  test.skipIf(isMissing && !required)(isMissing ? `${name} (skipped: apt-get install minisign)` : name, async () => {
    expect(isMissing, 'minisign is needed here').toBe(false);
    await work();
  });
}

/** Runs minisign; `lines` is what a person would type. `memory` is the address space that it gets, in KiB. */
function minisign(args: readonly string[], lines: readonly string[] = [], memory = 'unlimited'): { code: number | null; output: string } {
  const run = spawnSync('bash', ['-c', 'ulimit -v "$0" && exec minisign "$@"', memory, ...args], {
    cwd: place.path, input: lines.map((line) => `${line}\n`).join(''), encoding: 'utf8',
  });
  return { code: run.status, output: run.stdout + run.stderr };
}

async function ferry(...args: string[]): Promise<string> {
  const { code, output } = await runFerry(args);
  expect(code, output).toBe(0);
  return output;
}

/** minisign takes Ferry's signature, prehashed as it must be, and reads the same comment. */
function expectMinisignAccepts(publicKey: string, signature: string): void {
  const good = minisign(['-V', '-H', '-p', publicKey, '-m', 'image.bin', '-x', signature]);
  expect(good.code, good.output).toBe(0);
  expect(good.output).toContain(`Trusted comment: ${trustedComment()}\n`);
  expect(minisign(['-V', '-H', '-p', publicKey, '-m', 'other.bin', '-x', signature]).code).toBe(1);
}

async function expectFerryAccepts(publicKey: string, signature: string): Promise<void> {
  expect(await ferry('verify', '--key', at(publicKey), '--signature', at(signature), at('image.bin'))).toContain('version    1.10.0');
  const other = await runFerry(['verify', '--key', at(publicKey), '--signature', at(signature), at('other.bin')]);
  expect(other.code, other.output).toBe(1);
}

function trustedComment(): string {
  const { size, sha256 } = digestImageFile(at('image.bin'));
  return `component=bios platform=ferry-q35 version=1.10.0 security=9 size=${size} sha256=${sha256}`;
}

peer('without a password: each signs with the other\'s key, and each verifies both', async () => {
  expect(minisign(['-G', '-W', '-p', 'theirs.pub', '-s', 'theirs.key']).code).toBe(0);
  await ferry('keygen', '--key', at('ours.key'), '--no-password');
  for (const key of ['theirs', 'ours']) {
    await ferry('sign', '--key', at(`${key}.key`), ...STATEMENT, '--signature', at(`${key}-by-ferry.minisig`), at('image.bin'));
    const signed = minisign(['-S', '-s', `${key}.key`, '-m', 'image.bin', '-x', `${key}-by-minisign.minisig`, '-t', trustedComment(), '-c', 'with a comment of its own']);
    expect(signed.code, signed.output).toBe(0);
    for (const signature of [`${key}-by-ferry.minisig`, `${key}-by-minisign.minisig`]) {
      expectMinisignAccepts(`${key}.pub`, signature);
      await expectFerryAccepts(`${key}.pub`, signature);
    }
    // Ed25519 has one signature for one key and one message.
    expect(readFileSync(at(`${key}-by-ferry.minisig`), 'utf8').split('\n').slice(1)).toEqual(readFileSync(at(`${key}-by-minisign.minisig`), 'utf8').split('\n').slice(1));
  }
});

peer('a key that minisign has encrypted signs here; the wrong password does not', async () => {
  // With little address space minisign takes less scrypt, by its own rule: other limits, and a quick test.
  const made = minisign(['-G', '-p', 'hidden.pub', '-s', 'hidden.key'], ['three wörds long', 'three wörds long'], '90000');
  expect(made.code, made.output).toBe(0);
  await ferry('sign', '--key', at('hidden.key'), '--password-file', at('password'), ...STATEMENT, '--signature', at('hidden.minisig'), at('image.bin'));
  expectMinisignAccepts('hidden.pub', 'hidden.minisig');
  await expectFerryAccepts('hidden.pub', 'hidden.minisig');
  writeFileSync(at('wrong'), 'three words long');
  const { code, output } = await runFerry(['sign', '--key', at('hidden.key'), '--password-file', at('wrong'), ...STATEMENT, at('image.bin')]);
  expect(code).toBe(64);
  expect(output).toContain('password: expected the one of this key, got another one');
});

peer('keys that are encrypted here sign there; the wrong password does not', async () => {
  const protection = { password: Buffer.from('quick'), salt: Buffer.alloc(32, 5), limits: LOWEST_LIMITS };
  const quick = makeSecretKey('quick.key', Buffer.alloc(8, 0xa1), Buffer.alloc(32, 0xb2), protection);
  writeFileSync(at('quick.key'), quick.file);
  writeFileSync(at('quick.pub'), formatPublicKey(quick.key.publicKey));
  const signed = minisign(['-S', '-s', 'quick.key', '-m', 'image.bin', '-x', 'quick.minisig', '-t', trustedComment()], ['quick']);
  expect(signed.code, signed.output).toBe(0);
  await expectFerryAccepts('quick.pub', 'quick.minisig');
  const wrong = minisign(['-S', '-s', 'quick.key', '-m', 'image.bin', '-x', 'wrong.minisig'], ['slow']);
  expect(wrong.code).not.toBe(0);
  expect(wrong.output).toContain('Wrong password for that key');
});

peer('keygen\'s own limits, 1 GiB of memory: minisign opens the key and finds the public key in it', async () => {
  const output = await ferry('keygen', '--key', at('full.key'), '--password-file', at('password'));
  expect(output).toContain('(encrypted; keep it secret');
  expect(output).not.toContain('wörds');
  expect(parseSecretKey(readFileSync(at('full.key')), 'full.key').limits).toEqual({ operations: 33554432, memory: 1073741824 });
  expect(statSync(at('full.key')).mode & 0o777).toBe(0o600);
  const again = minisign(['-R', '-s', 'full.key', '-p', 'again.pub'], ['three wörds long']);
  expect(again.code, again.output).toBe(0);
  expect(readFileSync(at('again.pub'), 'utf8').split('\n')[1]).toBe(readFileSync(at('full.pub'), 'utf8').split('\n')[1]);
});

peer('minisign takes more than Ferry: its legacy signatures and its own comments are refused here', async () => {
  expect(minisign(['-G', '-W', '-p', 'lax.pub', '-s', 'lax.key']).code).toBe(0);
  for (const [option, message] of [[['-l', '-t', trustedComment()], 'got a legacy one ("Ed"'], [[], 'trusted comment: expected "component=" in place 1 of 6, got "timestamp:']] as const) {
    expect(minisign(['-S', ...option, '-s', 'lax.key', '-m', 'image.bin', '-x', 'lax.minisig']).code).toBe(0);
    expect(minisign(['-V', '-p', 'lax.pub', '-m', 'image.bin', '-x', 'lax.minisig']).code).toBe(0);
    const { code, output } = await runFerry(['verify', '--key', at('lax.pub'), '--signature', at('lax.minisig'), at('image.bin')]);
    expect(code, output).toBe(1);
    expect(output).toContain(message);
  }
});
