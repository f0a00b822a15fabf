import { describe, expect, it, test } from 'vitest';
import { FatError } from '../../host/fat/fat-error.ts';
import { findFatParts, type DiskContents } from '../../host/fat/partition-table.ts';
import { FIRST_BLOCK, format, gptDisk, mbrDisk } from './format.ts';
import { MemoryDevice } from './memory-device.ts';
import { list, mount } from './volumes.ts';

const fileSystem = format({ width: 16, clusterCount: 5000 });
const find = (disk: Buffer): DiskContents => findFatParts(new MemoryDevice(disk));

function failureOf(disk: Buffer): string {
  try {
    find(disk);
    return 'none';
  } catch (error) {
    if (error instanceof FatError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** The disk with one byte changed. */
function broken(disk: Buffer, at: number): Buffer {
  const copy = Buffer.from(disk);
  copy.writeUInt8((copy.readUInt8(at) ^ 0x40) & 0xff, at);
  return copy;
}

test('a bare file system needs no partition table', () => {
  expect(find(fileSystem)).toMatchObject({ parts: [{ partition: undefined }], isBackupTable: false });
});

describe('a GPT disk', () => {
  const disk = gptDisk(fileSystem);
  const blocks = fileSystem.length / 512;

  it('tells number, place and GUID of the partition, and what is in it', () => {
    const { parts, isBackupTable } = find(disk);
    expect([parts.length, isBackupTable]).toEqual([1, false]);
    expect(parts[0]?.partition).toMatchObject({ number: 1, scheme: 'gpt', start: FIRST_BLOCK, count: blocks, blockSize: 512 });
    expect(Buffer.from(parts[0]?.partition?.signature ?? []).toString('hex')).toBe('3c2d1e0f5a4b78698796a5b4c3d2e1f0');
    if (parts[0]) expect(list(mount(parts[0].device))).toEqual([]);
  });

  it.each([['signature', 512], ['header checksum', 512 + 16], ['own place', 512 + 24], ['place of the entries', 512 + 72], ['entry', 1024 + 33]])(
    'whose primary table has a wrong %s is read from the backup', (_what, at) => {
      expect(find(broken(disk, at))).toMatchObject({ isBackupTable: true, parts: [{ partition: { number: 1, start: FIRST_BLOCK } }] });
    },
  );

  it('with both tables broken is refused, and both reasons are told', () => {
    const failure = failureOf(broken(broken(disk, 512 + 40), disk.length - 512));
    expect(failure).toContain('no-file-system: both GPT headers are broken');
    expect(failure).toContain('wrong header CRC-32');
    expect(failure).toContain('expected the signature "EFI PART"');
  });

  it('whose end was cut off has no backup, and a partition that does not fit is none', () => {
    expect(failureOf(disk.subarray(0, disk.length / 2))).toContain('no partition of 0 holds a FAT file system');
  });
});

describe('a disk with a plain partition table', () => {
  it('tells the partition and the signature of the disk', () => {
    const { parts } = find(mbrDisk(fileSystem));
    expect(parts[0]?.partition).toMatchObject({ number: 1, scheme: 'mbr', start: FIRST_BLOCK, signature: Uint8Array.of(0x34, 0x12, 0xfe, 0xca) });
  });

  it('whose only partition is an extended one has none', () => {
    expect(failureOf(mbrDisk(fileSystem, 0x05))).toContain('this is no FAT file system');
  });

  it('whose partition holds something else is refused with the reason', () => {
    expect(failureOf(mbrDisk(Buffer.alloc(fileSystem.length)))).toContain('partition 1: this is no FAT file system: boot signature: expected 43605, got 0');
  });
});

test.each([['nothing', Buffer.alloc(0)], ['a few bytes', Buffer.from('hello')], ['zeros', Buffer.alloc(1 << 20)], ['noise', Buffer.alloc(1 << 16, 0xa5)]])('%s is no disk', (_what, bytes) => {
  expect(failureOf(bytes)).toMatch(/^no-file-system: /);
});
