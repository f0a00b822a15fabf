// The update service over HTTPS: what an image and its parameters have to be, and what the device is given.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ATTACHMENT_LIMIT } from '../../../host/trust/attached-signature.ts';
import { PlayedBoard } from './played-board.ts';
import { MULTIPART, multipartOf, serveBoard, type ServedBoard, until, upload } from './served-board.ts';
import { signedFile } from './signed-images.ts';

const SERVICE = '/redfish/v1/UpdateService';
const PUSH = `${SERVICE}/update-multipart`;
const BMC = `${SERVICE}/FirmwareInventory/bmc`;
const { image, signature, whole, sha256 } = signedFile();

let served: ServedBoard;
let board: PlayedBoard;
beforeEach(async () => {
  board = new PlayedBoard();
  served = await serveBoard(board);
});
afterEach(() => served.close());

const push = (raw: Buffer) => served.ask('POST', PUSH, { raw, headers: MULTIPART });
const told = (body: { error: { '@Message.ExtendedInfo': { MessageId: string; Resolution: string }[] } }) => {
  const [first] = body.error['@Message.ExtendedInfo'];
  return `${first?.MessageId}: ${first?.Resolution}`;
};

test('the service says where images go and how large they may be', async () => {
  const { body } = await served.get(SERVICE);
  expect(body).toMatchObject({
    '@odata.id': SERVICE, '@odata.type': expect.stringMatching(/^#UpdateService\.v1_\d+_\d+\.UpdateService$/), Id: 'UpdateService', ServiceEnabled: true,
    MultipartHttpPushUri: PUSH, MaxImageSizeBytes: 65_536 + ATTACHMENT_LIMIT, FirmwareInventory: { '@odata.id': `${SERVICE}/FirmwareInventory` },
    Oem: { Ferry: { LabMode: false, SignatureRequired: true } },
  });
  expect(body.HttpPushUri, 'a way that is not there').toBeUndefined();
  const action = body.Actions['#UpdateService.SimpleUpdate'];
  expect(action).toMatchObject({ 'target': `${SERVICE}/Actions/UpdateService.SimpleUpdate`, 'TransferProtocol@Redfish.AllowableValues': ['HTTP', 'HTTPS'] });
  expect((await served.get(action['@Redfish.ActionInfo'])).body.Parameters[0]).toEqual({ Name: 'ImageURI', Required: true, DataType: 'String' });
});

test('an image with its signature attached goes to the device, and its task is the upgrade', async () => {
  const answer = await push(upload(whole, { Targets: [BMC], '@Redfish.OperationApplyTime': 'Immediate' }));
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  expect(answer.headers['location']).toBe('/redfish/v1/TaskService/TaskMonitors/1a2b3c4d');
  expect(answer.body).toMatchObject({ '@odata.id': '/redfish/v1/TaskService/Tasks/1a2b3c4d', TaskState: 'Running' });
  const [pushed] = board.pushes;
  expect(pushed?.request).toMatchObject({ user: 'admin', component: 'bmc', version: '2.4.1', size: image.length, sha256, allow: 'upgrade', activate: 'now' });
  expect(pushed?.bytes.equals(image)).toBe(true);
  expect(Buffer.from(pushed?.request.signature ?? []).equals(signature)).toBe(true);
  expect(served.spooled()).toHaveLength(1);
  board.endPush({ ok: true, resets: { device: true, host: false } });
  await until(() => served.spooled().length === 0, 'an empty spool');
});

test('a signature beside the image is as good; the order of the parts does not matter', async () => {
  const answer = await push(multipartOf([
    { name: 'OemFerrySignature', file: 'bmc.bin.minisig', type: 'application/octet-stream', content: signature },
    { name: 'UpdateFile', file: 'bmc.bin', type: 'application/octet-stream', content: image },
    { name: 'UpdateParameters', file: 'parameters.json', type: 'application/json', content: '{}' },
  ]));
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  expect(board.pushes[0]?.bytes.equals(image)).toBe(true);
});

test.each([
  [{ '@Redfish.OperationApplyTime': 'OnReset' }, { activate: 'next-reset', allow: 'upgrade' }],
  [{ Stage: true }, { activate: 'no', allow: 'upgrade' }],
  [{ ForceUpdate: true }, { activate: 'now', allow: 'downgrade' }],
  [{ Oem: { Ferry: { Allow: 'Reinstall' } } }, { activate: 'now', allow: 'reinstall' }],
  [{ Targets: [] }, { activate: 'now', allow: 'upgrade' }],
])('the parameters %j become %j', async (parameters, expected) => {
  expect((await push(upload(whole, parameters))).status).toBe(202);
  expect(board.pushes[0]?.request).toMatchObject(expected);
});

test.each([
  ['an apply time that is none', { '@Redfish.OperationApplyTime': 'AtMaintenanceWindowStart' }, 'PropertyValueNotInList'],
  ['targets that are no list', { Targets: BMC }, 'PropertyValueTypeError'],
  ['two targets', { Targets: [BMC, `${SERVICE}/FirmwareInventory/bios`] }, 'PropertyValueFormatError'],
  ['a target that is no component', { Targets: ['/redfish/v1/Systems/1'] }, 'PropertyValueFormatError'],
  ['another component than was signed', { Targets: [`${SERVICE}/FirmwareInventory/bios`] }, 'PropertyValueConflict'],
  ['an unknown parameter', { Target: BMC }, 'PropertyUnknown'],
  ['an unknown parameter of our own', { Oem: { Ferry: { Force: true } } }, 'PropertyUnknown'],
])('%s is refused by name and nothing is pushed', async (_, parameters, key) => {
  const { status, body } = await push(upload(whole, parameters));
  expect(status).toBe(400);
  expect(told(body)).toContain(`.${key}: `);
  expect(board.pushes).toEqual([]);
  expect(served.spooled()).toEqual([]);
});

const foreign = signedFile(40_000, { platform: 'other-board' });
test.each([
  ['without a signature', image, [], 'VerificationFailed: the signature: expected one attached to the image or beside it (part OemFerrySignature), got none'],
  ['with two signatures', whole, [{ name: 'OemFerrySignature', content: signature, type: 'application/octet-stream' }], 'expected one, got one attached to the image and one beside it'],
  ['cut at the front', whole.subarray(1), [], `expected the ${image.length} bytes that were signed, got ${image.length - 1}`],
  ['of another platform', foreign.whole, [], 'the platform: expected ferry-q35, got an image that was signed for other-board'],
  ['with a byte changed', Buffer.concat([whole.subarray(0, 99), Buffer.from([(whole[99] ?? 0) ^ 1]), whole.subarray(100)]), [], `expected the SHA-256 ${sha256}, which was signed, got `],
  ['with something else for a signature', image, [{ name: 'OemFerrySignature', content: 'no signature' }], 'expected 4 lines, got 1'],
  ['that is empty', Buffer.alloc(0), [], 'the image: expected bytes, got an empty file'],
])('an image %s is refused before the device is asked', async (_, file, parts, message) => {
  const { status, body } = await push(upload(file, {}, parts));
  expect(status).toBe(400);
  expect(told(body)).toContain(message);
  expect(board.pushes).toEqual([]);
  expect(served.spooled()).toEqual([]);
});

test('every way to change something asks for a privilege', () => {
  const writes = served.network.routes.filter(({ method, url }) => !['GET', 'HEAD'].includes(method) && /Update|Task|Systems|Managers|Chassis/.test(url));
  expect(writes.map(({ method, url, access }) => `${method} ${url.replace('/redfish/v1/', '')} ${access}`).sort()).toEqual([
    'DELETE TaskService/TaskMonitors/:id ConfigureComponents',
    'DELETE TaskService/Tasks/:id ConfigureComponents',
    'POST Managers/1/Actions/Manager.Reset ConfigureManager',
    'POST Systems/1/Actions/ComputerSystem.Reset ConfigureComponents',
    'POST UpdateService/Actions/Oem/FerryUpdateService.Recover ConfigureComponents', 'POST UpdateService/Actions/Oem/FerryUpdateService.RecoverPreview ConfigureComponents',
    'POST UpdateService/Actions/UpdateService.SimpleUpdate ConfigureComponents',
    'POST UpdateService/FirmwareInventory/:id/Actions/Oem/FerrySoftwareInventory.Revert ConfigureComponents',
    'POST UpdateService/FirmwareInventory/:id/Actions/SoftwareInventory.Activate ConfigureComponents',
    'POST UpdateService/update-multipart ConfigureComponents',
  ]);
});

test('in lab mode an image without a signature is what its sender says', async () => {
  const lab = new PlayedBoard(true);
  const other = await serveBoard(lab);
  const send = (parameters: object) => other.ask('POST', PUSH, { raw: upload(image, parameters), headers: MULTIPART });
  try {
    expect((await other.get(SERVICE)).body).toMatchObject({ Status: { Health: 'Warning' }, Oem: { Ferry: { LabMode: true, SignatureRequired: false } } });
    expect(told((await send({ Oem: { Ferry: { Version: '9' } } })).body)).toContain('PropertyMissing: An image without a signature does not say what it is for');
    expect(told((await send({ Targets: [BMC] })).body)).toContain('PropertyMissing: An image without a signature does not say its version');
    expect(told((await send({ Targets: [BMC], Oem: { Ferry: { Version: '9 9' } } })).body)).toContain('PropertyValueFormatError: ');
    expect((await send({ Targets: [BMC], Oem: { Ferry: { Version: '9.9' } } })).status).toBe(202);
    expect(lab.pushes[0]?.request).toMatchObject({ component: 'bmc', version: '9.9', sha256, signature: undefined });
  } finally {
    await other.close();
  }
});
