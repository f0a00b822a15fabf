import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FerryError } from '../../host/error.ts';
import { toWasiError } from '../../host/os/node-errors.ts';
import { NodeFile, NodeStream } from '../../host/os/node-file.ts';
import { NodeVolume } from '../../host/os/volume.ts';
import { WasiError } from '../../host/wasi/system.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const READ = { write: false, create: false, truncate: false };
const CREATE = { write: true, create: true, truncate: true };

let scratch: ReturnType<typeof scratchDirectory>;
let root: string;
let volume: NodeVolume;

beforeEach(() => {
  scratch = scratchDirectory();
  root = join(scratch.path, 'root');
  mkdirSync(join(root, 'Images'), { recursive: true });
  volume = new NodeVolume(root);
});
afterEach(() => scratch.remove());

function text(path: string): string {
  const file = volume.open(path, READ);
  const into = new Uint8Array(100);
  const size = file.read(into);
  file.close();
  return new TextDecoder().decode(into.subarray(0, size));
}

function errno(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(WasiError);
    return (error as WasiError).errno;
  }
  return 'success';
}

describe('names', () => {
  it('are found whatever their case, the same spelling first', () => {
    writeFileSync(join(root, 'Images', 'BMC.bin'), 'one');
    expect(text('images/bmc.BIN')).toBe('one');
    writeFileSync(join(root, 'Images', 'bmc.bin'), 'two');
    expect([text('IMAGES/bmc.bin'), text('Images/BMC.bin'), text('images/Bmc.Bin')]).toEqual(['two', 'one', 'one']);
  });

  it('are kept as given when a file is made, and one that is there is not made twice', () => {
    for (const [name, content] of [['Report.json', 'first'], ['REPORT.JSON', 'second']] as const) {
      const file = volume.open(`images/${name}`, CREATE);
      file.write(new TextEncoder().encode(content));
      file.close();
    }
    expect(readFileSync(join(root, 'Images', 'Report.json'), 'utf8')).toBe('second');
    expect(existsSync(join(root, 'Images', 'REPORT.JSON'))).toBe(false);
  });

  it('that name nothing, a directory, or go through a file are refused', () => {
    writeFileSync(join(root, 'a'), '');
    expect(errno(() => volume.open('b', READ))).toBe('noEntry');
    expect(errno(() => volume.open('b/c', CREATE))).toBe('noEntry');
    expect(errno(() => volume.open('Images', READ))).toBe('isDirectory');
    expect(errno(() => volume.open('Images', CREATE))).toBe('isDirectory');
    expect(errno(() => volume.open('a/b', READ))).toBe('notDirectory');
    expect(errno(() => volume.open('x'.repeat(300), CREATE))).toBe('nameTooLong');
  });
});

describe('nothing outside of the volume is reached', () => {
  beforeEach(() => {
    writeFileSync(join(scratch.path, 'secret'), 'secret');
    mkdirSync(join(scratch.path, 'root-beside'));
    writeFileSync(join(scratch.path, 'root-beside', 'secret'), 'secret');
  });

  it.each([
    ['a link to a file', '../secret', 'link'], ['a link to a directory', '..', 'link/secret'],
    ['an absolute link', '/proc/version', 'LINK'], ['a link to a directory with the same beginning', '../root-beside', 'link/secret'],
  ])('%s', (_name, target, path) => {
    symlinkSync(target, join(root, 'link'));
    expect(errno(() => volume.open(path, READ))).toBe('notCapable');
    expect(errno(() => volume.open(path, CREATE))).toBe('notCapable');
    expect(readFileSync(join(scratch.path, 'secret'), 'utf8')).toBe('secret');
  });

  it('a link to a file that is not there does not make it', () => {
    symlinkSync('../made', join(root, 'link'));
    expect(errno(() => volume.open('link', CREATE))).toBe('noEntry');
    expect(existsSync(join(scratch.path, 'made'))).toBe(false);
  });

  it('names that climb', () => {
    for (const path of ['../secret', 'Images/../../secret', '/etc/passwd']) expect(errno(() => volume.open(path, READ))).toBe('notCapable');
  });

  it('while links inside work', () => {
    writeFileSync(join(root, 'real'), 'inside');
    symlinkSync('../real', join(root, 'Images', 'link'));
    expect(text('images/link')).toBe('inside');
  });
});

describe('a file', () => {
  it('is read, written and moved in by its own position', () => {
    const file = volume.open('f', CREATE);
    expect(file.write(new TextEncoder().encode('0123456789'))).toBe(10);
    expect([file.seek(-3, 2), file.seek(1, 1), file.seek(2, 0)]).toEqual([7, 8, 2]);
    const into = new Uint8Array(4);
    expect(file.read(into)).toBe(4);
    expect(new TextDecoder().decode(into)).toBe('2345');
    file.seek(100, 0);
    expect(file.read(into)).toBe(0);
    expect(errno(() => file.seek(-1, 0))).toBe('invalid');
    file.close();
  });

  it('can not be a pipe, and opening one does not wait', () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect(errno(() => volume.open('pipe', READ))).toBe('access');
  });

  it('that may not be read is refused', () => {
    writeFileSync(join(root, 'closed'), '');
    chmodSync(join(root, 'closed'), 0);
    expect(errno(() => volume.open('closed', READ))).toBe(process.getuid?.() === 0 ? 'success' : 'access');
  });

  it('on a full disk fails with noSpace', () => {
    const full = openSync('/dev/full', 'r+');
    expect(errno(() => new NodeFile(full, false).write(new Uint8Array(1)))).toBe('noSpace');
    expect(errno(() => new NodeStream(full).write(new Uint8Array(1)))).toBe('noSpace');
  });
});

describe('failures of the operating system', () => {
  it.each([
    ['ENOSPC', 'noSpace'], ['EDQUOT', 'noSpace'], ['EROFS', 'readOnly'], ['EACCES', 'access'], ['EPERM', 'notPermitted'],
    ['EMFILE', 'tooManyFiles'], ['EIO', 'io'], ['EPIPE', 'io'], ['ESOMETHING', 'io'],
  ])('%s is the errno %s', (code, expected) => {
    expect(toWasiError(Object.assign(new Error(code), { code, syscall: 'write' })).errno).toBe(expected);
  });
});

describe('a volume', () => {
  it.each(['missing', 'file'])('that is no directory is refused: %s', (name) => {
    writeFileSync(join(scratch.path, 'file'), '');
    let caught: unknown;
    try { new NodeVolume(join(scratch.path, name)); } catch (error) { caught = error; }
    expect(caught).toBeInstanceOf(FerryError);
    expect(caught).toMatchObject({ code: 'volume-invalid', exitCode: 64 });
  });
});
