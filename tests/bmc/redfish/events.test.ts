// Events to whoever listens: none lost, none twice, and no client that costs memory.
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventReader } from './event-reader.ts';
import { errorOf, NetworkRig, PASSWORD, SESSIONS, until } from './network.ts';

const SERVICE = '/redfish/v1/EventService';
const STREAM = `${SERVICE}/SSE`;
const STATUS = '/events/status';
const ADMIN = `admin:${PASSWORD}`;
let rig: NetworkRig;

beforeEach(async () => {
  rig = await new NetworkRig().start();
});
afterEach(() => rig.close());

const listen = (question = {}, path = STREAM): Promise<EventReader> => EventReader.open(rig, path, { as: ADMIN, ...question });
const newest = (): number => rig.management.eventsSince(0).at(-1)?.number ?? 0;
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('the stream of events', () => {
  it('is where the event service says, and has each event as Redfish has it', async () => {
    expect((await rig.get(SERVICE)).body['ServerSentEventUri']).toBe(STREAM);
    const reader = await listen();
    expect(reader.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    rig.say('the host has been reset');
    await until(() => reader.messages.length === 1, 'the event');
    const number = newest();
    const event = JSON.parse(reader.messages[0]?.data ?? '') as Record<string, unknown>;
    expect(event).toMatchObject({ '@odata.type': '#Event.v1_7_0.Event', 'Id': String(number), 'Events@odata.count': 1 });
    expect(event['Events']).toEqual([expect.objectContaining({
      EventId: String(number), MessageId: 'Ferry.1.1.HostReset', Message: 'the host has been reset', MessageArgs: ['the host has been reset'], Severity: 'OK',
      LogEntry: { '@odata.id': `/redfish/v1/Managers/1/LogServices/Events/Entries/${number}` }, Oem: { Ferry: expect.objectContaining({ Event: 'host-reset' }) as object },
    })]);
    reader.close();
  });

  it('begins with what happens next, or goes on after the id that the client names', async () => {
    for (let count = 0; count < 50; count++) rig.say(`event ${count}`);
    const from = newest();
    const [fresh, resumed] = await Promise.all([listen(), listen({ headers: { 'Last-Event-ID': String(from - 30) } })]);
    rig.say('the next one');
    await until(() => fresh.messages.length === 1 && resumed.messages.length === 31, 'the events');
    expect([fresh.ids, resumed.ids]).toEqual([[from + 1], range(from - 29, from + 1)]);
  });

  it('is cut and resumed as often as one likes, without an event lost or twice', async () => {
    const first = newest();
    const seen: number[] = [];
    for (let turn = 0; turn < 5; turn++) {
      const reader = await listen({ headers: { 'Last-Event-ID': String(seen.at(-1) ?? first) } });
      for (let count = 0; count < 20; count++) rig.say(`turn ${turn}, event ${count}`);
      await until(() => reader.messages.length > 5, 'some events');
      reader.close();
      await until(() => reader.isClosed, 'the stream is closed');
      rig.say(`while nobody listened, ${turn}`);
      seen.push(...reader.ids);
    }
    const last = await listen({ headers: { 'Last-Event-ID': String(seen.at(-1)) } });
    await until(() => last.ids.at(-1) === newest(), 'the rest');
    expect([...seen, ...last.ids]).toEqual(range(first + 1, newest()));
  });

  it('says so when what the client has missed is not kept any more, and goes on with what is', async () => {
    for (let count = 0; count < 2500; count++) rig.say(`event ${count}`);
    const oldest = rig.management.eventsSince(0)[0]?.number ?? 0;
    expect(oldest).toBeGreaterThan(100);
    const reader = await listen({ headers: { 'Last-Event-ID': '3' } });
    await until(() => reader.ids.at(-1) === newest(), 'all that is kept');
    expect(reader.texts[0]).toBe('Undelivered events may have been lost due to exceeding the event buffer.');
    expect(reader.ids.slice(1)).toEqual(range(oldest, newest()));
  });

  it.each(['nonsense', '-1', '99999999999999999999', '999999', ''])('begins with what happens next for an id that is none: %j', async (id) => {
    const reader = await listen({ headers: { 'Last-Event-ID': id } });
    rig.say('the next one');
    await until(() => reader.messages.length > 0, 'the event');
    expect(reader.texts).toEqual(['the next one']);
  });

  it('of a client that does not read costs a bounded queue, others hear everything, and it loses nothing that is kept', async () => {
    const sockets = new Set<Socket>();
    rig.network.server.on('secureConnection', (socket: Socket) => sockets.add(socket));
    const [slow, quick] = [await listen(), await listen()];
    const first = newest();
    slow.response.pause();
    // More than a connection's buffers on both sides hold, and no more than the log keeps in numbers.
    const filler = 'x'.repeat(20_000);
    for (let count = 0; count < 300; count++) {
      rig.say(`${count} ${filler}`);
      if (count % 20 === 0) await until(() => quick.ids.at(-1) === newest(), 'the quick one has everything');
    }
    await until(() => quick.ids.at(-1) === newest(), 'the quick one has everything');
    const waiting = [...sockets].map((socket) => socket.writableLength);
    // The end of one batch and one event of sixty thousand characters, or two.
    expect(Math.max(...waiting)).toBeLessThan(256 * 1024);
    expect(waiting.filter((bytes) => bytes > 0)).toHaveLength(1);
    expect(quick.ids).toEqual(range(first + 1, newest()));
    slow.response.resume();
    await until(() => slow.ids.at(-1) === newest(), 'the slow one has everything');
    expect(slow.ids).toEqual(range(first + 1, newest()));
  });

  it('of a client that reads nothing for half a minute is ended', async () => {
    const slow = await listen();
    slow.response.pause();
    const filler = 'x'.repeat(20_000);
    for (let count = 0; count < 300; count++) rig.say(`${count} ${filler}`);
    await until(async () => {
      rig.clock.ms += 1000;
      return (await rig.get(`${SERVICE}/Subscriptions`)).body['Members@odata.count'] as unknown === 0;
    }, 'the stream is ended');
  });

  it('lives on with its session, which does not end while it is open, and ends with it', async () => {
    const made = await rig.logIn();
    const token = String(made.headers['x-auth-token']);
    const reader = await listen({ as: undefined, token });
    rig.clock.ms += 3_600_000;
    expect((await rig.get(SERVICE, { token })).status).toBe(200);
    await until(() => reader.comments > 0, 'a sign of life');
    await rig.ask('DELETE', String(made.headers.location), { token });
    await until(() => reader.isClosed, 'the stream is closed');
    expect((await rig.get(SESSIONS)).body['Members@odata.count']).toBe(0);
  });

  it('of HTTP Basic ends when the password is another one', async () => {
    const path = await rig.account('op', 'Operator');
    const reader = await listen({ as: `op:${PASSWORD}` });
    await rig.ask('PATCH', path, { as: ADMIN, body: { Password: 'another one it is' } });
    await until(() => reader.isClosed, 'the stream is closed');
  });

  it('is seen as a subscription, which an administrator can end; others are not pushed', async () => {
    const reader = await listen();
    const { body } = await rig.get(`${SERVICE}/Subscriptions`);
    const path = String((body['Members'] as unknown as { '@odata.id': string }[])[0]?.['@odata.id']);
    expect((await rig.get(path)).body).toMatchObject({ SubscriptionType: 'SSE', Protocol: 'Redfish' });
    expect((await rig.ask('DELETE', path, { as: ADMIN })).status).toBe(204);
    await until(() => reader.isClosed, 'the stream is closed');
    const pushed = await rig.ask('POST', `${SERVICE}/Subscriptions`, { as: ADMIN, body: { Destination: 'https://example.com/' } });
    expect([pushed.status, pushed.headers['allow']]).toEqual([405, 'GET, HEAD']);
  });

  it('is not filtered, and says so', async () => {
    const answer = await rig.get(`${STREAM}?$filter=MessageId eq 'x'`.replaceAll(' ', '%20'));
    expect([answer.status, errorOf(answer)]).toEqual([501, 'QueryParameterUnsupported']);
  });

  it('is there for 256 at once, who all hear everything, and not for one more', async () => {
    const first = newest();
    const readers = await Promise.all(Array.from({ length: 256 }, () => listen()));
    await expect(listen()).rejects.toThrow('503');
    for (let count = 0; count < 10; count++) rig.say(`event ${count}`);
    await until(() => readers.every((reader) => reader.messages.length === 10), 'all have heard');
    for (const reader of readers) expect(reader.ids).toEqual(range(first + 1, first + 10));
    for (const reader of readers) reader.close();
    await until(() => listen().then(() => true, () => false), 'there is room again');
  });
});

describe('the stream of the status', () => {
  const states = (reader: EventReader): { power: string; components: { slots: { digest: string }[] }[] }[] => reader.messages.map(({ data }) => JSON.parse(data) as ReturnType<typeof states>[number]);

  it('begins with what is, and says when it has changed, not more', async () => {
    const reader = await listen({}, STATUS);
    await until(() => reader.messages.length === 1, 'the state');
    expect(states(reader)[0]?.power).toBe('on');
    expect(states(reader)[0]?.components[0]?.slots[0]?.digest).toMatch(/^[0-9a-f]{64}$/);
    rig.management.power('ForceOff', 'admin');
    await until(() => reader.messages.length === 2, 'the change');
    expect(states(reader)[1]?.power).toBe('off');
  });

  it('gives the newest state to a client that comes late, and each client its own', async () => {
    const early = await listen({}, STATUS);
    await until(() => early.messages.length === 1, 'the state');
    rig.management.power('ForceOff', 'admin');
    const late = await listen({}, STATUS);
    await until(() => late.messages.length === 1 && early.messages.length === 2, 'the states');
    expect([states(late)[0]?.power, states(early)[1]?.power]).toEqual(['off', 'off']);
  });

  it('is for who has logged in', async () => {
    await expect(EventReader.open(rig, STATUS, {})).rejects.toThrow('401');
  });
});

describe('the log', () => {
  const LOG = '/redfish/v1/Managers/1/LogServices/Events';

  it('has the events as entries, by their numbers, with how bad they are', async () => {
    rig.say('an action failed', 'action-failed');
    rig.say('something new', 'never-heard-of');
    const { body } = await rig.get(`${LOG}/Entries`);
    const entries = body['Members'] as unknown as Record<string, unknown>[];
    expect(entries.map(({ Id }) => Number(Id))).toEqual(rig.management.eventsSince(0).map(({ number }) => number));
    expect(entries.slice(-2)).toMatchObject([
      { Message: 'an action failed', Severity: 'Critical', MessageId: 'Ferry.1.1.ActionFailed' }, { Message: 'something new', Severity: 'Warning', MessageId: 'Ferry.1.1.Event' },
    ]);
    const { '@odata.etag': _, ...entry } = (await rig.get(`${LOG}/Entries/${newest()}`)).body;
    expect(entry).toEqual(entries.at(-1));
    for (const id of ['0', String(newest() + 1), 'x', '1e1']) expect(errorOf(await rig.get(`${LOG}/Entries/${id}`)), id).toBe('ResourceNotFound');
  });

  it('is read in pages that leave nothing out', async () => {
    for (let count = 0; count < 450; count++) rig.say(`event ${count}`);
    const ids: number[] = [];
    let path: string | undefined = `${LOG}/Entries`;
    while (path !== undefined) {
      const { body } = await rig.get(path);
      ids.push(...(body['Members'] as unknown as { Id: string }[]).map(({ Id }) => Number(Id)));
      path = body['Members@odata.nextLink'] as unknown as string | undefined;
    }
    expect(ids).toEqual(rig.management.eventsSince(0).map(({ number }) => number));
    const part = (await rig.get(`${LOG}/Entries?$skip=10&$top=5`)).body;
    expect([(part['Members'] as unknown as unknown[]).length, part['Members@odata.nextLink']]).toEqual([5, undefined]);
  });
});
