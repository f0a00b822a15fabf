import { describe, expect, it } from 'vitest';
import { basicMode } from '../../../host/recovery/links/basic-mode.ts';
import { type BridgeFrame, decodeBridgeFrame, encodeBridgeFrame } from '../../../host/recovery/links/bridge-frame.ts';
import { FragmentCollector, FRAGMENT, fragmentsOf, MESSAGE_LIMIT } from '../../../host/recovery/links/message-fragments.ts';
import { decodeSegment, encodeSegment, type Segment } from '../../../host/recovery/links/segment.ts';
import { runSeed, seeded } from '../../random.ts';

const FUZZ_INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 20_000);
const frame: BridgeFrame = { kind: 'segment', to: 0x0201, from: 0x0403, body: Buffer.from('ferry') };
const segment: Segment = { connection: 0x1234, flags: 0x18, poll: 7, answers: 6, room: 0x2000, offset: 0x0102_0304, next: 0x0506_0708, early: [{ from: 9, to: 0x0a0b }], data: Buffer.from([0xa0, 1]) };

describe('a frame between bridges', () => {
  // Made once and never changed: machines that are already on a bus speak it.
  it('is on the wire as README.md says', () => {
    expect(Buffer.from(basicMode.encode(encodeBridgeFrame(frame, 5))).toString('hex')).toBe('a02008d82014c101020304666572727952adfff2e9a5');
    expect(Buffer.from(encodeSegment(segment)).toString('hex')).toBe('341218070600200403020108070605010900' + '0b0a' + 'a001');
    expect(Buffer.from(fragmentsOf(Buffer.from('abc'), 9)[0]!).toString('hex')).toBe('090001616263');
  });

  it('is read back, and with any bit changed it is none', () => {
    const bytes = encodeBridgeFrame(frame, 63);
    expect(decodeBridgeFrame(bytes)).toEqual(frame);
    // The number of the frame is IPMI's alone: its checksum covers it.
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Uint8Array.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(decodeBridgeFrame(changed), `bit ${bit}`).toBeUndefined();
    }
  });

  it('two changes that IPMI does not see are seen', () => {
    const bytes = Uint8Array.from(encodeBridgeFrame(frame, 1));
    bytes[12]! += 1;
    bytes[13]! -= 1;
    expect(decodeBridgeFrame(bytes)).toBeUndefined();
  });

  it.each([['from nobody', { from: 0 }], ['from everyone', { from: 0xffff }], ['to nobody', { to: 0 }]])('%s is none', (_name, change) => {
    expect(decodeBridgeFrame(encodeBridgeFrame({ ...frame, ...change }, 0))).toBeUndefined();
  });

  it('any bytes are a frame, or none', () => {
    const seed = runSeed();
    const random = seeded(seed);
    for (let input = 0; input < FUZZ_INPUTS / 4; input++) {
      const body = Uint8Array.from({ length: Math.floor(random() * 40) }, () => random() * 256);
      expect(() => decodeBridgeFrame(body), `seed ${seed} input ${input}`).not.toThrow();
      const read = decodeSegment(body);
      if (read !== undefined) expect(Buffer.compare(encodeSegment(read), body), `seed ${seed} input ${input}`).toBe(0);
    }
  });
});

describe('a message to everyone', () => {
  const message = (size: number): Buffer => Buffer.from(Array.from({ length: size }, (_, index) => index * 7));

  it.each([0, 1, FRAGMENT, FRAGMENT + 1, MESSAGE_LIMIT])('of %i bytes comes together again', (size) => {
    const collector = new FragmentCollector();
    const found = fragmentsOf(message(size), 255).map((body) => collector.add(1, body));
    expect(found.slice(0, -1).every((one) => one === undefined)).toBe(true);
    expect(found.at(-1)).toEqual(message(size));
  });

  it('that is too long is not sent', () => {
    expect(() => fragmentsOf(message(MESSAGE_LIMIT + 1), 0)).toThrow('expected at most 2048 bytes, got 2049; nothing was sent');
  });

  it('that comes twice is taken once, and one with a gap never', () => {
    const [one, two, three] = fragmentsOf(message(600), 1);
    const collector = new FragmentCollector();
    expect([one, two, three, one, two, three].map((body) => collector.add(1, body!) !== undefined)).toEqual([false, false, true, false, false, false]);
    expect([one, three].map((body) => new FragmentCollector().add(2, body!))).toEqual([undefined, undefined]);
    const again = new FragmentCollector();
    expect([one, two, one, two, three].map((body) => again.add(3, body!) !== undefined)).toEqual([false, false, false, false, true]);
  });

  it('of many senders costs the memory of a few: the oldest is forgotten', () => {
    const collector = new FragmentCollector();
    const [first, last] = fragmentsOf(message(300), 1);
    for (let from = 1; from <= 17; from++) collector.add(from, first!);
    expect(collector.add(1, last!)).toBeUndefined();
    expect(collector.add(17, last!)).toEqual(message(300));
  });
});
