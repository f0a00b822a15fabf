import { describe, expect, it } from 'vitest';
import type { ByteStream } from '../../../host/recovery/links/link.ts';
import { GroupKey } from '../../../host/recovery/peers/group-key.ts';
import { MessageStream } from '../../../host/recovery/peers/message-stream.ts';
import { VirtualRack } from './virtual-rack.ts';

const KEY = new GroupKey(Buffer.alloc(32, 5));

/** A donor's end of a stream, and the recipient's as bytes and as messages. */
async function pair(key: GroupKey | undefined): Promise<{ rack: VirtualRack; donor: MessageStream; recipient: MessageStream; bytes: ByteStream; sent: Uint8Array[] }> {
  const rack = new VirtualRack();
  let theirs: ByteStream | undefined;
  const port = await rack.network.link('10.0.0.2').listen((stream) => { theirs = stream; });
  const bytes = await rack.clock.run(rack.network.link('10.0.0.1').connect('10.0.0.2', port, rack.signal.signal));
  const sent: Uint8Array[] = [];
  rack.network.streamFault = (_from, _to, piece) => {
    sent.push(piece.slice());
    return piece;
  };
  const common = { wire: rack.wire, clock: rack.clock, key };
  return {
    rack, bytes, sent, donor: new MessageStream({ ...common, stream: theirs!, end: 'donor' }), recipient: new MessageStream({ ...common, stream: bytes, end: 'recipient' }),
  };
}

describe.each([['without a group key', undefined], ['with one', KEY]])('a stream of messages, %s,', (_what, key) => {
  it('brings them whole, however they are cut and joined', async () => {
    const { rack, donor, recipient, bytes, sent } = await pair(key);
    await recipient.send('done', { result: 'Complete' });
    await recipient.send('acknowledge', { next: 65_536, mask: 0 });
    const all = Buffer.concat(sent);
    const [one, two] = [await rack.clock.run(donor.receive(256)), await rack.clock.run(donor.receive(256))];
    expect([one.name, two.name]).toEqual(['done', 'acknowledge']);

    const again = await pair(key);
    for (const byte of all) await again.bytes.write(Uint8Array.of(byte));
    expect([await again.rack.clock.run(again.donor.receive(256)), await again.rack.clock.run(again.donor.receive(256))]).toEqual([one, two]);
    bytes.destroy();
  });

  it('takes no message twice, and none out of order', async () => {
    const { rack, donor, recipient, bytes, sent } = await pair(key);
    await recipient.send('acknowledge', { next: 0, mask: 0 });
    await bytes.write(sent[0]!);
    await rack.clock.run(donor.receive(256));
    await expect(rack.clock.run(donor.receive(256))).rejects.toMatchObject({ fault: 'garbage', message: expect.stringContaining('out of order') as string });
  });

  it('refuses a message that is longer than it may be by its header, and waits for no byte of it', async () => {
    const { rack, donor, recipient } = await pair(key);
    await recipient.send('data', { offset: 0, bytes: new Uint8Array(1000) });
    await expect(rack.clock.run(donor.receive(256))).rejects.toMatchObject({ fault: 'garbage', message: expect.stringContaining('1024 bytes') as string });
  });

  it('refuses noise, and one that ends in the middle', async () => {
    const noisy = await pair(key);
    await noisy.bytes.write(noisy.rack.randomBytes(100));
    await expect(noisy.rack.clock.run(noisy.donor.receive(256))).rejects.toMatchObject({ fault: 'garbage' });
    const cut = await pair(key);
    await cut.recipient.send('done', { result: 'Complete' });
    const again = await pair(key);
    await again.bytes.write(cut.sent[0]!.subarray(0, 18));
    again.bytes.close();
    await expect(again.rack.clock.run(again.donor.receive(256))).rejects.toMatchObject({ fault: 'vanished' });
  });

  it('gives up one that comes a byte at a time when its time is over, however steadily', async () => {
    const { rack, donor, recipient, sent } = await pair(key);
    await recipient.send('acknowledge', { next: 0, mask: 0 });
    const slow = await pair(key);
    for (let index = 0; index < sent[0]!.length; index++) slow.rack.clock.after(index * 1000, () => void slow.bytes.write(sent[0]!.subarray(index, index + 1)).catch(() => undefined));
    await expect(slow.rack.clock.run(slow.donor.receive(256, 5000))).rejects.toMatchObject({ fault: 'vanished', message: expect.stringContaining('5000 ms') as string });
    expect((await rack.clock.run(donor.receive(256))).name).toBe('acknowledge');
  });
});

it('what a donor has sent is not taken for what a recipient has sent', async () => {
  const { rack, donor, recipient, bytes } = await pair(KEY);
  await donor.send('acknowledge', { next: 0, mask: 0 });
  const reflected = (await rack.clock.run(bytes.read()))!;
  await bytes.write(reflected);
  await expect(rack.clock.run(donor.receive(256))).rejects.toMatchObject({ fault: 'garbage' });
  expect(recipient.received).toBe(0);
});
