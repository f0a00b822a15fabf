// `ferry boot` in a real terminal: tmux shows what a user sees, and types what a user types.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { scratchDirectory } from '../scratch-directory.ts';

const TMUX = '/usr/bin/tmux';
const required = process.env['FERRY_REQUIRE_PEERS'] === '1';
const isMissing = !existsSync(TMUX);
const DEADLINE_MS = 30_000;
const LOOK_MS = 50;

const scratch = scratchDirectory();
/** A server of its own, so that nobody else's sessions are touched. */
const tmux = (...args: string[]): string => execFileSync(TMUX, ['-S', join(scratch.path, 'socket'), '-f', '/dev/null', ...args], { encoding: 'utf8' });
const screen = (): string => tmux('capture-pane', '-p', '-t', 'machine');
const type = (...keys: string[]): string => tmux('send-keys', '-t', 'machine', ...keys);

/** Until the screen shows this. */
async function shows(pattern: RegExp): Promise<string> {
  const end = Date.now() + DEADLINE_MS;
  for (;;) {
    const seen = screen();
    if (pattern.test(seen)) return seen;
    if (Date.now() > end) throw new Error(`expected ${String(pattern)} on the screen, got:\n${seen}`);
    await new Promise((resume) => { setTimeout(resume, LOOK_MS); });
  }
}

afterEach(() => {
  if (isMissing) return;
  try {
    tmux('kill-server');
  } catch {
    // It ended with its last window.
  }
  scratch.remove();
});

const name = 'a person at a terminal skips startup.nsh with ESC, looks around and boots on';
test.skipIf(isMissing && !required)(isMissing ? `${name} (skipped: apt-get install tmux)` : name, async () => {
  expect(existsSync(TMUX), 'tmux is needed here').toBe(true);
  const volume = join(scratch.path, 'esp');
  mkdirSync(volume);
  writeFileSync(join(volume, 'startup.nsh'), 'echo never shown\nexit\n');
  writeFileSync(join(volume, 'notes.txt'), 'written on the partition\n');
  const command = [process.execPath, resolve('dist/ferry.js'), 'boot', '--esp', volume, '--machine', join(scratch.path, 'machine')];
  tmux('new-session', '-d', '-s', 'machine', '-x', '100', '-y', '60', command.map((word) => `'${word}'`).join(' '));
  tmux('set-option', '-t', 'machine', 'remain-on-exit', 'on');

  await shows(/Press ESC in \d seconds to skip startup\.nsh or any other key to continue\./);
  type('Escape');
  await shows(/^Shell>$/m);
  type('help', 'Enter');
  expect(await shows(/ver +- Shows the versions/)).toContain('bcfg          - Shows and changes the boot options.');
  type('fs0:', 'Enter');
  await shows(/^FS0:\\>$/m);
  type('clsx', 'BSpace', 'Enter');
  type('ls', 'Enter');
  const listing = await shows(/Dir\(s\)/);
  expect(listing).toContain('Directory of: FS0:\\');
  expect(listing).toMatch(/\d\d\/\d\d\/\d{4}  \d\d:\d\d +25  notes\.txt/);
  expect(listing, 'cls left nothing of before').not.toContain('help');
  type('type no', 'Tab', 'Enter');
  await shows(/written on the partition/);
  type('stall 60000000', 'Enter');
  type('C-c');
  type('Up', 'Up', 'Enter');
  await shows(/type notes\.txt[^]*type notes\.txt/);
  type('exit', 'Enter');
  const end = await shows(/Ferry OS/);
  expect(end).not.toContain('never shown');
}, 2 * DEADLINE_MS);
