// SimpleUpdate: what the controller fetches for a user, what it does not, and how its task goes on as the upgrade's.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { imageUrl, isAllowedAddress } from '../../../host/bmc/redfish/simple-update-address.ts';
import { fetchFile } from '../../../host/bmc/web-request.ts';
import { PlayedBoard } from './played-board.ts';
import { serveBoard, type ServedBoard, until } from './served-board.ts';
import { signedFile } from './signed-images.ts';

const ACTION = '/redfish/v1/UpdateService/Actions/UpdateService.SimpleUpdate';
const { image, signature, whole } = signedFile();

let served: ServedBoard;
let board: PlayedBoard;
let files: http.Server;
let url: string;
/** What the image server answers, by path. */
let answers: Record<string, http.RequestListener>;
const seen: http.IncomingMessage[] = [];

beforeEach(async () => {
  board = new PlayedBoard();
  served = await serveBoard(board);
  seen.length = 0;
  answers = {
    '/bmc.signed': (_request, response) => response.end(whole),
    '/bmc.bin': (_request, response) => response.end(image),
    '/bmc.bin.minisig': (_request, response) => response.end(signature),
    '/moved': (_request, response) => response.writeHead(302, { Location: '/bmc.signed' }).end(),
    '/round': (_request, response) => response.writeHead(302, { Location: '/round' }).end(),
    '/to-file': (_request, response) => response.writeHead(302, { Location: 'file:///etc/hostname' }).end(),
    '/secret': (_request, response) => response.writeHead(403).end('the text of another server'),
    '/large': (_request, response) => response.end(Buffer.alloc(200_000)),
    '/endless-signature': (_request, response) => response.end(image),
    '/endless-signature.minisig': (_request, response) => response.end(Buffer.alloc(20_000)),
    '/short': (_request, response) => {
      response.writeHead(200, { 'Content-Length': 40_000 });
      response.write(image.subarray(0, 1000), () => response.destroy());
    },
    '/slow': (_request, response) => {
      response.writeHead(200, { 'Content-Length': whole.length });
      response.write(whole.subarray(0, 20_000));
    },
  };
  files = http.createServer((request, response) => {
    seen.push(request);
    const answer = answers[(request.url ?? '').split('?')[0] ?? ''];
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => { files.listen(0, '127.0.0.1', resolve); });
  url = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
});

afterEach(async () => {
  files.closeAllConnections();
  files.close();
  await served.close();
});

/** Begins and waits until there is nothing more to wait for, or an upgrade. */
async function update(path: string, others: object = {}) {
  const begun = await served.post(ACTION, { ImageURI: `${url}${path}`, ...others });
  expect(begun.status, JSON.stringify(begun.body)).toBe(202);
  const task: string = begun.body['@odata.id'];
  const isReady = async (): Promise<boolean> => {
    const { body } = await served.get(task);
    return body.TaskState !== 'Running' || board.pushes.length > 0;
  };
  await until(isReady, `an end of ${task}`);
  return { task, monitor: String(begun.headers['location']), body: (await served.get(task)).body };
}

test.each([['with its signature attached', '/bmc.signed'], ['with its signature beside it', '/bmc.bin'], ['that has moved', '/moved'], ['with a query that is kept', '/bmc.bin?token=geheim']])(
  'an image %s is fetched and pushed', async (_, path) => {
    const { task, body, monitor } = await update(path, { TransferProtocol: 'HTTP', '@Redfish.OperationApplyTime': 'OnReset' });
    expect(board.pushes[0]?.request).toMatchObject({ component: 'bmc', version: '2.4.1', activate: 'next-reset', user: 'admin' });
    expect(board.pushes[0]?.bytes.equals(image)).toBe(true);
    expect(Buffer.from(board.pushes[0]?.request.signature ?? []).equals(signature)).toBe(true);
    expect(body.Oem.Ferry).toMatchObject({ Upgrade: '1a2b3c4d', UpgradeTask: { '@odata.id': '/redfish/v1/TaskService/Tasks/1a2b3c4d' } });
    expect((await served.get('/redfish/v1/TaskService/Tasks')).body.Members).toEqual([{ '@odata.id': '/redfish/v1/TaskService/Tasks/1a2b3c4d' }]);
    expect(JSON.stringify([...served.events, body])).not.toContain('geheim');
    board.endPush({ ok: true, resets: { device: true, host: false } });
    await until(() => served.spooled().length === 0, 'an empty spool');
    const end = await served.get(monitor);
    expect(end.status).toBe(200);
    expect(end.body).toMatchObject({ '@odata.id': task, TaskState: 'Completed', PercentComplete: 100 });
  },
);

test.each([
  ['a file that is not there', '/nothing', 'expected the file, got HTTP status 404'],
  ['a file that is denied, of which nothing is shown', '/secret', 'expected the file, got HTTP status 403'],
  ['redirects without an end', '/round', 'expected at most 3 redirects, got more'],
  ['a redirect to a file of this machine', '/to-file', 'a redirect to another address: expected http'],
  ['more than an image may have', '/large', 'Expected at most'],
  ['a file that ends too early', '/short', 'aborted'],
  ['a signature that is none', '/endless-signature', 'a signature: expected at most 10240 bytes, got more'],
])('%s ends the task with words, and the spool is empty', async (_, path, message) => {
  const { body, monitor } = await update(path);
  expect(body).toMatchObject({ TaskState: 'Exception', TaskStatus: 'Critical', EndTime: expect.any(String) });
  expect(JSON.stringify(body.Messages)).toContain(message);
  expect(JSON.stringify(body)).not.toContain('the text of another server');
  expect((await served.get(monitor)).status).toBeGreaterThanOrEqual(400);
  expect(board.pushes).toEqual([]);
  expect(served.spooled()).toEqual([]);
  expect(served.events.map(({ event }) => event)).toContain('download-failed');
});

test.each([
  ['ftp://host/image', 'expected http or https, got ftp'],
  ['file:///etc/shadow', 'expected http'],
  ['http://user:secret@host/image', 'expected no user name and no password in it'],
  ['http://', 'expected http://HOST/PATH'],
])('the address %s is refused', async (address, message) => {
  const { status, body } = await served.post(ACTION, { ImageURI: address });
  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain(message);
  expect(JSON.stringify(body)).not.toContain('secret');
});

test('parameters that SimpleUpdate does not have, and none at all, are refused by name', async () => {
  for (const [body, key] of [[{}, 'ActionParameterMissing'], [{ ImageURI: url, Password: 'x' }, 'ActionParameterUnknown'], [{ ImageURI: url, TransferProtocol: 'FTP' }, 'ActionParameterValueNotInList']] as const) {
    const answer = await served.post(ACTION, body);
    expect(answer.status).toBe(400);
    expect(answer.body.error.code).toContain(key);
  }
  expect(seen).toEqual([]);
});

test('nothing of the user goes to the image server', async () => {
  await update('/bmc.signed');
  expect(seen[0]?.headers.authorization).toBeUndefined();
  expect(seen[0]?.headers['x-auth-token']).toBeUndefined();
});

test('a download that is deleted ends as cancelled', async () => {
  const begun = await served.post(ACTION, { ImageURI: `${url}/slow` });
  const task: string = begun.body['@odata.id'];
  await until(async () => (await served.get(task)).body.Oem.Ferry.ReceivedBytes > 0, 'the first bytes');
  expect((await served.get(task)).body).toMatchObject({ TaskState: 'Running', PercentComplete: 14 });
  expect((await served.get(String(begun.headers['location']))).status).toBe(202);
  expect((await served.post(ACTION, { ImageURI: url })).status, 'a second one').toBe(503);
  expect((await served.ask('DELETE', task)).status).toBe(204);
  await until(async () => (await served.get(task)).body.TaskState === 'Cancelled', 'the end');
  expect(served.spooled()).toEqual([]);
  expect(board.asked).toEqual([]);
  const again = await served.ask('DELETE', task);
  expect([again.status, again.body.error.code]).toEqual([405, 'Base.1.16.ResourceCannotBeDeleted']);
});

test('once the image goes to the device, deleting the task aborts the upgrade', async () => {
  const { task } = await update('/bmc.signed');
  expect((await served.ask('DELETE', task)).status).toBe(204);
  expect(board.asked).toEqual(['abort admin']);
});

test('while the lock is held nothing is fetched', async () => {
  board.hold();
  expect((await served.post(ACTION, { ImageURI: `${url}/bmc.signed` })).status).toBe(503);
  expect(seen).toEqual([]);
});

test('this machine and its link are asked for nothing, unless all users are on this machine', async () => {
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) expect([isAllowedAddress(address, false), isAllowedAddress(address, true)], address).toEqual([false, true]);
  for (const address of ['0.0.0.0', '169.254.169.254', '224.0.0.1', '255.255.255.255', '::', 'fe80::1', 'ff02::1', '::ffff:169.254.169.254']) expect(isAllowedAddress(address, true), address).toBe(false);
  for (const address of ['10.0.0.1', '192.168.1.1', '93.184.216.34', 'fd00::1', '2001:db8::1']) expect(isAllowedAddress(address, false), address).toBe(true);
  const rules = { mayAsk: (address: string) => isAllowedAddress(address, false), signal: new AbortController().signal };
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '0x7f.1', '2130706433']) {
    const to = imageUrl(`http://${host}:${(files.address() as AddressInfo).port}/bmc.bin`);
    if (typeof to === 'string') throw new Error(`${host}: ${to}`);
    await expect(fetchFile(to, rules), host).rejects.toThrow('expected an address of another machine, got one of this machine or of its link only');
  }
  expect(seen).toEqual([]);
});
