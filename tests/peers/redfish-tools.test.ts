// redfishtool, sushy and curl, as Debian has them, against the real controller: they walk the tree, update, read tasks and
// switch the host's power.
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect } from 'vitest';
import { PASSWORD, QUIET_ENVIRONMENT, RedfishBoard } from './redfish-board.ts';
import { peerTests, runTool, type ToolRun } from './tool.ts';

const curlPeer = peerTests({ '/usr/bin/curl': 'curl' });
const redfishtoolPeer = peerTests({ '/usr/bin/redfishtool': 'redfishtool' });
const sushyPeer = peerTests({ '/usr/lib/python3/dist-packages/sushy/__init__.py': 'python3-sushy' });

const board = new RedfishBoard();
const images = http.createServer((request, response) => {
  const name = (request.url ?? '').slice(1);
  if (/^(bmc|bios)-[\w.]+$/.test(name)) response.end(readFileSync(board.at(name)));
  else response.writeHead(404).end();
});

beforeAll(async () => {
  await board.start();
  await new Promise<void>((resolve) => { images.listen(0, '127.0.0.1', resolve); });
});
afterAll(async () => {
  images.close();
  await board.stop();
});

const curl = (...args: string[]): Promise<ToolRun> => runTool('curl', ['-sk', '-u', `admin:${PASSWORD}`, ...args], QUIET_ENVIRONMENT);
const redfishtool = (...args: string[]): Promise<ToolRun> =>
  runTool('redfishtool', ['-r', board.authority, '-u', 'admin', '-p', PASSWORD, '-S', 'Always', ...args], QUIET_ENVIRONMENT);

/** Waits, as any client would, until a task monitor no longer says 202. */
async function monitored(location: string): Promise<{ status: string; body: { TaskState: string } }> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { stdout } = await curl('-w', '\n%{http_code}', `${board.url}${location}`);
    const [body = '', status = ''] = stdout.split('\n');
    if (status !== '202') return { status, body: JSON.parse(body) as { TaskState: string } };
    if (Date.now() > deadline) throw new Error(`${location} never ended: ${body}`);
  }
}

curlPeer('curl pushes an image and a signature as two parts and follows the task monitor to its end', async () => {
  board.image('bmc', '2.3.0');
  const { code, output } = await curl(
    '-i', '-F', 'UpdateParameters={"Targets":["/redfish/v1/UpdateService/FirmwareInventory/bmc"]};type=application/json',
    '-F', `UpdateFile=@${board.at('bmc-2.3.0.bin')};type=application/octet-stream`, '-F', `OemFerrySignature=@${board.at('bmc-2.3.0.bin.minisig')};type=text/plain`,
    `${board.url}/redfish/v1/UpdateService/update-multipart`,
  );
  expect(code, output).toBe(0);
  expect(output).toContain('HTTP/1.1 202 ');
  const location = /^location: (\S+)\r?$/im.exec(output)?.[1] ?? '';
  expect(location).toMatch(/^\/redfish\/v1\/TaskService\/TaskMonitors\/[0-9a-f]{8}$/);
  expect(await monitored(location)).toMatchObject({ status: '200', body: { TaskState: 'Completed' } });
  await board.settled('bmc', '2.3.0');
});

curlPeer('an image by an untrusted hand is refused by the board: 400, and nothing has changed', async () => {
  const path = board.at('unsigned.bin');
  writeFileSync(path, Buffer.alloc(1000, 1));
  const { stdout } = await curl('-w', '\n%{http_code}', '-F', 'UpdateParameters={};type=application/json', '-F', `UpdateFile=@${path};type=application/octet-stream`, `${board.url}/redfish/v1/UpdateService/update-multipart`);
  const [body = '', status] = stdout.split('\n');
  expect(status).toBe('400');
  expect(body).toContain('the signature: expected one attached to the image or beside it');
  expect((await board.member('bmc')).Version).toBe('2.3.0');
});

sushyPeer('sushy walks the tree, starts a SimpleUpdate, waits for it and reads its task', async () => {
  board.image('bios', '1.9.2');
  const script = `
import json, os, sys, warnings
warnings.filterwarnings('ignore')
import sushy
from sushy.taskmonitor import TaskMonitor
url, image = sys.argv[1:]
root = sushy.Sushy(url + '/redfish/v1/', username='admin', password=os.environ['PASSWORD'], verify=False)
system = root.get_system_collection().get_members()[0]
manager = root.get_manager_collection().get_members()[0]
chassis = root.get_chassis_collection().get_members()[0]
update = root.get_update_service()
begun = update.simple_update(image).get_task().identity
monitor = TaskMonitor(root._conn, '/redfish/v1/TaskService/TaskMonitors/' + begun)
monitor.wait(30)
tasks = root.get_task_service().tasks
tasks.refresh(force=True)
newest = tasks.get_members()[0]
update.firmware_inventory.refresh(force=True)
print(json.dumps({
  'system': [system.identity, system.power_state.value, [one.identity for one in system.managers], [one.identity for one in system.chassis]],
  'manager': [manager.identity, manager.manager_type.value, manager.firmware_version],
  'chassis': [chassis.identity, chassis.chassis_type.value],
  'resets': sorted(one.value for one in system.get_allowed_reset_system_values()),
  'processing': monitor.is_processing,
  'task': [newest.task_state.value, newest.percent_complete, [one.message_id for one in newest.messages]],
  'inventory': {one.identity: one.version for one in update.firmware_inventory.get_members()},
}))
`;
  const { port } = images.address() as AddressInfo;
  const { code, output, stdout } = await runTool('/usr/bin/python3', ['-c', script, board.url, `http://127.0.0.1:${port}/bios-1.9.2.bin`], { ...QUIET_ENVIRONMENT, PASSWORD });
  expect(code, output).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    system: ['1', 'On', ['1'], ['1']], manager: ['1', 'BMC', '2.3.0'], chassis: ['1', 'Other'], processing: false,
    resets: ['ForceOff', 'ForceRestart', 'GracefulRestart', 'GracefulShutdown', 'On', 'PowerCycle'],
    task: ['Completed', 100, expect.arrayContaining([expect.stringMatching(/^Update\.1\.\d+\.UpdateSuccessful$/), expect.stringMatching(/^Base\.1\.\d+\.ResetRequired$/)])],
    inventory: { 'bmc': '2.3.0', 'bios': '1.9.2', 'bios.0': '1.9.2' },
  });
});

redfishtoolPeer('redfishtool walks the tree, reads tasks and power-cycles the host', async () => {
  for (const [args, expected] of [
    [['root'], '"Name": "Root Service"'], [['Systems', '-1', 'get'], '"Model": "peer-board"'], [['-A', 'Session', 'Managers', '-1', 'get'], '"FirmwareVersion": "2.3.0"'],
    [['Chassis', '-1', 'get'], '"ChassisType": "Other"'], [['Managers', '-1', 'Logs'], 'LogServices/Events'], [['raw', 'GET', '/redfish/v1/TaskService/Tasks'], '/redfish/v1/TaskService/Tasks/'],
    [['raw', 'GET', '/redfish/v1/UpdateService/FirmwareInventory/bmc'], '"Version": "2.3.0"'],
  ] as const) {
    const { code, output } = await redfishtool(...args);
    expect(code, output).toBe(0);
    expect(output).toContain(expected);
  }
  const cycled = await redfishtool('Systems', '-1', 'reset', 'PowerCycle');
  expect(cycled.code, cycled.output).toBe(0);
  const states = new Set<string>();
  const deadline = Date.now() + 30_000;
  while (!(states.has('Off') && states.has('On'))) {
    const { PowerState } = await board.get('/redfish/v1/Systems/1');
    if (PowerState === 'Off' || states.has('Off')) states.add(PowerState);
    if (Date.now() > deadline) throw new Error(`the host was never off and on again: ${[...states].join(', ')}`);
  }
  const wrong = await redfishtool('Systems', '-1', 'reset', 'Nmi');
  expect(wrong.code).not.toBe(0);
});
