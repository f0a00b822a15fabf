// `ferry history`, as a user types it: while the controller runs, after it was killed, and on another machine.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ended, runFerry, spawnFerry, startController, type ControllerProcess } from '../processes.ts';
import { smallMachine } from '../small-machine.ts';

const machine = smallMachine();
let controller: ControllerProcess;
let exported: string;
const fileAt = (name: string): string => join(machine.root, name);
const history = (...args: string[]) => runFerry(['history', '--state', machine.state, ...args]);
const ids = async (): Promise<string[]> => (await history('--json')).events.filter(({ event }) => event === 'upgrade').map(({ id }) => String(id));

beforeAll(async () => {
  controller = await startController(machine.state, '--board', machine.board);
  for (const release of [1, 2]) {
    machine.release(release);
    const { code, output } = await runFerry(['run', '-c', machine.config, '--machine', machine.state]);
    expect([0, 3], output).toContain(code);
  }
  exported = fileAt('transcript.jsonl');
}, 60_000);
afterAll(async () => {
  await controller.stop();
  machine.remove();
});

test('lists the upgrades, the newest first, with what became of them, and the same ids as the event log', async () => {
  const { code, output } = await history();
  expect(code, output).toBe(0);
  expect(output).toMatch(/^ {2}id +when +origin +user +images +outcome +took +head\n( {2}[0-9a-f]{8} .*\n){2}$/);
  const [first] = output.split('\n').slice(1);
  expect(first).toMatch(/after-os +- +bmc 1\.2\.0, bios 1\.2\.0 +done +[\d.]+ m?s +[0-9a-f]{16}\.\.\.$/);
  const log = readFileSync(join(machine.state, 'events.log'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { event: string; upgrade?: string });
  expect(log.filter(({ event }) => event === 'upgrade-started').map(({ upgrade }) => upgrade)).toEqual((await ids()).reverse());
});

test('shows one upgrade, event by event; the start of its id is enough', async () => {
  const [id = ''] = await ids();
  const { code, output } = await history('show', id);
  expect(code, output).toBe(0);
  expect(output).toMatch(new RegExp(`^upgrade ${id}: done\n {2}from +after-os, session [0-9a-f]{8}\n {2}started `));
  for (const event of ['upgrade-started', 'file-started', 'file-received', 'file-stored', 'upgrade-ended']) expect(output).toContain(event);
  expect(output).toMatch(/head +[0-9a-f]{64}\n/);
  const none = await history('show', 'ffffffffff');
  expect(none.code).toBe(64);
  expect(none.output).toContain('expected the id of one upgrade in the history, got "ffffffffff", which is none');
});

test('exports what a replay elsewhere finds whole and legal, with the same records', async () => {
  const { code, output } = await history('export');
  expect(code).toBe(0);
  writeFileSync(exported, output);
  const replay = await runFerry(['history', 'replay', exported, '--json']);
  expect(replay.code, replay.output).toBe(0);
  const records = (await history('--json')).events;
  expect(replay.events.filter(({ event }) => event === 'upgrade')).toEqual(records);
  expect(replay.events.at(-1)).toMatchObject({ event: 'replay', isGood: true, lost: 0, unjudged: 0 });
  const [id = ''] = await ids();
  writeFileSync(fileAt('one.jsonl'), (await history('export', id)).output);
  const one = await history('replay', fileAt('one.jsonl'));
  expect(one.code, one.output).toBe(0);
  expect(one.output).toContain(`the transcript of upgrade ${id}`);
});

test('replays the device\'s own transcript', async () => {
  const { code, output } = await history('replay');
  expect(code, output).toBe(0);
  expect(output).toContain('the chain is whole, head ');
  expect(output).toContain('the order of events is one that the device can have gone through');
});

test('a transcript that was changed: exit code 1, and the entry that is wrong', async () => {
  const lines = readFileSync(exported, 'utf8').split('\n');
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ['changed', lines.with(4, (lines[4] ?? '').replace('"slot":0', '"slot":1')), 'not whole: line 5, entry 4, is not what was written: it was changed'],
    ['removed', lines.toSpliced(4, 1), 'not whole: entry 4 is missing: it was removed'],
    ['swapped', lines.with(4, lines[5] ?? '').with(5, lines[4] ?? ''), 'not whole: entry 5 stands before entry 4: they were reordered'],
    ['cut', lines.slice(0, -3).concat(''), 'entries are missing at the end'],
    ['foreign', ['hello'], 'not whole: line 1 is not the first line of a transcript: it was changed, or the file is none'],
  ];
  await Promise.all(cases.map(async ([name, changed, message]) => {
    writeFileSync(fileAt(name), changed.join('\n'));
    const { code, output } = await runFerry(['history', 'replay', fileAt(name)]);
    expect(code, name).toBe(1);
    expect(output).toContain(message);
  }));
});

test('an export that was cut and given a new first line is found out by --head, and by the device', async () => {
  const lines = readFileSync(exported, 'utf8').trimEnd().split('\n');
  const { head } = JSON.parse(lines[0] ?? '') as { head: string };
  const last = (JSON.parse(lines.at(-3) ?? '') as { hash: string }).hash;
  const first = (lines[0] ?? '').replace(head, last).replace(`"entries":${lines.length - 1}`, `"entries":${lines.length - 3}`);
  const forged = fileAt('forged');
  writeFileSync(forged, [first, ...lines.slice(1, -2), ''].join('\n'));
  expect((await runFerry(['history', 'replay', forged])).code, 'nothing to compare with').toBe(0);
  for (const known of [['--head', head], ['--state', machine.state]]) {
    const { code, output } = await runFerry(['history', 'replay', forged, ...known]);
    expect(code).toBe(1);
    expect(output).toContain(`not whole: the transcript ends with ${last}, expected ${head}`);
    expect((await runFerry(['history', 'replay', exported, ...known])).code, 'the whole one').toBe(0);
  }
});

test('an upgrade whose controller was killed is interrupted, before and after the next start', async () => {
  machine.release(3);
  const started = new Promise<void>((resolve) => {
    controller.child.stdout?.on('data', (piece: Buffer) => { if (piece.includes('"file-started"')) resolve(); });
  });
  const run = spawnFerry(['run', '-c', machine.config, '--machine', machine.state]);
  await started;
  await controller.kill();
  run.kill('SIGINT');
  await ended(run);
  expect((await history('--json')).events[0]).toMatchObject({ state: 'interrupted', images: [{ component: 'bmc', version: '1.3.0' }] });
  controller = await startController(machine.state, '--board', machine.board);
  const [after] = (await history('--json')).events;
  expect(after).toMatchObject({ state: 'interrupted' });
  expect(after?.['text']).toContain('the controller was stopped in the middle of it');
  expect((await history('replay')).code).toBe(0);
});

test('a wrong command line: exit code 64, and what was expected', async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [['history', 'frobnicate'], 'expected show ID, export [ID] or replay [FILE], got "frobnicate"'],
    [['history', 'show'], 'expected the id of an upgrade, got none'],
    [['history', 'replay', 'no-such-file'], 'the transcript no-such-file can not be read: ENOENT'],
    [['history', 'replay', '--head', 'beef'], '--head: expected 64 hexadecimal digits, got "beef"'],
    [['history', '--state', 'no-such-directory'], 'no management controller has run there'],
  ];
  await Promise.all(cases.map(async ([args, message]) => {
    const { code, output } = await runFerry(args);
    expect(code, output).toBe(64);
    expect(output).toContain(message);
  }));
});

test('--help shows every word of it, the exit codes it answers with, and examples', async () => {
  const { code, output } = await runFerry(['history', '--help']);
  expect(code).toBe(0);
  for (const word of ['show ID', 'export [ID]', 'replay [FILE]', '--head HASH', '--state DIR', '--json', 'exit code', 'examples:\n  ferry history']) expect(output).toContain(word);
});
