// Upgrades as tasks: each state of an upgrade, in the words that tools of others go by.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KnownPush } from '../../../host/bmc/redfish/image-push.ts';
import { failureKey } from '../../../host/bmc/redfish/task-messages.ts';
import { taskResource, upgradeFacts } from '../../../host/bmc/redfish/task-resource.ts';
import type { UpgradeRecord } from '../../../host/bmc/upgrade-record.ts';
import { loadCore } from '../../../host/core/instance.ts';
import { IDLE, imageOf, PlayedBoard, recordOf, STARTED } from './played-board.ts';
import { serveBoard, type ServedBoard } from './served-board.ts';

const SERVICE = '/redfish/v1/TaskService';
let served: ServedBoard;
let board: PlayedBoard;
beforeAll(async () => {
  board = new PlayedBoard();
  served = await serveBoard(board);
});
afterAll(() => served.close());

const taskOf = (fields: Partial<UpgradeRecord>, transfer = IDLE, known?: KnownPush): any => taskResource(upgradeFacts(recordOf(fields), transfer, known));
const keysOf = (task: { Messages: { MessageId: string }[] }): string => task.Messages.map(({ MessageId }) => MessageId.replace(/\.\d+\.\d+\./, '.')).join(' ');
const known = (outcome: KnownPush['outcome'], activate: 'now' | 'no' = 'now'): KnownPush => ({ request: { component: 'bmc', version: '2.4.1', activate }, outcome });

const BEGUN = 'Update.TargetDetermined Update.TransferringToComponent';
const STORED = `${BEGUN} Update.VerifyingAtComponent Update.InstallingOnComponent Update.UpdateSuccessful`;
const ended = { endedAt: STARTED };

test.each<[string, Partial<UpgradeRecord>, string, string, string]>([
  ['has begun', {}, 'Starting', 'OK', ''],
  ['is sending', { images: [imageOf()] }, 'Running', 'OK', BEGUN],
  ['is storing', { images: [imageOf({ state: 'storing' })] }, 'Running', 'OK', `${BEGUN} Update.VerifyingAtComponent`],
  ['is done', { ...ended, state: 'done', images: [imageOf({ state: 'stored' })] }, 'Completed', 'OK', STORED],
  ['needs a reset of the device', { ...ended, state: 'done', images: [imageOf({ state: 'stored' })], resets: { device: true, host: false } }, 'Completed', 'Warning', `${STORED} Base.ResetRequired`],
  ['needs a reset of the host', { ...ended, state: 'done', images: [imageOf({ state: 'stored' })], resets: { device: false, host: true } }, 'Completed', 'Warning', `${STORED} Base.ResetRequired`],
  ['has failed its digest', { ...ended, state: 'failed', images: [imageOf({ state: 'failed', completion: 'digest-mismatch' })] }, 'Exception', 'Critical', `${BEGUN} Update.VerificationFailed`],
  ['has failed in flash', { ...ended, state: 'failed', images: [imageOf({ state: 'failed', completion: 'flash-failed' })] }, 'Exception', 'Critical', `${BEGUN} Update.ApplyFailed`],
  ['was aborted', { ...ended, state: 'aborted', images: [imageOf()] }, 'Cancelled', 'Warning', `${BEGUN} Update.TransferFailed`],
  ['was abandoned', { ...ended, state: 'abandoned', images: [imageOf()] }, 'Exception', 'Critical', `${BEGUN} Update.TransferFailed`],
  ['was interrupted', { ...ended, state: 'interrupted', images: [imageOf()] }, 'Exception', 'Critical', `${BEGUN} Update.TransferFailed`],
])('an upgrade that %s', (_, fields, state, status, keys) => {
  const task = taskOf(fields);
  expect([task.TaskState, task.TaskStatus, keysOf(task)]).toEqual([state, status, keys]);
  expect('EndTime' in task).toBe(fields.endedAt !== undefined);
  expect(task).toMatchObject({ '@odata.id': `${SERVICE}/Tasks/1a2b3c4d`, '@odata.type': '#Task.v1_7_0.Task', Id: '1a2b3c4d', StartTime: STARTED, HidePayload: true, TaskMonitor: `${SERVICE}/TaskMonitors/1a2b3c4d` });
});

test('an image that the device refused before any of it was stored: the outcome of the push says why', () => {
  const task = taskOf({ ...ended, state: 'done' }, IDLE, known({ ok: false, completion: 'would-downgrade', text: 'bmc runs 3.0.0, which is newer' }));
  expect([task.TaskState, task.TaskStatus, keysOf(task)]).toEqual(['Exception', 'Critical', 'Update.ApplyFailed']);
  expect(task.Messages[0].Resolution).toBe('bmc runs 3.0.0, which is newer');
  expect(task.Oem.Ferry.Text).toBe('bmc runs 3.0.0, which is newer');
});

test('a push that the device refused was aborted by its sender, which is no cancellation; one that a user aborted is', () => {
  const aborted = { ...ended, state: 'aborted' } as const;
  expect(taskOf(aborted, IDLE, known({ ok: false, completion: 'on-trial', text: 'x' })).TaskState).toBe('Exception');
  expect(taskOf(aborted, IDLE, known({ ok: false, completion: 'aborted', text: 'x' })).TaskState).toBe('Cancelled');
});

test('an image that runs already is nothing to do, which is no failure', () => {
  const task = taskOf({ ...ended, state: 'aborted' }, IDLE, known({ ok: false, completion: 'already-running', text: 'the device runs exactly this image' }));
  expect([task.TaskState, task.TaskStatus, task.PercentComplete, keysOf(task)]).toEqual(['Completed', 'Warning', 100, 'Base.NoOperation']);
  expect(task.Messages[0].Resolution).toBe('the device runs exactly this image');
});

test('an image that the slot held already is a success, with the reset that it still waits for', () => {
  const task = taskOf({ ...ended, state: 'done' }, IDLE, known({ ok: true, resets: { device: true, host: false } }));
  expect([task.TaskState, keysOf(task)]).toEqual(['Completed', 'Update.TargetDetermined Update.UpdateSuccessful Base.ResetRequired']);
});

test('an image that is stored and could not be activated, and one that waits for it', () => {
  const stored = { ...ended, state: 'done', images: [imageOf({ state: 'stored' })] } as const;
  expect(keysOf(taskOf(stored, IDLE, known({ ok: false, completion: 'on-trial', text: 'x' })))).toBe(`${STORED} Update.ActivateFailed`);
  expect(keysOf(taskOf(stored, IDLE, known({ ok: true, resets: { device: false, host: false } }, 'no')))).toBe(`${STORED} Update.AwaitToActivate`);
});

test('ResetRequired names the action that resets what has to be reset', () => {
  const { Messages } = taskOf({ ...ended, state: 'done', resets: { device: true, host: true } });
  expect(Messages.map(({ MessageArgs }: { MessageArgs: string[] }) => MessageArgs)).toEqual([
    ['/redfish/v1/Managers/1/Actions/Manager.Reset', 'GracefulRestart'], ['/redfish/v1/Systems/1/Actions/ComputerSystem.Reset', 'GracefulRestart'],
  ]);
  expect(Messages[0].Message).toContain('\'/redfish/v1/Managers/1/Actions/Manager.Reset\'');
});

test('the percentage never goes back over the phases of two images, and ends at 100', () => {
  const seen: number[] = [];
  for (let index = 0; index < 2; index++) {
    const before = index === 0 ? [] : [imageOf({ state: 'stored' })];
    for (const phase of ['receiving', 'verifying', 'writing', 'reading-back']) {
      for (const done of [0, 500, 1000]) {
        const state = phase === 'receiving' ? 'receiving' : 'storing';
        seen.push(taskOf({ imageCount: 2, images: [...before, imageOf({ component: index === 0 ? 'bmc' : 'bios', state })] }, { ...IDLE, upgrade: 0x1a2b3c4d, phase, done, total: 1000 }).PercentComplete);
      }
    }
  }
  expect(seen).toEqual([...seen].sort((one, other) => one - other));
  expect([seen[0], seen.at(-1)]).toEqual([0, 99]);
  expect(taskOf({ ...ended, state: 'done', images: [imageOf({ state: 'stored' })] }).PercentComplete).toBe(100);
});

test('what the device does for another upgrade is not told of this one', () => {
  const other = { ...IDLE, upgrade: 0x0000beef, phase: 'reading-back', done: 900, total: 1000 };
  expect(taskOf({ images: [imageOf()] }, other)).toMatchObject({ PercentComplete: 0, Oem: { Ferry: { Phase: null } } });
});

test('every completion of the core has a message that says it failed', () => {
  const words = Object.keys(loadCore<{ readonly Completion: object }>().Completion).map((name) => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase());
  expect(words.length).toBeGreaterThan(20);
  const keys = Object.fromEntries(words.map((word) => [word, failureKey(word)]));
  expect(keys).toMatchObject({ 'signature-invalid': 'VerificationFailed', 'digest-mismatch': 'VerificationFailed', 'staging-full': 'TransferFailed', 'flash-failed': 'ApplyFailed', 'would-downgrade': 'ApplyFailed' });
});

test('the service and its collection list every upgrade, the newest first', async () => {
  board.records = [recordOf({ id: '00000002', origin: 'before-os', user: undefined, images: [imageOf()] }), recordOf({ ...ended, id: '00000001', state: 'done' })];
  expect((await served.get(SERVICE)).body).toMatchObject({ '@odata.id': SERVICE, Id: 'TaskService', ServiceEnabled: true, CompletedTaskOverWritePolicy: 'Oldest', Tasks: { '@odata.id': `${SERVICE}/Tasks` } });
  const { body } = await served.get(`${SERVICE}/Tasks`);
  expect(body.Members).toEqual([{ '@odata.id': `${SERVICE}/Tasks/00000002` }, { '@odata.id': `${SERVICE}/Tasks/00000001` }]);
  const inBand = await served.get(`${SERVICE}/Tasks/00000002`);
  expect(inBand.body).toMatchObject({ TaskState: 'Running', Name: 'Upgrade 00000002 by the host, before its operating system: bmc 2.4.1', Oem: { Ferry: { Origin: 'before-os', User: null } } });
  expect((await served.get(`${SERVICE}/Tasks/ffffffff`)).status).toBe(404);
});

test('a monitor answers 202 until the end, then as the operation would, and with the task each time', async () => {
  board.records = [recordOf({ images: [imageOf()] })];
  const monitor = `${SERVICE}/TaskMonitors/1a2b3c4d`;
  const during = await served.get(monitor);
  expect([during.status, during.headers['location'], during.body.TaskState]).toEqual([202, monitor, 'Running']);
  board.records = [recordOf({ ...ended, state: 'failed', images: [imageOf({ state: 'failed', completion: 'signature-invalid' })], text: 'not by a trusted key' })];
  const failed = await served.get(monitor);
  expect([failed.status, failed.body.TaskState]).toEqual([400, 'Exception']);
  expect(failed.body.error['@Message.ExtendedInfo'][0]).toMatchObject({ MessageId: 'Update.1.0.VerificationFailed', Resolution: 'not by a trusted key (signature-invalid)' });
  board.records = [recordOf({ ...ended, state: 'failed', images: [imageOf({ state: 'failed', completion: 'flash-failed' })] })];
  expect((await served.get(monitor)).status).toBe(500);
  board.records = [recordOf({ ...ended, state: 'done', images: [imageOf({ state: 'stored' })] })];
  const done = await served.get(monitor);
  expect([done.status, done.body.TaskState, done.body.error]).toEqual([200, 'Completed', undefined]);
});

test('deleting a task aborts its upgrade, and no other one', async () => {
  board.records = [recordOf({ id: '0000beef', images: [imageOf()] }), recordOf({ ...ended, state: 'done' }), recordOf({ id: '00000003' })];
  board.hold();
  expect((await served.ask('DELETE', `${SERVICE}/Tasks/1a2b3c4d`)).status).toBe(405);
  expect((await served.ask('DELETE', `${SERVICE}/Tasks/00000003`)).status).toBe(204);
  expect((await served.ask('DELETE', `${SERVICE}/Tasks/ffffffff`)).status).toBe(404);
  expect(board.asked).toEqual([]);
  expect((await served.ask('DELETE', `${SERVICE}/Tasks/0000beef`)).status).toBe(204);
  expect((await served.ask('DELETE', `${SERVICE}/TaskMonitors/0000beef`)).status).toBe(204);
  expect(board.asked).toEqual(['abort admin', 'abort admin']);
  board.answer = { ok: false, text: 'it is writing flash; it ends by itself' };
  const refused = await served.ask('DELETE', `${SERVICE}/Tasks/0000beef`);
  expect([refused.status, refused.body.error['@Message.ExtendedInfo'][0].Resolution]).toEqual([409, 'it is writing flash; it ends by itself']);
});
