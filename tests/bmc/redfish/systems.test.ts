// The host, the board and the controller as resources, the links between them, and the actions on them.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PlayedBoard, slotOf } from './played-board.ts';
import { serveBoard, type ServedBoard } from './served-board.ts';

let served: ServedBoard;
let board: PlayedBoard;
beforeEach(async () => {
  board = new PlayedBoard();
  served = await serveBoard(board);
});
afterEach(() => served.close());

test('each is the one member of its collection, with what its schema requires', async () => {
  for (const [kind, type] of [['Systems', 'ComputerSystem'], ['Chassis', 'Chassis'], ['Managers', 'Manager']] as const) {
    const path = `/redfish/v1/${kind}/1`;
    const { body } = await served.get(`/redfish/v1/${kind}`);
    expect(body).toMatchObject({ '@odata.type': `#${type}Collection.${type}Collection`, 'Members': [{ '@odata.id': path }], 'Members@odata.count': 1 });
    expect((await served.get(path)).body).toMatchObject({ '@odata.id': path, '@odata.type': expect.stringMatching(new RegExp(`^#${type}\\.v1_\\d+_\\d+\\.${type}$`)), Id: '1', Name: expect.any(String), Status: { State: 'Enabled', Health: 'OK' } });
  }
  expect((await served.get('/redfish/v1/Chassis/1')).body.ChassisType).toBe('Other');
});

test('the links between them lead to each other', async () => {
  const [system, chassis, manager] = await Promise.all(['Systems', 'Chassis', 'Managers'].map(async (kind) => (await served.get(`/redfish/v1/${kind}/1`)).body.Links));
  const to = (kind: string) => ({ '@odata.id': `/redfish/v1/${kind}/1` });
  expect(system).toEqual({ Chassis: [to('Chassis')], ManagedBy: [to('Managers')] });
  expect(chassis).toEqual({ ComputerSystems: [to('Systems')], ManagedBy: [to('Managers')], ManagersInChassis: [to('Managers')] });
  expect(manager).toEqual({ ManagerForServers: [to('Systems')], ManagerForChassis: [to('Chassis')], ManagerInChassis: to('Chassis') });
});

test('the host: power, BIOS, and who writes to the board', async () => {
  const { body } = await served.get('/redfish/v1/Systems/1');
  expect(body).toMatchObject({ PowerState: 'On', BiosVersion: '1.9.2', UUID: board.identity.uuid, Oem: { Ferry: { LabMode: false, LockHolder: null, PowerRemoval: { IsSafe: true, Why: 'nothing is being written' } } } });
  board.powerState = 'off';
  board.hold();
  const off = (await served.get('/redfish/v1/Systems/1')).body;
  expect(off).toMatchObject({ PowerState: 'Off', Oem: { Ferry: { LockHolder: { Upgrade: '0000beef', Origin: 'before-os', User: null, Since: '2026-01-02T03:04:05.000Z' } } } });
});

test('the host is switched as ResetType says, by the user who asked', async () => {
  const { body } = await served.get('/redfish/v1/Systems/1');
  const { target, 'ResetType@Redfish.AllowableValues': allowed } = body.Actions['#ComputerSystem.Reset'];
  for (const ResetType of allowed) expect((await served.post(target, { ResetType })).status, ResetType).toBe(200);
  expect(board.asked).toEqual(allowed.map((action: string) => `power ${action} admin`));
  for (const [wrong, key] of [[{}, 'ActionParameterMissing'], [{ ResetType: 'Nmi' }, 'ActionParameterValueNotInList'], [{ ResetType: 1 }, 'ActionParameterValueTypeError'], [{ ResetType: 'On', Delay: 1 }, 'ActionParameterUnknown']] as const) {
    const answer = await served.post(target, wrong);
    expect([answer.status, answer.body.error.code]).toEqual([400, `Base.1.16.${key}`]);
  }
  board.answer = { ok: false, text: 'the host is off already' };
  const refused = await served.post(target, { ResetType: 'ForceOff' });
  expect([refused.status, refused.body.error['@Message.ExtendedInfo'][0].Resolution]).toEqual([409, 'the host is off already']);
});

test('the controller: the version of its running image, and how it is started anew', async () => {
  const { body } = await served.get('/redfish/v1/Managers/1');
  expect(body).toMatchObject({ ManagerType: 'BMC', FirmwareVersion: '2.3.0', UUID: board.identity.uuid, LastResetTime: board.identity.startedAt, Oem: { Ferry: { LabMode: false, BootId: 7, Version: '0.1.0' } } });
  const { target, 'ResetType@Redfish.AllowableValues': allowed } = body.Actions['#Manager.Reset'];
  for (const ResetType of [...allowed, undefined]) expect((await served.post(target, { ResetType })).status).toBe(200);
  expect(board.asked).toEqual(['restart admin', 'restart admin', 'restart admin']);
  expect((await served.post(target, { ResetType: 'PushPowerButton' })).status).toBe(400);
});

test('lab mode and a trial show in the health of the controller', async () => {
  const [bmc, ...others] = board.components;
  if (bmc !== undefined) board.components = [{ ...bmc, slots: [slotOf('2.3.0'), slotOf('2.4.1')], running: 1, trial: { attempt: 1, limit: 3, remainingMs: 1000 } }, ...others];
  expect((await served.get('/redfish/v1/Managers/1')).body.Status.Health).toBe('Warning');
  expect((await served.get('/redfish/v1/Systems/1')).body.Oem.Ferry.Trials).toEqual([{ Component: { '@odata.id': '/redfish/v1/UpdateService/FirmwareInventory/bmc' }, Attempt: 1, AttemptLimit: 3, RemainingSeconds: 1 }]);
  const lab = await serveBoard(new PlayedBoard(true));
  try {
    expect((await lab.get('/redfish/v1/Managers/1')).body).toMatchObject({ Status: { Health: 'Warning' }, Oem: { Ferry: { LabMode: true } } });
  } finally {
    await lab.close();
  }
});
