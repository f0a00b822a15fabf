import { describe, expect, it } from 'vitest';
import { KeyReader, KeyWriter } from '../../host/efi/console-keys.ts';
import { takeKey } from '../../host/efi/key-decoder.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

function ring(): { writer: KeyWriter; reader: KeyReader } {
  const writer = new KeyWriter();
  return { writer, reader: new KeyReader(writer.buffer) };
}

/** All keys that wait. */
function drain(reader: KeyReader): string[] {
  const keys: string[] = [];
  for (let key = reader.readKey(0); key !== undefined; key = reader.readKey(0)) keys.push(key);
  return keys;
}

describe('the keys of a terminal', () => {
  it('are characters and escape sequences', () => {
    const { writer, reader } = ring();
    writer.write(bytes('aä€😀\x1b[A\x1bOP\x1b[15~\r'));
    expect(drain(reader)).toEqual(['a', 'ä', '€', '😀', '\x1b[A', '\x1bOP', '\x1b[15~', '\r']);
    expect(reader.readKey(0)).toBeUndefined();
  });

  it('come one by one when their bytes do', () => {
    const { writer, reader } = ring();
    const keys: string[] = [];
    for (const byte of bytes('a\x1b[Aäb')) {
      writer.write(Uint8Array.of(byte));
      if (byte === 0x1b || byte === 0x5b || byte === 0xc3) continue;
      keys.push(...drain(reader));
    }
    expect(keys).toEqual(['a', '\x1b[A', 'ä', 'b']);
  });

  it('ESC alone is the key ESC after a moment', () => {
    const { writer, reader } = ring();
    writer.write(bytes('\x1b'));
    expect(reader.readKey(0)).toBe('\x1b');
    writer.write(bytes('\x1bx'));
    expect(drain(reader)).toEqual(['\x1b', 'x']);
  });

  it('go round the ring many times, and what does not fit is left to the writer', () => {
    const { writer, reader } = ring();
    let sent = 0;
    let got = '';
    const text = bytes('0123456789'.repeat(2000));
    while (sent < text.length) {
      const count = writer.write(text.subarray(sent, sent + 5000));
      expect(count).toBeGreaterThan(0);
      expect(writer.write(bytes('x'.repeat(5000))) + count <= 4096 || count === 5000).toBe(true);
      sent += count;
      got += drain(reader).join('').replaceAll('x', '');
    }
    expect(got).toBe(Buffer.from(text).toString());
  });

  it('end when the writer says so and all are read', () => {
    const { writer, reader } = ring();
    writer.write(bytes('a'));
    writer.end();
    expect(reader.ended).toBe(false);
    expect(reader.readKey(1000)).toBe('a');
    expect(reader.ended).toBe(true);
    expect(reader.readKey(1000)).toBeUndefined();
  });

  it('Ctrl-C among them is found without reading, and takes what was typed before it along', () => {
    const { writer, reader } = ring();
    writer.write(bytes('abc'));
    expect(reader.takeBreak()).toBe(false);
    writer.write(bytes('d\x03ef'));
    expect(reader.takeBreak()).toBe(true);
    expect(drain(reader)).toEqual(['e', 'f']);
  });
});

describe('no bytes of a terminal', () => {
  it('are lost, stop the decoder or make it wait for ever', () => {
    for (let first = 0; first < 256; first++) {
      for (const rest of [[], [0x41], [0x5b], [0x5b, 0x31], [0x80, 0x80, 0x80], Array.from({ length: 20 }, () => 0x31)]) {
        const all = Uint8Array.of(first, ...rest);
        let at = 0;
        while (at < all.length) {
          const key = takeKey(all.subarray(at), { isComplete: true });
          expect(key?.size ?? 0, `${first} ${rest}`).toBeGreaterThan(0);
          at += key?.size ?? all.length;
        }
        expect(at).toBe(all.length);
      }
    }
  });
});
