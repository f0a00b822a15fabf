// Every route for every role, from one table: what is not in the table is not served.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROLES } from '../../../host/bmc/redfish/privilege.ts';
import { PlayedDesk } from '../played-desk.ts';
import { NetworkRig, PASSWORD } from './network.ts';

/** Who may: everyone, whoever has logged in, operators and administrators, administrators. */
type Who = 'everyone' | 'users' | 'operators' | 'administrators';

const MANAGER = '/redfish/v1/Managers/1';
const UPDATE = '/redfish/v1/UpdateService';

/** GET and HEAD of everything else is for users. */
const TABLE: Readonly<Record<string, Who>> = {
  'GET /redfish': 'everyone', 'GET /redfish/v1': 'everyone', 'GET /redfish/v1/odata': 'everyone', 'GET /redfish/v1/$metadata': 'everyone',
  'GET /': 'everyone', 'GET /web/page.css': 'everyone', 'GET /web/page.js': 'everyone', 'GET /favicon.ico': 'everyone',
  'POST /redfish/v1/SessionService/Sessions': 'everyone', 'POST /redfish/v1/SessionService/Sessions/Members': 'everyone',
  'DELETE /redfish/v1/SessionService/Sessions/:id': 'users',
  'PATCH /redfish/v1/SessionService': 'administrators',
  'PATCH /redfish/v1/AccountService': 'administrators',
  'POST /redfish/v1/AccountService/Accounts': 'administrators',
  'PATCH /redfish/v1/AccountService/Accounts/:id': 'users',
  'DELETE /redfish/v1/AccountService/Accounts/:id': 'administrators',
  'DELETE /redfish/v1/EventService/Subscriptions/:id': 'administrators',
  [`POST ${MANAGER}/LogServices/Events/Actions/LogService.ClearLog`]: 'administrators',
  [`POST ${MANAGER}/Actions/Manager.Reset`]: 'administrators',
  'POST /redfish/v1/Systems/1/Actions/ComputerSystem.Reset': 'operators',
  [`POST ${UPDATE}/update-multipart`]: 'operators',
  [`POST ${UPDATE}/Actions/UpdateService.SimpleUpdate`]: 'operators',
  [`POST ${UPDATE}/FirmwareInventory/:id/Actions/SoftwareInventory.Activate`]: 'operators',
  [`POST ${UPDATE}/FirmwareInventory/:id/Actions/Oem/FerrySoftwareInventory.Revert`]: 'operators',
  [`POST ${UPDATE}/Actions/Oem/FerryUpdateService.Recover`]: 'operators', [`POST ${UPDATE}/Actions/Oem/FerryUpdateService.RecoverPreview`]: 'operators',
  'DELETE /redfish/v1/TaskService/Tasks/:id': 'operators', 'DELETE /redfish/v1/TaskService/TaskMonitors/:id': 'operators',
};

const MAY: Readonly<Record<Who, readonly string[]>> = {
  everyone: ['', ...ROLES], users: ROLES, operators: ['Administrator', 'Operator'], administrators: ['Administrator'],
};

const rig = new NetworkRig({ recovery: new PlayedDesk() });
const tokens = new Map<string, string>();

beforeAll(async () => {
  await rig.start();
  for (const role of ROLES) {
    await rig.account(role.toLowerCase(), role);
    tokens.set(role, await rig.token(role.toLowerCase()));
  }
});
afterAll(() => rig.close());

const whoMay = (method: string, url: string): Who | undefined => TABLE[`${method === 'HEAD' ? 'GET' : method} ${url}`] ?? (method === 'GET' || method === 'HEAD' ? 'users' : undefined);

it('the table has every route that changes something, and none that is not there', () => {
  const served = rig.network.routes.map(({ method, url }) => `${method} ${url}`);
  expect(served.filter((route) => !/^(GET|HEAD) /.test(route) && TABLE[route] === undefined)).toEqual([]);
  expect(Object.keys(TABLE).filter((route) => !served.includes(route))).toEqual([]);
});

it.each(['', ...ROLES])('each route answers the role %j as the table says', async (role) => {
  for (const { method, url } of rig.network.routes) {
    const who = whoMay(method, url);
    const path = url.replaceAll(':id', 'no-such-one').replace(/\*$/, '');
    if (/\/(SSE|events\/status)$/.test(url) && role !== '') continue;
    const token = tokens.get(role);
    // A body that no handler takes: it is seen that it was asked, and nothing is done.
    const answer = await rig.ask(method, path, { ...(token === undefined ? {} : { token }), ...(method === 'POST' || method === 'PATCH' ? { body: { Nonsense: 1 } } : {}) });
    const isRefused = answer.status === 401 || answer.status === 403;
    const isOwn = url.includes('/Accounts/:id');
    const seen = `${method} ${url} as ${role === '' ? 'nobody' : role}: ${answer.status}`;
    if (who === undefined || (isOwn && role !== 'Administrator')) expect(isRefused, seen).toBe(true);
    else expect(isRefused, seen).toBe(!MAY[who].includes(role));
    if (role === '' && isRefused) expect(answer.status, seen).toBe(401);
  }
});

it('a route without a word on who may use it keeps the server from starting', async () => {
  const other = new NetworkRig({ plugins: [(app) => void app.get('/forgotten', () => ({}))] });
  await expect(other.start()).rejects.toThrow('/forgotten: expected config.access');
  other.machine.controller.close();
  other.machine.remove();
});

it('with HTTP Basic an operator is an operator', async () => {
  const reset = '/redfish/v1/Managers/1/Actions/Manager.Reset';
  expect((await rig.ask('POST', reset, { as: `operator:${PASSWORD}`, body: { ResetType: 'Nonsense' } })).status).toBe(403);
  expect((await rig.ask('POST', reset, { as: `admin:${PASSWORD}`, body: { ResetType: 'Nonsense' } })).status).toBe(400);
});
