// configs/ferry.service and ferry.timer: what they promise, and what systemd itself says of them.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { artifactPath } from '../../host/artifacts.ts';
import { PROGRAM_COMMANDS } from '../../host/cli/program-commands.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { afterExit, parseUnit, valueOf } from './unit-file.ts';

const FOLDER = resolve(import.meta.dirname, '../../configs');
const textIn = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const service = parseUnit(textIn('ferry.service'));
const timer = parseUnit(textIn('ferry.timer'));
const exitCodesOfReadme = [...textIn('README.md').matchAll(/^\| (\d+) \| /gm)].map((match) => Number(match[1]));

const scratch = scratchDirectory();
afterAll(() => scratch.remove());

describe('ferry.service', () => {
  test.each([
    [0, 'success'], [2, 'success'], [3, 'success'], [4, 'restart'], [1, 'restart'], [5, 'failed'], [64, 'failed'],
  ] as const)('exit code %i is a %s', (code, what) => expect(afterExit(service, code)).toBe(what));

  test('has an answer to every exit code that there is', () => {
    expect(exitCodesOfReadme.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 64]);
  });

  test('starts a command line that ferry takes, without a question and without a terminal', () => {
    const [program, name, ...args] = valueOf(service, 'Service.ExecStart').split(' ');
    expect(program).toBe('/usr/bin/ferry');
    const command = PROGRAM_COMMANDS.find((one) => one.name === name);
    expect(command?.name).toBe('run');
    const options = command?.options.flatMap((option) => [`--${option.name}`, ...(option.short ? [`-${option.short}`] : [])]);
    for (const option of args.filter((word) => word.startsWith('-'))) expect(options, option).toContain(option);
    expect(args).toEqual(['-c', '/boot/efi/ferry.ini', '--volume', '/boot/efi']);
  });

  test('waits for the volume that its config lies on, and may write the report there', () => {
    expect(valueOf(service, 'Unit.RequiresMountsFor')).toBe('/boot/efi');
    expect(valueOf(service, 'Unit.After')).toBe('local-fs.target');
    expect(valueOf(service, 'Unit.ConditionPathExists')).toBe('/boot/efi/ferry.ini');
    expect(valueOf(service, 'Service.ReadWritePaths')).toBe('/boot/efi');
  });

  test('is not started for ever', () => {
    expect(Number(valueOf(service, 'Unit.StartLimitBurst'))).toBeLessThanOrEqual(100);
    expect(valueOf(service, 'Unit.StartLimitIntervalSec')).toBe('12h');
    // So many starts, each a minute behind the last, fit into the interval: the limit is reached and not outrun.
    expect(valueOf(service, 'Service.RestartSec')).toBe('1min');
  });

  test('has no hardening that WebAssembly or the bus can not live with', () => {
    for (const key of ['MemoryDenyWriteExecute', 'PrivateDevices', 'ProtectClock', 'ProtectKernelTunables']) expect(service.has(`Service.${key}`), key).toBe(false);
  });
});

describe('ferry.timer', () => {
  test('starts the service of its name after every start of the machine, spread over some minutes', () => {
    expect(timer.has('Timer.Unit')).toBe(false);
    expect(valueOf(timer, 'Timer.OnBootSec')).toBe('2min');
    expect(valueOf(timer, 'Timer.RandomizedDelaySec')).toBe('15min');
    expect(valueOf(timer, 'Install.WantedBy')).toBe('timers.target');
    expect([...service.keys()].some((key) => key.startsWith('Install.'))).toBe(false);
  });
});

const missing = spawnSync('systemd-analyze', ['--version']).status === 0 ? '' : 'systemd';
const required = process.env['FERRY_REQUIRE_PEERS'] === '1';
const peerTest = (name: string, work: () => void): void => {
  test.skipIf(missing !== '' && !required)(missing === '' ? name : `${name} (skipped: apt-get install ${missing})`, work);
};

/** Both units in a directory of their own, with the program that was built in place of the installed one. */
function unitsIn(change: (text: string) => string = (text) => text): string[] {
  const program = artifactPath('ferry.js');
  const place = (name: string, text: string): string => {
    writeFileSync(join(scratch.path, name), text);
    return join(scratch.path, name);
  };
  return [place('ferry.service', change(textIn('ferry.service').replaceAll('/usr/bin/ferry', program))), place('ferry.timer', textIn('ferry.timer'))];
}

peerTest('systemd finds nothing wrong with the service and the timer', () => {
  expect(execFileSync('systemd-analyze', ['verify', '--man=no', ...unitsIn()], { stdio: 'pipe', encoding: 'utf8' })).toBe('');
  const wrong = spawnSync('systemd-analyze', ['verify', '--man=no', ...unitsIn((text) => text.replace('on-failure', 'always'))], { encoding: 'utf8' });
  expect(wrong.status, 'the check itself finds a service that would be refused').not.toBe(0);
});

peerTest('systemd reads the times of the timer and the limits of the service as they are meant', () => {
  const seconds = (text: string): number => Number(/[μu]s: (\d+)/.exec(execFileSync('systemd-analyze', ['timespan', text], { encoding: 'utf8' }))?.[1]) / 1e6;
  expect(seconds(valueOf(timer, 'Timer.OnBootSec'))).toBe(120);
  expect(seconds(valueOf(timer, 'Timer.OnUnitInactiveSec'))).toBe(86_400);
  const pause = seconds(valueOf(service, 'Service.RestartSec'));
  expect(pause * Number(valueOf(service, 'Unit.StartLimitBurst'))).toBeLessThan(seconds(valueOf(service, 'Unit.StartLimitIntervalSec')));
});
