import { describe, expect, it } from 'vitest';
import { OFFERS } from '../../../host/recovery/peers/offer-book.ts';
import { RECOVERY_BLOCK } from '../../../host/recovery/source.ts';
import { makeImage, NEED, sha256, Spool, VirtualRack } from './virtual-rack.ts';

const image = makeImage();

describe('a donor that vanishes', () => {
  it('at any piece of the exchange costs seconds, and another one is taken', async () => {
    const small = makeImage({ size: 5 * RECOVERY_BLOCK + 77 });
    let pieces = 0;
    for (let cut = 0; cut < 24; cut++) {
      const rack = new VirtualRack();
      await rack.donor('10.0.0.2', [small]);
      await rack.donor('10.0.0.3', [small]);
      const source = rack.recipient('10.0.0.1');
      let count = 0;
      rack.network.streamFault = (from, to, bytes) => ((from === '10.0.0.2' || to === '10.0.0.2') && count++ >= cut ? undefined : bytes);
      const candidates = [...await rack.find(source)].sort((a, b) => (a.id < b.id ? -1 : 1));
      const spool = new Spool(small.statement.size);
      for (const candidate of candidates) if (spool.next < spool.bytes.length) await rack.fetch(source, candidate, spool).catch(() => undefined);
      expect(sha256(spool.bytes), `cut at piece ${cut}`).toBe(small.statement.sha256);
      expect(rack.clock.now(), `cut at piece ${cut}`).toBeLessThan(60_000);
      pieces = Math.max(pieces, count);
    }
    expect(pieces).toBeGreaterThan(16);
  });
});

describe('a flood of offers', () => {
  it('of one address leaves room for honest ones', async () => {
    const rack = new VirtualRack();
    const flood = rack.network.link('10.0.0.66');
    flood.hear((bytes) => {
      const { message } = rack.wire.decode(bytes);
      if (message?.name !== 'request') return;
      for (let index = 0; index < 500; index++) rack.say('10.0.0.66', 'offer', rack.offerOf(image, message.fields.nonce, { port: 1000 + index }));
    });
    await rack.donor('10.0.0.2', [image]);
    const candidates = await rack.find(rack.recipient('10.0.0.1'));
    expect(candidates.map(({ terms }) => terms.donor)).toEqual(['10.0.0.2 port 40000']);
    expect(rack.notes.join()).toMatch(/498 offers were passed over/);
  });

  it(`of many addresses costs ${OFFERS} streams and no more`, async () => {
    const rack = new VirtualRack();
    const flood = rack.network.link('10.0.0.66');
    flood.hear((bytes) => {
      const { message } = rack.wire.decode(bytes);
      if (message?.name !== 'request') return;
      for (let index = 0; index < 200; index++) rack.say(`10.9.0.${index}`, 'offer', rack.offerOf(image, message.fields.nonce));
    });
    expect(await rack.find(rack.recipient('10.0.0.1'))).toEqual([]);
    expect(rack.notes.filter((note) => /refuses the connection/.test(note)).length).toBe(OFFERS);
  });

  it('that nobody has asked for is not looked at', async () => {
    const rack = new VirtualRack();
    const source = rack.recipient('10.0.0.1');
    const done = source.find(NEED, rack.signal.signal);
    for (let index = 0; index < 100; index++) rack.say('10.0.0.66', 'offer', rack.offerOf(image, rack.randomBytes(8)));
    expect(await rack.clock.run(done)).toEqual([]);
    expect(rack.notes).toEqual([]);
  });
});
