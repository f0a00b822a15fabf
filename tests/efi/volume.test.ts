import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileAttribute, isDirectory, type FileProtocol } from '../../host/efi/protocols/simple-file-system.ts';
import { EfiError, statusName } from '../../host/efi/status.ts';
import { DirectoryVolume } from '../../host/efi/volume/volume-directory.ts';
import { temporaryDirectory } from './virtual-machine.ts';

/** A volume with some files, beside something secret. */
function makeVolume(): { root: FileProtocol; volume: DirectoryVolume; directory: string; outside: string } {
  const outside = temporaryDirectory();
  const directory = join(outside, 'esp');
  mkdirSync(join(directory, 'EFI', 'Boot'), { recursive: true });
  writeFileSync(join(outside, 'secret'), 'secret');
  writeFileSync(join(directory, 'ferry.ini'), '[upgrade]\n');
  writeFileSync(join(directory, 'EFI', 'Boot', 'Notes.txt'), 'notes');
  const volume = new DirectoryVolume(directory);
  return { root: volume.openVolume(), volume, directory, outside };
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
  return Buffer.from(bytes.subarray(0, file.read(bytes))).toString();
}

const namesOf = (directory: FileProtocol): string[] => {
  const names: string[] = [];
  for (let entry = directory.readEntry(); entry; entry = directory.readEntry()) names.push(entry.fileName);
  return names;
};

describe('a volume over a directory', () => {
  it('finds names whatever their case, the exact one first', () => {
    const { root, directory } = makeVolume();
    expect(contentOf(root.open('\\efi\\BOOT\\notes.TXT', 'read'))).toBe('notes');
    writeFileSync(join(directory, 'FERRY.INI'), 'other');
    expect(contentOf(root.open('FERRY.INI', 'read'))).toBe('other');
    expect(contentOf(root.open('ferry.ini', 'read'))).toBe('[upgrade]\n');
  });

  it('opens relative to a directory, with . and .., and from the root with a backslash', () => {
    const { root } = makeVolume();
    const boot = root.open('EFI\\Boot', 'read');
    for (const path of ['Notes.txt', '.\\Notes.txt', '..\\boot\\notes.txt', '\\EFI\\Boot\\Notes.txt', '\\\\EFI\\\\Boot\\Notes.txt']) {
      expect(contentOf(boot.open(path, 'read')), path).toBe('notes');
    }
  });

  it('creates, writes, seeks, cuts, renames and deletes files', () => {
    const { root, directory } = makeVolume();
    const file = root.open('new.bin', 'create');
    file.write(Buffer.from('0123456789'));
    file.setPosition(4);
    file.write(Buffer.from('xy'));
    expect(file.getPosition()).toBe(6);
    file.setInfo({ fileSize: 8 });
    file.setInfo({ fileName: '\\EFI\\moved.bin' });
    file.flush();
    expect(file.getInfo()).toMatchObject({ fileName: 'moved.bin', fileSize: 8, attribute: FileAttribute.archive });
    expect(readFileSync(join(directory, 'EFI', 'moved.bin'), 'utf8')).toBe('0123xy67');
    file.delete();
    expect(existsSync(join(directory, 'EFI', 'moved.bin'))).toBe(false);
  });

  it('reads a directory entry by entry, and again after setPosition(0); only the root has no dots', () => {
    const { root } = makeVolume();
    expect(namesOf(root)).toEqual(['EFI', 'ferry.ini']);
    expect(namesOf(root)).toEqual([]);
    root.setPosition(0);
    expect(namesOf(root)).toEqual(['EFI', 'ferry.ini']);
    expect(namesOf(root.open('EFI', 'read'))).toEqual(['.', '..', 'Boot']);
  });

  it('makes directories, and deletes only empty ones', () => {
    const { root, directory } = makeVolume();
    const made = root.open('\\EFI\\New', 'create', { directory: true });
    expect(isDirectory(made.getInfo())).toBe(true);
    made.open('file', 'create').close();
    expect(statusOf(() => made.delete())).toBe('EFI_ACCESS_DENIED');
    root.open('\\EFI\\New\\file', 'read').delete();
    root.open('\\EFI\\New', 'read').delete();
    expect(readdirSync(join(directory, 'EFI'))).toEqual(['Boot']);
  });

  it('gives the statuses of a file system driver', () => {
    const { root, directory } = makeVolume();
    expect(statusOf(() => root.open('none', 'read'))).toBe('EFI_NOT_FOUND');
    expect(statusOf(() => root.open('none\\below', 'create'))).toBe('EFI_NOT_FOUND');
    expect(statusOf(() => root.open('ferry.ini\\below', 'read'))).toBe('EFI_NOT_FOUND');
    expect(statusOf(() => root.open('a:b', 'create'))).toBe('EFI_INVALID_PARAMETER');
    expect(statusOf(() => root.open('n'.repeat(256), 'create'))).toBe('EFI_INVALID_PARAMETER');
    expect(statusOf(() => root.open('ferry.ini', 'read').write(Buffer.from('x')))).toBe('EFI_ACCESS_DENIED');
    expect(statusOf(() => root.delete())).toBe('EFI_ACCESS_DENIED');
    chmodSync(join(directory, 'ferry.ini'), 0o444);
    const second = new DirectoryVolume(directory).openVolume();
    expect(statusOf(() => second.open('ferry.ini', 'read-write'))).toBe('EFI_ACCESS_DENIED');
    expect(statusOf(() => second.open('ferry.ini', 'read').delete())).toBe('EFI_ACCESS_DENIED');
    expect(second.open('ferry.ini', 'read').getInfo().attribute & FileAttribute.readOnly).toBe(FileAttribute.readOnly);
    expect(statusOf(() => new DirectoryVolume(join(directory, 'none')))).toBe('EFI_NO_MEDIA');
  });

  it('counts what is open, and a closed file is of no use', () => {
    const { root, volume } = makeVolume();
    const file = root.open('ferry.ini', 'read');
    expect(volume.openFileCount).toBe(2);
    file.close();
    file.close();
    root.close();
    expect(volume.openFileCount).toBe(0);
    expect(statusOf(() => file.read(new Uint8Array(1)))).toBe('EFI_INVALID_PARAMETER');
  });
});

describe('nothing outside of the volume can be reached', () => {
  it.each(['..\\secret', '\\..\\secret', 'EFI\\..\\..\\secret', 'EFI\\..\\..\\..\\..\\etc\\passwd', '../secret', '/etc/passwd', 'EFI/../../secret', '..', '\u0000', 'EFI\\Boot\\..\\..\\..\\secret'])(
    'by the path %j', (path) => {
      const { root, outside } = makeVolume();
      for (const mode of ['read', 'read-write', 'create'] as const) expect(statusOf(() => root.open(path, mode)), mode).toMatch(/EFI_(NOT_FOUND|INVALID_PARAMETER)/);
      expect(readdirSync(outside).sort()).toEqual(['esp', 'secret']);
    },
  );

  it('through links to files, to directories and to nothing', () => {
    const { root, directory, outside } = makeVolume();
    symlinkSync(join(outside, 'secret'), join(directory, 'link'));
    symlinkSync(outside, join(directory, 'EFI', 'up'));
    symlinkSync('..', join(directory, 'parent'));
    symlinkSync(join(outside, 'created'), join(directory, 'dangling'));
    for (const path of ['link', 'LINK', 'EFI\\up', 'EFI\\up\\secret', 'parent\\secret', 'dangling']) {
      for (const mode of ['read', 'read-write', 'create'] as const) expect(statusOf(() => root.open(path, mode)), `${path} ${mode}`).toMatch(/EFI_(ACCESS_DENIED|NOT_FOUND)/);
    }
    expect(statusOf(() => root.open('EFI\\up\\new', 'create', { directory: true }))).toBe('EFI_NOT_FOUND');
    expect(readdirSync(outside).sort()).toEqual(['esp', 'secret']);
    expect(namesOf(root)).toEqual(['EFI', 'ferry.ini']);
  });

  it('by renaming', () => {
    const { root, outside, directory } = makeVolume();
    symlinkSync(outside, join(directory, 'up'));
    for (const fileName of ['\\..\\stolen', '..\\stolen', '\\up\\stolen', '../stolen']) {
      expect(statusOf(() => root.open('ferry.ini', 'read-write').setInfo({ fileName })), fileName).not.toBe('EFI_SUCCESS');
    }
    expect(readdirSync(outside).sort()).toEqual(['esp', 'secret']);
  });

  it('and a pipe of the host is no file: nothing waits for its other end', () => {
    const { root, directory } = makeVolume();
    execFileSync('mkfifo', [join(directory, 'pipe')]);
    expect(statusOf(() => root.open('pipe', 'read'))).toBe('EFI_ACCESS_DENIED');
    expect(namesOf(root)).toEqual(['EFI', 'ferry.ini']);
  });

  it('while a second name for a file of the volume is a file like any other', () => {
    const { root, directory } = makeVolume();
    linkSync(join(directory, 'ferry.ini'), join(directory, 'same.ini'));
    expect(contentOf(root.open('same.ini', 'read'))).toBe('[upgrade]\n');
  });
});
