// Who gets in, and how: first password, HTTP Basic, sessions, the page's cookie.
import https from 'node:https';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ATTEMPTS } from '../../../host/bmc/redfish/login-guard.ts';
import { SESSIONS_OF_ONE } from '../../../host/bmc/redfish/sessions.ts';
import { errorOf, NetworkRig, PASSWORD, SESSIONS, until } from './network.ts';

const SYSTEM = '/redfish/v1/Systems/1';
const ADMIN = `admin:${PASSWORD}`;
let rig: NetworkRig;

beforeEach(async () => {
  rig = await new NetworkRig().start();
});
afterEach(() => rig.close());

describe('the first password', () => {
  it('is made at random, told once on the console and never to the log, and kept as a hash only', async () => {
    const own = await new NetworkRig({ passwordFile: undefined }).start();
    try {
      const [printed] = own.printed;
      const password = String(printed?.fields?.['password']);
      expect(password).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
      expect(JSON.stringify(own.logged)).not.toContain(password);
      expect(readFileSync(join(own.state, 'events.log'), 'utf8')).not.toContain(password);
      const file = join(own.state, 'network', 'accounts.json');
      expect(readFileSync(file, 'utf8')).not.toContain(password);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect((await own.get(SYSTEM, { as: `admin:${password}` })).status).toBe(200);
      await own.network.close();
      await own.start();
      expect(own.printed).toHaveLength(1);
      expect((await own.get(SYSTEM, { as: `admin:${password}` })).status).toBe(200);
    } finally {
      await own.close();
    }
  });

  it('comes from the password file where one is given, and is not printed', () => {
    expect(rig.printed).toEqual([]);
  });

  it.each([['short', /8 to 128 bytes/], ['a\tb and more of it', /without control characters/]])('is refused when no account may have it: %j', async (content, reason) => {
    const own = new NetworkRig();
    const passwordFile = join(own.machine.directory, 'bad');
    writeFileSync(passwordFile, content);
    await expect(new NetworkRig({ passwordFile }).start()).rejects.toMatchObject({ code: 'usage', exitCode: 64, message: expect.stringMatching(reason) as string });
    own.machine.controller.close();
    own.machine.remove();
  });
});

describe('HTTP Basic', () => {
  it('lets the right password in and tells a wrong one, an unknown user and a disabled account the same', async () => {
    const path = await rig.account('gone', 'Operator');
    await rig.ask('PATCH', path, { as: ADMIN, body: { Enabled: false } });
    expect((await rig.get(SYSTEM)).status).toBe(200);
    const answers = await Promise.all([`admin:wrong`, 'nobody:wrong', `gone:${PASSWORD}`].map((as) => rig.get(SYSTEM, { as })));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.headers['www-authenticate']).toContain('Basic');
  });

  it('of many readers that come at once, each on its own connection, lets all in', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => rig.get(SYSTEM)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(200);
  });

  it.each(['Basic', 'Basic !!!', 'Basic YWRtaW4=', 'Bearer abc', 'Digest x'])('refuses an Authorization that is none: %s', async (authorization) => {
    const answer = await rig.get(SYSTEM, { headers: { Authorization: authorization } });
    expect([answer.status, errorOf(answer)]).toEqual([401, 'AccessDenied']);
  });

  it('forgets what it has verified as soon as the password is another one', async () => {
    expect((await rig.get(SYSTEM)).status).toBe(200);
    await rig.ask('PATCH', '/redfish/v1/AccountService/Accounts/1', { as: ADMIN, body: { Password: 'another one it is' } });
    expect((await rig.get(SYSTEM)).status).toBe(401);
    expect((await rig.get(SYSTEM, { as: 'admin:another one it is' })).status).toBe(200);
  });
});

describe('a session', () => {
  it('is made by POST, used by its token, listed without it, and ended by DELETE', async () => {
    const made = await rig.logIn();
    expect(made.status).toBe(201);
    const token = String(made.headers['x-auth-token']);
    const path = String(made.headers.location);
    expect(made.text).not.toContain(token);
    expect((await rig.get(SYSTEM, { token })).status).toBe(200);
    expect((await rig.get(SESSIONS, { token })).body['Members']).toEqual([{ '@odata.id': path }]);
    expect((await rig.get(path, { token })).body).toMatchObject({ UserName: 'admin', SessionType: 'Redfish', ClientOriginIPAddress: '127.0.0.1' });
    expect((await rig.ask('DELETE', path, { token })).status).toBe(204);
    const after = await rig.get(SYSTEM, { token });
    expect([after.status, errorOf(after)]).toEqual([401, 'NoValidSession']);
    expect(rig.words().filter((word) => /^logged/.test(word))).toEqual(['logged-in', 'logged-out']);
  });

  it('ends when it is not used for the session timeout, and each use begins that time anew', async () => {
    const token = await rig.token();
    await rig.ask('PATCH', '/redfish/v1/SessionService', { token, body: { SessionTimeout: 60 } });
    for (let turn = 0; turn < 3; turn++) {
      rig.clock.ms += 59_000;
      expect((await rig.get(SYSTEM, { token })).status).toBe(200);
    }
    rig.clock.ms += 61_000;
    expect((await rig.get(SYSTEM, { token })).status).toBe(401);
  });

  it.each([29, 86_401, 60.5, '60', null])('has no timeout of %j', async (SessionTimeout) => {
    expect((await rig.ask('PATCH', '/redfish/v1/SessionService', { as: ADMIN, body: { SessionTimeout } })).status).toBe(400);
  });

  it('ends when its account is changed, disabled or removed', async () => {
    for (const [method, body] of [['PATCH', { RoleId: 'ReadOnly' }], ['PATCH', { Enabled: false }], ['DELETE', undefined]] as const) {
      const path = await rig.account(`user${method}${body === undefined ? '' : Object.keys(body).join('')}`, 'Operator');
      const token = await rig.token(String((await rig.get(path)).body['UserName']));
      expect((await rig.get(SYSTEM, { token })).status).toBe(200);
      await rig.ask(method, path, { as: ADMIN, ...(body === undefined ? {} : { body }) });
      expect((await rig.get(SYSTEM, { token })).status, method).toBe(401);
    }
  });

  it('of someone else can be ended by an administrator only', async () => {
    await rig.account('op', 'Operator');
    const admin = await rig.logIn();
    const operator = await rig.logIn('op');
    const tokenOf = (answer: typeof admin): string => String(answer.headers['x-auth-token']);
    expect((await rig.ask('DELETE', String(admin.headers.location), { token: tokenOf(operator) })).status).toBe(403);
    expect((await rig.ask('DELETE', String(operator.headers.location), { token: tokenOf(admin) })).status).toBe(204);
  });

  it('of a script that never logs out takes the place of its own oldest one', async () => {
    const first = await rig.token();
    for (let count = 0; count < SESSIONS_OF_ONE; count++) {
      rig.clock.ms++;
      expect((await rig.logIn('admin', PASSWORD, {}, rig.lasting)).status).toBe(201);
    }
    expect((await rig.get(SYSTEM, { token: first })).status).toBe(401);
    expect((await rig.get(SESSIONS)).body['Members@odata.count']).toBe(SESSIONS_OF_ONE);
  });

  it('is refused when all places are taken, and HTTP Basic still gets in', async () => {
    for (const user of ['one', 'two']) await rig.account(user, 'Operator');
    for (const user of ['one', 'two']) for (let count = 0; count < SESSIONS_OF_ONE; count++) await rig.logIn(user, PASSWORD, {}, rig.lasting);
    const answer = await rig.logIn();
    expect([answer.status, errorOf(answer), answer.headers['retry-after']]).toEqual([503, 'SessionLimitExceeded', '60']);
    const { body } = await rig.get(SESSIONS);
    await rig.ask('DELETE', String((body['Members'] as unknown as { '@odata.id': string }[])[0]?.['@odata.id']), { as: ADMIN });
    expect((await rig.logIn()).status).toBe(201);
  });

  it.each([
    [{ UserName: 'admin' }, 'CreateFailedMissingReqProperties'], [{ UserName: 'admin', Password: 7 }, 'PropertyValueTypeError'],
    [{ UserName: 'admin', Password: PASSWORD, Root: true }, 'PropertyUnknown'], [{}, 'EmptyJSON'], [[], 'UnrecognizedRequestBody'],
  ])('is not made of %j', async (body, error) => {
    const answer = await rig.ask('POST', SESSIONS, { body });
    expect([answer.status, errorOf(answer)]).toEqual([400, error]);
  });
});

describe('the page', () => {
  const fromPage = (): Record<string, string> => ({ Origin: rig.network.url, 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors' });

  it('is given its token as a cookie that no script can read, and only so', async () => {
    const made = await rig.logIn('admin', PASSWORD, fromPage());
    expect(made.headers['x-auth-token']).toBeUndefined();
    const [cookie = ''] = made.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^__Host-ferry-[0-9a-f]{8}=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
    const Cookie = cookie.split(';')[0] ?? '';
    expect((await rig.get(SYSTEM, { headers: { Cookie } })).status).toBe(200);
    const end = await rig.ask('DELETE', String(made.headers.location), { headers: { Cookie, ...fromPage() } });
    expect([end.status, String(end.headers['set-cookie'])]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    expect((await rig.get(SYSTEM, { headers: { Cookie } })).status).toBe(401);
  });

  it('of another site can change nothing, with the cookie or with remembered credentials', async () => {
    const made = await rig.logIn('admin', PASSWORD, fromPage());
    const Cookie = String(made.headers['set-cookie']).split(';')[0] ?? '';
    const reset = (headers: Record<string, string>, as?: string) => (
      rig.ask('POST', `${SYSTEM}/Actions/ComputerSystem.Reset`, { headers, body: { ResetType: 'Nonsense' }, ...(as === undefined ? {} : { as }) }));
    expect((await reset({ Cookie, Origin: 'https://evil.example' })).status).toBe(403);
    expect((await reset({ Cookie })).status).toBe(403);
    expect((await reset({ Origin: 'https://evil.example' }, ADMIN)).status).toBe(403);
    expect((await reset({ 'Sec-Fetch-Site': 'cross-site' }, ADMIN)).status).toBe(403);
    expect((await rig.logIn('admin', PASSWORD, { Origin: 'https://evil.example' })).status).toBe(403);
    // What reaches the handler is refused for its nonsense.
    expect((await reset({ Cookie, ...fromPage() })).status).toBe(400);
    expect((await reset({ Cookie, 'X-Requested-With': 'script' })).status).toBe(400);
    expect((await reset({}, ADMIN)).status).toBe(400);
  });

  it('is not asked for HTTP Basic, so that the browser opens no window of its own', async () => {
    expect((await rig.get(SYSTEM, { headers: fromPage() })).headers['www-authenticate']).toBeUndefined();
    expect((await rig.get(SYSTEM, { headers: { 'Sec-Fetch-Mode': 'navigate' } })).headers['www-authenticate']).toBeDefined();
  });
});

describe('whoever guesses passwords', () => {
  it('has to wait after some attempts, however many are sent at once, and the right password has to wait with them', async () => {
    await rig.ask('PATCH', '/redfish/v1/AccountService', { as: ADMIN, body: { AccountLockoutThreshold: 0 } });
    const token = await rig.token();
    const answers = await Promise.all(Array.from({ length: ATTEMPTS * 2 }, (_, index) => rig.get(SYSTEM, { as: `admin:wrong${index}` })));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(ATTEMPTS);
    expect(refused.length).toBeGreaterThanOrEqual(ATTEMPTS);
    expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0);
    while ((await rig.get(SYSTEM, { as: 'admin:wrong' })).status !== 429);
    expect((await rig.get(SYSTEM)).status).toBe(429);
    expect((await rig.get(SYSTEM, { token })).status).toBe(200);
    rig.clock.ms += 61_000;
    expect((await rig.get(SYSTEM)).status).toBe(200);
  });

  it('locks the account, which looks like a wrong password, until its time is over', async () => {
    await rig.ask('PATCH', '/redfish/v1/AccountService', { as: ADMIN, body: { AccountLockoutThreshold: 3, AccountLockoutDuration: 300 } });
    const wrong = [];
    for (let count = 0; count < 3; count++) wrong.push(await rig.get(SYSTEM, { as: 'admin:wrong' }));
    const locked = await rig.get(SYSTEM);
    expect([locked.status, locked.text]).toEqual([401, wrong[0]?.text]);
    expect((await rig.logIn()).status).toBe(401);
    expect(rig.logged.filter(({ event }) => event === 'account-locked').map(({ text }) => text)).toEqual(['the account admin is locked for 300 s after failed logins']);
    rig.clock.ms += 301_000;
    expect((await rig.get(SYSTEM)).status).toBe(200);
  });

  it('does not end a connection whose password was right, nor a session', async () => {
    await rig.ask('PATCH', '/redfish/v1/AccountService', { as: ADMIN, body: { AccountLockoutThreshold: 2 } });
    const agent = new https.Agent({ rejectUnauthorized: false, keepAlive: true, maxSockets: 1 });
    const token = await rig.token();
    expect((await rig.get(SYSTEM, { as: ADMIN, agent })).status).toBe(200);
    for (let count = 0; count < 3; count++) await rig.get(SYSTEM, { as: 'admin:wrong' });
    expect((await rig.get(SYSTEM)).status).toBe(401);
    expect((await rig.get(SYSTEM, { as: ADMIN, agent })).status).toBe(200);
    expect((await rig.get(SYSTEM, { as: 'admin:wrong', agent })).status).toBe(401);
    expect((await rig.get(SYSTEM, { token })).status).toBe(200);
    agent.destroy();
  });

  it('can be let in again by an administrator, and the lock is seen', async () => {
    const path = await rig.account('op', 'Operator');
    await rig.ask('PATCH', '/redfish/v1/AccountService', { as: ADMIN, body: { AccountLockoutThreshold: 2, AccountLockoutDuration: 0 } });
    for (let count = 0; count < 2; count++) await rig.get(SYSTEM, { as: 'op:wrong' });
    rig.clock.ms += 1_000_000;
    expect((await rig.get(path)).body['Locked']).toBe(true);
    expect((await rig.get(SYSTEM, { as: `op:${PASSWORD}` })).status).toBe(401);
    expect((await rig.ask('PATCH', path, { as: ADMIN, body: { Locked: false } })).body['Locked']).toBe(false);
    expect((await rig.get(SYSTEM, { as: `op:${PASSWORD}` })).status).toBe(200);
  });

  it('does not fill the log, and no name that is none gets into it', async () => {
    await rig.ask('PATCH', '/redfish/v1/AccountService', { as: ADMIN, body: { AccountLockoutThreshold: 0 } });
    for (let count = 0; count < ATTEMPTS; count++) await rig.get(SYSTEM, { as: 'hunter2:admin' });
    const failed = rig.logged.filter(({ event }) => event === 'login-failed');
    expect(failed).toHaveLength(10);
    expect(JSON.stringify(rig.logged)).not.toContain('hunter2');
    rig.clock.ms += 61_000;
    await rig.get(SYSTEM, { as: 'admin:wrong' });
    await until(() => rig.logged.some(({ text }) => text === `${ATTEMPTS - 10} more logins failed in the minute after those above`), 'the rest is told');
  });
});
