// What a volume does is the same whether it is a directory of the host or a FAT file system.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Attribute } from '../../../host/fat/directory-entry.ts';
import { FileAttribute, isDirectory, type FileProtocol } from '../../../host/efi/protocols/simple-file-system.ts';
import { EfiError, statusName } from '../../../host/efi/status.ts';
import { FatVolume } from '../../../host/efi/volume/fat-volume.ts';
import { DirectoryVolume } from '../../../host/efi/volume/volume-directory.ts';
import type { Volume } from '../../../host/efi/volume/volume.ts';
import { check } from '../../fat/checker.ts';
import { format } from '../../fat/format.ts';
import { MemoryDevice } from '../../fat/memory-device.ts';
import { makeDirectory, NOW, writeFile } from '../../fat/volumes.ts';
import { temporaryDirectory } from '../virtual-machine.ts';

interface Made { readonly volume: Volume; makeReadOnly(): void; afterwards(): void }

function directoryVolume(): Made {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'EFI', 'Boot'), { recursive: true });
  writeFileSync(join(directory, 'ferry.ini'), '[upgrade]\n');
  writeFileSync(join(directory, 'EFI', 'Boot', 'Notes.txt'), 'notes');
  return { volume: new DirectoryVolume(directory), makeReadOnly: () => chmodSync(join(directory, 'ferry.ini'), 0o444), afterwards: () => undefined };
}

function fatVolume(width: 12 | 16 | 32): Made {
  const device = new MemoryDevice(format({ width, clusterCount: width === 16 ? 5000 : 500 }));
  const volume = new FatVolume(device, () => NOW);
  makeDirectory(volume.system, 'EFI');
  makeDirectory(volume.system, 'EFI/Boot');
  writeFile(volume.system, 'ferry.ini', Buffer.from('[upgrade]\n'));
  writeFile(volume.system, 'EFI/Boot/Notes.txt', Buffer.from('notes'));
  return {
    volume,
    makeReadOnly: () => {
      const { directory } = volume.system.root;
      const entry = directory.find('ferry.ini');
      if (entry) directory.update(entry, { ...entry, attributes: entry.attributes | Attribute.readOnly });
    },
    afterwards: () => {
      volume.close();
      const { damage, loose } = check(device.bytes);
      expect([...damage, ...loose]).toEqual([]);
    },
  };
}

function statusOf(action: () => unknown): string {
  try {
    action();
    return 'EFI_SUCCESS';
  } catch (error) {
    if (error instanceof EfiError) return statusName(error.status);
    throw error;
  }
}

function contentOf(file: FileProtocol): string {
  const bytes = new Uint8Array(100);
  const text = Buffer.from(bytes.subarray(0, file.read(bytes))).toString();
  file.close();
  return text;
}

function namesOf(directory: FileProtocol): string[] {
  const names: string[] = [];
  for (let entry = directory.readEntry(); entry; entry = directory.readEntry()) names.push(entry.fileName);
  return names;
}

describe.each([['a directory', directoryVolume], ['FAT12', () => fatVolume(12)], ['FAT16', () => fatVolume(16)], ['FAT32', () => fatVolume(32)]])('a volume on %s', (_kind, make) => {
  it('opens relative to a directory, with . and .., from the root with a backslash, in any case', () => {
    const { volume, afterwards } = make();
    const boot = volume.openVolume().open('efi\\BOOT', 'read');
    for (const path of ['Notes.txt', '.\\NOTES.TXT', '..\\boot\\notes.txt', '\\EFI\\Boot\\Notes.txt', '\\\\EFI\\\\Boot\\Notes.txt']) {
      expect(contentOf(boot.open(path, 'read')), path).toBe('notes');
    }
    afterwards();
  });

  it('creates, writes, seeks, cuts, renames, moves and deletes files', () => {
    const { volume, afterwards } = make();
    const root = volume.openVolume();
    const file = root.open('new.bin', 'create');
    file.write(Buffer.from('0123456789'));
    file.setPosition(4);
    file.write(Buffer.from('xy'));
    expect(file.getPosition()).toBe(6);
    file.setInfo({ fileSize: 8 });
    file.setInfo({ fileName: '\\EFI\\moved file.bin' });
    file.flush();
    expect(file.getInfo()).toMatchObject({ fileName: 'moved file.bin', fileSize: 8, attribute: FileAttribute.archive });
    expect(contentOf(root.open('\\EFI\\moved file.bin', 'read'))).toBe('0123xy67');
    file.delete();
    expect(statusOf(() => root.open('\\EFI\\moved file.bin', 'read'))).toBe('EFI_NOT_FOUND');
    afterwards();
  });

  it('reads a directory entry by entry, and again after setPosition(0); only the root has no dots', () => {
    const { volume, afterwards } = make();
    const root = volume.openVolume();
    expect(namesOf(root)).toEqual(['EFI', 'ferry.ini']);
    expect(namesOf(root)).toEqual([]);
    root.setPosition(0);
    expect(namesOf(root)).toEqual(['EFI', 'ferry.ini']);
    expect(namesOf(root.open('EFI', 'read'))).toEqual(['.', '..', 'Boot']);
    afterwards();
  });

  it('makes directories, and deletes only empty ones', () => {
    const { volume, afterwards } = make();
    const root = volume.openVolume();
    const made = root.open('\\EFI\\New', 'create', { directory: true });
    expect(isDirectory(made.getInfo())).toBe(true);
    made.open('file', 'create').close();
    expect(statusOf(() => made.delete())).toBe('EFI_ACCESS_DENIED');
    root.open('\\EFI\\New\\file', 'read').delete();
    root.open('\\EFI\\New', 'read').delete();
    expect(namesOf(root.open('EFI', 'read'))).toEqual(['.', '..', 'Boot']);
    afterwards();
  });

  it('gives the statuses of a file system driver', () => {
    const { volume, makeReadOnly, afterwards } = make();
    const root = volume.openVolume();
    expect(statusOf(() => root.open('none', 'read'))).toBe('EFI_NOT_FOUND');
    expect(statusOf(() => root.open('none\\below', 'create'))).toBe('EFI_NOT_FOUND');
    expect(statusOf(() => root.open('ferry.ini\\below', 'read'))).toBe('EFI_NOT_FOUND');
    expect(statusOf(() => root.open('a:b', 'create'))).toBe('EFI_INVALID_PARAMETER');
    expect(statusOf(() => root.open('n'.repeat(256), 'create'))).toBe('EFI_INVALID_PARAMETER');
    expect(statusOf(() => root.open('..\\ferry.ini', 'read'))).toBe('EFI_NOT_FOUND');
    expect(statusOf(() => root.open('ferry.ini', 'read').write(Buffer.from('x')))).toBe('EFI_ACCESS_DENIED');
    expect(statusOf(() => root.open('ferry.ini', 'read').setInfo({ fileName: 'EFI' }))).toBe('EFI_ACCESS_DENIED');
    expect(statusOf(() => root.open('EFI', 'read').read(new Uint8Array(1)))).toBe('EFI_UNSUPPORTED');
    expect(statusOf(() => root.open('ferry.ini', 'read').readEntry())).toBe('EFI_UNSUPPORTED');
    makeReadOnly();
    expect(root.open('ferry.ini', 'read').getInfo().attribute & FileAttribute.directory).toBe(0);
    expect(statusOf(() => volume.openVolume().delete())).toBe('EFI_ACCESS_DENIED');
    volume.close();
    expect(statusOf(() => volume.openVolume().open('ferry.ini', 'read-write'))).toBe('EFI_ACCESS_DENIED');
    expect(statusOf(() => volume.openVolume().open('ferry.ini', 'read').delete())).toBe('EFI_ACCESS_DENIED');
    afterwards();
  });

  it('counts what is open, closes it at the end, and a closed file is of no use', () => {
    const { volume, afterwards } = make();
    const root = volume.openVolume();
    const file = root.open('ferry.ini', 'read');
    expect(volume.openFileCount).toBe(2);
    file.close();
    file.close();
    expect(volume.openFileCount).toBe(1);
    expect(statusOf(() => file.read(new Uint8Array(1)))).toBe('EFI_INVALID_PARAMETER');
    volume.close();
    expect(volume.openFileCount).toBe(0);
    afterwards();
  });
});
