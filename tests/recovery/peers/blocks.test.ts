// Only what differs comes over the link: block digests and packed blocks, over the virtual rack.
import { describe, expect, it } from 'vitest';
import { BlockDigests } from '../../../host/core/block-digests.ts';
import type { RecoveryMessages } from '../../../host/core/wire-recovery-messages.ts';
import { GroupKey } from '../../../host/recovery/peers/group-key.ts';
import type { MessageStream } from '../../../host/recovery/peers/message-stream.ts';
import { type FetchHelp, type ImageBase, RECOVERY_BLOCK } from '../../../host/recovery/source.ts';
import { seeded } from '../../random.ts';
import { IMAGE_SIZE, makeImage, noise, sha256, signedAs, Spool, type TestImage, VirtualRack } from './virtual-rack.ts';

const seed = Number(process.env['SEED'] ?? 1);
const SMALL = 4096;
const image = makeImage();

/** Flash that holds these bytes, and is erased behind them. */
function flash(bytes: Uint8Array, size = Math.ceil(bytes.length / 65_536) * 65_536 + 65_536): ImageBase & { reads: number } {
  const cells = Buffer.alloc(size, 0xff);
  cells.set(bytes);
  return { size, reads: 0, read(offset, into) { this.reads += into.length; into.set(cells.subarray(offset, offset + into.length)); } };
}

/** Fetches an image with what the machine has; answers what came over the link, and what the donor has told. */
async function fetched(of: TestImage, bases: FetchHelp['bases'], { from = 0, key, donors = [of] }: { from?: number; key?: GroupKey; donors?: TestImage[] } = {}) {
  const rack = new VirtualRack();
  const options = key === undefined ? {} : { key };
  const { events } = await rack.donor('10.0.0.2', donors, options);
  const source = rack.recipient('10.0.0.1', options);
  const [candidate] = await rack.find(source);
  const spool = new Spool(of.bytes.length);
  spool.bytes.set(of.bytes.subarray(0, from));
  spool.next = from;
  let came = 0;
  await rack.fetch(source, candidate!, spool, { bases, came: (bytes) => { came += bytes; } });
  await rack.clock.pass(100);
  expect(sha256(spool.bytes)).toBe(of.statement.sha256);
  return { came, ended: events.at(-1), events };
}

/** The bytes with so many small blocks made new, anywhere. */
function changed(bytes: Buffer, blocks: number, random = seeded(seed)): Buffer {
  const made = Buffer.from(bytes);
  for (let count = 0; count < blocks; count++) made[Math.floor(random() * made.length)]! ^= 0x40;
  return made;
}

describe('a recipient that has some of the image', () => {
  it('takes the digests of the large blocks, and no byte of image, when its flash holds all of it', async () => {
    const { came, ended } = await fetched(image, [flash(image.bytes)]);
    expect(came).toBeLessThan(21 * 8 + 100);
    expect(ended).toMatchObject({ event: 'upload-ended', bytes: 0, result: 'Complete' });
  });

  it('takes of 16 MiB, of which a hundredth is spread all over, less than 40 KiB beside what is new', async () => {
    const bytes = noise(16 * 1024 * 1024, 5);
    const large = signedAs(bytes);
    const { came, ended } = await fetched(large, [flash(changed(bytes, 40))]);
    const sent = (ended as { bytes: number }).bytes;
    expect(sent, `SEED=${seed}`).toBeLessThanOrEqual(40 * SMALL);
    expect(sent, `SEED=${seed}`).toBeGreaterThan(30 * SMALL);
    expect(came - sent, `SEED=${seed}`).toBeLessThan(8 * 1024);
    const unknown = await fetched(large, [flash(noise(16 * 1024 * 1024, 6))]);
    expect(unknown.came - bytes.length).toBeLessThan(52 * 1024);
  });

  it('takes from another slot, and from another place, what its first slot does not hold', async () => {
    const broken = Buffer.from(image.bytes).fill(0, 5 * 65_536, 9 * 65_536);
    const { ended } = await fetched(image, [flash(broken), flash(image.bytes)]);
    expect(ended).toMatchObject({ bytes: 0 });
    const moved = Buffer.concat([noise(3 * SMALL, 9), image.bytes.subarray(0, 20 * 65_536)]);
    const shifted = await fetched(image, [flash(moved)]);
    // The end of the image is shorter than a block: that is looked for at its own place only.
    expect(shifted.ended).toMatchObject({ bytes: IMAGE_SIZE % SMALL });
  });

  it('is sent neither erased blocks nor zeros, whatever it has', async () => {
    const sparse = Buffer.alloc(40 * 65_536 + 100, 0xff).fill(0, 65_536, 9 * 65_536);
    sparse.set(noise(5000), 20 * 65_536);
    const { ended } = await fetched(signedAs(sparse), []);
    expect(ended).toMatchObject({ bytes: 2 * SMALL });
  });

  it('is sent packed blocks where that makes them fewer bytes', async () => {
    const text = Buffer.from(Array.from({ length: 40_000 }, (_, line) => `line ${line} of many\n`).join(''));
    const { came, ended } = await fetched(signedAs(text), []);
    expect(ended).toMatchObject({ bytes: text.length });
    expect(came).toBeLessThan(text.length / 2);
  });

  it.each([1, 4095, 4096, 4097, 65_535, 65_536, 65_537, 130_000])('gets an image of %i bytes whole, from a flash that holds half of it', async (size) => {
    const bytes = noise(size, size);
    const half = Buffer.from(bytes).fill(0x55, size >> 1);
    const { came } = await fetched(signedAs(bytes), [flash(half)]);
    expect(came).toBeLessThan(size + 600);
  });

  it('goes on from the block that it has', async () => {
    const { ended, events } = await fetched(image, [flash(Buffer.alloc(0))], { from: 7 * RECOVERY_BLOCK });
    expect(events).toContainEqual(expect.objectContaining({ event: 'upload-started', from: 7 * RECOVERY_BLOCK }));
    expect(ended).toMatchObject({ bytes: IMAGE_SIZE - 7 * RECOVERY_BLOCK });
  });

  it('does so within a group that has a key', async () => {
    const { ended } = await fetched(image, [flash(changed(image.bytes, 1))], { key: new GroupKey(Buffer.alloc(32, 7)) });
    expect(ended).toMatchObject({ bytes: SMALL });
  });

  it('takes all of it when its flash can not be read', async () => {
    const dead: ImageBase = { size: 16 * 1024 * 1024, read: () => { throw new Error('the chip does not answer'); } };
    const { ended } = await fetched(image, [dead]);
    expect(ended).toMatchObject({ bytes: IMAGE_SIZE });
  });

  it('takes every byte by chunks when it has no trust in what it has', async () => {
    const { came, ended } = await fetched(image, undefined);
    expect(ended).toMatchObject({ bytes: IMAGE_SIZE });
    expect(came).toBeGreaterThanOrEqual(IMAGE_SIZE);
  });
});

describe('a donor that dies in the middle', () => {
  it('is replaced by another one at the block where it died, which sends only the rest of what differs', async () => {
    const rack = new VirtualRack();
    await rack.donor('10.0.0.2', [image]);
    const other = await rack.donor('10.0.0.3', [image]);
    const source = rack.recipient('10.0.0.1');
    const [first, second] = [...await rack.find(source)].sort((a, b) => (a.id < b.id ? -1 : 1));
    const spool = new Spool(IMAGE_SIZE);
    const help: FetchHelp = { bases: [flash(changed(image.bytes, 300))], came: () => undefined };
    rack.network.streamFault = (from, _to, bytes) => (from === '10.0.0.2' && spool.next >= 3 * RECOVERY_BLOCK ? undefined : bytes);
    await expect(rack.fetch(source, first!, spool, help)).rejects.toMatchObject({ fault: 'vanished' });
    const had = spool.next;
    expect(had).toBeGreaterThan(0);
    await rack.fetch(source, second!, spool, help);
    expect(sha256(spool.bytes)).toBe(image.statement.sha256);
    await rack.clock.pass(100);
    expect(other.events.at(-1)).toMatchObject({ event: 'upload-ended', result: 'Complete' });
    expect(had % RECOVERY_BLOCK).toBe(0);
    expect((other.events.at(-1) as { bytes: number }).bytes, `from ${had}`).toBeLessThan(IMAGE_SIZE - had);
  });
});

/** Shows a statement as an honest donor does; answers what the recipient sends first. */
async function show(messages: MessageStream): Promise<RecoveryMessages['ask'] | 'acknowledge'> {
  const accept = await messages.receive(1000, 5000);
  if (accept.name !== 'accept') throw new Error(accept.name);
  messages.bind(accept.fields.nonce);
  await messages.send('statement', { nonce: new Uint8Array(8), imageSize: IMAGE_SIZE, signature: image.signature });
  const first = await messages.receive(2000, 5000);
  if (first.name === 'ask') return first.fields;
  if (first.name === 'acknowledge') return 'acknowledge';
  throw new Error(first.name);
}

/** Fetches from a donor that behaves well up to the first ask. */
async function fetchFrom(upload: (messages: MessageStream, first: RecoveryMessages['ask'] | 'acknowledge') => Promise<void>, bases: FetchHelp['bases']) {
  const rack = new VirtualRack();
  await rack.impostor('10.0.0.66', ({ nonce }) => rack.offerOf(image, nonce), async (messages) => upload(messages, await show(messages)));
  const source = rack.recipient('10.0.0.1');
  const [candidate] = await rack.find(source);
  const spool = new Spool(IMAGE_SIZE);
  let came = 0;
  const before = rack.clock.now();
  const failure = await rack.fetch(source, candidate!, spool, { bases, came: (bytes) => { came += bytes; } }).then(() => undefined, (error: unknown) => error);
  return { failure, spool, came, ms: rack.clock.now() - before };
}

const digestsOf = (bytes: Uint8Array, { blockSize, ranges }: RecoveryMessages['ask']): Uint8Array => {
  const digests = new BlockDigests();
  return Buffer.concat(ranges.map(({ first, blocks }) => Buffer.from(digests.of(bytes.subarray(first * blockSize, (first + blocks) * blockSize), blockSize).buffer)));
};
const bytesOf = ({ blockSize, ranges }: RecoveryMessages['ask']): Buffer => Buffer.concat(ranges.map(({ first, blocks }) => image.bytes.subarray(first * blockSize, (first + blocks) * blockSize)));
const answer = (ask: RecoveryMessages['ask']): { first: number; digests: Uint8Array } => ({ first: ask.ranges[0]!.first, digests: digestsOf(image.bytes, ask) });

describe('a donor of before these messages', () => {
  it('ends the stream at the first ask, and is then asked for the whole image as it knows it', async () => {
    const { failure, spool } = await fetchFrom(async (messages, first) => {
      if (first !== 'acknowledge') throw new Error('unknown type');
      for (let offset = 0; offset < IMAGE_SIZE; offset += RECOVERY_BLOCK) {
        await messages.send('data', { offset, bytes: image.bytes.subarray(offset, Math.min(offset + RECOVERY_BLOCK, IMAGE_SIZE)) });
        await messages.receive(1000);
      }
    }, [flash(image.bytes)]);
    expect(failure).toBeUndefined();
    expect(sha256(spool.bytes)).toBe(image.statement.sha256);
  });
});

describe('a donor that lies about digests', () => {
  it('makes another image of what is here, which its digest shows: the agent takes every byte then', async () => {
    const other = noise(IMAGE_SIZE, 3);
    const { failure, spool, came } = await fetchFrom(async (messages, first) => {
      if (first !== 'acknowledge') await messages.send('digests', { first: 0, digests: digestsOf(other, first) });
      await messages.receive(1000);
    }, [flash(other)]);
    expect(failure).toBeUndefined();
    expect(sha256(spool.bytes)).toBe(sha256(other));
    expect(came).toBeLessThan(400);
  });

  const lies: [string, (messages: MessageStream, ask: RecoveryMessages['ask']) => Promise<void>][] = [
    ['sends fewer digests than were asked for', (messages, ask) => messages.send('digests', { ...answer(ask), digests: answer(ask).digests.subarray(8) })],
    ['sends those of other blocks', (messages, ask) => messages.send('digests', { ...answer(ask), first: 1 })],
    ['sends more than were asked for', (messages) => messages.send('digests', { first: 0, digests: new Uint8Array(30_000) })],
    ['sends blocks in place of digests', (messages) => messages.send('blocks', { first: 0, size: 100, encoding: 0, bytes: new Uint8Array(100) })],
  ];
  it.each(lies)('and %s is sent away', async (_what, lie) => {
    const { failure, spool } = await fetchFrom(async (messages, first) => {
      if (first !== 'acknowledge') await lie(messages, first);
      await messages.receive(1000);
    }, []);
    expect(failure).toMatchObject({ fault: 'garbage' });
    expect(spool.next).toBe(0);
  });
});

describe('a donor that lies about blocks', () => {
  /** Answers digests rightly and asks for bytes wrongly. */
  const lying = (lie: (ask: RecoveryMessages['ask']) => RecoveryMessages['blocks']) => fetchFrom(async (messages, first) => {
    for (let ask = first; ask !== 'acknowledge';) {
      if (ask.what === 'Digests') await messages.send('digests', answer(ask));
      else await messages.send('blocks', lie(ask));
      const next = await messages.receive(2000);
      if (next.name !== 'ask') return;
      ask = next.fields;
    }
  }, []);
  const right = (ask: RecoveryMessages['ask']): RecoveryMessages['blocks'] => ({ first: ask.ranges[0]!.first, size: bytesOf(ask).length, encoding: 0, bytes: bytesOf(ask) });

  it('is played by a test that knows how it would be right', async () => {
    expect((await lying(right)).failure).toBeUndefined();
  });

  it.each<[string, (ask: RecoveryMessages['ask']) => RecoveryMessages['blocks']]>([
    ['sends other ones than were asked for', (ask) => ({ ...right(ask), first: right(ask).first + 1 })],
    ['sends fewer bytes', (ask) => ({ ...right(ask), size: 4096, bytes: bytesOf(ask).subarray(0, 4096) })],
    ['sends an LZ4 block that is none', (ask) => ({ ...right(ask), encoding: 1, bytes: new Uint8Array(100).fill(0xf0) })],
    ['sends an LZ4 block that would make more', (ask) => ({ ...right(ask), encoding: 1, bytes: Uint8Array.of(0x1f, 0xff, 1, 0, ...new Array<number>(300).fill(255), 0, 0x50, 1, 2, 3, 4, 5) })],
  ])('and %s is sent away', async (_what, lie) => {
    expect((await lying(lie)).failure).toMatchObject({ fault: 'garbage' });
  });

  it('and never answers is too slow', async () => {
    const { failure, ms } = await fetchFrom(async (messages, first) => {
      if (first !== 'acknowledge') await messages.send('digests', answer(first));
      for (;;) await messages.receive(2000);
    }, []);
    expect(failure).toMatchObject({ fault: 'slow' });
    expect(ms).toBeLessThan(25_000);
  });
});

describe('a recipient that abuses asks', () => {
  async function asking(...asks: RecoveryMessages['ask'][]): Promise<unknown> {
    const rack = new VirtualRack();
    const { events } = await rack.donor('10.0.0.2', [image]);
    let offer: RecoveryMessages['offer'] | undefined;
    const link = rack.network.link('10.0.0.1');
    link.hear((bytes) => { const { message } = rack.wire.decode(bytes); if (message?.name === 'offer') offer = message.fields; });
    rack.say('10.0.0.1', 'request', rack.request());
    await rack.clock.pass(500);
    const stream = await rack.clock.run(link.connect('10.0.0.2', offer!.port, rack.signal.signal));
    const messages = new rack.Messages({ stream, wire: rack.wire, clock: rack.clock, key: undefined, end: 'recipient' });
    const nonce = new Uint8Array(8);
    await messages.send('accept', { digest: image.digest, nonce, donor: offer!.donor, next: 0, chunkSize: RECOVERY_BLOCK, window: 8 });
    const statement = await rack.clock.run(messages.receive(3000));
    if (statement.name === 'statement') messages.bind(nonce, statement.fields.nonce);
    for (const ask of asks) {
      await messages.send('ask', ask);
      await rack.clock.run(messages.receive(70_000)).catch(() => undefined);
    }
    await rack.clock.pass(30_000);
    return events.at(-1);
  }
  const whole = Math.ceil(IMAGE_SIZE / RECOVERY_BLOCK);

  it('by asking for the same again, or for blocks that the image does not have, ends its stream', async () => {
    const all = { what: 'Digests', blockSize: RECOVERY_BLOCK, ranges: [{ first: 0, blocks: whole }] } as const;
    expect(await asking(all, all)).toMatchObject({ event: 'upload-ended', bytes: 0, result: expect.stringContaining('where it has no place') });
    expect(await asking({ ...all, ranges: [{ first: 1, blocks: whole }] })).toMatchObject({ result: expect.stringContaining('where it has no place') });
    const bytes = { what: 'Bytes', blockSize: SMALL, ranges: [{ first: 4, blocks: 4 }] } as const;
    expect(await asking(bytes, { ...bytes, ranges: [{ first: 0, blocks: 4 }] })).toMatchObject({ bytes: 4 * SMALL, result: expect.stringContaining('where it has no place') });
  });

  it('by asking for little and then nothing loses its place', async () => {
    expect(await asking({ what: 'Digests', blockSize: SMALL, ranges: [{ first: 0, blocks: 1 }] })).toMatchObject({ event: 'upload-ended', result: expect.stringContaining('does not take delivery') });
  });
});
