// Nothing that a client sends breaks the server: seeded requests, well-formed and not, and every answer is one.
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runSeed, seeded } from '../../random.ts';
import { NetworkRig, PASSWORD, until } from './network.ts';

const seed = runSeed();
const random = seeded(seed);
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
const rig = new NetworkRig({ limits: { requests: 1_000_000 } });
let token = '';
beforeAll(async () => {
  await rig.start();
  token = await rig.token();
});
afterAll(() => rig.close());

const PIECES = ['/', '..', '%2f', '%00', '%', 'redfish', 'v1', 'Systems', '1', 'Accounts', 'AccountService', 'SessionService', 'Sessions', '$metadata', '?', '$expand=.', '$top=', '$skip=1',
  'only', '&', '=', ';', '\u00e9', '__proto__', 'constructor', 'Actions', 'ComputerSystem.Reset', '*', ':id', '#', '%ff', 'Managers', 'LogServices', 'Events', 'Entries', '99999999999'];
const VALUES: readonly (() => unknown)[] = [
  () => null, () => true, () => -1, () => 1e308, () => '', () => 'x'.repeat(Math.floor(random() * 3000)), () => '\u0000\ud800', () => [], () => [[[[[]]]]], () => ({}),
  () => ({ toString: 1 }), () => pick(['admin', 'Operator', 'ForceOff', 'On', '__proto__', 'constructor']), () => Math.floor(random() * 100_000),
];
const NAMES = ['UserName', 'Password', 'RoleId', 'Enabled', 'Locked', 'SessionTimeout', 'ResetType', 'ImageURI', 'Targets', 'AccountLockoutThreshold', '@odata.id', 'constructor', 'toString', 'Oem', ''];
const TARGETS = ['/redfish/v1/SessionService/Sessions', '/redfish/v1/SessionService', '/redfish/v1/AccountService', '/redfish/v1/AccountService/Accounts', '/redfish/v1/AccountService/Accounts/2',
  '/redfish/v1/Systems/1/Actions/ComputerSystem.Reset', '/redfish/v1/UpdateService/Actions/UpdateService.SimpleUpdate', '/redfish/v1/UpdateService/update-multipart',
  '/redfish/v1/Managers/1/LogServices/Events/Actions/LogService.ClearLog'];
const HEADERS = ['If-Match', 'If-None-Match', 'OData-Version', 'Authorization', 'Cookie', 'X-Auth-Token', 'Origin', 'Sec-Fetch-Site', 'Last-Event-ID', 'Content-Type', 'Accept', 'Expect', 'Range'];

function body(): string {
  const json = JSON.stringify(Object.fromEntries(Array.from({ length: Math.floor(random() * 4) }, () => [pick(NAMES), pick(VALUES)()])));
  if (random() < 0.6) return json;
  const at = Math.floor(random() * json.length);
  return pick([() => json.slice(0, at), () => `${json.slice(0, at)}${String.fromCharCode(Math.floor(random() * 256))}${json.slice(at)}`, () => `[${json}]`, () => '"', () => ' '])();
}

const headers = (): Record<string, string> => Object.fromEntries(Array.from({ length: Math.floor(random() * 3) }, () => [
  pick(HEADERS), pick(['', '*', '"', 'W/"x"', '4.0', 'Basic', 'Basic Og==', 'a=b; =; c', 'x'.repeat(300), 'https://evil.example', 'null', 'application/json', 'text/plain', 'multipart/form-data; boundary=x', '-1', 'bytes=0-1'])]));

it('requests of any path, header and body are answered, and never as a fault of ours', { timeout: 60_000 }, async () => {
  for (let count = 0; count < 300; count++) {
    const isTarget = random() < 0.6;
    const path = encodeURI(isTarget ? pick(TARGETS) : `/${Array.from({ length: Math.floor(random() * 8) }, () => pick(PIECES)).join(pick(['', '/']))}`).replaceAll('%25', '%');
    const method = isTarget ? pick(['POST', 'PATCH', 'DELETE', 'PUT']) : pick(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']);
    const question = { agent: rig.lasting, headers: headers(), ...(random() < 0.8 ? { token } : {}), ...(method === 'GET' || method === 'HEAD' ? {} : { raw: body() }) };
    const seen = `seed ${seed}, request ${count}: ${method} ${path} ${JSON.stringify({ ...question, agent: undefined })}`;
    const answer = await rig.ask(method, path, question).catch((error: unknown) => {
      throw new Error(seen, { cause: error });
    });
    expect([500, 502].includes(answer.status), `${seen}: ${answer.text}`).toBe(false);
    if (answer.status >= 400 && answer.text !== '') expect(String(answer.body['error']?.['code']), `${seen}: ${answer.status} ${answer.text}`).toMatch(/^Base\.1\.16\./);
  }
  expect(rig.words()).not.toContain('internal-error');
});

it('bytes that are no HTTP end their connection only', { timeout: 60_000 }, async () => {
  const head = `POST /redfish/v1/SessionService/Sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"UserName": "admin"`;
  for (let count = 0; count < 50; count++) {
    const bytes = Buffer.from(head);
    for (let change = 0; change <= random() * 8; change++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    let isOver = false;
    const socket = connect({ host: '127.0.0.1', port: rig.network.address.port, rejectUnauthorized: false });
    socket.on('error', () => undefined).on('close', () => (isOver = true)).on('data', () => socket.end()).once('secureConnect', () => socket.end(bytes));
    await until(() => isOver, `seed ${seed}, connection ${count} is over`);
  }
  expect((await rig.get('/redfish/v1/Systems/1', { as: `admin:${PASSWORD}` })).status).toBe(200);
});
