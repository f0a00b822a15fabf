// Recovery where users of Redfish look for it: state in the inventory, a summary and the actions in the update service.
import { afterEach, expect, test } from 'vitest';
import { CHOICE, PlayedDesk, RECOVERIES, recoveryStatus } from '../played-desk.ts';
import { PlayedBoard } from './played-board.ts';
import { serveBoard, type ServedBoard } from './served-board.ts';

const SERVICE = '/redfish/v1/UpdateService';
const BIOS = `${SERVICE}/FirmwareInventory/bios`;
const RECOVER = `${SERVICE}/Actions/Oem/FerryUpdateService.Recover`;
const PREVIEW = `${SERVICE}/Actions/Oem/FerryUpdateService.RecoverPreview`;

const servers: ServedBoard[] = [];
afterEach(async () => { for (const served of servers.splice(0)) await served.close(); });
async function serve(desk: PlayedDesk | undefined): Promise<ServedBoard> {
  const served = await serveBoard(new PlayedBoard(), desk);
  servers.push(served);
  return served;
}
const code = ({ body }: { body: { error: { code: string } } }): string => body.error.code.split('.').pop() ?? '';
const resolution = ({ body }: { body: any }): string => body.error['@Message.ExtendedInfo'][0].Resolution;

test('without recovery nothing is announced, the state is null, and the actions are not found', async () => {
  const served = await serve(undefined);
  const { body } = await served.get(SERVICE);
  expect(body.Actions.Oem).toBeUndefined();
  expect(body.Oem.Ferry.Recovery).toEqual({ IsConfigured: false, Components: [], Locked: [], UnderWay: [] });
  expect((await served.get(BIOS)).body.Oem.Ferry.Recovery).toBeNull();
  for (const path of [RECOVER, PREVIEW]) {
    const answer = await served.post(path);
    expect([answer.status, code(answer)]).toEqual([404, 'ActionNotSupported']);
    expect(resolution(answer)).toContain('started without a recovery.ini');
  }
  for (const name of ['Recover', 'RecoverPreview']) expect((await served.get(`${SERVICE}/${name}ActionInfo`)).status).toBe(404);
});

test('a component that is watched tells its phase, why, what is brought and how far, what was found and what has failed', async () => {
  const desk = new PlayedDesk([RECOVERIES.fetching]);
  const served = await serve(desk);
  const { body } = await served.get(BIOS);
  expect(body.Status.Health).toBe('Warning');
  expect(body.Oem.Ferry.Recovery).toMatchObject({
    Phase: 'fetching', Text: 'fetching 1.9.2 from storage', Reason: 'corrupt', IsLocked: false, ReceivedBytes: 5_242_880, TotalBytes: 16_777_216,
    Candidate: { Source: 'storage', Version: '1.9.2' }, Evidence: { ExpectedSHA256: '19'.repeat(32), FoundSHA256: '33'.repeat(32) }, Tried: [], Ordered: null,
    Choice: { Chosen: { Version: '1.9.2' }, Why: CHOICE.why, 'Candidates@odata.count': 3 },
  });
  expect(body.Oem.Ferry.Recovery.Choice.Candidates[2]).toMatchObject({ Version: '1.4.0', SecurityNumber: 1, Fits: false, Why: expect.stringContaining('expected at least 3') });
  expect((await served.get(`${SERVICE}/FirmwareInventory/bmc`)).body.Oem.Ferry.Recovery).toBeNull();
  expect((await served.get(SERVICE)).body.Oem.Ferry.Recovery).toMatchObject({ IsConfigured: true, Components: [{ '@odata.id': BIOS }], UnderWay: [{ '@odata.id': BIOS }], Locked: [] });
});

test('a lock is critical and names every candidate that has failed', async () => {
  const served = await serve(new PlayedDesk([RECOVERIES.locked]));
  const { body } = await served.get(BIOS);
  expect(body.Status.Health).toBe('Critical');
  expect(body.Oem.Ferry.Recovery).toMatchObject({ Phase: 'locked', IsLocked: true, Tried: [{ Source: 'storage' }, { Source: 'stick' }, { Source: 'rack', Why: expect.stringContaining('expected at least 512 bytes a second, got 11') }] });
  expect((await served.get(SERVICE)).body.Oem.Ferry.Recovery.Locked).toEqual([{ '@odata.id': BIOS }]);
});

test('an order goes to the agent with the user who gave it; its answer is the agent’s own sentence', async () => {
  const desk = new PlayedDesk();
  const served = await serve(desk);
  const { body } = await served.get(SERVICE);
  const action = body.Actions.Oem['#FerryUpdateService.Recover'];
  const info = (await served.get(action['@Redfish.ActionInfo'])).body;
  expect(info).toMatchObject({ '@odata.type': '#ActionInfo.v1_3_0.ActionInfo', Id: 'RecoverActionInfo', Parameters: [{ Name: 'Targets', AllowableValues: [BIOS] }, { Name: 'Version' }, { Name: 'SHA256' }] });
  const answer = await served.post(action.target, { Targets: [BIOS], Version: '1.9.2', SHA256: 'ab'.repeat(32) });
  expect([answer.status, answer.body['@Message.ExtendedInfo'][0].Resolution]).toEqual([200, desk.answer.text]);
  expect((await served.post(action.target)).status).toBe(200);
  expect(desk.asked).toEqual([{ component: 'bios', version: '1.9.2', sha256: 'ab'.repeat(32), user: 'admin' }, { user: 'admin' }]);
  desk.answer = { ok: false, text: 'the controller is starting; nothing was ordered' };
  const refused = await served.post(action.target);
  expect([refused.status, resolution(refused)]).toEqual([409, desk.answer.text]);
});

test.each([
  [{ Targets: [`${SERVICE}/FirmwareInventory/bmc`] }, 'ActionParameterValueConflict'], [{ Targets: ['/redfish/v1/Systems/1'] }, 'PropertyValueFormatError'], [{ Targets: BIOS }, 'PropertyValueTypeError'],
  [{ Version: 2 }, 'ActionParameterValueTypeError'], [{ Version: 'two words' }, 'ActionParameterValueConflict'], [{ SHA256: 'AB' }, 'ActionParameterValueConflict'], [{ Component: 'bios' }, 'ActionParameterUnknown'], [[], 'UnrecognizedRequestBody'],
])('an order with %j is refused with 400, and nothing is ordered', async (body, expected) => {
  const desk = new PlayedDesk();
  const served = await serve(desk);
  const answer = await served.post(RECOVER, body);
  expect([answer.status, code(answer)]).toEqual([400, expected]);
  expect(desk.asked).toEqual([]);
});

test('a preview answers every candidate with its verdict, and what could not be asked; a second one at a time is told to come back', async () => {
  const desk = new PlayedDesk();
  const served = await serve(desk);
  const answer = await served.post(PREVIEW, { Targets: [BIOS] });
  expect(answer.status).toBe(200);
  expect(answer.body.Components).toMatchObject([{
    Component: { '@odata.id': BIOS }, Condition: 'differs', Reason: 'corrupt', Chosen: { Version: '1.9.2', Source: 'storage' }, Candidates: [{ Fits: true }, { Fits: true, Donor: 'board-07 at 10.0.0.7' }, { Fits: false }],
    SourceFailures: [{ Source: 'server', Why: 'connect ECONNREFUSED' }],
  }]);
  desk.outlook = { refused: 'someone else is looking' };
  const refused = await served.post(PREVIEW);
  expect([refused.status, refused.headers['retry-after'], resolution(refused)]).toEqual([503, '5', 'someone else is looking']);
  expect(desk.asked).toEqual([]);
});

test('whatever the phase, the inventory is a resource with a health, and only rest is well', async () => {
  const desk = new PlayedDesk();
  const served = await serve(desk);
  for (const phase of ['healthy', 'needed', 'asking', 'sourcing', 'retry', 'locked']) {
    desk.status = [recoveryStatus(phase)];
    const { body } = await served.get(BIOS);
    expect([body.Status.Health, phase]).toEqual([phase === 'healthy' ? 'OK' : phase === 'locked' ? 'Critical' : 'Warning', phase]);
  }
});
