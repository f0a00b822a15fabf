import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, ftruncateSync, openSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileMemory } from '../../host/bus/file-memory.ts';
import { LocalMemory, type WordMemory } from '../../host/bus/shared-memory.ts';
import { bundle } from '../bundle.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const SIZE = 16384;
const scratch = scratchDirectory();
afterAll(() => scratch.remove());

function newFile(name: string): string {
  const path = join(scratch.path, name);
  const descriptor = openSync(path, 'w+');
  ftruncateSync(descriptor, SIZE);
  closeSync(descriptor);
  return path;
}

const kinds: [string, () => WordMemory][] = [
  ['LocalMemory', () => new LocalMemory(SIZE)],
  ['FileMemory', () => FileMemory.open(newFile('one'))],
];

describe.each(kinds)('%s', (_name, make) => {
  it('keeps words and blocks, little endian', () => {
    const memory = make();
    expect(memory.size).toBe(SIZE);
    memory.write32(8, 0xfedcba98);
    memory.write(12, Uint8Array.of(1, 2, 3));
    const into = new Uint8Array(8);
    memory.read(8, into);
    expect([...into]).toEqual([0x98, 0xba, 0xdc, 0xfe, 1, 2, 3, 0]);
    expect(memory.read32(12)).toBe(0x030201);
    memory.close();
    memory.close();
  });

  it('refuses an access outside as our own mistake', () => {
    const memory = make();
    for (const [offset, size] of [[SIZE - 3, 4], [-1, 1], [SIZE, 1], [0, SIZE + 1]] as const) {
      expect(() => memory.read(offset, new Uint8Array(size))).toThrow(RangeError);
      expect(() => memory.write(offset, new Uint8Array(size))).toThrow(RangeError);
    }
    expect(() => memory.read(SIZE, new Uint8Array(0))).not.toThrow();
    memory.close();
  });
});

describe('FileMemory', () => {
  it('reads as all ones where the file was cut off', () => {
    const path = newFile('cut');
    const memory = FileMemory.open(path);
    truncateSync(path, 6);
    const into = new Uint8Array(8);
    memory.read(0, into);
    expect([...into]).toEqual([0, 0, 0, 0, 0, 0, 0xff, 0xff]);
    expect(memory.read32(4096)).toBe(0xffffffff);
    memory.close();
  });

  it('follows no link, and says so when it is used after it was closed', () => {
    const path = newFile('target');
    symlinkSync(path, join(scratch.path, 'link'));
    expect(() => FileMemory.open(join(scratch.path, 'link'))).toThrow(/ELOOP/);
    const memory = FileMemory.open(path);
    memory.close();
    expect(() => memory.read32(0)).toThrow(/after it was closed/);
  });
});

describe('two processes', () => {
  beforeAll(() => bundle({ echo: 'tests/bus/memory-echo.ts' }, scratch.path));

  it('see each other’s words and blocks', async () => {
    const path = newFile('two');
    const memory = FileMemory.open(path);
    const child = spawn(process.execPath, [join(scratch.path, 'echo.mjs'), path], { stdio: ['ignore', 'inherit', 'inherit'] });
    const ended = once(child, 'exit');
    let hasEnded = false;
    child.on('exit', () => { hasEnded = true; });
    const block = new Uint8Array(4096);
    const back = new Uint8Array(4096);
    for (let round = 1; round <= 100; round++) {
      memory.write(4096, block.fill(round));
      memory.write32(0, round);
      while (memory.read32(4) !== round && !hasEnded) await new Promise(setImmediate);
      memory.read(8192, back);
      expect(back.every((byte) => byte === round), `round ${round}`).toBe(true);
    }
    memory.write32(0, 0xffffffff);
    expect((await ended)[0]).toBe(0);
    memory.close();
  });
});
