import { describe, expect, it } from 'vitest';
import type { RecoveryMessages } from '../../../host/core/wire-recovery-messages.ts';
import type { MessageStream } from '../../../host/recovery/peers/message-stream.ts';
import { RECOVERY_BLOCK } from '../../../host/recovery/source.ts';
import { testKey } from '../../trust/signed-image.ts';
import { IMAGE_SIZE, makeImage, sha256, Spool, type TestImage, VirtualRack } from './virtual-rack.ts';

const image = makeImage();
type Offer = RecoveryMessages['offer'];

/** Shows a statement as an honest donor does; answers where the recipient wants to go on. */
async function show(messages: MessageStream, of: TestImage, change: Partial<RecoveryMessages['statement']> = {}): Promise<number> {
  const accept = await messages.receive(1000, 5000);
  if (accept.name !== 'accept') throw new Error(accept.name);
  messages.bind(accept.fields.nonce);
  await messages.send('statement', { nonce: new Uint8Array(8), imageSize: of.statement.size, signature: of.signature, ...change });
  const first = await messages.receive(1000, 5000);
  if (first.name !== 'acknowledge') throw new Error(first.name);
  return first.fields.next;
}

describe('a donor that lies in its offer', () => {
  const lies: [string, Partial<Offer>][] = [
    ['its size', { size: 1000 }], ['its security number', { security: 9 }], ['its digest', { digest: new Uint8Array(32).fill(1) }],
  ];
  it.each(lies)('about %s is found out by its statement, before any byte, and left alone for a while', async (_what, change) => {
    const rack = new VirtualRack();
    let asked = 0;
    await rack.impostor('10.0.0.66', ({ nonce }) => rack.offerOf(image, nonce, change), async (messages) => {
      asked++;
      await show(messages, image);
    });
    const source = rack.recipient('10.0.0.1');
    expect(await rack.find(source)).toEqual([]);
    expect(rack.notes.join()).toMatch(/another image than the one offered/);
    expect(await rack.find(source)).toEqual([]);
    expect(asked).toBe(1);
    await rack.clock.pass(31_000);
    await rack.find(source);
    expect(asked).toBe(2);
  });

  it('does not keep an honest donor from being heard', async () => {
    const rack = new VirtualRack();
    await rack.impostor('10.0.0.66', ({ nonce }) => rack.offerOf(image, nonce, { security: 9 }), async (messages) => void await show(messages, image));
    await rack.donor('10.0.0.2', [image]);
    expect((await rack.find(rack.recipient('10.0.0.1'))).map(({ terms }) => terms.donor)).toEqual(['10.0.0.2 port 40000']);
  });
});

describe('a statement', () => {
  it('by a key that is not trusted is refused', async () => {
    const rack = new VirtualRack();
    await rack.donor('10.0.0.2', [makeImage({ key: testKey(0x66).key })]);
    expect(await rack.find(rack.recipient('10.0.0.1'))).toEqual([]);
    expect(rack.notes.join()).toMatch(/key id: expected/);
  });

  it('of an old image that was signed once is refused below the floor, whatever the offer says', async () => {
    const old = makeImage({ version: '1.0.0', security: 1 });
    const rack = new VirtualRack();
    for (const [address, security] of [['10.0.0.65', 1], ['10.0.0.66', 9]] as const) {
      await rack.impostor(address, ({ nonce }) => rack.offerOf(old, nonce, { security }), async (messages) => void await show(messages, old));
    }
    expect(await rack.find(rack.recipient('10.0.0.1'))).toEqual([]);
  });

  it('that names another size than was signed is refused', async () => {
    const rack = new VirtualRack();
    await rack.impostor('10.0.0.66', ({ nonce }) => rack.offerOf(image, nonce), async (messages) => void await show(messages, image, { imageSize: image.statement.size + 1 }));
    expect(await rack.find(rack.recipient('10.0.0.1'))).toEqual([]);
    expect(rack.notes.join()).toMatch(/another image than the one offered/);
  });

  it.each([['of noise', Buffer.from('no signature at all')], ['of the largest size', Buffer.alloc(2048, 0x41)]])('that consists %s is refused', async (_what, signature) => {
    const rack = new VirtualRack();
    await rack.impostor('10.0.0.66', ({ nonce }) => rack.offerOf(image, nonce), async (messages) => void await show(messages, image, { signature }));
    expect(await rack.find(rack.recipient('10.0.0.1'))).toEqual([]);
  });
});

/** What a donor does after the first acknowledgement of a fetch. */
type Upload = (messages: MessageStream, from: number) => Promise<void>;

/** Fetches from a donor that behaves well up to the bytes. */
async function fetchFrom(upload: Upload, change: Partial<Offer> = {}): Promise<{ failure: unknown; spool: Spool; ms: number }> {
  const rack = new VirtualRack();
  await rack.impostor('10.0.0.66', ({ nonce }) => rack.offerOf(image, nonce, change), async (messages) => upload(messages, await show(messages, image)));
  const source = rack.recipient('10.0.0.1');
  const [candidate] = await rack.find(source);
  const spool = new Spool(IMAGE_SIZE);
  const before = rack.clock.now();
  const failure = await rack.fetch(source, candidate!, spool).then(() => undefined, (error: unknown) => error);
  return { failure, spool, ms: rack.clock.now() - before };
}

const chunk = (offset: number): { offset: number; bytes: Uint8Array } => ({ offset, bytes: image.bytes.subarray(offset, Math.min(offset + RECOVERY_BLOCK, IMAGE_SIZE)) });

describe('a donor that uploads', () => {
  it('wrong bytes is not found out here: the digest of the whole is what counts, and nothing more comes than was signed', async () => {
    const { failure, spool } = await fetchFrom(async (messages) => {
      for (let offset = 0; offset < IMAGE_SIZE; offset += RECOVERY_BLOCK) {
        await messages.send('data', { offset, bytes: chunk(offset).bytes.map((byte) => byte ^ 1) });
        await messages.receive(1000);
      }
    });
    expect(failure).toBeUndefined();
    expect(spool.next).toBe(IMAGE_SIZE);
    expect(sha256(spool.bytes)).not.toBe(image.statement.sha256);
  });

  it('without end is cut off at the last byte that was signed', async () => {
    let sent = 0;
    const { failure, spool } = await fetchFrom(async (messages) => {
      for (let offset = 0; ; offset += RECOVERY_BLOCK, sent++) await messages.send('data', { offset, bytes: chunk(offset % RECOVERY_BLOCK).bytes });
    });
    // The last chunk of the image is shorter: a whole one has no place there.
    expect(failure).toMatchObject({ fault: 'garbage' });
    expect(spool.next).toBeLessThanOrEqual(IMAGE_SIZE);
    expect(sent).toBeLessThan(40);
  });

  const disorder: [string, number[]][] = [['the same chunk again', [0, 0]], ['a later chunk first', [RECOVERY_BLOCK]], ['a chunk behind the end', [0, 32 * RECOVERY_BLOCK]]];
  it.each(disorder)('%s is left', async (_what, offsets) => {
    const { failure, spool } = await fetchFrom(async (messages) => {
      for (const offset of offsets) await messages.send('data', { offset, bytes: chunk(0).bytes });
      await messages.receive(1000);
    });
    expect(failure).toMatchObject({ fault: 'garbage' });
    expect(spool.next).toBeLessThanOrEqual(RECOVERY_BLOCK);
  });

  it('nothing any more is left after seconds', async () => {
    const { failure, ms } = await fetchFrom(async (messages) => {
      await messages.send('data', chunk(0));
      await new Promise(() => undefined);
    });
    expect(failure).toMatchObject({ fault: 'slow' });
    expect(ms).toBeLessThan(25_000);
  });

  it.each([['declares much', 20], ['declares next to nothing', 0]])('one byte a second is left after seconds, when it %s', async (_what, rate) => {
    const rack = new VirtualRack();
    const link = rack.network.link('10.0.0.66');
    let isFirst = true;
    await link.listen((stream) => {
      const slowly = { ...stream, peer: stream.peer, read: () => stream.read(), close: () => stream.close(), destroy: () => stream.destroy(), write: async (bytes: Uint8Array): Promise<void> => {
        if (isFirst || bytes.length < 60_000) return stream.write(bytes);
        for (const byte of bytes) {
          await new Promise<void>((resolve) => { rack.clock.after(1000, resolve); });
          await stream.write(Uint8Array.of(byte));
        }
      } };
      const donor = new rack.Messages({ stream: slowly, wire: rack.wire, clock: rack.clock, key: undefined, end: 'donor' });
      void show(donor, image).then((from) => {
        isFirst = false;
        return donor.send('data', chunk(from));
      }).catch(() => undefined);
    });
    link.hear((bytes) => {
      const { message } = rack.wire.decode(bytes);
      if (message?.name === 'request') rack.say('10.0.0.66', 'offer', rack.offerOf(image, message.fields.nonce, { rate }));
    });
    const source = rack.recipient('10.0.0.1');
    const [candidate] = await rack.find(source);
    const before = rack.clock.now();
    await expect(rack.fetch(source, candidate!, new Spool(IMAGE_SIZE))).rejects.toMatchObject({ fault: 'slow' });
    expect(rack.clock.now() - before).toBeLessThan(25_000);
  });

  it('to a recipient whose disk is full is told so, and the recipient gets its own error', async () => {
    const rack = new VirtualRack();
    const { events } = await rack.donor('10.0.0.2', [image]);
    const source = rack.recipient('10.0.0.1');
    const [candidate] = await rack.find(source);
    const full = (): never => { throw new Error('no space'); };
    await expect(rack.clock.run(source.fetch(candidate!, 0, full, rack.signal.signal))).rejects.toThrow('no space');
    await rack.clock.pass(100);
    expect(events.at(-1)).toMatchObject({ event: 'upload-ended', result: 'GaveUp' });
  });
});
