// Ends that stop saying anything, at each point of the exchange: nobody waits for them longer than seconds.
import { describe, expect, it } from 'vitest';
import type { Link } from '../../../host/recovery/links/link.ts';
import type { MessageStream } from '../../../host/recovery/peers/message-stream.ts';
import { IMAGE_SIZE, makeImage, VirtualRack } from './virtual-rack.ts';

const image = makeImage();
const SECONDS = 10_000;

describe('a donor', () => {
  it('whose address never answers is not waited for', async () => {
    const rack = new VirtualRack();
    await rack.impostor('10.0.0.66', ({ nonce }) => rack.offerOf(image, nonce), async () => undefined);
    const link = rack.network.link('10.0.0.1');
    const deaf: Link = { ...link, connect: (_address, _port, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))) };
    expect(await rack.find(rack.recipient('10.0.0.1', { links: [deaf] }))).toEqual([]);
    expect(rack.clock.now()).toBeLessThan(SECONDS);
    expect(rack.notes.join()).toMatch(/no answer for 3000 ms/);
  });

  it('that takes the accept and shows no statement is not waited for', async () => {
    const rack = new VirtualRack();
    await rack.impostor('10.0.0.66', ({ nonce }) => rack.offerOf(image, nonce), () => new Promise(() => undefined));
    expect(await rack.find(rack.recipient('10.0.0.1'))).toEqual([]);
    expect(rack.clock.now()).toBeLessThan(SECONDS);
    expect(rack.notes.join()).toMatch(/has sent no whole message for 3000 ms/);
  });
});

describe('a recipient', () => {
  const ID = new Uint8Array(8).fill(3);

  async function connected(): Promise<{ rack: VirtualRack; messages: MessageStream; events: readonly object[] }> {
    const rack = new VirtualRack();
    const { events } = await rack.donor('10.0.0.2', [image], { randomBytes: () => ID });
    const stream = await rack.clock.run(rack.network.link('10.0.0.66').connect('10.0.0.2', 40_000, rack.signal.signal));
    return { rack, events, messages: new rack.Messages({ stream, wire: rack.wire, clock: rack.clock, key: undefined, end: 'recipient' }) };
  }
  async function accept(rack: VirtualRack, messages: MessageStream): Promise<void> {
    await messages.send('accept', { digest: image.digest, nonce: new Uint8Array(8), donor: ID, next: 0, chunkSize: 65_536, window: 32 });
    await rack.clock.run(messages.receive(4000, 5000));
  }
  /** The donor ends the stream within seconds. */
  async function expectLetGo(rack: VirtualRack, messages: MessageStream): Promise<void> {
    const before = rack.clock.now();
    await expect(rack.clock.run(messages.receive(100_000))).rejects.toMatchObject({ fault: 'vanished' });
    expect(rack.clock.now() - before).toBeLessThan(SECONDS);
  }

  it('that connects and does not accept is let go', async () => {
    const { rack, messages } = await connected();
    await expectLetGo(rack, messages);
  });

  it('that has the statement shown and asks for nothing is let go', async () => {
    const { rack, messages } = await connected();
    await accept(rack, messages);
    await expectLetGo(rack, messages);
  });

  it('that has all of the image and does not say so gives its place back', async () => {
    const { rack, messages, events } = await connected();
    await accept(rack, messages);
    await messages.send('acknowledge', { next: 0, mask: 0 });
    for (let next = 0; next < IMAGE_SIZE;) {
      const { name, fields } = await rack.clock.run(messages.receive(100_000));
      if (name !== 'data') throw new Error(name);
      next = fields.offset + fields.bytes.length;
      await messages.send('acknowledge', { next, mask: 0 });
    }
    await expectLetGo(rack, messages);
    expect(events.at(-1)).toMatchObject({ event: 'upload-ended', bytes: IMAGE_SIZE, result: expect.stringMatching(/no whole message/) as string });
  });
});
