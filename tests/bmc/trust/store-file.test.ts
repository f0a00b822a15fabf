// The trust store on a real disk: who may read it, and a file that is damaged in any way.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { decodeTrust, encodeTrust } from '../../../host/bmc/trust/trust-file.ts';
import type { TrustState } from '../../../host/bmc/trust/trust-state.ts';
import { TrustStore } from '../../../host/bmc/trust/trust-store.ts';
import { publicKeyOf } from '../../../host/trust/public-key.ts';
import { complainer } from '../../../host/trust/text-lines.ts';
import { runSeed, seeded } from '../../random.ts';
import { scratchDirectory } from '../../scratch-directory.ts';
import { refusalOf } from '../../trust/signed-image.ts';
import { factsOf, first, PLATFORM, publicOf, second, signedList, third } from './keys.ts';
import { mutated } from './mutated.ts';

const place = scratchDirectory();
afterAll(() => place.remove());
let state = '';
let count = 0;
const open = (platform = PLATFORM): TrustStore => TrustStore.open(state, { platform });

beforeEach(() => {
  state = join(place.path, `state-${count++}`);
  mkdirSync(state);
  const store = open();
  store.pin(publicOf([first, second]));
  const { list, signature } = signedList(second, 3, [second, third], [first]);
  store.apply(list, signature);
});

const file = (): string => join(state, 'trust', 'keys');

test('it is for its owner only, and reads as it was written', () => {
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(statSync(join(state, 'trust')).mode & 0o777).toBe(0o700);
  expect(factsOf(open())).toMatchObject({ keys: ['2222222222222222', '3333333333333333'], revoked: ['1111111111111111'], sequence: 3 });
  expect(open().path).toBe(file());
});

function expectDamaged(what: string): void {
  const error = refusalOf(open);
  expect(error?.code, what).toBe('state-failed');
  expect(error?.exitCode).toBe(1);
  expect(error?.message, what).toMatch(/keys: .*expected .*; no image is judged without it$/);
  expect(error?.hint).toContain('bring the state directory back from a copy');
}

test('cut short anywhere, down to nothing: an error, never a board without keys', () => {
  const whole = readFileSync(file());
  for (let size = 0; size < whole.length; size++) {
    truncateSync(file(), size);
    expectDamaged(`${size} of ${whole.length} bytes`);
    writeFileSync(file(), whole);
  }
  expect(open().isEmpty).toBe(false);
});

test('every bit of it, bytes behind it, a huge file, a directory in its place', () => {
  const whole = readFileSync(file());
  for (let offset = 0; offset < whole.length; offset++) {
    const changed = Buffer.from(whole);
    changed[offset] = (changed[offset] ?? 0) ^ (1 << offset % 8);
    writeFileSync(file(), changed);
    expectDamaged(`offset ${offset}`);
  }
  for (const other of [Buffer.concat([whole, Buffer.from('\n')]), Buffer.alloc(100_000)]) {
    writeFileSync(file(), other);
    expectDamaged(`${other.length} bytes`);
  }
  state = join(place.path, 'other');
  mkdirSync(file(), { recursive: true });
  expectDamaged('a directory');
});

test('a file with a right checksum that trusts what it revokes, or two keys that are alike', () => {
  const good = open().state as TrustState;
  const alike = publicKeyOf('x', second.publicKey.keyIdBytes, first.publicKey.bytes);
  for (const keys of [[...good.keys, first.publicKey], [...good.keys, alike]]) {
    writeFileSync(file(), encodeTrust({ ...good, keys }));
    expectDamaged(keys.map(({ keyId }) => keyId).join(' '));
  }
  for (const state of [{ ...good, list: undefined }, { ...good, sequence: 0 }, { ...good, keys: [] }, { ...good, pinned: [] }]) {
    writeFileSync(file(), encodeTrust(state));
    expectDamaged(JSON.stringify(state));
  }
});

test('a file half of the old one and half of the new one', () => {
  const old = readFileSync(file());
  const { list, signature } = signedList(second, 4, [second]);
  open().apply(list, signature);
  const fresh = readFileSync(file());
  for (let at = 1; at < Math.min(old.length, fresh.length); at += 7) {
    const torn = Buffer.concat([fresh.subarray(0, at), old.subarray(at)]);
    if (torn.equals(old) || torn.equals(fresh)) continue;
    writeFileSync(file(), torn);
    expectDamaged(`torn at ${at}`);
  }
});

test('the keys of another board are refused', () => {
  const error = refusalOf(() => open('other'));
  expect(error?.message).toContain('platform: expected "other", which the board is, got the keys of "ferry-q35"; nothing was started');
  expect(error?.code).toBe('state-failed');
});

test('a half-written new file does not disturb', () => {
  writeFileSync(`${file()}.new`, 'x'.repeat(100_000));
  const facts = factsOf(open());
  const { list, signature } = signedList(second, 4, [second]);
  open().apply(list, signature);
  expect(facts).toMatchObject({ sequence: 3 });
  expect(factsOf(open())).toMatchObject({ keys: ['2222222222222222'], sequence: 4 });
});

test('changed files with a right checksum: refused in words, or exactly what would be written', () => {
  const seed = runSeed();
  const random = seeded(seed);
  const body = readFileSync(file()).subarray(0, -72);
  let accepted = 0;
  const rounds = Math.ceil(Number(process.env['FUZZ_INPUTS'] ?? 120_000) / 60);
  for (let round = 0; round < rounds; round++) {
    const changed = mutated(body, random);
    const whole = Buffer.concat([changed, Buffer.from(`sha256 ${createHash('sha256').update(changed).digest('hex')}\n`)]);
    const where = `SEED=${seed}, round ${round}: ${JSON.stringify(whole.toString('latin1'))}`;
    const error = refusalOf(() => {
      const read = decodeTrust(whole, 'keys', complainer('state-failed', 'keys', 'no', 'none', 1));
      expect(encodeTrust(read).equals(whole), where).toBe(true);
      expect(read.keys.length, where).toBeGreaterThan(0);
      accepted++;
    });
    if (error !== undefined) expect(error.code, where).toBe('state-failed');
  }
  expect(accepted, `SEED=${seed}`).toBeGreaterThanOrEqual(Math.floor(rounds / 1000));
});
