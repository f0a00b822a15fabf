// Accounts: made, changed, removed; never the last administrator; the way back for who has lost the password.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNT_LIMIT } from '../../../host/bmc/redfish/accounts.ts';
import { resetAdministrator } from '../../../host/bmc/redfish/first-administrator.ts';
import { ACCOUNTS, errorOf, HASH_COST, NetworkRig, PASSWORD } from './network.ts';

const SYSTEM = '/redfish/v1/Systems/1';
const ADMIN = `admin:${PASSWORD}`;
const FIRST = `${ACCOUNTS}/1`;
let rig: NetworkRig;

beforeEach(async () => {
  rig = await new NetworkRig().start();
});
afterEach(() => rig.close());

const patch = (path: string, body: unknown, as = ADMIN, headers: Record<string, string> = {}) => rig.ask('PATCH', path, { as, body, headers });
const create = (body: unknown) => rig.ask('POST', ACCOUNTS, { as: ADMIN, body });

describe('an account', () => {
  it('is made, seen without its password, and can log in; it is there after a restart', async () => {
    const made = await create({ UserName: 'op', Password: PASSWORD, RoleId: 'Operator' });
    expect([made.status, made.headers.location]).toEqual([201, `${ACCOUNTS}/2`]);
    expect(made.body).toMatchObject({ UserName: 'op', RoleId: 'Operator', Enabled: true, Locked: false, Password: null });
    await rig.network.close();
    await rig.start();
    expect((await rig.get(SYSTEM, { as: `op:${PASSWORD}` })).status).toBe(200);
    expect((await rig.get(ACCOUNTS)).body['Members@odata.count']).toBe(2);
  });

  it.each([
    [{ UserName: 'op', RoleId: 'Operator' }, 400, 'CreateFailedMissingReqProperties'],
    [{ UserName: 'op', Password: 'short', RoleId: 'Operator' }, 400, 'PropertyValueFormatError'],
    [{ UserName: 'operator1', Password: 'Operator1', RoleId: 'Operator' }, 400, 'PropertyValueFormatError'],
    [{ UserName: 'op', Password: 12_345_678, RoleId: 'Operator' }, 400, 'PropertyValueFormatError'],
    [{ UserName: 'o:p', Password: PASSWORD, RoleId: 'Operator' }, 400, 'PropertyValueFormatError'],
    [{ UserName: 'o'.repeat(33), Password: PASSWORD, RoleId: 'Operator' }, 400, 'PropertyValueFormatError'],
    [{ UserName: 'op', Password: PASSWORD, RoleId: 'Root' }, 400, 'PropertyValueNotInList'],
    [{ UserName: 'op', Password: PASSWORD, RoleId: 'Operator', Enabled: 'yes' }, 400, 'PropertyValueTypeError'],
    [{ UserName: 'op', Password: PASSWORD, RoleId: 'Operator', Id: '7' }, 400, 'PropertyNotWritable'],
    [{ UserName: 'op', Password: PASSWORD, RoleId: 'Operator', Shell: '/bin/sh' }, 400, 'PropertyUnknown'],
    [{ UserName: 'admin', Password: PASSWORD, RoleId: 'Operator' }, 409, 'ResourceAlreadyExists'],
  ])('is not made of %j', async (body, status, error) => {
    const answer = await create(body);
    expect([answer.status, errorOf(answer)]).toEqual([status, error]);
    expect(answer.text).not.toContain('12345678');
    expect((await rig.get(ACCOUNTS)).body['Members@odata.count']).toBe(1);
  });

  it(`is not made beyond the ${ACCOUNT_LIMIT}th, and the number of a removed one is not used again`, async () => {
    for (let count = 1; count < ACCOUNT_LIMIT; count++) await rig.account(`user${count}`, 'ReadOnly');
    const answer = await create({ UserName: 'more', Password: PASSWORD, RoleId: 'ReadOnly' });
    expect([answer.status, errorOf(answer)]).toEqual([400, 'CreateLimitReachedForResource']);
    await rig.ask('DELETE', `${ACCOUNTS}/${ACCOUNT_LIMIT}`, { as: ADMIN });
    expect(await rig.account('more', 'ReadOnly')).toBe(`${ACCOUNTS}/${ACCOUNT_LIMIT + 1}`);
  });

  it('is changed in whole or not at all', async () => {
    const path = await rig.account('op', 'Operator');
    expect((await patch(path, { RoleId: 'ReadOnly', Enabled: 'maybe' })).status).toBe(400);
    expect((await rig.get(path)).body['RoleId']).toBe('Operator');
    expect((await patch(path, { UserName: 'operator', RoleId: 'ReadOnly' })).body).toMatchObject({ UserName: 'operator', RoleId: 'ReadOnly' });
    expect((await rig.get(SYSTEM, { as: `operator:${PASSWORD}` })).status).toBe(200);
    expect(errorOf(await patch(path, { UserName: 'admin' }))).toBe('ResourceAlreadyExists');
    expect(errorOf(await patch(path, { Locked: true }))).toBe('PropertyValueNotInList');
    expect(errorOf(await patch(path, { '@odata.id': path }))).toBe('NoOperation');
  });

  it('is changed only as it was read, when If-Match says so', async () => {
    const path = await rig.account('op', 'Operator');
    const { etag = '' } = (await rig.get(path)).headers;
    expect((await patch(path, { RoleId: 'ReadOnly' }, ADMIN, { 'If-Match': etag })).status).toBe(200);
    const late = await patch(path, { RoleId: 'Administrator' }, ADMIN, { 'If-Match': etag });
    expect([late.status, errorOf(late)]).toEqual([412, 'PreconditionFailed']);
    expect((await rig.ask('DELETE', path, { as: ADMIN, headers: { 'If-Match': etag } })).status).toBe(412);
    expect((await rig.ask('DELETE', path, { as: ADMIN, headers: { 'If-Match': '*' } })).status).toBe(204);
    expect((await rig.get(path)).status).toBe(404);
  });

  it('stays as it was when the change can not be written', async () => {
    const path = await rig.account('op', 'Operator');
    const blocked = join(rig.state, 'network', 'accounts.json.new');
    mkdirSync(blocked);
    const answer = await patch(path, { Password: 'another one it is', RoleId: 'Administrator' });
    expect([answer.status, errorOf(answer)]).toEqual([500, 'InternalError']);
    expect((await rig.get(path)).body['RoleId']).toBe('Operator');
    expect((await rig.get(SYSTEM, { as: `op:${PASSWORD}` })).status).toBe(200);
    rmdirSync(blocked);
    expect((await patch(path, { Password: 'another one it is' })).status).toBe(200);
  });

  it('of an operator shows and changes nothing but its own password', async () => {
    const path = await rig.account('op', 'Operator');
    const as = `op:${PASSWORD}`;
    expect((await rig.get(ACCOUNTS, { as })).body['Members']).toEqual([{ '@odata.id': path }]);
    expect((await rig.get(FIRST, { as })).status).toBe(403);
    expect((await rig.get(`${ACCOUNTS}/99`, { as })).status).toBe(403);
    expect((await patch(FIRST, { Password: 'taken over by me' }, as)).status).toBe(403);
    for (const body of [{ RoleId: 'Administrator' }, { Enabled: true }, { UserName: 'root' }, { Locked: false }]) {
      expect((await patch(path, body, as)).status, JSON.stringify(body)).toBe(403);
    }
    expect((await patch(path, { Password: 'another one it is' }, as)).status).toBe(200);
    expect((await rig.get(path, { as: 'op:another one it is' })).body['RoleId']).toBe('Operator');
  });

  it('that is the last enabled administrator stays one', async () => {
    await rig.ask('POST', ACCOUNTS, { as: ADMIN, body: { UserName: 'spare', Password: PASSWORD, RoleId: 'Administrator', Enabled: false } });
    for (const body of [{ Enabled: false }, { RoleId: 'Operator' }]) {
      const answer = await patch(FIRST, body);
      expect([answer.status, errorOf(answer)]).toEqual([409, 'PropertyValueExternalConflict']);
    }
    expect(errorOf(await rig.ask('DELETE', FIRST, { as: ADMIN }))).toBe('ResourceCannotBeDeleted');
    await patch(`${ACCOUNTS}/2`, { Enabled: true });
    expect((await rig.ask('DELETE', FIRST, { as: ADMIN })).status).toBe(204);
    expect((await rig.get(SYSTEM)).status).toBe(401);
    expect((await rig.get(SYSTEM, { as: `spare:${PASSWORD}` })).status).toBe(200);
  });
});

describe('who has lost the password', () => {
  const reset = (options = {}) => resetAdministrator(rig.state, { cost: HASH_COST, ...options });

  it('is given a new one when no controller runs, and other accounts stay', async () => {
    await rig.account('op', 'Operator');
    await expect(reset()).rejects.toMatchObject({ code: 'controller-running' });
    await expect(resetAdministrator(join(rig.state, 'nowhere'))).rejects.toMatchObject({ code: 'machine-missing', exitCode: 64 });
    await rig.network.close();
    rig.machine.controller.close();
    const password = await reset();
    rig.machine.controller = rig.machine.makeController();
    await rig.start();
    expect((await rig.get(SYSTEM)).status).toBe(401);
    expect((await rig.get(SYSTEM, { as: `admin:${password ?? ''}` })).status).toBe(200);
    expect((await rig.get(SYSTEM, { as: `op:${PASSWORD}` })).status).toBe(200);
  });

  it('gets in even when the file of accounts is broken, which is put aside; until then nothing starts', async () => {
    const file = join(rig.state, 'network', 'accounts.json');
    await rig.network.close();
    const good = readFileSync(file, 'utf8');
    for (const bad of ['', '{', '{}', good.replace('"Administrator"', '"Emperor"'), good.replace('"version": 1', '"version": 2'), good.replace(/"salt": ".*"/, '"salt": ""')]) {
      writeFileSync(file, bad);
      await expect(rig.start()).rejects.toMatchObject({ code: 'state-failed' });
    }
    rig.machine.controller.close();
    expect(await reset({ passwordFile: join(rig.machine.directory, 'password') })).toBeUndefined();
    expect(existsSync(`${file}.broken`)).toBe(true);
    rig.machine.controller = rig.machine.makeController();
    await rig.start();
    expect((await rig.get(SYSTEM)).status).toBe(200);
  });
});
