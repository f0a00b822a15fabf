// The whole tree, walked as a client walks it: from the service root along every link.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PlayedDesk, RECOVERIES } from '../played-desk.ts';
import { NetworkRig } from './network.ts';

const rig = new NetworkRig({ recovery: new PlayedDesk([RECOVERIES.fetching]) });
const resources = new Map<string, Record<string, unknown>>();

function linksIn(value: unknown, found: string[] = []): string[] {
  if (Array.isArray(value)) for (const one of value) linksIn(one, found);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, one] of Object.entries(value)) {
      if ((name === '@odata.id' || name === 'Uri' || name === '@Redfish.ActionInfo') && typeof one === 'string') found.push(one);
      else linksIn(one, found);
    }
  }
  return found;
}

beforeAll(async () => {
  await rig.start();
  await rig.token();
  const waiting = ['/redfish/v1/'];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (resources.has(path)) continue;
    const answer = await rig.get(path);
    expect(answer.status, path).toBe(200);
    expect(answer.headers['allow'], path).toMatch(/^(GET, HEAD|HEAD, GET)/);
    resources.set(path, answer.body);
    waiting.push(...linksIn(answer.body));
  }
});
afterAll(() => rig.close());

it('has every service that it should have', () => {
  expect([...resources.keys()]).toEqual(expect.arrayContaining([
    '/redfish/v1/Systems/1', '/redfish/v1/Chassis/1', '/redfish/v1/Managers/1', '/redfish/v1/UpdateService/FirmwareInventory/bmc', '/redfish/v1/TaskService/Tasks',
    '/redfish/v1/EventService/Subscriptions', '/redfish/v1/AccountService/Accounts/1', '/redfish/v1/AccountService/Roles/ReadOnly', '/redfish/v1/SessionService/Sessions',
    '/redfish/v1/Managers/1/LogServices/Events/Entries/1', '/redfish/v1/Registries/Ferry/Ferry.json',
  ]));
});

it('each resource says where it is, what it is and what it is called', () => {
  for (const [path, resource] of resources) {
    expect(resource, path).toMatchObject({ '@odata.id': path, '@odata.type': expect.stringMatching(/^#\w+(\.v\d+_\d+_\d+)?\.\w+$/) as string, 'Name': expect.any(String) as string });
    if (!String(resource['@odata.type']).endsWith('Collection')) expect(resource['Id'], path).toEqual(expect.any(String));
    const members = resource['Members'];
    if (Array.isArray(members)) expect(resource['Members@odata.count'], path).toBe(members.length);
  }
});

it('the metadata names the schema of each resource, in its version, and those of what the walk has not met', async () => {
  const { text } = await rig.get('/redfish/v1/$metadata', {});
  const directory = resolve(import.meta.dirname, '../../../host/bmc/redfish');
  const sources = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8')).join('\n');
  const inSources = [...sources.matchAll(/'#(?!Ferry)(\w+\.v\d+_\d+_\d+)\.\w+'/g)].map(([, name]) => name ?? '');
  const met = [...resources.values()].map((resource) => String(resource['@odata.type']).slice(1).replace(/\.\w+$/, ''));
  expect([...new Set([...met, ...inSources])].filter((name) => !text.includes(`Namespace="${name}"`))).toEqual([]);
});

it('each action that is announced is served, and its target is not read', async () => {
  const actions = [...resources.values()].flatMap((resource) => {
    const { Oem = {}, ...standard } = (resource['Actions'] ?? {}) as Record<string, Record<string, { target: string }>> & { Oem?: Record<string, { target: string }> };
    return [...Object.values(standard), ...Object.values(Oem)] as { target?: string }[];
  });
  const targets = actions.map(({ target }) => target).filter((target) => target !== undefined);
  expect(targets.join()).toContain('FerryUpdateService.Recover');
  expect(targets.join()).toContain('FerrySoftwareInventory.Revert');
  for (const target of targets) {
    const { status, headers } = await rig.get(target);
    expect([status, headers['allow']], target).toEqual([405, 'POST']);
  }
});

it('each link of $expand is there in full', async () => {
  for (const path of resources.keys()) {
    if (path.includes('LogServices/Events/Entries')) continue;
    const { status, body } = await rig.get(`${path}?$expand=.`);
    expect(status, path).toBe(200);
    if (Array.isArray(body['Members'])) for (const member of body['Members'] as Record<string, unknown>[]) expect(member['@odata.type'], path).toEqual(expect.any(String));
  }
});
