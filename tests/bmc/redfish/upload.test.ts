// Uploads that break, are too large, or come while someone else writes: each is refused in words and leaves nothing.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { uploadRefusal } from '../../../host/bmc/redfish/upload-parts.ts';
import { ATTACHMENT_LIMIT } from '../../../host/trust/attached-signature.ts';
import { PlayedBoard } from './played-board.ts';
import { MULTIPART, multipartOf, serveBoard, type ServedBoard, until, upload } from './served-board.ts';
import { signedFile } from './signed-images.ts';

const PUSH = '/redfish/v1/UpdateService/update-multipart';
const { whole } = signedFile();

let served: ServedBoard;
let board: PlayedBoard;
beforeEach(async () => {
  board = new PlayedBoard();
  served = await serveBoard(board);
});
afterEach(() => served.close());

const push = (raw: Buffer | Readable, headers: Readonly<Record<string, string>> = {}) => served.ask('POST', PUSH, { raw, headers: { ...MULTIPART, ...headers } });
const told = (body: { error: { '@Message.ExtendedInfo': { MessageId: string; Resolution: string }[] } }) => {
  const [first] = body.error['@Message.ExtendedInfo'];
  return `${first?.MessageId}: ${first?.Resolution}`;
};

test.each([
  ['no UpdateFile', multipartOf([{ name: 'UpdateParameters', content: '{}' }]), 400, 'MissingOrMalformedPart'],
  ['no UpdateParameters', multipartOf([{ name: 'UpdateFile', file: 'a', content: whole, type: 'application/octet-stream' }]), 400, 'MissingOrMalformedPart'],
  ['two files', upload(whole, {}, [{ name: 'UpdateFile', file: 'b', content: 'x', type: 'application/octet-stream' }]), 400, 'MissingOrMalformedPart'],
  ['a part with another name', upload(whole, {}, [{ name: 'Extra', content: 'x' }]), 400, 'MissingOrMalformedPart'],
  ['a dangerous name', upload(whole, {}, [{ name: '__proto__', content: 'x' }]), 400, 'MissingOrMalformedPart'],
  ['parameters that are no JSON', multipartOf([{ name: 'UpdateParameters', type: 'application/json', content: '{' }]), 400, 'MalformedJSON'],
  ['parameters that are a list', multipartOf([{ name: 'UpdateParameters', type: 'application/json', content: '[]' }]), 400, 'UnrecognizedRequestBody'],
  ['no end', upload(whole).subarray(0, -30), 400, 'MissingOrMalformedPart'],
  ['no parts at all', Buffer.from('hello'), 400, 'MissingOrMalformedPart'],
])('an upload with %s is refused and leaves nothing', async (_, raw, code, key) => {
  const { status, body } = await push(raw);
  expect(told(body)).toContain(`.${key}: `);
  expect(status).toBe(code);
  expect(board.pushes).toEqual([]);
  expect(served.spooled()).toEqual([]);
  expect((await push(upload(whole))).status, 'the next one').toBe(202);
});

test.each(['application/octet-stream', 'application/json'])('a body of %s is refused, and what is expected is said', async (type) => {
  const { status, body } = await served.ask('POST', PUSH, { raw: whole, headers: { 'Content-Type': type } });
  expect(status).toBe(415);
  expect(told(body)).toContain(`expected multipart/form-data with the parts UpdateParameters and UpdateFile, got "${type}"`);
});

test('a second writer is told who holds the lock and since when, before its image is asked for', async () => {
  board.hold();
  let wasAsked = false;
  const request = https.request(`${served.network.url}${PUSH}`, {
    method: 'POST', agent: served.agent, headers: { ...MULTIPART, Authorization: served.authorization, Expect: '100-continue', 'Content-Length': '60000' },
  });
  request.on('continue', () => { wasAsked = true; });
  request.flushHeaders();
  const [response] = await once(request, 'response') as [IncomingMessage];
  const body = await json(response) as Parameters<typeof told>[0];
  expect(response.statusCode).toBe(503);
  expect(response.headers['retry-after']).toBe('30');
  expect(told(body)).toContain('ServiceTemporarilyUnavailable: One image at a time: upgrade 0000beef of the host, before its operating system holds the lock since 2026-01-02T03:04:05.000Z, for 12 s');
  expect(wasAsked).toBe(false);
  request.destroy();
  const whoSendsAnyway = await push(upload(whole));
  expect(whoSendsAnyway.status).toBe(503);
  expect(served.spooled()).toEqual([]);
});

test('while one image comes, another one is refused', async () => {
  const body = upload(whole);
  const slow = new Readable({ read: () => undefined });
  slow.push(body.subarray(0, 20_000));
  const first = push(slow);
  await until(() => served.spooled().length === 1, 'a file in the spool');
  const second = await push(body);
  expect(second.status).toBe(503);
  expect(told(second.body)).toMatch(/admin has been sending an image since .* \(an upload\)/);
  slow.push(body.subarray(20_000));
  slow.push(null);
  expect((await first).status).toBe(202);
});

test('the lock can be lost while the image comes: refused all the same, and the spool is empty', async () => {
  const body = upload(whole);
  const slow = new Readable({ read: () => undefined });
  slow.push(body.subarray(0, 20_000));
  const answer = push(slow);
  await until(() => served.spooled().length === 1, 'a file in the spool');
  board.hold({ origin: 'after-os' });
  slow.push(body.subarray(20_000));
  slow.push(null);
  expect((await answer).status).toBe(503);
  expect(served.spooled()).toEqual([]);
});

test('a client that goes away in the middle leaves nothing, and the next one is taken', async () => {
  const request = https.request(`${served.network.url}${PUSH}`, { method: 'POST', agent: false, rejectUnauthorized: false, headers: { ...MULTIPART, Authorization: served.authorization } });
  request.on('error', () => undefined);
  request.write(upload(whole).subarray(0, 20_000));
  await until(() => served.spooled().length === 1, 'a file in the spool');
  request.destroy();
  await until(() => served.spooled().length === 0, 'an empty spool');
  await until(async () => (await push(upload(whole))).status === 202, 'the next upload');
});

test('an image that is larger than any slot is refused, whether it says so or not', async () => {
  const large = upload(Buffer.alloc(65_536 + ATTACHMENT_LIMIT + 1));
  const declared = await push(large, { 'Content-Length': String(large.length) });
  const dribbled = await push(Readable.from([large.subarray(0, 50_000), large.subarray(50_000)]));
  for (const { status, body } of [declared, dribbled]) {
    expect(status).toBe(413);
    expect(told(body)).toContain(`Base.1.16.PayloadTooLarge: Expected at most ${65_536 + ATTACHMENT_LIMIT} bytes (MaxImageSizeBytes), got more`);
  }
  const huge = await push(Buffer.alloc(500_000));
  expect(huge.status).toBe(413);
  expect(served.spooled()).toEqual([]);
});

test.each([['ENOSPC', 507, 'InsufficientStorage'], ['EDQUOT', 507, 'InsufficientStorage'], ['EIO', 500, 'InternalError']])('a disk that says %s is told as %i', (code, status, key) => {
  const refusal = uploadRefusal(Object.assign(new Error(code), { code, errno: -1 }), 1000);
  expect(refusal.status).toBe(status);
  expect(refusal.messages[0]?.MessageId).toContain(key);
});
