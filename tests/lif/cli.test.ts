// `ferry lif` and `ferry isl` as a user types them.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runFerry, startController } from '../processes.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { smallMachine } from '../small-machine.ts';
import { program } from '../program/ferry-run.ts';

const place = scratchDirectory();
afterAll(() => place.remove());
const image = join(place.path, 'boot.lif');
const at = (name: string): string => join(place.path, name);

async function lif(...args: string[]): Promise<string> {
  const { code, output } = await runFerry(['lif', ...args]);
  expect(code, output).toBe(0);
  return output;
}

test('make, copy in, list, copy out, remove', async () => {
  await lif('make', image, '--size', '100K', '--files', '20', '--label', 'boot');
  expect(statSync(image).size).toBe(100 * 1024);
  writeFileSync(at('ferry.ini'), '[image bmc]\n');
  writeFileSync(at('auto'), 'ferry -c ferry.ini\n');
  await lif('cp', at('ferry.ini'), at('auto'), `${image}:`);
  await lif('cp', at('ferry.ini'), `${image}:note`, '--type', 'ascii');
  expect(await lif('ls', image)).toBe('FERRY_INI\nAUTO\nNOTE\n');
  const long = await lif('ls', '-l', image);
  expect(long).toMatch(/^volume BOOT +data size 395 directory size 3 /);
  expect(long).toMatch(/\nFERRY_INI +BIN +5 +1 +12 .*\nAUTO +-12289 +6 +1 +19 .*\nNOTE +ASCII +7 +1 +0 /);
  await lif('cp', `${image}:ferry.ini`, `${image}:NOTE`, place.path);
  expect([readFileSync(at('FERRY_INI'), 'utf8'), readFileSync(at('NOTE'), 'utf8')]).toEqual(['[image bmc]\n', '[image bmc]\n']);
  expect(await lif('cp', `${image}:AUTO`, '-')).toBe('ferry -c ferry.ini\n');
  await lif('rm', `${image}:auto`, `${image}:NOTE`);
  expect(await lif('ls', image)).toBe('FERRY_INI\n');
});

test.each([
  [['lif'], 64, 'expected make, ls, cp, rm, got nothing'],
  [['lif', 'make', 'x', '--label', 'TOOLONG'], 64, 'expected at most 6 characters, got 7'],
  [['lif', 'make', place.path], 1, 'can not be made: EEXIST'],
  [['lif', 'ls', process.execPath], 1, 'expected a LIF volume'],
  [['lif', 'cp', 'a', 'b'], 64, 'expected IMAGE:NAME on one side'],
  [['lif', 'cp', 'a', 'b', `${image}:C`], 64, 'expected one file for the name C, got 2'],
  [['lif', 'cp', process.execPath, `${image}:a-name-too-long`], 64, 'expected at most 10 characters, got 15'],
  [['lif', 'cp', process.execPath, `${image}:NODE`], 1, 'free sectors in one piece'],
  [['lif', 'cp', at('auto'), `${image}:A`, '--type', 'binary'], 64, '--type: expected ascii, bin, auto or a number'],
  [['lif', 'rm', `${image}:NONE`], 1, 'no file NONE on the volume'],
  [['isl'], 64, 'expected --volume IMAGE, got none'],
  [['isl', '--volume', place.path], 64, '--volume: expected a file with a LIF volume'],
])('ferry %j: exit code %d, and what was expected', async (args, expected, message) => {
  const { code, output } = await runFerry(args);
  expect(output).toContain(message);
  expect(code, output).toBe(expected);
});

test('ferry isl carries out AUTO on a machine with its controller: 3, then 2', async () => {
  const machine = smallMachine();
  const controller = await startController(machine.state, '--board', machine.board);
  try {
    machine.release(1, 'report = report');
    const volume = join(machine.root, 'boot.lif');
    const files = join(machine.root, 'volume', 'images');
    writeFileSync(machine.config, readFileSync(machine.config, 'utf8').replaceAll('images\\', ''));
    writeFileSync(join(machine.root, 'auto'), 'ferry -c ferry.ini\n');
    writeFileSync(join(machine.root, 'ferry'), program);
    await lif('make', volume, '--size', '16M');
    await lif('cp', join(machine.root, 'ferry'), join(machine.root, 'auto'), machine.config, join(files, 'bmc.bin'), join(files, 'bios.bin'), `${volume}:`);
    const first = await runFerry(['isl', '--volume', volume, '--machine', machine.state]);
    expect(first.code, first.output).toBe(3);
    const second = await runFerry(['isl', '--volume', volume, '--machine', machine.state]);
    expect(second.code, second.output).toBe(2);
    expect(JSON.parse(await lif('cp', `${volume}:REPORT`, '-'))).toMatchObject({ exitCode: 2 });
  } finally {
    await controller.stop();
    machine.remove();
  }
});
