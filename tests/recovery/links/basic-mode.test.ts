import { describe, expect, it } from 'vitest';
import { basicMode } from '../../../host/recovery/links/basic-mode.ts';
import { decodeIpmiRequest, encodeIpmiRequest, type IpmiRequest } from '../../../host/recovery/links/ipmi-message.ts';
import { runSeed, seeded } from '../../random.ts';

const FUZZ_INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 20_000);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').replace(/..(?=.)/g, '$& ').toUpperCase();
const bytesOf = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** What a reader takes from characters, given in pieces of any size. */
function read(characters: Uint8Array, piece = characters.length || 1, limit = 64): string[] {
  const found: string[] = [];
  const reader = basicMode.reader(limit, (body) => found.push(hex(body)));
  for (let offset = 0; offset < characters.length; offset += piece) reader.push(characters.subarray(offset, offset + piece));
  return found;
}

// As ipmitool's serial basic interface puts them on the wire.
const VECTORS: readonly [string, IpmiRequest, string][] = [
  ['Get Device ID', { responder: 0x20, netFn: 6, responderLun: 0, requester: 0x81, sequence: 1, requesterLun: 0, command: 1, data: new Uint8Array() }, 'A0 20 18 C8 81 04 01 7A A5'],
  ['an OEM command whose data and checksum have to be escaped', { responder: 0x20, netFn: 0x2e, responderLun: 0, requester: 0x81, sequence: 5, requesterLun: 0, command: 0x40, data: bytesOf('A0 1B AA') },
    'A0 20 B8 28 81 14 40 AA B0 AA 3B AA BA C6 A5'],
  ['Send Message with Get Device ID in it', { responder: 0x20, netFn: 6, responderLun: 0, requester: 0x81, sequence: 2, requesterLun: 0, command: 0x34, data: bytesOf('42 A6 18 42 20 0C 01 D3') },
    'A0 20 18 C8 81 08 34 42 AA B6 18 42 20 0C 01 D3 01 A5'],
];

describe('IPMI basic mode', () => {
  it.each(VECTORS)('%s is on the wire as others have it', (_name, request, wire) => {
    expect(hex(basicMode.encode(encodeIpmiRequest(request)))).toBe(wire);
    const [body] = read(bytesOf(wire));
    expect(decodeIpmiRequest(bytesOf(body!))).toEqual({ ...request, data: Buffer.from(request.data) });
  });

  it('reads a frame whole, byte by byte, and with anything before and behind it', () => {
    const frame = basicMode.encode(bytesOf('A0 A5 A6 AA 1B 00 FF'));
    for (let piece = 1; piece <= frame.length; piece++) expect(read(frame, piece)).toEqual(['A0 A5 A6 AA 1B 00 FF']);
    expect(read(Buffer.concat([bytesOf('01 A5 AA B0 A6'), frame, bytesOf('A6 02 A5'), frame]))).toEqual(['A0 A5 A6 AA 1B 00 FF', 'A0 A5 A6 AA 1B 00 FF']);
  });

  it.each([
    ['a new start begins anew', 'A0 01 02 A0 03 A5', ['03']],
    ['a start inside an escape begins anew', 'A0 01 AA A0 03 A5', ['03']],
    ['an escape of nothing drops the frame', 'A0 01 AA 01 A5 A0 02 A5', ['02']],
    ['a stop right behind an escape drops the frame', 'A0 01 AA A5 A0 02 A5', ['02']],
    ['a handshake is no byte of a frame', 'A0 01 A6 02 A5', ['01 02']],
    ['nothing between start and stop is no frame', 'A0 A5 A0 02 A5', ['02']],
    ['what is longer than the limit is dropped', `A0 ${'01 '.repeat(65)}A5 A0 02 A5`, ['02']],
    ['what is as long as the limit is taken', `A0 ${'01 '.repeat(64)}A5`, [Array.from({ length: 64 }, () => '01').join(' ')]],
  ])('%s', (_name, wire, expected) => expect(read(bytesOf(wire))).toEqual(expected));

  it('gives back what was put in, however it is cut', () => {
    const seed = runSeed();
    const random = seeded(seed);
    for (let input = 0; input < FUZZ_INPUTS / 20; input++) {
      const body = Uint8Array.from({ length: 1 + Math.floor(random() * 64) }, () => (random() < 0.5 ? [0xa0, 0xa5, 0xa6, 0xaa, 0x1b][Math.floor(random() * 5)]! : random() * 256));
      expect(read(basicMode.encode(body), 1 + Math.floor(random() * 80)), `seed ${seed} input ${input}`).toEqual([hex(body)]);
    }
  });

  it('takes any noise, holds no more than its limit, and hears the frame behind it', () => {
    const seed = runSeed();
    const random = seeded(seed);
    for (let input = 0; input < FUZZ_INPUTS / 20; input++) {
      const noise = Uint8Array.from({ length: Math.floor(random() * 200) }, () => (random() < 0.4 ? [0xa0, 0xa5, 0xa6, 0xaa, 0xb0][Math.floor(random() * 5)]! : random() * 256));
      const found = read(Buffer.concat([noise, basicMode.encode(bytesOf('31 32 33'))]));
      expect(found.at(-1), `seed ${seed} input ${input}`).toBe('31 32 33');
      for (const body of found) expect(body.length, `seed ${seed} input ${input}`).toBeLessThanOrEqual(64 * 3 - 1);
    }
  });

  it('a request with one changed byte is none', () => {
    for (const [, request] of VECTORS) {
      const body = encodeIpmiRequest(request);
      for (let at = 0; at < body.length; at++) {
        const changed = Uint8Array.from(body, (byte, index) => (index === at ? byte ^ 0x10 : byte));
        expect(decodeIpmiRequest(changed), `byte ${at}`).toBeUndefined();
      }
      for (let size = 0; size < 7; size++) expect(decodeIpmiRequest(body.subarray(0, size))).toBeUndefined();
    }
  });
});
