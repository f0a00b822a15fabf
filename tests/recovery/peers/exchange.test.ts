import { describe, expect, it } from 'vitest';
import { donorLine } from '../../../host/recovery/peers/donor-text.ts';
import { GroupKey } from '../../../host/recovery/peers/group-key.ts';
import { RECOVERY_BLOCK } from '../../../host/recovery/source.ts';
import { SourceBusy } from '../../../host/recovery/source-busy.ts';
import { IMAGE_SIZE, makeImage, NEED, releaseKey, sha256, Spool, VirtualRack } from './virtual-rack.ts';
import { VirtualNetwork } from '../../../host/recovery/links/virtual-link.ts';

const image = makeImage();
const KEY = new GroupKey(Buffer.alloc(32, 7));

describe('a machine that asks its neighbours', () => {
  it('gets the whole image from a donor that has it, and the donor is told so', async () => {
    const rack = new VirtualRack();
    const { events } = await rack.donor('10.0.0.2', [image]);
    const source = rack.recipient('10.0.0.1');
    const [candidate, ...others] = await rack.find(source);
    expect(others).toEqual([]);
    expect(candidate).toMatchObject({ source: 'rack', kind: 'peers', statement: image.statement, size: IMAGE_SIZE, terms: { donor: '10.0.0.2 port 40000', load: 0 } });
    const spool = new Spool(IMAGE_SIZE);
    await rack.fetch(source, candidate!, spool);
    expect(sha256(spool.bytes)).toBe(image.statement.sha256);
    await rack.clock.pass(100);
    expect(events.at(-1)).toMatchObject({ event: 'upload-ended', to: '10.0.0.1', bytes: IMAGE_SIZE, result: 'Complete' });
  });

  it('goes on at the block that it has when its donor dies, with another donor of the same image', async () => {
    const rack = new VirtualRack();
    await rack.donor('10.0.0.2', [image]);
    const other = await rack.donor('10.0.0.3', [image]);
    const source = rack.recipient('10.0.0.1');
    const candidates = await rack.find(source);
    const [first, second] = [...candidates].sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(first!.statement.sha256).toBe(second!.statement.sha256);
    const spool = new Spool(IMAGE_SIZE);
    rack.network.streamFault = (from, _to, bytes) => (from === '10.0.0.2' && spool.next >= 5 * RECOVERY_BLOCK ? undefined : bytes);
    await expect(rack.fetch(source, first!, spool)).rejects.toMatchObject({ fault: 'vanished' });
    const had = spool.next;
    expect(had).toBeGreaterThanOrEqual(5 * RECOVERY_BLOCK);
    expect(had % RECOVERY_BLOCK).toBe(0);
    await rack.fetch(source, second!, spool);
    expect(sha256(spool.bytes)).toBe(image.statement.sha256);
    expect(other.events).toContainEqual(expect.objectContaining({ event: 'upload-started', from: had }));
  });

  it('hears of the wanted image, else of the one with the highest security number, else of the newest', async () => {
    const old = makeImage({ version: '1.9.2' }), newer = makeImage({ version: '1.9.10' }), secure = makeImage({ version: '1.8.0', security: 4 });
    const found = async (images: typeof old[], running?: { version: string; sha256: string }, reason: 'corrupt' | 'ordered' = 'corrupt'): Promise<string | undefined> => {
      const rack = new VirtualRack();
      await rack.donor('10.0.0.2', images);
      const [candidate] = await rack.find(rack.recipient('10.0.0.1'), { ...NEED, reason, ...(running === undefined ? {} : { running }) });
      return candidate?.statement.version;
    };
    expect(await found([old, newer])).toBe('1.9.10');
    expect(await found([old, newer, secure])).toBe('1.8.0');
    expect(await found([old, newer, secure], { version: '1.9.2', sha256: old.statement.sha256 })).toBe('1.9.2');
    expect(await found([old, newer], { version: '1.9.2', sha256: old.statement.sha256 }, 'ordered')).toBe('1.9.10');
  });

  it('is offered nothing that it can not take', async () => {
    const rack = new VirtualRack();
    const { events } = await rack.donor('10.0.0.2', [image]);
    const source = rack.recipient('10.0.0.1');
    expect(await rack.find(source, { ...NEED, floor: 4 })).toEqual([]);
    await rack.clock.pass(5000);
    expect(await rack.find(source, { ...NEED, slotSize: IMAGE_SIZE - 1 })).toEqual([]);
    await rack.clock.pass(5000);
    expect(await rack.find(source, { ...NEED, platform: 'other-board' })).toEqual([]);
    await rack.clock.pass(5000);
    expect(await rack.find(source, { ...NEED, component: 'bmc' })).toEqual([]);
    expect(events).toEqual([]);
  });

  it('does not wait for the whole time when the very image that it wants is offered', async () => {
    const rack = new VirtualRack();
    await rack.donor('10.0.0.2', [image]);
    const before = rack.clock.now();
    await rack.find(rack.recipient('10.0.0.1'), { ...NEED, wanted: { sha256: image.statement.sha256 } });
    expect(rack.clock.now() - before).toBeLessThan(700);
  });

  it('ends soon after it is asked to, while it asks and while it fetches', async () => {
    const rack = new VirtualRack();
    await rack.donor('10.0.0.2', [image], { ratePerSecond: 64 * 1024 });
    const source = rack.recipient('10.0.0.1');
    const [candidate] = await rack.find(source);
    const stop = new AbortController();
    rack.clock.after(3000, () => stop.abort(new Error('stopped')));
    await expect(rack.clock.run(source.fetch(candidate!, 0, () => undefined, stop.signal))).rejects.toThrow('ended here');
    const again = new AbortController();
    rack.clock.after(100, () => again.abort(new Error('stopped')));
    await expect(rack.clock.run(source.find(NEED, again.signal))).rejects.toThrow('stopped');
  });

  it('tells what became of it, and donors put that in their log', async () => {
    const rack = new VirtualRack();
    const { events } = await rack.donor('10.0.0.2', [image]);
    const source = rack.recipient('10.0.0.1');
    const [candidate] = await rack.find(source);
    const outcome = { component: 'bios', reason: 'corrupt', result: 'well', before: 'ab'.repeat(32), now: image.statement.sha256, bytes: IMAGE_SIZE, ms: 61_000 } as const;
    source.report({ ...outcome, source: 'rack', id: candidate!.id });
    await rack.clock.pass(2000);
    source.report({ ...outcome, result: 'given-up', before: '', source: 'storage', id: 'bios.bin' });
    await rack.clock.pass(10);
    const common = { event: 'report-heard', from: '10.0.0.1', reason: 'Corrupt', sha256: image.statement.sha256, bytes: IMAGE_SIZE, seconds: 61 };
    const reports = events.filter(({ event }) => event === 'report-heard');
    expect(reports).toEqual([
      { ...common, result: 'Complete', before: 'ab'.repeat(32), donor: expect.stringMatching(/^[0-9a-f]{16}$/) as string, isMine: true },
      { ...common, result: 'GaveUp', before: '', donor: '', isMine: false },
    ]);
    expect(donorLine(reports[0]!)).toMatch(/^report: 10\.0\.0\.1 \(corrupt\) is well again: abababababababab\.\.\. before, [0-9a-f]{16}\.\.\. now, 1311954 bytes in 61 s, from this donor$/);
  });

  it('takes no faster than its link may, and its donor sends no faster than it may', async () => {
    for (const [kind, rate] of [['recipient', 64 * 1024], ['donor', 128 * 1024]] as const) {
      const rack = new VirtualRack();
      await rack.donor('10.0.0.2', [image], kind === 'donor' ? { ratePerSecond: rate } : {});
      const source = rack.recipient('10.0.0.1', kind === 'recipient' ? { links: [rack.network.link('10.0.0.1', 'wireless', rate)] } : {});
      const [candidate] = await rack.find(source);
      const spool = new Spool(IMAGE_SIZE);
      const before = rack.clock.now();
      await rack.fetch(source, candidate!, spool);
      // The first chunk passes at once.
      expect((rack.clock.now() - before) / 1000, kind).toBeGreaterThan((IMAGE_SIZE - 2 * RECOVERY_BLOCK) / rate);
      expect(sha256(spool.bytes), kind).toBe(image.statement.sha256);
    }
  });
});

describe('two machines that ask at once', () => {
  it('are both served, and a third and a fourth one when there is a place again', async () => {
    const rack = new VirtualRack();
    const { events } = await rack.donor('10.0.0.9', [image], { ratePerSecond: 256 * 1024 });
    const sources = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((address) => rack.recipient(address));
    const spools = sources.map(() => new Spool(IMAGE_SIZE));
    const waits = await rack.clock.run(Promise.all(sources.map((source, index) => rack.patiently(source, spools[index]!))));
    expect(waits.filter((count) => count > 0)).toHaveLength(2);
    await rack.clock.pass(100);
    let most = 0, now = 0;
    for (const { event } of events) {
      now += Number(event === 'upload-started') - Number(event === 'upload-ended');
      most = Math.max(most, now);
    }
    expect({ most, now }).toEqual({ most: 2, now: 0 });
    for (const spool of spools) expect(sha256(spool.bytes)).toBe(image.statement.sha256);
  });

  it('are told that the donor serves others, and to ask again later each time, not all at the same time', async () => {
    const rack = new VirtualRack();
    await rack.donor('10.0.0.9', [image], { uploadsPerSource: 0 });
    const waits: number[][] = [];
    for (const address of ['10.0.0.1', '10.0.0.2']) {
      const source = rack.recipient(address);
      const own: number[] = [];
      for (let round = 0; round < 6; round++) {
        const [candidate] = await rack.find(source);
        const busy: unknown = await rack.fetch(source, candidate!, new Spool(IMAGE_SIZE)).catch((error: unknown) => error);
        expect(busy).toBeInstanceOf(SourceBusy);
        own.push((busy as SourceBusy).waitMs);
        await rack.clock.pass(5000);
      }
      waits.push(own);
    }
    const [one, other] = waits as [number[], number[]];
    [1, 2, 4, 8, 8, 8].forEach((seconds, round) => {
      expect(one[round]).toBeGreaterThanOrEqual(seconds * 500);
      expect(one[round]).toBeLessThan(seconds * 1500);
    });
    expect(one).not.toEqual(other);
  });

  it('hear that the very image is offered to others: it can be had, only not now', async () => {
    const rack = new VirtualRack();
    const { link } = await rack.donor('10.0.0.2', [image], { limits: { perSecond: 1 } });
    const need = { ...NEED, wanted: { sha256: image.statement.sha256 } };
    const [first, second] = [rack.recipient('10.0.0.3'), rack.recipient('10.0.0.4')];
    const answers = await rack.clock.run(Promise.allSettled([first.find(need, rack.signal.signal), second.find(need, rack.signal.signal)]));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect((answers[1] as PromiseRejectedResult).reason).toBeInstanceOf(SourceBusy);
    await link.close();
    expect(await rack.find(second, need), 'when nobody speaks any more, nobody has it').toEqual([]);
  });
});

describe('a group with a key', () => {
  it('serves its members', async () => {
    const rack = new VirtualRack();
    await rack.donor('10.0.0.2', [image], { key: KEY });
    const source = rack.recipient('10.0.0.1', { key: KEY });
    const [candidate] = await rack.find(source);
    const spool = new Spool(IMAGE_SIZE);
    await rack.fetch(source, candidate!, spool);
    expect(sha256(spool.bytes)).toBe(image.statement.sha256);
  });

  it.each([['no key', undefined], ['another key', new GroupKey(Buffer.alloc(32, 8))]])('says nothing to someone with %s, and hears nothing from it', async (_what, key) => {
    const rack = new VirtualRack();
    const inside = await rack.donor('10.0.0.2', [image], { key: KEY });
    const stranger = rack.recipient('10.0.0.1', key === undefined ? {} : { key });
    expect(await rack.find(stranger)).toEqual([]);
    const outside = await rack.donor('10.0.0.3', [image], key === undefined ? {} : { key });
    expect(await rack.find(rack.recipient('10.0.0.4', { key: KEY, keys: () => [releaseKey.publicKey] }))).toHaveLength(1);
    expect(inside.events.filter(({ event }) => event === 'offer-sent')).toHaveLength(1);
    expect(outside.events).toEqual([]);
  });

  it('does not take up an upload for someone who repeats what a member has sent', async () => {
    const rack = new VirtualRack();
    const { events } = await rack.donor('10.0.0.2', [image], { key: KEY });
    const source = rack.recipient('10.0.0.1', { key: KEY });
    const recorded: Uint8Array[] = [];
    rack.network.streamFault = (from, _to, bytes) => {
      if (from === '10.0.0.1') recorded.push(bytes.slice());
      return bytes;
    };
    const [candidate] = await rack.find(source);
    recorded.length = 0;
    await rack.fetch(source, candidate!, new Spool(IMAGE_SIZE));
    await rack.clock.pass(100);
    const told = events.length;
    const thief = await rack.clock.run(rack.network.link('10.0.0.66').connect('10.0.0.2', 40_000, rack.signal.signal));
    expect(recorded.length).toBeGreaterThan(20);
    for (const bytes of recorded) await rack.clock.run(thief.write(bytes).catch(() => undefined));
    await rack.clock.pass(20_000);
    expect(events.slice(told)).toEqual([]);
  });
});

it('a virtual network is no part of what is tested: it loses what it is told to', async () => {
  const rack = new VirtualRack();
  expect(rack.network).toBeInstanceOf(VirtualNetwork);
  await rack.donor('10.0.0.2', [image]);
  rack.network.messageFault = () => undefined;
  expect(await rack.find(rack.recipient('10.0.0.1'))).toEqual([]);
});
