// The firmware inventory: what runs, what each slot holds, and the actions on them.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { softwareId } from '../../../host/bmc/redfish/software-id.ts';
import { PlayedBoard, slotOf } from './played-board.ts';
import { serveBoard, type ServedBoard } from './served-board.ts';

const INVENTORY = '/redfish/v1/UpdateService/FirmwareInventory';
/** Of ferry-q35's bmc: metainfo files in the world name it. */
const SOFTWARE_ID = '17a2ac27-2184-51db-ad2d-6c69076bab58';
let served: ServedBoard;
let board: PlayedBoard;
beforeEach(async () => {
  board = new PlayedBoard();
  served = await serveBoard(board);
});
afterEach(() => served.close());

const change = (fields: object): void => {
  const [bmc, ...others] = board.components;
  if (bmc !== undefined) board.components = [{ ...bmc, ...fields }, ...others];
};

test('a GUID is of platform and component alone, and never changes', () => {
  expect(softwareId('ferry-q35', 'bmc')).toBe(SOFTWARE_ID);
  expect(softwareId('ferry-q35', 'bmc')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set([softwareId('ferry-q35', 'bmc'), softwareId('ferry-q35', 'bios'), softwareId('small-board', 'bmc')]).size).toBe(3);
});

test('a member for each component and one for each slot', async () => {
  const { body } = await served.get(INVENTORY);
  expect(body['@odata.type']).toBe('#SoftwareInventoryCollection.SoftwareInventoryCollection');
  expect(body.Members.map((one: { '@odata.id': string }) => one['@odata.id'].split('/').at(-1))).toEqual(['bmc', 'bmc.0', 'bmc.1', 'bios', 'bios.0']);
  for (const { '@odata.id': path } of body.Members) {
    const member = await served.get(path);
    expect(member.body, path).toMatchObject({ '@odata.id': path, '@odata.type': '#SoftwareInventory.v1_12_0.SoftwareInventory', Id: expect.any(String), Name: expect.any(String) });
    expect((await served.get(member.body.RelatedItem[0]['@odata.id'])).status).toBe(200);
  }
  expect((await served.get(`${INVENTORY}/nothing`)).status).toBe(404);
});

test('a component is what runs, and what is updated', async () => {
  const { body } = await served.get(`${INVENTORY}/bmc`);
  expect(body).toMatchObject({
    Name: 'BMC', Version: '2.3.0', Updateable: true, WriteProtected: false, SoftwareId: SOFTWARE_ID, Status: { State: 'Enabled', Health: 'OK' },
    RelatedItem: [{ '@odata.id': '/redfish/v1/Managers/1' }], Oem: { Ferry: { RunningSlot: 0, PendingSlot: null, LowestSecurityNumber: 2, Trial: null } },
  });
  expect((await served.get(`${INVENTORY}/bios`)).body.RelatedItem).toEqual([{ '@odata.id': '/redfish/v1/Systems/1' }]);
  change({ running: undefined });
  expect((await served.get(`${INVENTORY}/bmc`)).body).toMatchObject({ Version: null, Status: { Health: 'Critical' } });
  change({ running: 1, slots: [slotOf('2.3.0'), slotOf('2.4.1')], trial: { attempt: 1, limit: 3, remainingMs: 59_001 } });
  expect((await served.get(`${INVENTORY}/bmc`)).body).toMatchObject({ Version: '2.4.1', Status: { Health: 'Warning' }, Oem: { Ferry: { Trial: { Attempt: 1, AttemptLimit: 3, RemainingSeconds: 60 } } } });
});

test('a slot says what it holds; no tool takes it for something to update', async () => {
  change({ slots: [slotOf('2.3.0'), slotOf('2.4.1')], pending: 1 });
  const running = (await served.get(`${INVENTORY}/bmc.0`)).body;
  expect(running).toMatchObject({ Version: '2.3.0', Updateable: false, Active: true, Staged: false, Oem: { Ferry: { State: 'valid', IsRunning: true, SecurityNumber: 3, SHA256: expect.stringMatching(/^[0-9a-f]{64}$/) } } });
  expect([running.SoftwareId, running.Actions]).toEqual([undefined, undefined]);
  expect((await served.get(`${INVENTORY}/bmc.1`)).body).toMatchObject({ Version: '2.4.1', Active: false, Staged: true, Status: { State: 'StandbySpare' }, Oem: { Ferry: { IsPending: true } } });
  for (const [state, expected] of [['empty', 'Absent'], ['writing', 'Updating'], ['failed', 'Disabled'], ['rejected', 'Disabled']] as const) {
    change({ slots: [slotOf('2.3.0'), slotOf('', state)], pending: undefined });
    const { body } = await served.get(`${INVENTORY}/bmc.1`);
    expect(body, state).toMatchObject({ Version: null, Staged: false, Status: { State: expected }, Oem: { Ferry: { SHA256: null, SecurityNumber: null } } });
  }
});

test('the whole image that does not run can be activated, and nothing else', async () => {
  change({ slots: [slotOf('2.3.0'), slotOf('2.4.1')] });
  const { body } = await served.get(`${INVENTORY}/bmc.1`);
  const done = await served.post(body.Actions['#SoftwareInventory.Activate'].target);
  expect([done.status, done.body['@Message.ExtendedInfo'][0].MessageId]).toEqual([200, 'Base.1.16.Success']);
  expect(board.asked).toEqual(['activate bmc admin']);
  for (const id of ['bmc', 'bmc.0', 'bios.0']) expect((await served.post(`${INVENTORY}/${id}/Actions/SoftwareInventory.Activate`)).status, id).toBe(409);
  expect((await served.post(`${INVENTORY}/bmc.2/Actions/SoftwareInventory.Activate`)).status).toBe(404);
  board.answer = { ok: false, text: 'bmc 2.3.0 is on trial; wait until it is committed' };
  const refused = await served.post(body.Actions['#SoftwareInventory.Activate'].target);
  expect([refused.status, refused.body.error['@Message.ExtendedInfo'][0].Resolution]).toEqual([409, 'bmc 2.3.0 is on trial; wait until it is committed']);
  expect(board.asked).toHaveLength(2);
});

test('a component can be reverted', async () => {
  const { body } = await served.get(`${INVENTORY}/bmc`);
  expect((await served.post(body.Actions.Oem['#FerrySoftwareInventory.Revert'].target)).status).toBe(200);
  expect((await served.post(`${INVENTORY}/bmc.0/Actions/Oem/FerrySoftwareInventory.Revert`)).status).toBe(404);
  expect(board.asked).toEqual(['revert bmc admin']);
});
