import { createHash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Checksums } from '../../host/core/checksum.ts';
import { loadCore } from '../../host/core/instance.ts';
import { seeded } from '../random.ts';

const seed = Number(process.env['SEED'] ?? 1);
const checksums = new Checksums();
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** CRC-16/AUG-CCITT bit by bit, as the catalogue's parameters say. */
function crc16OfBits(bytes: Uint8Array): number {
  let crc = 0x1d0f;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? (crc << 1) & 0xffff : ((crc << 1) ^ 0x1021) & 0xffff;
  }
  return crc;
}

function noise(size: number, from: number): Uint8Array {
  const random = seeded(seed + from);
  return Uint8Array.from({ length: size }, () => Math.floor(random() * 256));
}

/** Cuts bytes at random places; empty pieces are among them. */
function pieces(bytes: Uint8Array, random: () => number): Uint8Array[] {
  const cuts = Array.from({ length: Math.floor(random() * 6) }, () => Math.floor(random() * (bytes.length + 1))).sort((a, b) => a - b);
  return [0, ...cuts].map((start, index) => bytes.subarray(start, cuts[index] ?? bytes.length));
}

describe('the catalogue of check values', () => {
  it('CRC-32/ISO-HDLC of 123456789 is CBF43926', () => {
    expect(checksums.crc32(ascii('123456789'))).toBe(0xcbf43926);
    expect(checksums.crc32(new Uint8Array())).toBe(0);
  });

  it('CRC-16/AUG-CCITT (SPI-FUJITSU) of 123456789 is E5CC, and 1D0F of nothing', () => {
    expect(checksums.crc16(ascii('123456789'))).toBe(0xe5cc);
    expect(checksums.crc16(new Uint8Array())).toBe(0x1d0f);
  });

  // FIPS 180-4 examples, and the vectors of NIST's SHAVS for short and long messages.
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1'],
    ['abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu',
      'cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1'],
  ])('SHA-256 of "%s"', (text, expected) => {
    expect(hex(checksums.sha256(ascii(text)))).toBe(expected);
  });

  it('SHA-256 of a million letters a', () => {
    expect(hex(checksums.sha256(new Uint8Array(1_000_000).fill(0x61)))).toBe('cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0');
  });

  it('SHA-256 of the bytes d3 and 5738c929c4f4ccb6 of SHAVS', () => {
    expect(hex(checksums.sha256(Uint8Array.of(0xd3)))).toBe('28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1');
    expect(hex(checksums.sha256(new Uint8Array(Buffer.from('5738c929c4f4ccb6', 'hex'))))).toBe('963bb88f27f512777aab6c8b1a02c70ec0ad651d428f870036e1917120fb48bf');
  });
});

describe('against Node', () => {
  const bytes = noise(400, 0);

  it('every size from 0 to 300 has the right checksums and digest', () => {
    for (let size = 0; size <= 300; size++) {
      const part = bytes.subarray(0, size);
      expect(checksums.crc32(part), `CRC-32 of ${size} bytes, SEED=${seed}`).toBe(zlibCrc32(part));
      expect(checksums.crc16(part), `CRC-16 of ${size} bytes, SEED=${seed}`).toBe(crc16OfBits(part));
      expect(hex(checksums.sha256(part)), `SHA-256 of ${size} bytes, SEED=${seed}`).toBe(sha256(part));
    }
  });

  it('bytes larger than the scratch buffer go through it in pieces', () => {
    for (const size of [65535, 65536, 65537, 131072, 200_001]) {
      const large = noise(size, size);
      expect(checksums.crc32(large), `${size} bytes`).toBe(zlibCrc32(large));
      expect(checksums.crc16(large), `${size} bytes`).toBe(crc16OfBits(large));
      expect(hex(checksums.sha256(large)), `${size} bytes`).toBe(sha256(large));
    }
  });

  it('calls in a chain give what one call gives, wherever the bytes are cut', () => {
    const random = seeded(seed);
    for (let round = 0; round < 400; round++) {
      const whole = bytes.subarray(0, Math.floor(random() * bytes.length));
      const parts = pieces(whole, random);
      const where = `SEED=${seed}, round ${round}, pieces of ${parts.map(({ length }) => length).join(', ')}`;
      expect(parts.reduce((crc, part) => checksums.crc32(part, crc), 0), where).toBe(zlibCrc32(whole));
      expect(parts.reduce((crc, part) => checksums.crc16(part, crc), 0x1d0f), where).toBe(crc16OfBits(whole));
      expect(hex(checksums.sha256(...parts)), where).toBe(sha256(whole));
    }
  });
});

interface PlacedExports {
  readonly memory: WebAssembly.Memory;
  readonly SCRATCH: WebAssembly.Global;
  crc32(pointer: number, size: number, crc: number): number;
  crc16(pointer: number, size: number, crc: number): number;
  sha256Begin(): void;
  sha256Update(pointer: number, size: number): void;
  sha256End(out: number): void;
}

describe('wherever the bytes lie', () => {
  const core = loadCore<PlacedExports>();
  const scratch = Number(core.SCRATCH.value);
  const memory = new Uint8Array(core.memory.buffer);

  it('every alignment gives the same', () => {
    const bytes = noise(130, 7);
    for (let offset = 0; offset < 64; offset++) {
      for (const size of [1, 15, 16, 17, 33, 63, 64, 65, 130]) {
        const part = bytes.subarray(0, size);
        const [at, out] = [scratch + offset, scratch + 1024 + offset];
        const where = `offset ${offset}, ${size} bytes, SEED=${seed}`;
        memory.set(part, at);
        expect(core.crc32(at, size, 0) >>> 0, where).toBe(zlibCrc32(part));
        expect(core.crc16(at, size, 0x1d0f), where).toBe(crc16OfBits(part));
        core.sha256Begin();
        core.sha256Update(at, size);
        core.sha256End(out);
        expect(hex(memory.subarray(out, out + 32)), where).toBe(sha256(part));
        expect(hex(memory.subarray(at, at + size)), `${where}: the bytes are left as they were`).toBe(hex(part));
      }
    }
  });
});
