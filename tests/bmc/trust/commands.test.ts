// `ferry trust` as a user types it.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { lockState } from '../../../host/bmc/state-lock.ts';
import { TrustStore } from '../../../host/bmc/trust/trust-store.ts';
import { readPublicKey } from '../../../host/trust/key-files.ts';
import { ENCRYPTED } from '../../trust/recorded.ts';
import { signingPlace } from '../../trust/signing-place.ts';

const place = signingPlace();
const { at, ferry } = place;
const KEYS = ['old', 'new', 'spare'] as const;
const ids: Record<string, string> = {};
let count = 0;
let state = '';

beforeAll(async () => {
  await Promise.all(KEYS.map(async (name) => {
    const { code, output } = await ferry(['keygen', '--key', `${name}.key`, '--no-password', '--json']);
    expect(code, output).toBe(0);
    ids[name] = (JSON.parse(output) as { keyId: string }).keyId;
  }));
  writeFileSync(at('recorded.key'), ENCRYPTED.secretKey, { mode: 0o600 });
  writeFileSync(at('recorded.pub'), ENCRYPTED.publicKey);
});
afterAll(() => place.remove());

/** A board that trusts the old key. */
beforeEach(() => {
  state = `state-${count++}`;
  mkdirSync(at(state));
  TrustStore.open(at(state), { platform: 'small-board' }).pin([readPublicKey(at('old.pub'))]);
});

const MAKE = ['trust', 'make', '--platform', 'small-board'];

async function made(name: string, sequence: number, ...more: readonly string[]): Promise<string> {
  const { code, output } = await ferry([...MAKE, '--sequence', `${sequence}`, ...more, name]);
  expect(code, output).toBe(0);
  return output;
}

const apply = (list: string, ...more: readonly string[]): ReturnType<typeof ferry> => ferry(['trust', 'apply', '--state', state, list, ...more]);

test('rotation by hand: make, sign, apply, show; and the same list again is nothing to do', async () => {
  const output = await made('1.keys', 1, '--trust', 'old.pub', '--trust', 'new.pub', '--trust', 'new.pub');
  expect(output).toContain('1.keys: key list 1 for small-board; it is not signed: `ferry trust sign`');
  const unsigned = await apply('1.keys');
  expect(unsigned.code).toBe(64);
  expect(unsigned.output).toContain('1.keys.minisig: expected the signature of the list, got none; the trusted keys stay as they were');
  const signed = await ferry(['trust', 'sign', '--key', 'old.key', '1.keys']);
  expect(signed.output).toBe(`1.keys, key list 1 for small-board, signed with key ${ids['old']}: 1.keys.minisig\n`);
  expect(await apply('1.keys')).toEqual({ code: 0, output: `key list 1, signed by ${ids['old']}, is in effect: trusted now: ${ids['new']}\n` });
  expect(await apply('1.keys')).toEqual({ code: 2, output: 'nothing to do: 1.keys is in effect\n' });
  const { code, output: shown } = await ferry(['trust', 'show', '--state', state]);
  expect(code).toBe(0);
  expect(shown).toMatch(new RegExp(`^${state}/trust/keys: platform small-board, key list 1, sha256 [0-9a-f]{64}\n`));
  for (const name of ['old', 'new']) expect(shown).toContain(`  trusted  ${ids[name]}  ${readFileSync(at(`${name}.pub`), 'utf8').split('\n')[1]}\n`);
  expect(shown).toContain(`  pinned   ${ids['old']}  `);
});

test('a stolen key, in one step each; the event log keeps what happened', async () => {
  await made('a.keys', 1, '--trust', 'old.pub', '--trust', 'new.pub', '--key', 'old.key');
  expect((await apply('a.keys')).code).toBe(0);
  await made('b.keys', 2, '--trust', 'new.pub', '--revoke', 'old.pub', '--key', 'new.key');
  expect((await apply('b.keys')).output).toBe(`key list 2, signed by ${ids['new']}, is in effect: revoked: ${ids['old']}\n`);
  await made('c.keys', 3, '--trust', 'old.pub', '--key', 'old.key');
  const back = await apply('c.keys');
  expect(back.code).toBe(1);
  expect(back.output).toContain(`signature of c.keys: key: expected a trusted one, got ${ids['old']}, which has been revoked; the trusted keys stay as they were`);
  const rolledBack = await apply('a.keys');
  expect(rolledBack.output).toContain('which has been revoked');
  const events = readFileSync(at(`${state}/events.log`), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(events.map(({ event, sequence, revoked }) => ({ event, sequence, revoked }))).toEqual([
    { event: 'keys-changed', sequence: 1, revoked: '' }, { event: 'keys-changed', sequence: 2, revoked: ids['old'] },
  ]);
});

test('for a script: every answer is one object', async () => {
  const facts = { sequence: 1, platform: 'small-board', keys: expect.arrayContaining([ids['old'], ids['new']]), revoked: [ids['spare']] };
  const outputs = [
    await made('j.keys', 1, '--trust', 'old.pub', '--trust', 'new.pub', '--revoke', 'spare.pub', '--key', 'old.key', '--json'),
    (await ferry(['trust', 'sign', '--key', 'old.key', 'j.keys', '--json'])).output,
    (await apply('j.keys', '--json')).output, (await apply('j.keys', '--json')).output,
    (await ferry(['trust', 'show', '--state', state, '--json'])).output,
  ];
  expect(outputs.map((output) => JSON.parse(output) as unknown)).toEqual([
    { event: 'key-list-made', list: 'j.keys', signature: 'j.keys.minisig', signer: ids['old'], ...facts },
    { event: 'key-list-signed', list: 'j.keys', signature: 'j.keys.minisig', signer: ids['old'], ...facts },
    { event: 'key-list-applied', list: 'j.keys', sequence: 1, signer: ids['old'], added: [ids['new']], dropped: [], revoked: [ids['spare']] },
    { event: 'key-list-unchanged', list: 'j.keys' },
    {
      event: 'trust', path: `${state}/trust/keys`, platform: 'small-board', sequence: 1, list: expect.stringMatching(/^[0-9a-f]{64}$/),
      keys: expect.arrayContaining([{ keyId: ids['new'], publicKey: readFileSync(at('new.pub'), 'utf8').split('\n')[1] }]),
      revoked: [expect.objectContaining({ keyId: ids['spare'] })], pinned: [expect.objectContaining({ keyId: ids['old'] })],
    },
  ]);
  const refused = await apply('j.keys.minisig', '--signature', 'j.keys.minisig', '--json');
  expect(JSON.parse(refused.output)).toMatchObject({ event: 'error', code: 'usage' });
});

test('while the controller runs: apply is refused with what to do, show works', async () => {
  await made('r.keys', 1, '--trust', 'new.pub', '--key', 'old.key');
  const lock = lockState(at(state));
  try {
    const { code, output } = await apply('r.keys');
    expect(code).toBe(1);
    expect(output).toContain(`another management controller runs on ${state}: process ${process.pid}, since `);
    expect(output).toContain('do:  stop that controller with SIGTERM, apply the list, and start it again');
    expect((await ferry(['trust', 'show', '--state', state])).output).toContain('as pinned at the first start');
  } finally {
    lock.close();
  }
  expect((await apply('r.keys')).code).toBe(0);
});

test('boards without keys, without a directory, with a damaged store', async () => {
  await made('d.keys', 1, '--trust', 'new.pub', '--key', 'old.key');
  mkdirSync(at(`${state}-empty`));
  expect(await ferry(['trust', 'show', '--state', `${state}-empty`])).toEqual({
    code: 0, output: `${state}-empty/trust/keys: no key is pinned: this board trusts nobody; \`ferry bmc --trust FILE.pub\` pins the first keys\n`,
  });
  expect((await ferry(['trust', 'apply', '--state', `${state}-empty`, 'd.keys'])).output).toContain('expected a board that trusts a key, got one without any');
  for (const action of [['show'], ['apply', 'd.keys']]) {
    const missing = await ferry(['trust', ...action, '--state', 'no-such-state']);
    expect(missing.code).toBe(64);
    expect(missing.output).toContain('no-such-state: expected the state directory of a management controller, got none; nothing was touched');
  }
  writeFileSync(at(`${state}/trust/keys`), 'ferry trust 1\n');
  for (const action of [['show'], ['apply', 'd.keys']]) {
    const damaged = await ferry(['trust', ...action, '--state', state]);
    expect(damaged.code).toBe(1);
    expect(damaged.output).toContain(`${state}/trust/keys: expected a last line with the SHA-256`);
  }
  expect(existsSync(at('no-such-state'))).toBe(false);
});

test('a disk that can not be written: the keys stay, and what to do', async () => {
  await made('w.keys', 1, '--trust', 'new.pub', '--key', 'old.key');
  // A directory in the way of the new file: the same for every user, root too.
  mkdirSync(at(`${state}/trust/keys.new`));
  const { code, output } = await apply('w.keys');
  expect(code).toBe(1);
  expect(output).toMatch(/trust\/keys: the trusted keys can not be written: EISDIR.*; the trusted keys stay as they were\n {2}do: {2}see that the disk/);
  expect((await ferry(['trust', 'show', '--state', state])).output).toContain('as pinned at the first start');
});

test('a key with a password signs a list; nothing is written without it', async () => {
  const args = [...MAKE, '--sequence', '1', '--trust', 'recorded.pub', '--key', 'recorded.key', 'p.keys'];
  const none = await ferry(args);
  expect(none.code).toBe(64);
  expect(none.output).toContain('recorded.key is encrypted: expected --password-file FILE or $FERRY_KEY_PASSWORD, got none');
  expect(existsSync(at('p.keys'))).toBe(false);
  const good = await ferry(args, { FERRY_KEY_PASSWORD: ENCRYPTED.password });
  expect(good.code, good.output).toBe(0);
  expect(readFileSync(at('p.keys.minisig'), 'utf8')).toContain('trusted comment: keys sequence=1 platform=small-board sha256=');
  expect(place.printed()).not.toContain(ENCRYPTED.password);
});

test('a list replaces a list and nothing else', async () => {
  await made('again.keys', 1, '--trust', 'old.pub', '--key', 'old.key');
  await made('again.keys', 2, '--trust', 'new.pub', '--key', 'old.key');
  expect(readFileSync(at('again.keys'), 'utf8')).toContain('sequence 2\n');
  const key = readFileSync(at('old.key'));
  for (const target of ['old.key', '.']) {
    const { code, output } = await ferry([...MAKE, '--sequence', '1', '--trust', 'old.pub', target]);
    expect(code).toBe(64);
    expect(output).toContain('expected no file or a key list to replace, got something else, which was left as it is');
  }
  expect(readFileSync(at('old.key'))).toEqual(key);
  expect(readdirSync(place.path).filter((name) => name.endsWith('.new'))).toEqual([]);
});

test.each([
  [['trust'], 'expected show, make, sign, apply, got nothing'],
  [['trust', 'constructor'], 'expected show, make, sign, apply, got "constructor"'],
  [['trust', 'show', 'more'], 'ferry trust show: expected no more words, got "more"'],
  [['trust', 'show', '--key', 'old.key'], 'ferry trust show: expected --state, got --key'],
  [['trust', 'apply'], 'ferry trust apply: expected one LIST, got none'],
  [['trust', 'apply', 'missing.keys'], 'missing.keys: expected a key list, got none'],
  [['trust', 'apply', '--signature', 'old.pub', 'old.pub'], 'expected a signature file beside the list, got the list itself'],
  [['trust', 'sign', 'old.pub'], 'ferry trust sign: expected --key FILE, got none'],
  [[...MAKE, '--sequence', '1', 'x.keys'], 'expected --trust FILE.pub for every key that is trusted from now on, got none'],
  [[...MAKE, '--sequence', '0', '--trust', 'old.pub', 'x.keys'], '--sequence: expected a whole number from 1 to 4294967295, got "0"'],
  [[...MAKE, '--sequence', '4294967296', '--trust', 'old.pub', 'x.keys'], 'got "4294967296"'],
  [[...MAKE, '--trust', 'old.pub', 'x.keys'], 'ferry trust make: expected --sequence NUMBER, got none'],
  [['trust', 'make', '--platform', 'A B', '--sequence', '1', '--trust', 'old.pub', 'x.keys'], '--platform: expected 1 to 15 of a-z, 0-9 and "-", got "A B"'],
  [[...MAKE, '--sequence', '1', '--trust', 'old.pub', '--revoke', 'old.pub', 'x.keys'], 'expected it trusted or revoked, got both'],
  [[...MAKE, '--sequence', '1', '--trust', 'old.key', 'x.keys'], 'old.key: line 2: expected a public key, got a secret key'],
  [[...MAKE, '--sequence', '1', '--trust', 'old.pub', '--key', 'old.pub', 'x.keys'], 'old.pub: line 2: expected a secret key, got a public key'],
])('ferry %j is a wrong command line: exit code 64, and what was expected', async (args, message) => {
  const before = readdirSync(place.path);
  const { code, output } = await ferry(args);
  expect(output).toContain(message);
  expect(code, output).toBe(64);
  expect(readdirSync(place.path)).toEqual(before);
});

test('sign refuses what is no list; the help says all actions', async () => {
  const { code, output } = await ferry(['trust', 'sign', '--key', 'old.key', 'new.pub']);
  expect(code).toBe(1);
  expect(output).toMatch(/new\.pub: line 1: expected "ferry key list" and a value.*\n {2}do: {2}make the list with `ferry trust make`/);
  const help = await ferry(['trust', 'apply', '--help']);
  expect(help.code).toBe(0);
  for (const action of ['show', 'make', 'sign', 'apply']) expect(help.output).toMatch(new RegExp(`^${action} `, 'm'));
});
