// The management controller as a process.
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMachineDirectory, removeMachineDirectory } from '../../host/bus/machine-directory.ts';
import { Register } from '../../host/bus/mailbox-registers.ts';
import { runFerry, spawnFerry, startController, type ControllerProcess } from '../processes.ts';
import { scratchDirectory } from '../scratch-directory.ts';

let scratch: ReturnType<typeof scratchDirectory>;
let state: string;
let board: string;
const running: ControllerProcess[] = [];

beforeEach(() => {
  scratch = scratchDirectory();
  state = join(scratch.path, 'state');
  board = join(scratch.path, 'board.json');
  writeFileSync(board, JSON.stringify({ platform: 'test-board', components: [{ 'name': 'bmc', 'part': 'W25Q128JV', 'slots': 2, 'slot-size': 65_536 }] }));
});
afterEach(async () => {
  for (const controller of running.splice(0)) await controller.stop();
  scratch.remove();
});

async function start(): Promise<ControllerProcess> {
  const controller = await startController(state, '--board', board);
  running.push(controller);
  return controller;
}

function register(offset: number): number {
  const machine = openMachineDirectory(state);
  try {
    return machine.registers.read32(offset);
  } finally {
    machine.close();
  }
}

describe('ferry bmc', () => {
  it('is visible to the host when it says ready, and gone when a signal has ended it', async () => {
    const controller = await start();
    expect(register(Register.ready)).toBe(1);
    expect(register(Register.bootId)).not.toBe(0);
    controller.child.kill('SIGTERM');
    const [code] = (await once(controller.child, 'exit')) as [number];
    expect(code).toBe(0);
    expect(register(Register.ready)).toBe(0);
    expect(readdirSync(join(state, 'flash')).filter((name) => name.endsWith('.flash')).sort()).toEqual(['bmc-0.flash', 'bmc-1.flash', 'records.flash']);
    expect(readFileSync(join(state, 'events.log'), 'utf8').trimEnd().split('\n').map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(['ready', 'lab-mode', 'stopped']);
  });

  it('says in one line for people that it is ready, and lives on when nobody reads its lines', async () => {
    const child = spawnFerry(['bmc', '--state', state, '--board', board]);
    const exit = once(child, 'exit');
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    expect(String(line)).toMatch(/^ready: platform test-board, bmc \(no whole image\); state in .*\n/);
    child.stdout!.destroy();
    const machine = openMachineDirectory(state);
    // Something to say: a reset of the host.
    machine.registers.write32(Register.hostResets, 5);
    for (let seen = 0; seen !== 5;) {
      await new Promise(setImmediate);
      seen = machine.registers.read32(Register.hostResetsSeen);
    }
    machine.close();
    child.kill('SIGINT');
    expect((await exit)[0]).toBe(0);
    removeMachineDirectory(state);
  });

  it('refuses a second one on its state directory, and goes on', async () => {
    const first = await start();
    const second = await runFerry(['bmc', '--state', state, '--board', board]);
    expect(second.code).toBe(1);
    expect(second.output).toContain(`process ${first.child.pid}`);
    expect(second.output).toContain('nothing was touched');
    expect(register(Register.ready)).toBe(1);
  });

  it('takes over from one that was killed', async () => {
    const first = await start();
    await first.kill();
    await start();
    expect(register(Register.ready)).toBe(1);
  });

  it.each<[string, () => void, number, RegExp]>([
    ['a board that is none', () => writeFileSync(board, '{}'), 64, /board\.json: "components": expected a list/],
    ['a state directory that is a file', () => writeFileSync(state, ''), 1, /the state directory .* can not be used: expected a directory, got a file; nothing was started/],
    ['no board file', () => rmSync(board), 64, /can not be read: ENOENT/],
  ])('ends with its reason and the exit code: %s', async (_name, spoil, code, reason) => {
    spoil();
    const result = await runFerry(['bmc', '--state', state, '--board', board]);
    expect(result.code, result.output).toBe(code);
    expect(result.output).toMatch(reason);
  });
});
