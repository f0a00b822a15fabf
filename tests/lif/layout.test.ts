// The bytes of a volume, written down by hand from the public descriptions of the format.
import { describe, expect, it } from 'vitest';
import { readDirectory } from '../../host/lif/directory.ts';
import { FileType } from '../../host/lif/file-type.ts';
import { longListing, shortListing } from '../../host/lif/listing.ts';
import { MemoryMedium } from '../../host/lif/medium.ts';
import { LifVolume } from '../../host/lif/volume.ts';
import { emptyMedium, put, textIn } from './virtual-volume.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const sector = (medium: MemoryMedium, number: number): Uint8Array => medium.read(number * 256, 256);

describe('a new volume', () => {
  it('has a header with everything in its place, big endian', () => {
    const header = sector(emptyMedium(20, 9), 0);
    expect(hex(header.subarray(0, 44))).toBe([
      '8000', '544553542020', // magic, "TEST  "
      '00000002', '1000', '0000', // directory at sector 2; octal 10000
      '00000002', '0001', '0000', // 9 files take 2 sectors; version 1
      '00000001', '00000001', '00000014', // one track, one side, 20 sectors
      '260301123456', '0000', // 26/03/01 12:34:56
    ].join(''));
    expect(header.subarray(42).every((byte) => byte === 0)).toBe(true);
  });

  it('has a free sector 1 and a directory of nothing but ends', () => {
    const medium = emptyMedium(20, 9);
    expect(sector(medium, 1).every((byte) => byte === 0)).toBe(true);
    expect([2, 3].every((number) => sector(medium, number).every((byte) => byte === 0xff))).toBe(true);
    expect(sector(medium, 4).every((byte) => byte === 0)).toBe(true);
  });
});

describe('an entry', () => {
  it('of a file of bytes as they are: type -23951, and the size in the implementation field', () => {
    const medium = emptyMedium(20);
    put(new LifVolume(medium), 'ferry.ini', 'x'.repeat(300));
    expect(hex(sector(medium, 2).subarray(0, 34))).toBe([
      '46455252595f494e4920', 'a271', // "FERRY_INI ", -23951
      '00000003', '00000002', '260301123456', '8001', '0000012c', // sector 3, 2 of them, the time, last volume, 300 bytes
      'ffff',
    ].join(''));
    expect(hex(medium.read(3 * 256 + 299, 3))).toBe('780000');
  });

  it('of AUTO: type -12289; of text: type 1, in records, implementation 0', () => {
    const medium = emptyMedium(20);
    const volume = new LifVolume(medium);
    put(volume, 'AUTO', 'ferry\n', FileType.auto);
    put(volume, 'NOTE', 'ab\n\nabc', FileType.ascii);
    expect(hex(sector(medium, 2).subarray(10, 12))).toBe('cfff');
    expect(hex(sector(medium, 2).subarray(32 + 10, 64))).toBe('0001' + '00000004' + '00000001' + '260301123456' + '8001' + '00000000');
    expect(hex(sector(medium, 4).subarray(0, 16))).toBe('0002' + '6162' + '0000' + '0003' + '61626300' + 'ffff' + '0000');
    expect(textIn(volume, 'note')).toBe('ab\n\nabc\n');
  });

  it('that is purged keeps everything but its type, which is 0', () => {
    const medium = emptyMedium(20);
    const volume = new LifVolume(medium);
    put(volume, 'A', 'a');
    const before = hex(sector(medium, 2));
    volume.remove('A');
    expect(hex(sector(medium, 2))).toBe(before.replace('a271', '0000'));
  });
});

/** A volume as HP's tools make one for an installation medium, byte by byte: other geometry, other types, raw sizes. */
function foreignVolume(): MemoryMedium {
  const bytes = new Uint8Array(64 * 256);
  const from = (at: number, text: string): void => bytes.set(Buffer.from(text, 'hex'), at);
  from(0, '800049534c3130200000000810000000000000010001000000000002000000020000001007030710120200');
  const entry = (index: number, name: string, rest: string): void => {
    from(8 * 256 + index * 32, Buffer.from(name.padEnd(10)).toString('hex') + rest);
  };
  entry(0, 'ISL', 'ce00' + '00000010' + '00000002' + '070307101202' + '8001' + '00000000');
  entry(1, 'OLD', '0000' + '00000018' + '00000008' + '070307101202' + '8001' + '00000000');
  entry(2, 'AUTO', 'cfff' + '00000020' + '00000001' + '070307101202' + '8001' + '00000000');
  entry(3, 'RAW', 'a271' + '00000021' + '00000001' + '070307101202' + '8001' + '00000000');
  entry(4, 'RECORDS', 'fffe' + '00000022' + '00000001' + '070307101202' + '8001' + '00000000');
  from(8 * 256 + 5 * 32 + 10, 'ffff');
  bytes.set(Buffer.from('hpux\n'), 0x20 * 256);
  from(0x22 * 256, '0003' + '616263' + '0002' + '6465');
  return new MemoryMedium(bytes);
}

describe('a volume of another system', () => {
  it('is listed in the form of lifls -l', () => {
    expect(longListing(readDirectory(foreignVolume()))).toBe([
      'volume ISL10  data size 55 directory size 1 07/03/07 10:12:02',
      'filename   type    start    size     implement  created',
      '===============================================================',
      'ISL        -12800  16       2        0          07/03/07 10:12:02',
      'AUTO       -12289  32       1        0          07/03/07 10:12:02',
      'RAW        BIN     33       1        0          07/03/07 10:12:02',
      'RECORDS    BINARY  34       1        0          07/03/07 10:12:02',
      '',
    ].join('\n'));
    expect(shortListing(readDirectory(foreignVolume()))).toBe('ISL\nAUTO\nRAW\nRECORDS\n');
  });

  it('has files of whole sectors where nothing says their size, and records without their lengths', () => {
    const volume = new LifVolume(foreignVolume());
    expect(volume.read(volume.get('RAW')).length).toBe(256);
    expect(textIn(volume, 'AUTO')).toBe('hpux\n'.padEnd(256, '\0'));
    expect(textIn(volume, 'RECORDS')).toBe('abcde');
  });

  it('takes a new file into the gap of a purged one, or behind its last', () => {
    const volume = new LifVolume(foreignVolume());
    put(volume, 'FITS', 'x'.repeat(14 * 256));
    put(volume, 'BEHIND', 'x'.repeat(29 * 256));
    expect(volume.directory().files.map(({ name, start, index }) => [name, start, index])).toEqual([
      ['ISL', 16, 0], ['FITS', 18, 1], ['AUTO', 32, 2], ['RAW', 33, 3], ['RECORDS', 34, 4], ['BEHIND', 35, 5],
    ]);
  });
});
