// One upgrade, whoever asks for it: an update over the bus is a Redfish task under the id that the host's own program and
// `ferry history` print.
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RedfishBoard } from '../../peers/redfish-board.ts';
import { runFerry } from '../../processes.ts';

const board = new RedfishBoard();
beforeAll(() => board.start());
afterAll(() => board.stop());

test('an update over the bus is a task, with the same id everywhere', async () => {
  board.image('bmc', '2.3.0');
  const config = board.at('ferry.ini');
  writeFileSync(config, '[image bmc]\nfile = bmc-2.3.0.bin\ncomponent = bmc\nversion = 2.3.0\n');
  const run = await runFerry(['run', '-c', config, '--machine', board.at('machine'), '--json']);
  expect([0, 3], run.output).toContain(run.code);
  const { Members } = await board.get('/redfish/v1/TaskService/Tasks');
  expect(Members).toHaveLength(1);
  const task = await board.get(Members[0]['@odata.id']);
  expect(task).toMatchObject({
    TaskState: 'Completed', PercentComplete: 100, StartTime: expect.any(String), EndTime: expect.any(String),
    Oem: { Ferry: { Origin: 'after-os', User: null, State: 'done', Images: [{ Component: 'bmc', Version: '2.3.0', State: 'stored', Completion: 'ok' }] } },
  });
  expect(task.Messages.map(({ MessageId }: { MessageId: string }) => MessageId.split('.').at(-1))).toEqual([
    'TargetDetermined', 'TransferringToComponent', 'VerifyingAtComponent', 'InstallingOnComponent', 'UpdateSuccessful',
  ]);
  expect(run.output, 'what the host printed').toContain(task.Id);
  const history = await runFerry(['history', '--state', board.at('machine')]);
  expect(history.output, 'the history').toContain(task.Id);
});
