// The place where an image lies on its way: one at a time, never longer than its limit, and gone afterwards.
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type SpooledFile, Stalled, TooLarge, UploadSpool } from '../../../host/bmc/redfish/upload-spool.ts';
import { scratchDirectory } from '../../scratch-directory.ts';

const NOW = new Date('2026-01-02T03:04:05Z');
let scratch: ReturnType<typeof scratchDirectory>;
let spool: UploadSpool;
beforeEach(() => {
  scratch = scratchDirectory();
  spool = new UploadSpool(scratch.path, () => NOW, 50);
});
afterEach(() => scratch.remove());

function take(): SpooledFile {
  const file = spool.take('admin', 'a test');
  if (file === undefined) throw new Error('the place is taken');
  return file;
}

test('what came can be read from any place, and belongs to its owner only', async () => {
  const file = take();
  const bytes = Buffer.from('firmware '.repeat(10_000));
  await file.receive(Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]), bytes.length);
  const part = Buffer.alloc(100);
  file.read(50_000, part);
  expect(part.equals(bytes.subarray(50_000, 50_100))).toBe(true);
  expect(await file.sha256(1234)).toBe(createHash('sha256').update(bytes.subarray(0, 1234)).digest('hex'));
  expect(statSync(file.path).mode & 0o777).toBe(0o600);
  expect(() => file.read(bytes.length - 1, part)).toThrow('the file ends after 1');
  file.remove();
  expect(readdirSync(scratch.path)).toEqual([]);
  expect(() => file.read(0, part)).toThrow('has been removed');
});

test('one at a time, with who it is; removing it twice gives the place back once', () => {
  const first = take();
  expect(spool.holder).toEqual({ user: 'admin', what: 'a test', since: NOW });
  expect(spool.take('other', 'x')).toBeUndefined();
  first.remove();
  const second = take();
  first.remove();
  expect(spool.holder?.user).toBe('admin');
  second.remove();
  expect(spool.holder).toBeUndefined();
});

test('one byte more than the limit ends it', async () => {
  const file = take();
  await expect(file.receive(Readable.from([Buffer.alloc(60), Buffer.alloc(41)]), 100)).rejects.toThrow(TooLarge);
  file.remove();
  expect(readdirSync(scratch.path)).toEqual([]);
  const whole = take();
  await whole.receive(Readable.from([Buffer.alloc(60), Buffer.alloc(40)]), 100);
  expect(whole.size).toBe(100);
});

test('a source that goes silent ends it, and so does one that fails', async () => {
  const silent = new Readable({ read: () => undefined });
  silent.push(Buffer.alloc(10));
  const file = take();
  await expect(file.receive(silent, 100)).rejects.toThrow(Stalled);
  expect(silent.destroyed).toBe(true);
  file.remove();
  const broken = take();
  const source = new Readable({ read: () => source.destroy(new Error('connection lost')) });
  await expect(broken.receive(source, 100)).rejects.toThrow('connection lost');
});

test('a place that can not be written is an error of the disk, and is given back', async () => {
  const file = take();
  scratch.remove();
  await expect(file.receive(Readable.from([Buffer.alloc(10)]), 100)).rejects.toMatchObject({ code: 'ENOENT' });
  file.remove();
  expect(spool.holder).toBeUndefined();
});
