import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { runSeed } from '../random.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { check, damageBeside } from './checker.ts';
import { KILLS, killedImages, OLD } from './killed.ts';

const scratch = scratchDirectory();
afterAll(() => scratch.remove());

test(`a process killed at ${KILLS} moments leaves every file whole that was there before, and no cluster in two files`, { timeout: 120_000 }, async () => {
  for await (const { image, where } of killedImages(scratch.path, runSeed(), 12_000)) {
    const { files, damage, loose } = check(readFileSync(image));
    expect(damageBeside(damage, /^work\//), where).toEqual([]);
    for (const [path, content] of Object.entries(OLD)) {
      const present = files.get(path);
      expect(present?.subarray(0, content.length).equals(content), `${where}: ${path}`).toBe(true);
      if (path !== 'EFI/log.txt') expect(present?.length, where).toBe(content.length);
    }
    expect(loose, where).toContain('it is marked as in use');
  }
});
