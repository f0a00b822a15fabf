// Every command block of the README runs, in its order, in a directory that has what a built clone has.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeMachineDirectory } from '../../host/bus/machine-directory.ts';
import { runFerry } from '../processes.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const blocks = [...README.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

const place = scratchDirectory();
let controller: ChildProcess | undefined;

beforeAll(() => {
  for (const name of ['dist', 'configs', 'package.json', 'node_modules', 'README.md']) symlinkSync(join(ROOT, name), join(place.path, name));
  mkdirSync(join(place.path, 'machine'));
});

afterAll(() => {
  if (controller?.pid !== undefined) process.kill(-controller.pid, 'SIGTERM');
  removeMachineDirectory(join(place.path, 'machine'));
  place.remove();
});

/** Starts a block that runs until it is stopped, and waits until it is ready. */
function startBlock(block: string): Promise<void> {
  const child = spawn('bash', ['-e', '-c', block], { cwd: place.path, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  controller = child;
  return new Promise((ready, fail) => {
    let output = '';
    child.stdout.on('data', (piece: Buffer) => {
      output += piece.toString();
      if (output.includes('ready')) ready();
    });
    child.once('exit', (code) => fail(new Error(`${block}ended with code ${code}:\n${output}`)));
  });
}

test('the first block is the two commands that do all', () => {
  expect(blocks[0]).toBe('npm ci\nnpm start\n');
  const ci = readFileSync(join(ROOT, '.ci/run'), 'utf8');
  expect(ci).toMatch(/^npm ci\b/m);
  expect(ci).toMatch(/^npm start$/m);
});

test('the other blocks run as they stand', async () => {
  for (const block of blocks.slice(1)) {
    if (/^npx ferry bmc /m.test(block)) await startBlock(block);
    else execFileSync('bash', ['-e', '-c', block], { cwd: place.path, stdio: 'pipe' });
  }
});

test('the output shown below the two commands is what they print', { timeout: 120_000 }, async () => {
  const shown = /```text\n([\s\S]*?)```/.exec(README)?.[1] ?? '';
  const { code, output } = await runFerry(['demo']);
  expect(code, output).toBe(0);
  // Numbers, sizes, digests and places differ from run to run; the words and their order do not.
  const words = (text: string): string[] => text.split('\n').map((line) => line.replace(/\[[#-]+\].*$/, '[]').replace(/\S*[0-9/]\S*|[KMG]iB|\bms\b/g, '').replace(/\s+/g, ' ').trim()).filter((line) => line !== '' && line !== '[]');
  const printed = words(output);
  let at = 0;
  for (const line of words(shown)) {
    if (line === '…') continue;
    const found = printed.indexOf(line, at);
    expect(found, `README shows "${line}", the demo prints\n${output}`).toBeGreaterThanOrEqual(0);
    at = found + 1;
  }
  expect(at).toBeGreaterThan(15);
});
