import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDurableFile, type OpenFile } from '../../host/bmc/durable-file.ts';
import { Staging } from '../../host/bmc/staging.ts';
import { STAGING_BLOCK } from '../../host/bmc/staging-journal.ts';
import { FailingFiles } from '../core/failing-files.ts';
import { imageOf } from '../core/wire.ts';
import { firmware, seeded } from '../flash/content.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ferry-staging-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const SIZE = 5 * STAGING_BLOCK + 1234;
const image = imageOf('bmc', '1', firmware(seeded(7), SIZE)).bytes;
const digest = 'ab'.repeat(32);
const digestOf = (number: number): string => number.toString(16).padStart(64, '0');
const path = (kind: 'image' | 'journal', of = digest): string => join(root, `${of}.${kind}`);

function write(staging: Staging, from: number, to: number, chunk = STAGING_BLOCK): void {
  for (let offset = from; offset < to; offset += chunk) staging.write(offset, image.subarray(offset, Math.min(to, offset + chunk)));
}

function reopen(size = SIZE): number {
  const staging = new Staging({ directory: root });
  const there = staging.open(digest, size);
  staging.close();
  return there;
}

/** A staging with this many bytes, closed. */
function make(bytes: number): void {
  const staging = new Staging({ directory: root });
  staging.open(digest, SIZE);
  write(staging, 0, bytes);
  staging.close();
}

function expectWhole(staging: Staging): void {
  const bytes = new Uint8Array(SIZE);
  staging.read(0, bytes);
  expect(Buffer.compare(bytes, image)).toBe(0);
}

describe('staging', () => {
  it('goes on at the last whole block', () => {
    expect(reopen()).toBe(0);
    make(3 * STAGING_BLOCK + 500);
    expect(reopen()).toBe(3 * STAGING_BLOCK);
    const staging = new Staging({ directory: root });
    expect(staging.open(digest, SIZE)).toBe(3 * STAGING_BLOCK);
    write(staging, 3 * STAGING_BLOCK, SIZE);
    expectWhole(staging);
    staging.close();
    expect(reopen(), 'the last block is shorter').toBe(SIZE);
  });

  it.each([1000, 16_384, 40_000, 65_536])('takes chunks of %i bytes', (chunk) => {
    const staging = new Staging({ directory: root });
    staging.open(digest, SIZE);
    write(staging, 0, SIZE, chunk);
    expectWhole(staging);
    staging.close();
    expect(reopen()).toBe(SIZE);
  });

  it.each([16_384, 65_536])('takes chunks of %i bytes in any order, twice too, and counts only what is contiguous', (chunk) => {
    const random = seeded(11);
    const staging = new Staging({ directory: root });
    staging.open(digest, SIZE);
    const offsets = Array.from({ length: Math.ceil(SIZE / chunk) }, (_, i) => i * chunk);
    const order = offsets.flatMap((offset) => [offset, offset]).map((offset) => ({ offset, key: random(2 ** 30) })).sort((a, b) => a.key - b.key);
    const seen = new Set<number>();
    for (const { offset } of order) {
      write(staging, offset, Math.min(SIZE, offset + chunk), chunk);
      seen.add(offset);
      const contiguous = (offsets.find((one) => !seen.has(one)) ?? SIZE);
      const copy = mkdtempSync(join(tmpdir(), 'ferry-staging-copy-'));
      cpSync(root, copy, { recursive: true });
      const other = new Staging({ directory: copy });
      const expected = contiguous >= SIZE ? SIZE : contiguous - (contiguous % STAGING_BLOCK);
      expect(other.open(digest, SIZE), `killed after ${seen.size} chunks`).toBe(expected);
      other.close();
      rmSync(copy, { recursive: true });
    }
    expectWhole(staging);
    staging.close();
  });

  it('does not resume a block that has changed, nor what follows it', () => {
    for (const block of [0, 2, 5]) {
      make(SIZE);
      const bytes = readFileSync(path('image'));
      bytes[block * STAGING_BLOCK + 999]! ^= 0x10;
      writeFileSync(path('image'), bytes);
      expect(reopen(), `block ${block}`).toBe(block * STAGING_BLOCK);
      const staging = new Staging({ directory: root });
      staging.open(digest, SIZE);
      write(staging, block * STAGING_BLOCK, SIZE);
      expectWhole(staging);
      staging.discard(digest);
    }
  });

  it('does not resume what the image file has lost', () => {
    make(SIZE);
    truncateSync(path('image'), 2 * STAGING_BLOCK + 1);
    expect(reopen()).toBe(2 * STAGING_BLOCK);
    make(SIZE);
    rmSync(path('image'));
    expect(reopen()).toBe(0);
  });

  it('believes a journal that is torn at any byte up to its last whole record', () => {
    make(SIZE);
    copyFileSync(path('journal'), join(root, 'whole'));
    const { length } = readFileSync(path('journal'));
    for (let size = 0; size <= length; size++) {
      copyFileSync(join(root, 'whole'), path('journal'));
      truncateSync(path('journal'), size);
      const records = size < 16 ? 0 : Math.floor((size - 16) / 12);
      expect(reopen(), `cut at byte ${size}`).toBe(Math.min(SIZE, records * STAGING_BLOCK));
    }
  });

  it('believes a journal with one flipped bit up to that record', () => {
    make(SIZE);
    const whole = readFileSync(path('journal'));
    for (let byte = 0; byte < whole.length; byte++) {
      const journal = Buffer.from(whole);
      journal[byte]! ^= 1 << (byte * 5) % 8;
      writeFileSync(path('journal'), journal);
      const records = byte < 16 ? 0 : Math.floor((byte - 16) / 12);
      expect(reopen(), `byte ${byte}`).toBe(records * STAGING_BLOCK);
    }
  });

  it('takes a journal of garbage, or of another size of image, for none', () => {
    make(SIZE);
    expect(reopen(SIZE - 1)).toBe(0);
    for (const garbage of [Buffer.alloc(500, 0xff), Buffer.alloc(500), Buffer.from('not a journal at all')]) {
      make(SIZE);
      writeFileSync(path('journal'), garbage);
      expect(reopen()).toBe(0);
    }
  });

  it('puts nothing on record again that is on record already', () => {
    make(3 * STAGING_BLOCK);
    const staging = new Staging({ directory: root });
    staging.open(digest, SIZE);
    staging.write(STAGING_BLOCK, new Uint8Array(STAGING_BLOCK));
    staging.write(3 * STAGING_BLOCK - 10, image.subarray(3 * STAGING_BLOCK - 10, 4 * STAGING_BLOCK - 10));
    staging.close();
    expect(reopen()).toBe(3 * STAGING_BLOCK);
  });

  it('never goes on from wrong bytes, whichever call is the last before the controller dies', () => {
    // Calls the operating system was asked for; a copy of the directory after each is what a killed process leaves.
    const states: string[] = [];
    const kept = mkdtempSync(join(tmpdir(), 'ferry-staging-states-'));
    const keep = (): void => {
      const copy = join(kept, String(states.length));
      cpSync(root, copy, { recursive: true });
      states.push(copy);
    };
    const openFile: OpenFile = (file) => {
      const inner = openDurableFile(file);
      return {
        ...inner,
        write(offset, from) {
          inner.write(offset, from.subarray(0, from.length >> 1));
          keep();
          inner.write(offset, from);
          keep();
        },
        truncate(size) {
          inner.truncate(size);
          keep();
        },
      };
    };
    const staging = new Staging({ directory: root, openFile });
    staging.open(digest, SIZE);
    write(staging, 0, SIZE, 40_000);
    staging.close();
    let last = 0;
    for (const [index, state] of states.entries()) {
      const after = new Staging({ directory: state });
      const there = after.open(digest, SIZE);
      expect(there, `state ${index}`).toBeGreaterThanOrEqual(last);
      last = there;
      const bytes = new Uint8Array(there);
      after.read(0, bytes);
      expect(Buffer.compare(bytes, image.subarray(0, there)), `state ${index}`).toBe(0);
      after.close();
    }
    expect(last).toBe(SIZE);
    rmSync(kept, { recursive: true });
  });

  it('keeps what is on record when a write fails half-way, and goes on after it', () => {
    const files = new FailingFiles();
    files.tornBytes = 7;
    const staging = new Staging({ directory: root, openFile: files.open });
    staging.open(digest, SIZE);
    write(staging, 0, 2 * STAGING_BLOCK);
    for (const failing of [0, 1]) {
      const start = files.calls;
      files.fails = (call) => (call === start + failing ? 'EIO' : undefined);
      expect(() => write(staging, 2 * STAGING_BLOCK, 3 * STAGING_BLOCK)).toThrow(/EIO/);
      expect(reopen()).toBe(2 * STAGING_BLOCK);
      files.fails = () => undefined;
    }
    write(staging, 2 * STAGING_BLOCK, SIZE);
    expectWhole(staging);
    staging.close();
    expect(reopen()).toBe(SIZE);
  });

  it('flushes the image before its journal', () => {
    const calls: string[] = [];
    const openFile: OpenFile = (file) => {
      const inner = openDurableFile(file);
      const kind = file.endsWith('.image') ? 'image' : 'journal';
      return { ...inner, sync: () => void (inner.sync(), calls.push(kind)) };
    };
    const staging = new Staging({ directory: root, openFile });
    const size = 9 * 1024 * 1024;
    staging.open(digest, size);
    const block = new Uint8Array(STAGING_BLOCK);
    for (let offset = 0; offset < size; offset += STAGING_BLOCK) staging.write(offset, block);
    expect(calls, 'twice on the way, and when all is there').toEqual(['image', 'journal', 'image', 'journal', 'image', 'journal']);
    staging.close();
    expect(calls).toHaveLength(6);
  });

  it('flushes on demand what a slow link has brought', () => {
    const files = new FailingFiles();
    const staging = new Staging({ directory: root, openFile: files.open });
    staging.syncIfDirty();
    staging.open(digest, SIZE);
    write(staging, 0, STAGING_BLOCK);
    const before = files.calls;
    staging.syncIfDirty();
    expect(files.calls).toBe(before + 2);
    staging.syncIfDirty();
    expect(files.calls).toBe(before + 2);
    staging.close();
  });
});

describe('images that are kept', () => {
  function fill(staging: Staging, number: number): void {
    staging.open(digestOf(number), SIZE);
    write(staging, 0, STAGING_BLOCK);
    for (const kind of ['image', 'journal'] as const) utimesSync(path(kind, digestOf(number)), number, number);
  }
  const kept = (): number[] => [...new Set(readdirSync(root).map((name) => Number.parseInt(name, 16)))].sort((a, b) => a - b);

  it('make room for a new one, the oldest first, and never the open one', () => {
    const staging = new Staging({ directory: root });
    writeFileSync(join(root, 'not-ours'), 'x');
    for (const number of [5, 3, 4, 6]) fill(staging, number);
    rmSync(join(root, 'not-ours'));
    expect(kept()).toEqual([3, 4, 5, 6]);
    fill(staging, 7);
    expect(kept()).toEqual([4, 5, 6, 7]);
    staging.open(digestOf(4), SIZE);
    staging.open(digestOf(8), SIZE);
    expect(kept(), '4 was just in use').not.toContain(5);
    staging.close();
  });

  it('make room when the disk is full, and only then does the run fail', () => {
    const files = new FailingFiles();
    const staging = new Staging({ directory: root, openFile: files.open });
    for (const number of [1, 2]) fill(staging, number);
    files.fails = () => (kept().includes(1) ? 'ENOSPC' : undefined);
    staging.open(digest, SIZE);
    expect(kept()).toEqual([Number.parseInt(digest, 16)]);
    files.fails = () => undefined;
    fill(staging, 1);
    staging.open(digest, SIZE);
    files.fails = () => (kept().includes(1) ? 'ENOSPC' : undefined);
    write(staging, 0, SIZE);
    expectWhole(staging);
    expect(kept()).toEqual([Number.parseInt(digest, 16)]);
    files.fails = () => 'ENOSPC';
    expect(() => staging.open(digestOf(9), SIZE)).toThrow(/ENOSPC/);
    staging.close();
  });

  it('are opened, thrown away and closed in any order', () => {
    const staging = new Staging({ directory: root });
    staging.close();
    staging.discard(digest);
    staging.open(digest, SIZE);
    write(staging, 0, STAGING_BLOCK);
    staging.discard(digestOf(1));
    staging.discard(digest);
    expect(readdirSync(root)).toEqual([]);
    expect(() => staging.write(0, image.subarray(0, 5))).toThrow(/no image is open/);
    expect(staging.open(digest, SIZE)).toBe(0);
    expect(staging.open(digest, SIZE), 'again').toBe(0);
    expect(() => staging.write(SIZE - 1, new Uint8Array(2))).toThrow(/outside/);
    expect(() => staging.read(0, new Uint8Array(5))).toThrow(/cut short/);
    staging.close();
  });

  it('are named by their digest and nothing else', () => {
    const staging = new Staging({ directory: root });
    for (const wrong of ['', '..', '../x', digest.toUpperCase(), `${digest}0`, digest.slice(1), `/${digest.slice(1)}`]) {
      expect(() => staging.open(wrong, SIZE), wrong).toThrow(/64 hex digits/);
      expect(() => staging.discard(wrong), wrong).toThrow(/64 hex digits/);
    }
    expect(readdirSync(root)).toEqual([]);
  });
});
