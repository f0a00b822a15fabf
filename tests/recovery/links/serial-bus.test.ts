import { describe, expect, it } from 'vitest';
import type { BusFaults } from '../../../host/recovery/links/emulated-bus.ts';
import type { ByteStream } from '../../../host/recovery/links/link.ts';
import { runSeed } from '../../random.ts';
import { receive, send, write, SerialBus, type SerialBusOptions } from './serial-bus.ts';

const SEEDS = Number(process.env['BUS_SEEDS'] ?? 1);

/** Sends bytes over a stream and answers the share of the line's bit rate that they had. */
async function share(options: SerialBusOptions, size: number): Promise<number> {
  const rack = new SerialBus(options);
  const [from, to] = await rack.stream(rack.station(0x0001), rack.station(0x0002));
  const bytes = rack.bytes(size);
  const start = rack.clock.now();
  const [, received] = await rack.clock.run(Promise.all([send(from, bytes), receive(to)]));
  expect(Buffer.compare(received, bytes)).toBe(0);
  return (size * 8) / ((rack.clock.now() - start) / 1000) / rack.baud;
}

describe('a serial bus', () => {
  // 8 of 10 bits of a character are data: more than 0.8 is impossible.
  it.each([
    ['a bus of 19,200 baud', { baud: 19_200 }, 0.75], ['one of 9,600 baud', { baud: 9600 }, 0.75], ['one of 115,200 baud with slow ports', { baud: 115_200, latencyMs: 4 }, 0.72],
    ['a line to one other machine', { baud: 115_200, isDuplex: true, latencyMs: 10 }, 0.75], ['one character in 10,000 changed', { faults: { flipped: 1e-4 } }, 0.6],
    ['one in 1,000', { faults: { flipped: 1e-3 } }, 0.25],
  ] as const)('%s carries bytes at a good part of its bit rate', async (_name, options, least) => {
    expect(await share(options, 50_000)).toBeGreaterThan(least);
  });

  it('twelve machines that all speak at once are all heard by all, each message once', async () => {
    const rack = new SerialBus({ seed: 7 });
    const stations = Array.from({ length: 12 }, (_, index) => rack.station(index + 1));
    const heard = stations.map(() => new Map<string, number>());
    stations.forEach((station, index) => station.announcements.hear((bytes, from) => {
      const text = `${from} ${Buffer.from(bytes).toString()}`;
      heard[index]!.set(text, (heard[index]!.get(text) ?? 0) + 1);
    }));
    for (let round = 0; round < 3; round++) for (const station of stations) station.broadcast(Buffer.from(`round ${round} of ${station.address}`));
    await rack.clock.pass(20_000);
    expect(rack.bus.collisions).toBeGreaterThan(0);
    heard.forEach((messages, index) => {
      expect(messages.size, `what ${stations[index]!.address} has heard`).toBe(33);
      expect([...messages.values()].every((count) => count === 1)).toBe(true);
    });
  });

  it('one who has a short message gets the line in the middle of an upload', async () => {
    const rack = new SerialBus();
    const [one, two, third] = [rack.station(1), rack.station(2), rack.station(3)];
    const [from, to] = await rack.stream(one, two);
    const done = Promise.all([send(from, rack.bytes(60_000)), receive(to)]);
    void done.catch(() => undefined);
    await rack.clock.pass(5000);
    const start = rack.clock.now();
    const heard = new Promise<number>((resolve) => { one.announcements.hear(() => resolve(rack.clock.now() - start)); });
    third.broadcast(Buffer.from('who has an image'));
    // Two turns of 8 KiB.
    expect(await rack.clock.run(heard)).toBeLessThan(10_000);
    await rack.clock.run(done);
  });

  it('eight streams at once share it, and each is whole', async () => {
    const rack = new SerialBus({ seed: 3, baud: 115_200 });
    const donor = rack.station(1);
    const work: Promise<unknown>[] = [];
    for (let address = 2; address < 10; address++) {
      const [mine, theirs] = await rack.stream(rack.station(address), donor);
      const bytes = rack.bytes(10_000);
      work.push(Promise.all([send(theirs, bytes), receive(mine)]).then(([, got]) => expect(Buffer.compare(got, bytes), `stream of ${address}`).toBe(0)));
    }
    await rack.clock.run(Promise.all(work));
  });

  it.each([
    ['flipped bits', { flipped: 1e-3 }], ['characters that one end misses', { missed: 1e-3 }], ['characters from nowhere', { invented: 1e-3 }],
    ['all of it', { flipped: 5e-4, missed: 5e-4, invented: 5e-4 }],
  ] as readonly [string, BusFaults][])('%s change nothing of what is read, in either direction, on either kind of line', async (_name, faults) => {
    const first = runSeed();
    for (let seed = first; seed < first + SEEDS; seed++) {
      for (const isDuplex of [false, true]) {
        const rack = new SerialBus({ seed, faults, isDuplex, latencyMs: seed % 3 });
        const [mine, theirs] = await rack.stream(rack.station(1), rack.station(2));
        const [up, down] = [rack.bytes(2000), rack.bytes(3000)];
        const [, , atTheirs, atMine] = await rack.clock.run(Promise.all([write(mine, up, 700), write(theirs, down, 3000), read(theirs, up.length), read(mine, down.length)]));
        expect(Buffer.compare(atTheirs, up), `SEED=${seed} duplex ${isDuplex} up`).toBe(0);
        expect(Buffer.compare(atMine, down), `SEED=${seed} duplex ${isDuplex} down`).toBe(0);
      }
    }
  });

  it('a stream whose other end has gone breaks in a while', async () => {
    const rack = new SerialBus();
    const [one, two] = [rack.station(1), rack.station(2)];
    const [mine] = await rack.stream(one, two);
    rack.bus.faults = { missed: 1 };
    const broken = expect(rack.clock.run(send(mine, rack.bytes(30_000)).then(() => mine.read()))).rejects.toThrow(/the line is not free|does not answer|has ended/);
    await broken;
    expect(rack.clock.now()).toBeLessThan(120_000);
  });

  it('a reader that does not read stops the writer, and goes on when it reads', async () => {
    const rack = new SerialBus({ baud: 115_200 });
    const [mine, theirs] = await rack.stream(rack.station(1), rack.station(2));
    const bytes = rack.bytes(120_000);
    let isWritten = false;
    const sent = send(mine, bytes).then(() => { isWritten = true; });
    await rack.clock.pass(60_000);
    expect(isWritten).toBe(false);
    const before = rack.bus.characters;
    expect(before).toBeLessThan(60_000);
    const [, received] = await rack.clock.run(Promise.all([sent, receive(theirs)]));
    expect(Buffer.compare(received, bytes)).toBe(0);
  });

  it('a port at which nobody listens is refused, an end that is destroyed is told, and a call that is given up ends', async () => {
    const rack = new SerialBus();
    const [one, two] = [rack.station(1), rack.station(2)];
    await expect(rack.clock.run(one.streams.connect(two.address, 9, new AbortController().signal))).rejects.toThrow('nobody takes a stream at this port');
    const [mine, theirs] = await rack.stream(one, two);
    theirs.destroy();
    await expect(rack.clock.run(mine.read())).rejects.toThrow('the other end has ended the stream');
    const limit = new AbortController();
    rack.clock.after(3000, () => limit.abort(new Error('no answer for 3000 ms')));
    await expect(rack.clock.run(one.streams.connect('0x0077', 1, limit.signal))).rejects.toThrow('no answer for 3000 ms');
  });

  it('says when two machines have one address, and when nothing that is sent is heard', async () => {
    const rack = new SerialBus();
    const [one, two] = [rack.station(5), rack.station(5)];
    one.broadcast(Buffer.from('one'));
    two.broadcast(Buffer.from('two'));
    await rack.clock.pass(5000);
    expect(rack.notes).toContain('another machine on it has the address 0x0005, too: give each its own');
    const mute = new SerialBus({ faults: { missed: 1 } });
    mute.station(1).broadcast(Buffer.from('one'));
    await mute.clock.pass(60_000);
    expect(mute.notes).toEqual([expect.stringContaining('nothing of what is sent on it is heard')]);
  });
});

/** Reads so many bytes. */
async function read(stream: ByteStream, size: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let held = 0; held < size; held += pieces.at(-1)!.length) {
    const piece = await stream.read();
    if (piece === undefined) break;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
