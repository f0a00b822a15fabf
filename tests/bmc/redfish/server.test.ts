// What every request meets, whatever it asks for: TLS, what is open, errors, limits, and what a slow or broken client gets.
import { connect as connectPlain } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNetwork } from '../../../host/bmc/redfish/server.ts';
import { errorOf, NetworkRig, PASSWORD, SESSIONS, until } from './network.ts';

const SYSTEM = '/redfish/v1/Systems/1';
const ADMIN = `admin:${PASSWORD}`;
const AUTHORIZATION = `Authorization: Basic ${Buffer.from(ADMIN).toString('base64')}\r\n`;
const rig = new NetworkRig();
beforeAll(() => rig.start());
afterAll(() => rig.close());

/** A connection that says what it likes. */
async function secure(to: NetworkRig, options: ConnectionOptions = {}): Promise<{ socket: TLSSocket; heard(): string; isClosed(): boolean }> {
  let [text, isClosed] = ['', false];
  const socket = connect({ host: '127.0.0.1', port: to.network.address.port, rejectUnauthorized: false, ...options });
  socket.on('data', (piece: Buffer) => (text += piece.toString('latin1'))).on('close', () => (isClosed = true));
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  socket.on('error', () => undefined);
  return { socket, heard: () => text, isClosed: () => isClosed };
}

describe('the connection', () => {
  it('is TLS 1.2 or newer, and nothing without TLS is answered', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { socket } = await secure(rig, { minVersion: version, maxVersion: version });
      expect(socket.getProtocol()).toBe(version);
      socket.destroy();
    }
    await expect(secure(rig, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })).rejects.toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
    const heard = await new Promise<string>((resolve) => {
      let text = '';
      connectPlain(rig.network.address.port, '127.0.0.1').on('data', (piece) => (text += piece.toString('latin1'))).on('error', () => undefined)
        .on('close', () => resolve(text)).write('GET /redfish/v1/ HTTP/1.1\r\nHost: localhost\r\n\r\n');
    });
    expect(heard).not.toContain('HTTP/1.1 2');
  });

  it.each(['8443', 'localhost', '127.0.0.1:65536', '127.0.0.1:', ':8443', '::1:8443', '[127.0.0.1]:8443', '[::1]', '1.2.3.4:80:80', 'https://localhost:8443'])('is not made on %j', async (listen) => {
    await expect(startNetwork({ listen, stateDirectory: rig.state, management: rig.management, log: () => undefined, print: () => undefined }))
      .rejects.toMatchObject({ code: 'usage', exitCode: 64, message: expect.stringContaining('nothing was started') as string });
  });

  it('is refused in words when something else listens there', async () => {
    const { port } = rig.network.address;
    const other = startNetwork({ listen: `127.0.0.1:${port}`, stateDirectory: rig.state, management: rig.management, log: () => undefined, print: () => undefined });
    await expect(other).rejects.toMatchObject({ code: 'network-failed', message: `--listen 127.0.0.1:${port}: something else listens there; nothing was started` });
  });

  it('can be over IPv6', async () => {
    const six = await new NetworkRig({ listen: '[::1]:0' }).start();
    expect(six.network.url).toMatch(/^https:\/\/\[::1\]:\d+$/);
    expect((await six.get(SYSTEM)).status).toBe(200);
    await six.close();
  });
});

describe('before a login', () => {
  it('the service root says where things are, and neither versions nor names of this board', async () => {
    const { body, text } = await rig.get('/redfish/v1/', {});
    expect(body['UUID']).toBe(rig.management.identity.uuid);
    for (const secret of [rig.management.identity.version, rig.management.identity.platform, 'fastify', 'node']) expect(text.toLowerCase()).not.toContain(secret);
    expect((await rig.get('/redfish', {})).body).toEqual({ v1: '/redfish/v1/' });
    expect((await rig.get('/redfish/v1/odata', {})).body['value']).toContainEqual({ name: 'Systems', kind: 'Singleton', url: '/redfish/v1/Systems' });
    const metadata = await rig.get('/redfish/v1/$metadata', {});
    expect([metadata.headers['content-type'], metadata.text]).toEqual(['application/xml; charset=utf-8', expect.stringContaining('<edmx:Include Namespace="ServiceRoot.v1_16_0"/>')]);
  });

  it('nothing tells what there is: what is there and what is not are the same', async () => {
    const [there, missing] = await Promise.all([rig.get(SYSTEM, {}), rig.get('/redfish/v1/Nothing', {})]);
    expect([there.status, missing.status, missing.text]).toEqual([401, 401, there.text]);
  });
});

describe('an answer', () => {
  it('has the headers of OData and of caution', async () => {
    const { headers } = await rig.get(SYSTEM);
    expect(headers).toMatchObject({ 'odata-version': '4.0', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'content-type': 'application/json; charset=utf-8' });
    expect(headers['server'] ?? headers['x-powered-by']).toBeUndefined();
  });

  it('is the same with a slash at the end, and for HEAD without its body', async () => {
    const [plain, slash, head] = await Promise.all([rig.get(SYSTEM), rig.get(`${SYSTEM}/`), rig.ask('HEAD', SYSTEM, { as: ADMIN })]);
    expect(slash.body).toEqual(plain.body);
    expect([head.status, head.text, head.headers.etag, head.headers['content-length']]).toEqual([200, '', plain.headers.etag, plain.headers['content-length']]);
  });

  it('has an ETag, and is left out for who has it already', async () => {
    const { headers, body } = await rig.get(SYSTEM);
    expect(body['@odata.etag']).toBe(headers.etag);
    const again = await rig.ask('GET', SYSTEM, { as: ADMIN, headers: { 'If-None-Match': `"other", W/${headers.etag ?? ''}` } });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it.each<[string, string, string, object, number, string]>([
    ['nothing there', 'GET', '/redfish/v1/Nothing', {}, 404, 'ResourceMissingAtURI'],
    ['no such account', 'GET', '/redfish/v1/AccountService/Accounts/99', {}, 404, 'ResourceNotFound'],
    ['a path that climbs', 'GET', '/redfish/v1/Registries/..%2f..%2fetc', {}, 404, 'ResourceNotFound'],
    ['a long name', 'GET', `/redfish/v1/Registries/${'x'.repeat(5000)}`, {}, 404, 'ResourceNotFound'],
    ['another version of OData', 'GET', SYSTEM, { headers: { 'OData-Version': '3.0' } }, 412, 'HeaderInvalid'],
    ['another method', 'PUT', SYSTEM, { body: { a: 1 } }, 405, 'OperationNotAllowed'],
    ['JSON that is cut', 'PATCH', '/redfish/v1/SessionService', { raw: '{"SessionTimeout": 60' }, 400, 'MalformedJSON'],
    ['no body', 'PATCH', '/redfish/v1/SessionService', { raw: '' }, 400, 'UnrecognizedRequestBody'],
    ['an empty object', 'PATCH', '/redfish/v1/SessionService', { raw: '{}' }, 400, 'EmptyJSON'],
    ['a prototype', 'PATCH', '/redfish/v1/SessionService', { raw: '{"__proto__": {"SessionTimeout": 60}}' }, 400, 'MalformedJSON'],
    ['a list', 'PATCH', '/redfish/v1/SessionService', { raw: '[1]' }, 400, 'UnrecognizedRequestBody'],
    ['a form', 'PATCH', '/redfish/v1/SessionService', { raw: 'SessionTimeout=60', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }, 415, 'HeaderInvalid'],
    ['a long body', 'PATCH', '/redfish/v1/SessionService', { raw: `{"a":"${'x'.repeat(65_536)}"}` }, 413, 'PayloadTooLarge'],
    ['a query on a change', 'PATCH', '/redfish/v1/SessionService?$select=Id', { body: { SessionTimeout: 60 } }, 400, 'QueryNotSupportedOnOperation'],
    ['a log to be cleared', 'POST', '/redfish/v1/Managers/1/LogServices/Events/Actions/LogService.ClearLog', {}, 400, 'ActionNotSupported'],
  ])('to what can not be done is a Redfish error: %s', async (_name, method, path, question, status, error) => {
    const answer = await rig.ask(method, path, { as: ADMIN, ...question });
    expect([answer.status, errorOf(answer)]).toEqual([status, error]);
    const { code, message, '@Message.ExtendedInfo': messages } = answer.body['error'] ?? {};
    expect(code).toBe(`Base.1.16.${error}`);
    expect(message).toBe((messages as unknown as { Message: string }[])[0]?.Message);
    expect(messages).toEqual([expect.objectContaining({ MessageId: code, MessageArgs: expect.any(Array) as string[], Severity: expect.stringMatching(/^(OK|Warning|Critical)$/) as string, Resolution: expect.any(String) as string })]);
    if (status === 405) expect(answer.headers['allow']).toBe('GET, HEAD');
  });

  it('to a fault of ours is a 500 that says nothing, and the log says what it was', async () => {
    const faulty = await new NetworkRig({ plugins: [(app) => void app.get('/fault', { config: { access: 'open' } }, () => { throw new Error('the secret reason'); })] }).start();
    const answer = await faulty.get('/fault?password=x', {});
    expect([answer.status, errorOf(answer)]).toEqual([500, 'InternalError']);
    expect(answer.text).not.toContain('secret');
    expect(faulty.logged.at(-1)).toMatchObject({ event: 'internal-error', text: 'GET /fault failed in the controller: the secret reason' });
    await faulty.close();
  });
});

describe('a query', () => {
  const query = (path: string) => rig.get(`/redfish/v1/${path}`);

  it('expands links, picks members and properties, as the service root says', async () => {
    const expanded = await query('Systems?$expand=.($levels=1)');
    expect(expanded.body['Members']).toEqual([(await rig.get(SYSTEM)).body]);
    expect((await query('Systems?only')).body['@odata.id']).toBe(SYSTEM);
    expect((await query('AccountService/Roles?only')).body['Members@odata.count']).toBe(3);
    expect((await query('AccountService/Roles?$skip=1&$top=1')).body).toMatchObject({ 'Members@odata.count': 3, 'Members': [{ '@odata.id': '/redfish/v1/AccountService/Roles/Operator' }] });
    const { body } = await query('Systems/1?$select=PowerState,Status/Health');
    expect(Object.keys(body).sort()).toEqual(['@odata.etag', '@odata.id', '@odata.type', 'PowerState', 'Status']);
    expect(Object.keys(body['Status'] ?? {})).toEqual(['Health']);
    expect((await query('Systems/1?stranger=1')).status).toBe(200);
  });

  it('expands for each caller only what the caller may see', async () => {
    await rig.account('reader', 'ReadOnly');
    const { body } = await rig.get('/redfish/v1/AccountService/Accounts?$expand=.', { as: `reader:${PASSWORD}` });
    expect((body['Members'] as unknown as { UserName: string }[]).map(({ UserName }) => UserName)).toEqual(['reader']);
  });

  it.each([
    ['Systems?$filter=x', 501, 'QueryParameterUnsupported'], ['Systems?excerpt', 501, 'QueryParameterUnsupported'], ['Systems?$expand=*', 501, 'QueryParameterValueFormatError'],
    ['Systems?$expand=x', 400, 'QueryParameterValueFormatError'], ['Systems?$top=-1', 400, 'QueryParameterValueFormatError'],
    ['Systems?$top=1&$top=2', 400, 'QueryParameterValueFormatError'], ['Systems/1?$top=1', 400, 'QueryNotSupportedOnResource'],
    ['Systems?only&$top=1', 400, 'QueryCombinationInvalid'], ['Systems?$select=(', 400, 'QueryParameterValueFormatError'],
  ])('that is not supported is refused: %s', async (path, status, error) => {
    const answer = await query(path);
    expect([answer.status, errorOf(answer)]).toEqual([status, error]);
  });
});

describe('a client', () => {
  const limited = async (limits: NetworkRig['options']['limits'], work: (to: NetworkRig) => Promise<void>): Promise<void> => {
    const to = await new NetworkRig({ limits: limits ?? {} }).start();
    try {
      await work(to);
      expect((await to.get(SYSTEM, { token: await to.token() })).status).toBe(200);
    } finally {
      await to.close();
    }
  };

  it('that never ends its headers is let go', () => limited({ headersMs: 200 }, async (to) => {
    const { socket, isClosed } = await secure(to);
    const timer = setInterval(() => socket.write('X-A: b\r\n'), 20);
    socket.write('GET /redfish/v1/ HTTP/1.1\r\nHost: localhost\r\n');
    await until(isClosed, 'the connection is closed');
    clearInterval(timer);
  }));

  it('that never ends its body is let go, and one that may not send one is answered before it', () => limited({ bodyMs: 200 }, async (to) => {
    const { socket, isClosed } = await secure(to);
    socket.write(`POST ${SESSIONS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"UserName"`);
    await until(isClosed, 'the connection is closed');
    const stranger = await secure(to);
    stranger.socket.write(`PATCH /redfish/v1/SessionService HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`);
    await until(() => stranger.isClosed(), 'the connection is closed');
    expect(stranger.heard()).toMatch(/^HTTP\/1\.1 401 [^]*Connection: close/i);
  }));

  it('that waits to be asked for its body is asked when it may send one, and not before', async () => {
    const ask = async (headers: string): Promise<string> => {
      const { socket, heard } = await secure(rig);
      socket.write(`PATCH /redfish/v1/SessionService HTTP/1.1\r\nHost: localhost\r\n${headers}Expect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n`);
      await until(() => heard() !== '', 'an answer');
      if (heard().startsWith('HTTP/1.1 100')) socket.write('{"SessionTimeout":60}');
      await until(() => /HTTP\/1\.1 [24]\d\d/.test(heard()), 'the answer');
      socket.destroy();
      return heard();
    };
    expect(await ask('')).toMatch(/^HTTP\/1\.1 401 /);
    expect(await ask(AUTHORIZATION)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });

  it('does not get all connections', () => limited({ connectionsOfOne: 4 }, async (to) => {
    const held = await Promise.all([1, 2, 3, 4].map(() => secure(to)));
    await expect(secure(to)).rejects.toThrow();
    for (const { socket } of held) socket.destroy();
    await until(() => to.get('/redfish/v1/', {}).then(() => true, () => false), 'there is room again');
  }));

  it('that asks too often is told when to come again', () => limited({ requests: 20, requestWindowMs: 1000 }, async (to) => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => to.get('/redfish/v1/', {})));
    const late = answers.filter(({ status }) => status !== 200);
    expect(late.length).toBeGreaterThan(0);
    for (const answer of late) expect([answer.status, errorOf(answer)]).toEqual([429, 'ServiceTemporarilyUnavailable']);
    expect(Number(late[0]?.headers['retry-after'])).toBeGreaterThan(0);
    await until(async () => (await to.get('/redfish/v1/', {})).status === 200, 'it may come again');
  }));

  it('that holds a stream or hangs in a request does not keep the server from closing', async () => {
    const to = await new NetworkRig({ limits: { farewellMs: 50 } }).start();
    const stream = await secure(to);
    stream.socket.write(`GET /redfish/v1/EventService/SSE HTTP/1.1\r\nHost: localhost\r\n${AUTHORIZATION}\r\n`);
    await until(() => stream.heard().includes('retry:'), 'the stream is open');
    const hanging = await secure(to);
    hanging.socket.write(`PATCH /redfish/v1/SessionService HTTP/1.1\r\nHost: localhost\r\n${AUTHORIZATION}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`);
    const idle = await secure(to);
    let isSilentClosed = false;
    const silent = connectPlain(to.network.address.port, '127.0.0.1').on('error', () => undefined).on('close', () => (isSilentClosed = true)).resume();
    await new Promise((resolve) => silent.once('connect', resolve));
    await to.close();
    await until(() => isSilentClosed && [stream, hanging, idle].every(({ isClosed }) => isClosed()), 'all are closed');
    expect(stream.heard()).toMatch(/\r\n0\r\n\r\n$/);
  });
});
