// The whole exchange over a serial bus as it is shipped, at the speed of the line, in virtual time.
import { describe, expect, it } from 'vitest';
import { SerialLink } from '../../../host/recovery/links/serial-link.ts';
import type { Station } from '../../../host/recovery/links/station.ts';
import type { DonorEvent } from '../../../host/recovery/peers/donor-event.ts';
import { Donor } from '../../../host/recovery/peers/donor.ts';
import { fetchLimits } from '../../../host/recovery/peers/exchange-times.ts';
import { PeerSource } from '../../../host/recovery/peers/peer-source.ts';
import type { ImageBase } from '../../../host/recovery/source.ts';
import { makeImage, NEED, releaseKey, sha256, Spool, type TestImage } from '../peers/virtual-rack.ts';
import { SerialBus, type SerialBusOptions } from './serial-bus.ts';

const MIB = 1024 * 1024;

class Rack extends SerialBus {
  readonly events: DonorEvent[] = [];
  readonly passed: string[] = [];
  readonly signal = new AbortController().signal;
  readonly randomBytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => this.random() * 256);

  link(station: Station): SerialLink {
    return new SerialLink({ station, release: async () => undefined }, { kind: this.isShared ? 'icmb' : 'bluetooth' });
  }

  donor(address: number, images: readonly TestImage[]): Promise<Donor> {
    return Donor.start({
      links: [this.link(this.station(address))], images: () => images, class: 'Peer', clock: this.clock, random: this.random, randomBytes: this.randomBytes, note: (event) => this.events.push(event),
    });
  }

  recipient(address: number): PeerSource {
    return new PeerSource({
      name: 'bus', links: [this.link(this.station(address))], keys: () => [releaseKey.publicKey], clock: this.clock, randomBytes: this.randomBytes, note: (text) => this.passed.push(text),
    });
  }
}

/** An image that the machine has had, with bytes changed in it. */
function baseOf(image: TestImage, changed: (bytes: Buffer) => void): ImageBase {
  const bytes = Buffer.from(image.bytes);
  changed(bytes);
  return { size: bytes.length, read: (offset, into) => into.set(bytes.subarray(offset, offset + into.length)) };
}

/** Finds the image and fetches it; answers the seconds and the bytes that came over the line. */
async function recover(rack: Rack, source: PeerSource, image: TestImage, bases: readonly ImageBase[]): Promise<{ readonly seconds: number; readonly came: number }> {
  const start = rack.clock.now();
  let came = 0;
  const [candidate] = await rack.clock.run(source.find({ ...NEED, wanted: { sha256: image.statement.sha256 } }, rack.signal));
  expect(candidate?.terms, rack.passed.join('; ')).toMatchObject({ link: rack.isShared ? 'icmb' : 'bluetooth', class: 'Peer', linkRate: rack.baud / 10 });
  const spool = new Spool(image.bytes.length);
  await rack.clock.run(source.fetch(candidate!, 0, spool.take, rack.signal, { bases, came: (bytes) => { came += bytes; } }));
  expect(sha256(spool.bytes)).toBe(image.statement.sha256);
  return { seconds: (rack.clock.now() - start) / 1000, came };
}

describe('an image over a serial bus of 19,200 baud', () => {
  it('of 16 MiB, of which 1 % has changed, crosses it in less than four minutes', async () => {
    const image = makeImage({ size: 16 * MIB });
    const rack = new Rack();
    await rack.donor(0x10, [image]);
    // A rebuilt firmware: some volumes are others, and a few tables and numbers in the rest.
    const base = baseOf(image, (bytes) => {
      for (const [offset, size] of [[1 * MIB, 64], [3 * MIB + 5000, 20_000], [7 * MIB + 100, 90_000], [12 * MIB, 54_000], [15 * MIB + 999, 3600]] as const) {
        for (let at = offset; at < offset + size; at++) bytes[at]! ^= 0x5a;
      }
    });
    const { seconds, came } = await recover(rack, rack.recipient(0x20), image, [base]);
    expect(seconds).toBeLessThan(240);
    expect(came).toBeLessThan(300_000);
  });

  it('comes whole when the machine has nothing, and slowly is not too slowly', async () => {
    const image = makeImage({ size: 150_000 });
    const rack = new Rack();
    await rack.donor(0x10, [image]);
    const { seconds } = await recover(rack, rack.recipient(0x20), image, []);
    // Random bytes do not pack: the line's 1,920 bytes a second, with what frames and turns cost.
    expect(150_000 / seconds).toBeGreaterThan(1200);
    await rack.clock.pass(10_000);
    expect(rack.events.at(-1)).toMatchObject({ event: 'upload-ended', result: 'Complete' });
  });

  it.each([
    ['noise', { faults: { flipped: 2e-4 } }], ['slow ports', { latencyMs: 12 }], ['a line to one other machine', { isDuplex: true }], ['1,200 baud', { baud: 1200 }],
  ] as readonly [string, SerialBusOptions][])('comes through %s', async (_name, options) => {
    const image = makeImage({ size: 20_000 });
    const rack = new Rack(options);
    await rack.donor(0x10, [image]);
    await recover(rack, rack.recipient(0x20), image, []);
  });

  it('two machines at once are served by one donor, each at its share', async () => {
    const image = makeImage({ size: 40_000 });
    const rack = new Rack();
    await rack.donor(0x10, [image]);
    const sources = [rack.recipient(0x20), rack.recipient(0x21)];
    const work = Promise.all(sources.map(async (source) => {
      const [candidate] = await source.find({ ...NEED, wanted: { sha256: image.statement.sha256 } }, rack.signal);
      const spool = new Spool(image.bytes.length);
      await source.fetch(candidate!, 0, spool.take, rack.signal);
      return sha256(spool.bytes);
    }));
    expect(await rack.clock.run(work)).toEqual([image.statement.sha256, image.statement.sha256]);
  });

  it('a stream of single bytes is shown the door, and takes one place for a while', async () => {
    const image = makeImage({ size: 20_000 });
    const rack = new Rack();
    await rack.donor(0x10, [image]);
    const stranger = rack.station(0x66);
    const stream = await rack.clock.run(stranger.streams.connect('0x0010', 1, rack.signal));
    await stream.write(Uint8Array.of(1));
    await expect(rack.clock.run(stream.read(), 120_000)).rejects.toThrow('the other end has ended the stream');
    await recover(rack, rack.recipient(0x20), image, []);
  });
});

describe('the limits of a fetch', () => {
  it('are those of the config on a network, and fit a line that is slow', () => {
    const given = { fetchMs: 1_800_000, lowestRate: 512 };
    expect(fetchLimits(given, 16 * MIB, undefined)).toEqual(given);
    expect(fetchLimits(given, 16 * MIB, 1_000_000)).toEqual(given);
    expect(fetchLimits(given, 16 * MIB, 1920)).toEqual({ fetchMs: (4 * 16 * MIB * 1000) / 1920, lowestRate: 240 });
    expect(fetchLimits(given, 1000, 1920).fetchMs).toBe(1_800_000);
  });
});
