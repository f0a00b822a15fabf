// `ferry flash`, as a user types it: on a machine at rest, on one that is being upgraded, and on damaged flash.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runFerry, spawnFerry, ended, startController, type ControllerProcess, type Run } from '../processes.ts';
import { smallMachine } from '../small-machine.ts';

const machine = smallMachine();
let controller: ControllerProcess;
const flash = (...args: string[]): Promise<Run> => runFerry(['flash', ...args, '--state', machine.state, '--board', machine.board]);
const upgrade = () => ended(spawnFerry(['run', '-c', machine.config, '--machine', machine.state]));

beforeAll(async () => {
  controller = await startController(machine.state, '--board', machine.board);
  machine.release(1);
  const { code, output } = await upgrade();
  expect([0, 3], output).toContain(code);
}, 60_000);
afterAll(async () => {
  await controller.stop();
  machine.remove();
});

test('info: chips with part, id and wear, slots as the newest records say, and how full the records are', async () => {
  const { code, output } = await flash('info');
  expect(code, output).toBe(0);
  expect(output).toMatch(/^ {2}bmc-1 +W25Q128JV +4 MiB +EF 40 18 +\d+ +\d+ +\d+ +\d\.\d\d %$/m);
  expect(output).toMatch(/^ {2}records +W25Q128JV +8 KiB/m);
  expect(output).toMatch(/^ {2}bmc +0 +valid +1\.1\.0 +4 MiB +0 +[0-9a-f]{16}\.\.\. +running/m);
  expect(output).toMatch(/^ {13}1 +empty$/m);
  expect(output).toMatch(/^slot records: \d+ of 32 pages used, \d+ blank$/m);
  const { events } = await flash('info', '--json');
  expect(events.map(({ event }) => event)).toEqual(['chip', 'chip', 'chip', 'chip', 'slot', 'slot', 'slot', 'records']);
  expect(events[1]).toMatchObject({ name: 'bmc-0', part: 'W25Q128JV', jedecId: 'EF 40 18', endurance: 100_000, wear: { least: expect.any(Number) as number } });
  expect(events[5]).toMatchObject({ component: 'bmc', slot: 0, state: 'valid', version: '1.1.0', isActive: true });
});

test('info knows the board that the controller has left there, and says what it can not know of another one', async () => {
  const { output } = await runFerry(['flash', 'info', '--state', machine.state]);
  expect(output).toMatch(/^ {2}bmc-0 +W25Q128JV +4 MiB/m);
  const board = join(machine.root, 'other-board.json');
  writeFileSync(board, JSON.stringify({ platform: 'other-board', components: [{ name: 'fan', part: 'W25Q128JV', slots: 1 }] }));
  const other = await runFerry(['flash', 'info', '--state', machine.state, '--board', board]);
  expect(other.output).toMatch(/^ {2}bmc-0 +not known +4 MiB/m);
  expect(other.output).toContain('give --board FILE for their parts');
});

test('history: the records in their order, and what changed between them', async () => {
  const { code, output } = await flash('history');
  expect(code, output).toBe(0);
  expect(output).toContain('slot 0: writing -> valid');
  expect(output).toMatch(/^erases so far: bios-0 \d+, bmc-0 \d+, bmc-1 \d+, records \d+ \(of 4 KiB sectors\)$/m);
  const { events } = await flash('history', '--json');
  expect(events.every(({ event, changes }) => event === 'slot-record' && Array.isArray(changes))).toBe(true);
});

test('verify while an upgrade is under way: no slot is ever said to differ, and after it everything is OK', { timeout: 60_000 }, async () => {
  machine.release(2);
  const seen = new Set<unknown>();
  let isOver = false;
  const run = upgrade().finally(() => { isOver = true; });
  while (!isOver) {
    const { code, events, output } = await flash('verify', '--json');
    expect(code, output).toBe(0);
    for (const { event, condition } of events) if (event === 'slot-verified') seen.add(condition);
  }
  const { code, output } = await run;
  expect([0, 3], output).toContain(code);
  for (const condition of seen) expect(['ok', 'empty', 'being-written', 'busy']).toContain(condition);
  const after = await flash('verify');
  expect(after.code).toBe(0);
  expect(after.output).toBe('bios 1.2.0, slot 0, the one that runs: OK\nbmc 1.1.0, slot 0: OK\nbmc 1.2.0, slot 1, the one that runs: OK\nnothing differs from the records\n');
});

test('verify finds a byte that was flipped: exit code 1 in a slot that does not run, 5 in the one that does, with both digests', async () => {
  const flip = (chip: string): void => {
    const path = join(machine.state, 'flash', `${chip}.flash`);
    const bytes = readFileSync(path);
    bytes[123_456] = (bytes[123_456] ?? 0) ^ 0x10;
    writeFileSync(path, bytes);
  };
  flip('bmc-0');
  const spare = await flash('verify');
  expect(spare.code, spare.output).toBe(1);
  expect(spare.output).toMatch(/^bmc 1\.1\.0, slot 0: DIFFERS from its record\n {2}expected {2}sha256 [0-9a-f]{64}, 4194304 bytes\n {2}got {7}sha256 [0-9a-f]{64}$/m);
  expect(spare.output).toContain('a slot that does not run is not what its record says: send the image again before it is needed');
  expect((await flash('verify', 'bios')).code, 'the other component').toBe(0);
  flip('bmc-1');
  const running = await flash('verify', '--json');
  expect(running.code).toBe(5);
  expect(running.events.filter(({ condition }) => condition === 'differs').map(({ slot, isRunning }) => [slot, isRunning])).toEqual([[0, false], [1, true]]);
  expect(running.events.at(-1)).toMatchObject({ event: 'flash-verified', exitCode: 5, controllerRuns: true });
  flip('bmc-0');
  flip('bmc-1');
  expect((await flash('verify')).code).toBe(0);
});

test('a wrong command line: exit code 64, and what was expected', async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [[], 'expected info, history or verify [COMPONENT], got none'],
    [['erase'], 'expected info, history or verify [COMPONENT], got "erase"'],
    [['info', 'bmc'], 'expected info, history or verify [COMPONENT], got "info bmc"'],
    [['verify', 'gpu'], 'ferry flash verify: expected one of bios, bmc, got "gpu"'],
  ];
  await Promise.all(cases.map(async ([args, message]) => {
    const { code, output } = await flash(...args);
    expect(code, output).toBe(64);
    expect(output).toContain(message);
  }));
});

test('a state directory without flash: exit code 64, and what was expected', async () => {
  const { code, output } = await runFerry(['flash', 'verify', '--state', machine.root]);
  expect(code).toBe(64);
  expect(output).toMatch(/there is no flash in the state directory .*; nothing was touched\n {2}do: {2}give --state the directory that `ferry bmc --state` was given/);
});

test('--help shows every word of it, the exit codes it answers with, and examples', async () => {
  const { code, output } = await runFerry(['flash', '--help']);
  expect(code).toBe(0);
  for (const word of ['info', 'history', 'verify [COMPONENT]', '--board FILE', '--state DIR', '--json', 'exit code', 'examples:\n  ferry flash']) expect(output).toContain(word);
});
