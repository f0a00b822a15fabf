// Chunks that the device's slots hold: what the sending end sends in their place, and what the receiving end makes of it.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BlockDigests } from '../../host/core/block-digests.ts';
import { loadCore } from '../../host/core/instance.ts';
import { Sender, type SenderExports } from '../../host/core/sender.ts';
import type { TransmitDataRequest } from '../../host/core/wire-transmit-data.ts';
import { Wire, type Message } from '../../host/core/wire.ts';
import { peerEncode } from '../compress/peer.ts';
import { seeded } from '../random.ts';
import { Conversation, SESSION, type TestImage } from './conversation.ts';

const seed = Number(process.env['SEED'] ?? 1);
const wire = new Wire();
wire.speak(3);
const digests = new BlockDigests();
const BLOCK = 4096;
const CHUNK = 16_384;
const BLOCKS = CHUNK / BLOCK;

const noise = (size: number, from: number): Uint8Array => {
  const random = seeded(from);
  return Uint8Array.from({ length: size }, () => random() * 256);
};
const imageOf = (bytes: Uint8Array, version = '2.0', component = 'fpga'): TestImage => ({ component, version, bytes, digest: new Uint8Array(createHash('sha256').update(bytes).digest()) });
const digestsOf = (bytes: Uint8Array): Uint8Array => new Uint8Array(digests.of(bytes, BLOCK).buffer);

const old = imageOf(noise(50_000, 1), '1.5');
/** The old one, with two small blocks changed, one of them erased, and a new end. */
const next = ((): TestImage => {
  const bytes = new Uint8Array(55_000);
  bytes.set(old.bytes);
  bytes.set(noise(100, 2), BLOCK + 7);
  bytes.fill(0xff, CHUNK + 2 * BLOCK, CHUNK + 3 * BLOCK);
  bytes.set(noise(5000, 3), 50_000);
  return imageOf(bytes);
})();

/** A device that runs the old image, and is asked in version 3. */
class Device extends Conversation {
  #asked = 5000;

  constructor() {
    super({ chunkSize: CHUNK, components: ['bmc', 'bios', 'fpga'].map((name) => ({ name, slotCount: name === 'bios' ? 1 : 2, slotSize: 65_536 })) });
    this.device.provision('fpga', old.bytes, old.version, old.digest);
    this.restart();
  }

  begin(image: TestImage = next): this {
    this.startUpgrade(SESSION);
    expect(this.startFile(image)).toMatchObject({ completion: 'Ok' });
    return this;
  }

  /** Sends a chunk in any form; answers the acknowledgement. */
  chunk(fields: Omit<TransmitDataRequest, 'transfer'>, by = wire): Record<string, unknown> {
    const id = this.#asked++;
    this.send(by.encode('transmit-data-request', id, { transfer: this.transfer, ...fields }));
    this.settle();
    const [answer] = this.sentBytes().map((bytes) => wire.decode(bytes).message).filter((message) => message?.id === id) as Extract<Message, { name: 'transmit-data-response' }>[];
    return answer!.fields as unknown as Record<string, unknown>;
  }

  digests(offset: number, of: Uint8Array = next.bytes): Record<string, unknown> {
    const part = of.subarray(offset, offset + CHUNK);
    return this.chunk({ offset, bytes: digestsOf(part), digestsOf: part.length });
  }

  get writes(): number {
    return [...this.device.stagings.values()].reduce((sum, { writes }) => sum + writes.length, 0);
  }
}

describe('a receiving end that is sent digests', () => {
  it('makes the chunk of what its slot holds when all of them fit, and says which blocks fit when some do not', () => {
    const it = new Device().begin();
    expect(it.digests(0)).toMatchObject({ completion: 'Ok', next: 0, refused: { offset: 0, held: 0b1101 } });
    expect(it.writes).toBe(0);
    expect(it.digests(2 * CHUNK)).toMatchObject({ completion: 'Ok', next: 0, mask: 0b10 });
    expect(it.digests(2 * CHUNK)['refused']).toBeUndefined();
    expect(it.writes).toBe(1);
    expect(it.digests(3 * CHUNK)).toMatchObject({ refused: { offset: 3 * CHUNK, held: 0 } });
  });

  it('is completed by the blocks that it lacks, plain or packed, and stores the image', () => {
    const it = new Device().begin();
    const lacking = next.bytes.subarray(BLOCK, 2 * BLOCK);
    expect(it.chunk({ offset: 0, bytes: lacking, blocksOf: { size: CHUNK, held: 0b1101, erased: 0 } })).toMatchObject({ completion: 'Ok', next: CHUNK });
    expect(it.chunk({ offset: CHUNK, bytes: new Uint8Array(0), blocksOf: { size: CHUNK, held: 0b1011, erased: 0b0100 } })).toMatchObject({ next: 2 * CHUNK });
    expect(it.digests(2 * CHUNK)).toMatchObject({ next: 3 * CHUNK });
    const end = next.bytes.subarray(3 * CHUNK);
    expect(it.chunk({ offset: 3 * CHUNK, bytes: peerEncode(end), blocksOf: { size: end.length, held: 0, erased: 0 } })['completion']).toBe('BadRequest');
    expect(it.data(next, 3 * CHUNK, CHUNK)).toMatchObject({ next: next.bytes.length });
    expect(it.endFile(next)).toMatchObject({ completion: 'Ok', digest: next.digest });
  });

  it('takes a block of zeros packed', () => {
    const bytes = old.bytes.slice();
    bytes.fill(0, BLOCK, 3 * BLOCK);
    const image = imageOf(bytes);
    const it = new Device().begin(image);
    expect(it.chunk({ offset: 0, bytes: peerEncode(bytes.subarray(BLOCK, 3 * BLOCK)), blocksOf: { size: CHUNK, held: 0b1001, erased: 0 } })).toMatchObject({ next: CHUNK });
    for (let offset = CHUNK; offset < bytes.length; offset += CHUNK) it.digests(offset, bytes);
    expect(it.endFile(image)).toMatchObject({ completion: 'Ok', digest: image.digest });
  });

  it('goes on after a loss of power as it does with any chunk', () => {
    const it = new Device().begin(old.version === '1.5' ? next : old);
    it.chunk({ offset: 0, bytes: next.bytes.subarray(BLOCK, 2 * BLOCK), blocksOf: { size: CHUNK, held: 0b1101, erased: 0 } });
    it.restart();
    it.startUpgrade(SESSION);
    expect(it.startFile(next)).toMatchObject({ completion: 'Ok', next: CHUNK });
    expect(it.digests(0)).toMatchObject({ completion: 'Ok', next: CHUNK });
  });

  it('believes none of it: an image that was made wrong is thrown away, and the slot that runs was not touched', () => {
    const it = new Device().begin();
    for (let offset = 0; offset < next.bytes.length; offset += CHUNK) {
      const size = Math.min(CHUNK, next.bytes.length - offset);
      it.chunk({ offset, bytes: new Uint8Array(0), blocksOf: { size, held: (1 << Math.ceil(size / BLOCK)) - 1, erased: 0 } });
    }
    expect(it.endFile(next)).toMatchObject({ completion: 'DigestMismatch' });
    expect(it.running('fpga')).toBe('1.5');
    expect(Buffer.compare(it.device.slotBytes('fpga', 0, 50_000), old.bytes)).toBe(0);
  });

  it.each<[string, Omit<TransmitDataRequest, 'transfer'>]>([
    ['too few digests', { offset: 0, bytes: new Uint8Array(8 * (BLOCKS - 1)), digestsOf: CHUNK }],
    ['too many digests', { offset: 0, bytes: new Uint8Array(8 * (BLOCKS + 1)), digestsOf: CHUNK }],
    ['digests of nothing', { offset: 0, bytes: new Uint8Array(0), digestsOf: 0 }],
    ['digests of more than a chunk', { offset: 0, bytes: new Uint8Array(8 * 17), digestsOf: 65_537 }],
    ['masks of blocks that the chunk does not have', { offset: 0, bytes: new Uint8Array(0), blocksOf: { size: CHUNK, held: 0b11111, erased: 0 } }],
    ['a block in both masks', { offset: 0, bytes: new Uint8Array(0), blocksOf: { size: CHUNK, held: 0b1111, erased: 1 } }],
    ['no bytes for a block that is in no mask', { offset: 0, bytes: new Uint8Array(0), blocksOf: { size: CHUNK, held: 0b0111, erased: 0 } }],
    ['more bytes than the blocks have', { offset: 0, bytes: new Uint8Array(BLOCK + 1), blocksOf: { size: CHUNK, held: 0b0111, erased: 0 } }],
    ['bytes that are no LZ4 block', { offset: 0, bytes: new Uint8Array(50).fill(0xf3), blocksOf: { size: CHUNK, held: 0b0111, erased: 0 } }],
  ])('refuses %s, keeps nothing, and goes on', (_what, fields) => {
    const it = new Device().begin();
    expect(it.chunk(fields)['completion']).toBe('BadRequest');
    expect(it.writes).toBe(0);
    expect(it.digests(2 * CHUNK)).toMatchObject({ completion: 'Ok' });
  });

  it('refuses all of that in a message of version 2', () => {
    const version2 = new Wire();
    version2.speak(2);
    expect(new Device().begin().chunk({ offset: 0, bytes: digestsOf(next.bytes.subarray(0, CHUNK)), digestsOf: CHUNK }, version2)['completion']).toBe('BadRequest');
  });

  it('says of an offset that the file does not have what it says of any chunk', () => {
    const it = new Device().begin();
    expect(it.chunk({ offset: 100, bytes: digestsOf(next.bytes.subarray(0, CHUNK)), digestsOf: CHUNK })).toMatchObject({ completion: 'BadOffset' });
    expect(it.chunk({ offset: 64 * CHUNK, bytes: digestsOf(next.bytes.subarray(0, CHUNK)), digestsOf: CHUNK })).toMatchObject({ completion: 'BadOffset' });
  });

  it('lives with any masks and any bytes, and the slot that runs stays', () => {
    const random = seeded(seed);
    const it = new Device().begin();
    const count = Math.floor(Number(process.env['FUZZ_INPUTS'] ?? 60_000) / 60);
    for (let input = 0; input < count; input++) {
      const offset = Math.floor(random() * 5) * CHUNK;
      const bytes = noise(Math.floor(random() * (random() < 0.5 ? 40 : CHUNK)), input);
      const size = random() < 0.7 ? CHUNK : Math.floor(random() * 70_000);
      const form = random() < 0.4 ? { digestsOf: size } : { blocksOf: { size, held: Math.floor(random() * 65_536) & (random() < 0.8 ? 15 : -1), erased: Math.floor(random() * 16) } };
      const { completion } = it.chunk({ offset, bytes, ...form });
      expect(['Ok', 'BadRequest', 'BadOffset'], `SEED=${seed}, input ${input}`).toContain(completion);
    }
    expect(Buffer.compare(it.device.slotBytes('fpga', 0, 50_000), old.bytes), `SEED=${seed}`).toBe(0);
    expect(it.running('fpga')).toBe('1.5');
  });
});

/** Pushes an image with the real sending end, message by message; answers what it has sent. */
function push(it: Device, image: TestImage, from: { readonly mayReuse?: boolean; readonly speaks?: number } = {}): { readonly bytes: number; readonly forms: readonly string[]; readonly repeats: number } {
  const core = loadCore<SenderExports & { frameSpeak(version: number): void }>();
  core.frameSpeak(from.speaks ?? 3);
  const sender = new Sender(core);
  it.startUpgrade(SESSION);
  sender.begin({ upgrade: it.upgrade, index: 0, allow: 'Upgrade', size: image.bytes.length, ...image, mayReuse: from.mayReuse });
  const forms: string[] = [];
  for (let turn = 0; turn < 10_000; turn++) {
    const step = sender.next(it.nowMs);
    if (step.action === 'done') return { bytes: sender.wireBytes, forms, repeats: sender.progress().repeats };
    if (step.action === 'failed') throw new Error(step.failure.message);
    const message = step.action === 'read' ? sender.chunk(image.bytes.subarray(step.offset, step.offset + step.size), it.nowMs) : step.action === 'send' ? step.message : undefined;
    if (message !== undefined) {
      const decoded = wire.decode(message).message;
      if (decoded?.name === 'transmit-data-request') forms.push(['plain', 'packed', 'digests', 'blocks'][message[16 + 8]!]!);
      it.send(message);
    }
    it.settle();
    for (const answer of it.sentBytes()) sender.deliver(answer, it.nowMs);
    if (step.action === 'wait') it.nowMs += 1;
  }
  throw new Error('the upgrade does not end');
}

describe('a sending end', () => {
  it('sends digests, and of the chunks that differ the blocks that are lacking', () => {
    const it = new Device();
    const { bytes, forms, repeats } = push(it, next);
    expect(forms.filter((form) => form === 'digests')).toHaveLength(4);
    expect(forms.filter((form) => form === 'blocks')).toHaveLength(2);
    expect(bytes).toBeLessThan(BLOCK + 5900 + 800);
    expect(repeats).toBe(0);
    expect(it.endUpgrade()).toMatchObject({ completion: 'Ok', stored: 1 });
    expect(it.running('fpga')).toBe('2.0');
  });

  it('sends nothing but digests of an image that differs in its version only', () => {
    const it = new Device();
    const { bytes } = push(it, imageOf(old.bytes.slice(0, 49_999)));
    expect(bytes).toBeLessThan(CHUNK / 8);
  });

  it.each([[{ mayReuse: false }], [{ speaks: 2 }], [{ speaks: 1 }]])('sends bytes only, with %j', (from) => {
    const { forms, bytes } = push(new Device(), next, from);
    expect(forms).not.toContain('digests');
    expect(forms).not.toContain('blocks');
    expect(bytes).toBeGreaterThan(45_000);
  });

  it('sends of noise for which the device has nothing hardly more than its bytes, and stops asking', () => {
    const core = new Conversation({ chunkSize: 512 }) as Device;
    const image = imageOf(noise(65_000, 9), '3.0', 'bmc');
    const { forms, bytes } = push(core, image);
    expect(forms.filter((form) => form === 'digests').length).toBeLessThan(127 * 0.6);
    expect(bytes).toBeLessThan(65_000 + 127 * 32 + 60 * 40);
  });
});
