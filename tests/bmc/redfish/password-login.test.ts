// From a name and a password to an account, without a network: many at once, and what is remembered.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Accounts } from '../../../host/bmc/redfish/accounts.ts';
import { openAccounts } from '../../../host/bmc/redfish/first-administrator.ts';
import { ATTEMPTS, LoginGuard } from '../../../host/bmc/redfish/login-guard.ts';
import { type LoginOutcome, PasswordLogin } from '../../../host/bmc/redfish/password-login.ts';
import type { ControllerEvent } from '../../../host/bmc/event-log.ts';
import { scratchDirectory } from '../../scratch-directory.ts';
import { HASH_COST, PASSWORD } from './network.ts';

const clock = { ms: 0 };
let scratch: ReturnType<typeof scratchDirectory>;
let accounts: Accounts;
let login: PasswordLogin;
let logged: ControllerEvent[];

beforeEach(async () => {
  scratch = scratchDirectory();
  mkdirSync(join(scratch.path, 'network'));
  writeFileSync(join(scratch.path, 'password'), PASSWORD);
  ({ accounts } = await openAccounts(scratch.path, { passwordFile: join(scratch.path, 'password'), cost: HASH_COST }));
  logged = [];
  const nowMs = (): number => clock.ms;
  login = new PasswordLogin({ accounts, guard: new LoginGuard(nowMs, () => accounts.settings), nowMs, log: (event) => logged.push(event) });
});
afterEach(() => scratch.remove());

const attempt = (user: string, password: string, address = '10.0.0.1'): Promise<LoginOutcome> => login.login(user, password, address, {});
const many = (count: number, make: (index: number) => Promise<LoginOutcome>): Promise<LoginOutcome[]> => Promise.all(Array.from({ length: count }, (_, index) => make(index)));
const word = (outcome: LoginOutcome): string => ('account' in outcome ? outcome.account.user : outcome.refused);

it('the same credentials of many connections at once are one attempt: all get in', async () => {
  expect((await many(500, () => attempt('admin', PASSWORD))).map(word)).toEqual(Array(500).fill('admin'));
});

it('the same wrong ones are one failure, and different ones are as many as may be tried', async () => {
  expect(new Set((await many(500, () => attempt('nobody', 'wrong'))).map(word))).toEqual(new Set(['wrong']));
  expect(logged).toHaveLength(1);
  const outcomes = (await many(100, (index) => attempt('nobody', `wrong ${index}`))).map(word);
  expect(outcomes.filter((outcome) => outcome === 'wrong')).toHaveLength(ATTEMPTS - 1);
  expect(outcomes.filter((outcome) => outcome === 'later')).toHaveLength(100 - (ATTEMPTS - 1));
  expect(word(await attempt('admin', PASSWORD, '10.0.0.2'))).toBe('admin');
});

it('more than can wait are sent away without being counted as failed', async () => {
  const outcomes = (await many(100, (index) => attempt('nobody', 'wrong', `10.0.1.${index}`))).map(word);
  expect(outcomes.filter((outcome) => outcome === 'later').length).toBeGreaterThan(0);
  for (let index = 0; index < 100; index++) expect(word(await attempt('admin', PASSWORD, `10.0.1.${index}`))).toBe('admin');
});

it('what a name and a password were verified for does not open another one, however they are cut', async () => {
  await accounts.create('ab', 'cdefghijkl', 'Operator', true);
  expect(word(await attempt('ab', 'cdefghijkl'))).toBe('ab');
  expect(word(await attempt('abc', 'defghijkl'))).toBe('wrong');
  expect(word(await attempt('a', 'bcdefghijkl'))).toBe('wrong');
});

it('a password is the same however its letters are composed, and none is longer than it may be', async () => {
  await accounts.create('name', 'pass\u00e9word', 'Operator', true);
  expect(word(await attempt('name', 'passe\u0301word'))).toBe('name');
  expect(word(await attempt('admin', 'x'.repeat(100_000)))).toBe('wrong');
});

it('someone who logs in all the time does not keep a guesser from locking the account', async () => {
  const { lockoutThreshold } = accounts.settings;
  for (let count = 0; count < lockoutThreshold; count++) {
    expect(word(await attempt('admin', PASSWORD, '10.0.0.9'))).toBe('admin');
    await attempt('admin', `wrong ${count}`);
  }
  expect(word(await attempt('admin', PASSWORD, '10.0.0.9'))).toBe('wrong');
  clock.ms += accounts.settings.lockoutSeconds * 1000;
  expect(word(await attempt('admin', PASSWORD, '10.0.0.9'))).toBe('admin');
});
