// The command line of `ferry`, as a user types it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runFerry, spawnFerry, ended, startController } from '../processes.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { smallMachine } from '../small-machine.ts';

const place = scratchDirectory();
afterAll(() => place.remove());

const COMMANDS = ['run', 'plan', 'check', 'inventory', 'status', 'serve', 'boot', 'bmc', 'demo', 'isl', 'lif', 'flash', 'history', 'keygen', 'sign', 'verify', 'trust', 'recover', 'donor'];

test('--help lists every command, every exit code and examples', async () => {
  const { code, output } = await runFerry(['--help']);
  expect(code).toBe(0);
  for (const command of COMMANDS) expect(output).toMatch(new RegExp(`^  ${command} `, 'm'));
  expect(output).toContain('examples:');
  for (const exit of ['0 done', '2 nothing to do', '3 done, reset needed', '4 paused', '1 failed', '5 failed', '64 wrong']) expect(output).toContain(exit);
});

test.each(COMMANDS)('%s --help has its options and examples', async (command) => {
  const { code, output } = await runFerry([command, '--help']);
  expect(code).toBe(0);
  expect(output).toContain(`usage: ferry ${command}`);
  expect(output).toContain('--help');
  expect(output).toMatch(/examples:\n {2}ferry/);
});

test.each([
  [[], 'usage: ferry COMMAND'],
  [['frobnicate'], 'unknown command "frobnicate": expected run, plan'],
  [['run'], 'expected -c FILE, got none'],
  [['run', '--frobnicate'], 'unknown option \'--frobnicate\''],
  [['run', '-c', 'no-such-file.ini'], 'expected a config file, got none'],
  [['plan', '-c', '/etc/ferry.ini', '--volume', '/usr'], 'expected a config on the volume'],
  [['boot', '--esp', '/no/such/directory'], '--esp: expected'],
  [['bmc', '--lease', 'soon'], '--lease: expected a whole number from 100 to 600000, got "soon"'],
  [['bmc', '--board', '/no/such/board.json'], '/no/such/board.json'],
  [['demo', '--keep', '/'], 'expected an empty directory'],
])('ferry %j is a wrong command line: exit code 64, and what was expected', async (args, message) => {
  const { code, output } = await runFerry(args);
  expect(code, output).toBe(64);
  expect(output).toContain(message);
});

test('with --json an error is one event, and every line is an object', async () => {
  for (const args of [['run', '--json'], ['inventory', '--json', '--machine', place.path], ['check', '-c', 'none.ini', '--json']]) {
    const { output, events } = await runFerry(args);
    const lines = output.split('\n').filter((line) => line !== '' && !line.startsWith('('));
    expect(events.length, output).toBe(lines.length);
    expect(events.some((event) => event['event'] === 'error'), output).toBe(true);
  }
});

test('a state directory that can not be used: what failed, and what to do', async () => {
  const file = join(place.path, 'a-file');
  writeFileSync(file, '');
  const { code, output } = await runFerry(['bmc', '--state', join(file, 'state')]);
  expect(code).toBe(1);
  expect(output).toMatch(/can not be used: ENOTDIR.*; nothing was started\n {2}do: {2}correct what is named there/);
});

test('a second management controller on one state directory is refused and says who has it', async () => {
  const state = join(place.path, 'second');
  mkdirSync(state);
  const first = await startController(state);
  try {
    const { code, output } = await runFerry(['bmc', '--state', state]);
    expect(code).toBe(1);
    expect(output).toContain(`another management controller runs on`);
    expect(output).toContain(`process ${first.child.pid}`);
  } finally {
    await first.stop();
  }
});

test('two runs on one machine: the second is refused, the first finishes; Ctrl-C pauses at a chunk with exit code 4', async () => {
  const machine = smallMachine();
  const controller = await startController(machine.state, '--board', machine.board);
  try {
    machine.release(1);
    const first = spawnFerry(['run', '-c', machine.config, '--machine', machine.state, '--json']);
    const end = ended(first);
    // Its first event comes after it has taken the lock.
    await new Promise((resolve) => first.stdout?.once('data', resolve));
    const second = await runFerry(['run', '-c', machine.config, '--machine', machine.state]);
    const firstRun = await end;
    expect(firstRun.code, firstRun.output).toBe(3);
    expect([1, 2], second.output).toContain(second.code);
    if (second.code === 1) expect(second.output).toContain(`another run has this machine: process ${first.pid}`);

    machine.release(2);
    const stopped = spawnFerry(['run', '-c', machine.config, '--machine', machine.state, '--json']);
    const stoppedEnd = ended(stopped);
    let seen = '';
    let isSignalled = false;
    stopped.stdout?.on('data', (piece: Buffer) => {
      seen += piece.toString();
      if (!isSignalled && seen.includes('"phase":"send"')) isSignalled = stopped.kill('SIGINT');
    });
    const result = await stoppedEnd;
    // A fast machine may have stored all before the signal was heard.
    expect([4, 3], result.output).toContain(result.code);
    const again = await runFerry(['run', '-c', machine.config, '--machine', machine.state, '--json']);
    expect([3, 2], again.output).toContain(again.code);
  } finally {
    await controller.stop();
    machine.remove();
  }
});

test('bmc --reset-password gives admin a new password while no controller runs', async () => {
  const scratch = scratchDirectory();
  const state = join(scratch.path, 'state');
  try {
    expect(await runFerry(['bmc', '--state', state, '--reset-password']), 'no state directory yet').toMatchObject({ code: 64 });
    mkdirSync(state);
    const { code, output } = await runFerry(['bmc', '--state', state, '--reset-password']);
    expect(code, output).toBe(0);
    expect(output).toMatch(/^the password of admin is \S{20,}; it is shown this once$/m);
    const controller = await startController(state);
    expect(await runFerry(['bmc', '--state', state, '--reset-password'])).toMatchObject({ code: 1, output: expect.stringContaining('another management controller runs') });
    await controller.stop();
  } finally {
    scratch.remove();
  }
});
