import { describe, expect, it } from 'vitest';
import type { MessageStream } from '../../../host/recovery/peers/message-stream.ts';
import { IMAGE_SIZE, makeImage, Spool, type TestImage, VirtualRack } from './virtual-rack.ts';

const image = makeImage();

/** A stream to a donor, accepted up to the statement. */
async function accepted(rack: VirtualRack, from: string, of: TestImage, donor: Uint8Array, window = 32): Promise<MessageStream> {
  const stream = await rack.clock.run(rack.network.link(from).connect('10.0.0.2', 40_000, rack.signal.signal));
  const messages = new rack.Messages({ stream, wire: rack.wire, clock: rack.clock, key: undefined, end: 'recipient' });
  await messages.send('accept', { digest: of.digest, nonce: new Uint8Array(8), donor, next: 0, chunkSize: 65_536, window });
  await rack.clock.run(messages.receive(4000, 5000));
  return messages;
}

describe('a recipient that', () => {
  const ID = new Uint8Array(8).fill(3);
  const served = async (): Promise<{ rack: VirtualRack; events: unknown[] }> => {
    const rack = new VirtualRack();
    const { events } = await rack.donor('10.0.0.2', [image], { randomBytes: () => ID });
    return { rack, events };
  };
  /** Whether an honest machine is served to the end now. */
  const serves = (rack: VirtualRack): Promise<boolean> =>
    rack.clock.run(rack.patiently(rack.recipient('10.0.0.200'), new Spool(IMAGE_SIZE)).then(() => true, () => false));

  it('never takes delivery is let go after seconds, and an honest one gets its place', async () => {
    const { rack, events } = await served();
    for (const address of ['10.0.0.66', '10.0.0.67']) await (await accepted(rack, address, image, ID)).send('acknowledge', { next: 0, mask: 0 });
    await rack.clock.pass(100);
    const before = rack.clock.now();
    expect(await serves(rack)).toBe(true);
    expect(rack.clock.now() - before).toBeGreaterThan(8000);
    expect(rack.clock.now() - before).toBeLessThan(25_000);
    expect(events).toContainEqual(expect.objectContaining({ event: 'upload-ended', to: '10.0.0.66', result: expect.stringMatching(/does not take delivery/) as string }));
  });

  it('says nothing, at any point, holds no place', async () => {
    const { rack, events } = await served();
    for (let index = 0; index < 4; index++) await rack.clock.run(rack.network.link('10.0.0.66').connect('10.0.0.2', 40_000, rack.signal.signal));
    for (let index = 0; index < 4; index++) await accepted(rack, '10.0.0.67', image, ID);
    expect(await serves(rack)).toBe(true);
    expect(events.filter((event) => (event as { to?: string }).to === '10.0.0.66')).toEqual([]);
  });

  it('opens more streams than one machine needs has them closed', async () => {
    const { rack } = await served();
    const link = rack.network.link('10.0.0.66');
    const streams = [];
    for (let index = 0; index < 10; index++) streams.push(await rack.clock.run(link.connect('10.0.0.2', 40_000, rack.signal.signal)));
    const closed = await rack.clock.run(Promise.all(streams.slice(4).map((stream) => stream.write(new Uint8Array(1)).then(() => false, () => true))));
    expect(closed).toEqual(closed.map(() => true));
  });

  it('takes both places for itself does not get the second one', async () => {
    const { rack, events } = await served();
    for (let index = 0; index < 2; index++) await (await accepted(rack, '10.0.0.66', image, ID)).send('acknowledge', { next: 0, mask: 0 });
    await rack.clock.pass(100);
    expect(events.filter((event) => (event as { event: string }).event === 'upload-started').length).toBe(1);
    expect(await serves(rack)).toBe(true);
  });

  const wrong: [string, (messages: MessageStream) => Promise<void>][] = [
    ['acknowledges what was never sent', (messages) => messages.send('acknowledge', { next: 20 * 65_536, mask: 0 })],
    ['acknowledges what is no place in the image', (messages) => messages.send('acknowledge', { next: 7, mask: 0 })],
    ['claims chunks ahead', (messages) => messages.send('acknowledge', { next: 65_536, mask: 1 })],
    ['acknowledges the same for ever', (messages) => messages.send('acknowledge', { next: 0, mask: 0 })],
    ['sends a request on the stream', async (messages) => messages.send('data', { offset: 0, bytes: new Uint8Array(4) })],
    ['sends the largest message', async (messages) => messages.send('data', { offset: 0, bytes: new Uint8Array(65_536) })],
  ];
  it.each(wrong)('%s is let go', async (_what, work) => {
    const { rack, events } = await served();
    const messages = await accepted(rack, '10.0.0.66', image, ID, 1);
    await messages.send('acknowledge', { next: 0, mask: 0 });
    await rack.clock.pass(5);
    await work(messages);
    await rack.clock.pass(50);
    expect(events.at(-1)).toMatchObject({ event: 'upload-ended', to: '10.0.0.66' });
    expect(await serves(rack)).toBe(true);
  });

  it('accepts what the donor does not hold, or the offer of another donor, gets no statement', async () => {
    const { rack } = await served();
    await expect(accepted(rack, '10.0.0.66', image, new Uint8Array(8))).rejects.toThrow();
    const stream = await rack.clock.run(rack.network.link('10.0.0.66').connect('10.0.0.2', 40_000, rack.signal.signal));
    const messages = new rack.Messages({ stream, wire: rack.wire, clock: rack.clock, key: undefined, end: 'recipient' });
    await messages.send('accept', { digest: new Uint8Array(32), nonce: new Uint8Array(8), donor: ID, next: 0, chunkSize: 65_536, window: 32 });
    expect(await rack.clock.run(messages.receive(4000, 5000))).toMatchObject({ name: 'decline', fields: { reason: 'NotHeld' } });
  });
});
