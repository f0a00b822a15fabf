// What strangers on a serial bus send: frames that are right in form, with anything in them.
import { expect, it } from 'vitest';
import { basicMode } from '../../../host/recovery/links/basic-mode.ts';
import { encodeBridgeFrame, EVERYONE } from '../../../host/recovery/links/bridge-frame.ts';
import { encodeSegment, type Segment } from '../../../host/recovery/links/segment.ts';
import { runSeed } from '../../random.ts';
import { receive, send, SerialBus } from './serial-bus.ts';

const FRAMES = Number(process.env['FUZZ_INPUTS'] ?? 20_000) / 50;

/** A line on which a stranger sends what it likes under any address. */
function strangerOn(rack: SerialBus): (kind: 'message' | 'segment', to: number, from: number, body: Uint8Array) => Promise<void> {
  const line = rack.bus.end('stranger');
  return (kind, to, from, body) => line.write(basicMode.encode(encodeBridgeFrame({ kind, to, from, body }, 0)));
}

it('segments and messages with anything in them, under any address, end no process and hold nothing back', async () => {
  const seed = runSeed();
  const rack = new SerialBus({ seed, baud: 1_000_000 });
  const [one, two] = [rack.station(1), rack.station(2)];
  one.streams.listen(() => undefined);
  const say = strangerOn(rack);
  const any = (limit: number): number => Math.floor(rack.random() * limit);
  const [mine] = await rack.stream(two, one);
  const own = (mine as unknown as { readonly connection: number }).connection;
  void mine.read().catch(() => undefined);
  for (let input = 0; input < FRAMES; input++) {
    const count = any(5);
    const segment: Segment = {
      connection: any(4) === 0 ? any(3) : own, flags: any(256), poll: any(256), answers: any(256), room: any(65_536), offset: any(2) === 0 ? any(20_000) : any(2 ** 32), next: any(2) === 0 ? any(20_000) : any(2 ** 32),
      early: Array.from({ length: count }, () => ({ from: any(65_536), to: any(65_536) })), data: rack.bytes(any(300)),
    };
    const body = any(4) === 0 ? rack.bytes(any(60)) : encodeSegment(segment);
    await rack.clock.run(say(any(4) === 0 ? 'message' : 'segment', [1, 2, EVERYONE][any(3)]!, 1 + any(4), body)).catch((error: unknown) => expect.unreachable(`seed ${seed} input ${input}: ${error as string}`));
    await rack.clock.pass(20);
  }
  await rack.clock.pass(120_000);
  // Those who mean it are served.
  const [from, to] = await rack.stream(rack.station(7), rack.station(8));
  const bytes = rack.bytes(5000);
  const [, received] = await rack.clock.run(Promise.all([send(from, bytes), receive(to)]));
  expect(Buffer.compare(received, bytes), `seed ${seed}`).toBe(0);
});

it('who opens streams without end gets sixteen; the others are refused, and the line stays free', async () => {
  const rack = new SerialBus({ baud: 115_200 });
  const one = rack.station(1);
  let taken = 0;
  const { port } = one.streams.listen(() => { taken += 1; });
  const say = strangerOn(rack);
  const empty = { poll: 1, answers: 0, room: 8192, offset: 0, next: 0, early: [], data: Uint8Array.of(port, 0) };
  for (let connection = 0; connection < 100; connection++) {
    await rack.clock.run(say('segment', 1, 0x66, encodeSegment({ connection, flags: 1, ...empty })));
    await rack.clock.pass(50);
  }
  expect(taken).toBe(16);
});

it('a stream holds no more than its window of what comes out of order, whatever the pieces', async () => {
  const rack = new SerialBus({ baud: 1_000_000 });
  const [one, two] = [rack.station(1), rack.station(2)];
  const [, theirs] = await rack.stream(two, one);
  const stream = theirs as unknown as { heard(segment: Segment): void; take(): { readonly segment: Segment } | undefined };
  for (let offset = 4; offset < 200_000; offset += 2) {
    stream.heard({ connection: 0, flags: 8, poll: 1, answers: 0, room: 0, offset, next: 0, early: [], data: Uint8Array.of(1) });
  }
  const answer = stream.take()?.segment;
  expect(answer).toMatchObject({ next: 2, room: 8192 });
  expect(answer?.early.length).toBe(3);
  theirs.destroy();
});
