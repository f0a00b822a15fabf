// Chunks as LZ4 blocks: what the sending end makes of a chunk, and what the receiving end makes of a block.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadCore } from '../../host/core/instance.ts';
import { Sender, type SenderExports } from '../../host/core/sender.ts';
import { Wire, type Message } from '../../host/core/wire.ts';
import { peerDecode, peerEncode } from '../compress/peer.ts';
import { goldenMessages } from '../golden/golden.ts';
import { seeded } from '../random.ts';
import { Conversation, SESSION, testImage, type TestImage } from './conversation.ts';

const version2 = new Wire();
version2.speak(2);
const version1 = new Wire();
const CHUNK = 512;

/** An image of chunks half of which compress. */
function compressible(size: number): TestImage {
  const random = seeded(size);
  const bytes = new Uint8Array(size).map((_, at) => (at % CHUNK < 300 ? 0xff : random() * 256));
  return { component: 'bmc', version: '2.0', bytes, digest: new Uint8Array(createHash('sha256').update(bytes).digest()) };
}

const image = compressible(2000);
const chunkAt = (offset: number): Uint8Array => image.bytes.subarray(offset, offset + CHUNK);

/** A device that waits for the image, and is asked in version 2. */
class Upgrade extends Conversation {
  #asked = 1000;

  begin(): this {
    this.startUpgrade(SESSION);
    expect(this.startFile(image)).toMatchObject({ completion: 'Ok' });
    return this;
  }

  /** Sends a chunk as this block; answers the acknowledgement's completion and next offset, or those of a refusal. */
  block(offset: number, bytes: Uint8Array, unpackedSize = chunkAt(offset).length, wire = version2): unknown[] {
    const id = this.#asked++;
    this.send(wire.encode('transmit-data-request', id, { transfer: this.transfer, offset, bytes, unpackedSize }));
    this.settle();
    const [answer] = this.responses() as Extract<Message, { name: 'transmit-data-response' }>[];
    return [answer?.fields.completion, answer?.fields.next];
  }

  get writes(): number {
    return [...this.device.stagings.values()].reduce((sum, { writes }) => sum + writes.length, 0);
  }
}

describe('a receiving end', () => {
  it('unpacks the blocks of another implementation, and stores the image', () => {
    const it = new Upgrade().begin();
    for (let offset = 0; offset < 2000; offset += CHUNK) {
      expect(it.block(offset, peerEncode(chunkAt(offset)))).toEqual(['Ok', Math.min(offset + CHUNK, 2000)]);
    }
    expect(it.endFile(image)).toMatchObject({ completion: 'Ok', digest: image.digest });
    expect(it.endUpgrade()).toMatchObject({ completion: 'Ok', stored: 1 });
    expect(it.running('bmc')).toBe('2.0');
  });

  it('takes blocks and plain chunks in any order, twice, and after it has lost its power', () => {
    const it = new Upgrade().begin();
    expect(it.block(1024, peerEncode(chunkAt(1024)))).toEqual(['Ok', 0]);
    expect(it.data(image, 0)).toMatchObject({ completion: 'Ok', next: 512 });
    expect(it.block(0, peerEncode(chunkAt(0)))).toEqual(['Ok', 512]);
    expect(it.data(image, 1024)).toMatchObject({ completion: 'Ok', next: 512 });
    expect(it.writes).toBe(2);
    it.restart();
    it.startUpgrade(SESSION);
    expect(it.startFile(image)).toMatchObject({ completion: 'Ok', next: 512 });
    it.dataAll(image);
    expect(it.endFile(image)).toMatchObject({ completion: 'Ok', digest: image.digest });
  });

  const good = peerEncode(chunkAt(0));
  it.each<readonly [string, Uint8Array, number]>([
    ['nothing', new Uint8Array(0), CHUNK], ['half a block', good.subarray(0, good.length / 2), CHUNK],
    ['a block with a byte behind it', Uint8Array.from([...good, 0]), CHUNK], ['a block of a shorter chunk', peerEncode(chunkAt(0).subarray(1)), CHUNK],
    ['a block of a longer chunk', peerEncode(image.bytes.subarray(0, CHUNK + 1)), CHUNK], ['plain bytes', chunkAt(0), CHUNK],
    ['the longest lengths', new Uint8Array(400).fill(0xff), CHUNK], ['a size over 64 KiB', good, 65_537], ['any size', good, 0xffffffff],
  ])('refuses %s, keeps nothing of it, and goes on', (_name, bytes, size) => {
    const it = new Upgrade().begin();
    expect(it.block(0, bytes, size)).toEqual(['BadRequest', 0]);
    expect(it.writes).toBe(0);
    expect(it.block(0, good)).toEqual(['Ok', 512]);
  });

  it('says of a block for an offset or a size that the file does not have what it says of a chunk', () => {
    const it = new Upgrade().begin();
    expect(it.block(100, good)).toEqual(['BadOffset', 0]);
    expect(it.block(0, good, CHUNK - 1)).toEqual(['BadOffset', 0]);
    expect(it.block(2048, good, CHUNK)).toEqual(['BadOffset', 0]);
    expect(it.writes).toBe(0);
  });

  it('takes no block in a message of version 1', () => {
    const it = new Upgrade().begin();
    expect(it.block(0, good, CHUNK, version1)).toEqual(['BadRequest', 0]);
    expect(it.block(0, good)).toEqual(['Ok', 512]);
  });

  it('unpacks the frozen blocks of version 2, and the largest chunk there is', () => {
    const blocks = goldenMessages(2).map(({ fields }) => fields as { bytes: Uint8Array; unpackedSize?: number }).filter(({ unpackedSize }) => unpackedSize !== undefined);
    expect(blocks.map(({ unpackedSize }) => unpackedSize)).toEqual([512, 65_536]);
    for (const { bytes, unpackedSize } of blocks) {
      const content = new Uint8Array(peerDecode(bytes, unpackedSize!));
      const digest = new Uint8Array(createHash('sha256').update(content).digest());
      const it = new Upgrade({ chunkSize: unpackedSize! });
      it.startUpgrade(SESSION);
      it.startFile({ component: 'bmc', version: '2.0', bytes: content, digest });
      expect(it.block(0, bytes, unpackedSize)).toEqual(['Ok', unpackedSize]);
      expect(it.endFile({ component: 'bmc', version: '2.0', bytes: content, digest })).toMatchObject({ completion: 'Ok', digest });
    }
  });
});

describe('a sending end', () => {
  /** What it sends for one chunk. */
  function sentFor(chunk: Uint8Array, version: number): Extract<Message, { name: 'transmit-data-request' }>['fields'] & { readonly wireBytes: number } {
    const core = loadCore<SenderExports & { frameSpeak(version: number): void }>();
    core.frameSpeak(version);
    const sender = new Sender(core);
    sender.begin({ upgrade: 1, index: 0, allow: 'Upgrade', size: chunk.length, component: 'bmc', version: '1', digest: new Uint8Array(32) });
    const start = sender.next(0);
    const { id } = version2.decode(start.action === 'send' ? start.message : new Uint8Array()).message!;
    sender.deliver(version2.encode('start-file-response', id, { completion: 'Ok', slot: 0, window: 1, transfer: 7, chunkSize: chunk.length, next: 0 }), 0);
    expect(sender.next(0)).toMatchObject({ action: 'read', size: chunk.length });
    const message = sender.chunk(chunk, 0)!;
    expect(sender.wireBytes).toBe(message.length);
    const decoded = version2.decode(message).message as Extract<Message, { name: 'transmit-data-request' }>;
    return { ...decoded.fields, wireBytes: message.length };
  }

  /** So many blank bytes in front of noise. */
  function mixed(size: number, blank: number): Uint8Array {
    const random = seeded(size);
    return new Uint8Array(size).map((_, at) => (at < blank ? 0xff : random() * 256));
  }

  it.each([100, 512, 4096, 65_536])('packs a chunk of %i bytes into a block that another implementation unpacks', (size) => {
    const chunk = mixed(size, size / 2);
    const { bytes, unpackedSize } = sentFor(chunk, 2);
    expect(unpackedSize).toBe(size);
    expect(bytes.length).toBeLessThan(size * 0.75);
    expect(Buffer.compare(peerDecode(bytes, size), chunk)).toBe(0);
  });

  it.each([[4096, 0], [4096, 250], [65_536, 4000], [20, 20]])('sends a chunk of %i bytes, %i of them blank, as it is: a block would save too little', (size, blank) => {
    const chunk = mixed(size, blank);
    const { bytes, unpackedSize, wireBytes } = sentFor(chunk, 2);
    expect(unpackedSize).toBeUndefined();
    expect(Buffer.compare(bytes, chunk)).toBe(0);
    expect(wireBytes).toBe(size + 32);
  });

  it('never sends a block to a receiving end of version 1', () => {
    const chunk = new Uint8Array(4096);
    expect(sentFor(chunk, 1)).toMatchObject({ bytes: chunk, wireBytes: 4096 + 32 });
    expect(sentFor(chunk, 1).unpackedSize).toBeUndefined();
  });
});

describe('an image of noise', () => {
  it('arrives as it always did', () => {
    const it = new Conversation();
    expect(it.push(testImage('bmc', '2.0', 3000))).toMatchObject({ completion: 'Ok', stored: 1 });
  });
});
