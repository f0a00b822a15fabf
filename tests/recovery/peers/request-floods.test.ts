import { describe, expect, it } from 'vitest';
import { makeDatagram } from '../../../host/recovery/peers/datagram.ts';
import { ANSWER_DELAY_MS } from '../../../host/recovery/peers/donor-offers.ts';
import { ENOUGH_OFFERS } from '../../../host/recovery/peers/pending-answer.ts';
import { GroupKey } from '../../../host/recovery/peers/group-key.ts';
import { RequestLimits } from '../../../host/recovery/peers/request-limits.ts';
import { seeded } from '../../random.ts';
import { makeImage, VirtualRack } from './virtual-rack.ts';

const image = makeImage();

/** Offers that are heard by someone who only listens. */
function heardOffers(rack: VirtualRack): { from: string; bytes: number; atMs: number }[] {
  const offers: { from: string; bytes: number; atMs: number }[] = [];
  rack.network.link('10.0.0.250').hear((bytes, from) => {
    if (bytes[3] === 17) offers.push({ from, bytes: bytes.length, atMs: rack.clock.now() });
  });
  return offers;
}

describe('requests', () => {
  it('are never answered with more bytes than they had, with and without a group key', async () => {
    for (const key of [undefined, new GroupKey(Buffer.alloc(32, 1))]) {
      const rack = new VirtualRack();
      const offers = heardOffers(rack);
      await rack.donor('10.0.0.2', [image], key === undefined ? {} : { key });
      const source = rack.recipient('10.0.0.1', key === undefined ? {} : { key });
      await rack.find(source);
      const sent = makeDatagram(rack.wire, key, 'request', rack.request()).length;
      expect(offers.length).toBe(1);
      expect(offers[0]!.bytes).toBeLessThanOrEqual(sent);
    }
  });

  it('that are shorter than an offer are no requests', async () => {
    const rack = new VirtualRack();
    const offers = heardOffers(rack);
    await rack.donor('10.0.0.2', [image]);
    const whole = makeDatagram(rack.wire, undefined, 'request', rack.request());
    for (let size = 0; size < whole.length; size++) rack.network.say('10.0.0.1', whole.subarray(0, size));
    await rack.clock.pass(1000);
    expect(offers).toEqual([]);
  });

  it('without number are answered as often as the limits say: of one address, and of many that are forged', async () => {
    for (const [what, addressOf, most] of [['one address', () => '10.0.0.66', 3 + 10], ['forged addresses', (index: number) => `10.0.${index >> 8}.${index & 255}`, 20 + 20 * 10]] as const) {
      const rack = new VirtualRack();
      const offers = heardOffers(rack);
      const { donor } = await rack.donor('10.0.0.2', [image]);
      for (let index = 0; index < 2000; index++) {
        rack.clock.after(index * 5, () => rack.say(addressOf(index), 'request', rack.request()));
      }
      await rack.clock.pass(11_000);
      expect(offers.length, what).toBeLessThanOrEqual(most + 1);
      expect(offers.length, what).toBeGreaterThan(5);
      expect(donor.refusedRequests, what).toBeGreaterThan(1700);
    }
  });

  it('for what a donor does not have get nothing, so that they tell nothing', async () => {
    const rack = new VirtualRack();
    const offers = heardOffers(rack);
    await rack.donor('10.0.0.2', [image, makeImage({ component: 'bmc', version: '2.0.0' })]);
    rack.say('10.0.0.66', 'request', rack.request({ compatible: new Uint8Array(16) }));
    rack.say('10.0.0.66', 'request', rack.request({ floor: 0xfffffffe }));
    await rack.clock.pass(1000);
    expect(offers).toEqual([]);
  });

  it('that are repeated, by whomever, are answered once', async () => {
    const rack = new VirtualRack();
    const offers = heardOffers(rack);
    await rack.donor('10.0.0.2', [image]);
    const request = rack.request();
    for (const from of ['10.0.0.66', '10.0.0.66', '10.0.0.67', '10.0.0.68']) rack.say(from, 'request', request);
    await rack.clock.pass(1000);
    expect(offers.length).toBe(1);
  });

  it('are answered with one image, however many there are', async () => {
    const rack = new VirtualRack();
    const offers = heardOffers(rack);
    await rack.donor('10.0.0.2', ['1.1', '1.2', '1.3', '1.4'].map((version) => makeImage({ version, size: 100_000 })));
    rack.say('10.0.0.66', 'request', rack.request());
    await rack.clock.pass(1000);
    expect(offers.length).toBe(1);
  });
});

describe('many donors', () => {
  /** How many of so many donors speak up. */
  async function speakers(count: number, round: number): Promise<{ heard: number; latestMs: number }> {
    const rack = new VirtualRack(7);
    const offers = heardOffers(rack);
    for (let index = 0; index < count; index++) await rack.donor(`10.0.1.${index}`, [image]);
    rack.say('10.0.0.1', 'request', rack.request({ round }));
    await rack.clock.pass(1000);
    return { heard: offers.length, latestMs: Math.max(...offers.map(({ atMs }) => atMs)) };
  }

  it('do not all speak: most are silent once enough have offered as much', async () => {
    const { heard, latestMs } = await speakers(100, 0);
    expect(heard).toBeGreaterThanOrEqual(ENOUGH_OFFERS);
    expect(heard).toBeLessThan(20);
    expect(latestMs).toBeLessThanOrEqual(ANSWER_DELAY_MS + 5);
  });

  it('speak more and more of them with every round that has led to nothing, so that liars can not keep them silent', async () => {
    const heard: number[] = [];
    for (const round of [0, 1, 2, 3, 4]) heard.push((await speakers(70, round)).heard);
    expect(heard[0]).toBeLessThan(2 * ENOUGH_OFFERS);
    heard.forEach((count, round) => expect(count).toBeGreaterThanOrEqual(Math.min(70, ENOUGH_OFFERS * 2 ** round)));
    expect(heard[4], 'in the end, all').toBeGreaterThanOrEqual(64);
    const rack = new VirtualRack();
    await rack.donor('10.0.0.2', [image], { random: () => 0.99 });
    for (let liar = 0; liar < ENOUGH_OFFERS; liar++) {
      await rack.impostor(`10.0.0.6${liar}`, ({ nonce }) => rack.offerOf(image, nonce, { donor: new Uint8Array(8).fill(liar) }), async () => { throw new Error('it has nothing'); });
    }
    const source = rack.recipient('10.0.0.1');
    expect(await rack.find(source)).toEqual([]);
    await rack.clock.pass(2000);
    expect((await rack.find(source)).map(({ terms }) => terms.donor)).toEqual(['10.0.0.2 port 40000']);
  });
});

describe('a donor without a free place', () => {
  const ID = new Uint8Array(8).fill(3);

  it('is heard where nobody else has the image', async () => {
    const rack = new VirtualRack();
    const offers = heardOffers(rack);
    await rack.donor('10.0.0.2', [image], { uploads: 1, randomBytes: () => ID });
    await takePlace(rack);
    rack.say('10.0.0.1', 'request', rack.request());
    await rack.clock.pass(1000);
    expect(offers.map(({ from }) => from)).toEqual(['10.0.0.2']);
  });

  it('lets those speak that have one, in the first round', async () => {
    for (const [round, from] of [[0, ['10.0.0.3']], [1, ['10.0.0.2', '10.0.0.3']]] as const) {
      const rack = new VirtualRack();
      const offers = heardOffers(rack);
      await rack.donor('10.0.0.2', [image], { uploads: 1, randomBytes: () => ID, random: () => 0 });
      await takePlace(rack);
      await rack.donor('10.0.0.3', [image], { random: () => 0.9 });
      rack.say('10.0.0.1', 'request', rack.request({ round }));
      await rack.clock.pass(1000);
      expect(offers.map((offer) => offer.from).sort(), `round ${round}`).toEqual(from);
    }
  });

  /** Someone takes the only place. */
  async function takePlace(rack: VirtualRack): Promise<void> {
    const stream = await rack.clock.run(rack.network.link('10.0.0.77').connect('10.0.0.2', 40_000, rack.signal.signal));
    const messages = new rack.Messages({ stream, wire: rack.wire, clock: rack.clock, key: undefined, end: 'recipient' });
    await messages.send('accept', { digest: image.digest, nonce: new Uint8Array(8), donor: ID, next: 0, chunkSize: 65_536, window: 1 });
    await rack.clock.run(messages.receive(4000, 5000));
    await messages.send('acknowledge', { next: 0, mask: 0 });
    await rack.clock.pass(50);
  }
});

describe('the limits of requests', () => {
  it('let chance decide when there are too many, so that donors that hear the same look at different ones', () => {
    const looked = [11, 12, 13].map((seed) => {
      const limits = new RequestLimits({ random: seeded(seed) });
      return Array.from({ length: 5000 }, (_, index) => index).filter((index) => limits.allows(`host ${index}`, index));
    });
    for (const own of looked) {
      // Twenty a second for five seconds, and those of the beginning.
      expect(own.length).toBeGreaterThan(80);
      expect(own.length).toBeLessThanOrEqual(121);
    }
    const late = looked.map((own) => own.filter((index) => index > 1000));
    const all = late.flat();
    expect(new Set(all).size, 'looked at by one only').toBeGreaterThan(all.length * 0.9);
  });

  it('hold for each address and for all, and remember no more addresses than they say', () => {
    const limits = new RequestLimits({ perSourcePerSecond: 1, perSecond: 20, sources: 4 });
    const allowed = (source: string, nowMs: number): number => Array.from({ length: 10 }, () => limits.allows(source, nowMs)).filter(Boolean).length;
    expect(allowed('a', 0)).toBe(3);
    expect(allowed('b', 0)).toBe(3);
    expect(allowed('a', 999)).toBe(0);
    expect(allowed('a', 1001)).toBe(1);
    let all = 0;
    for (let index = 0; index < 100; index++) all += allowed(`c${index}`, 1001);
    expect(all).toBeLessThanOrEqual(20);
  });
});
