import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventsOf, ferry } from './ferry-run.ts';

const config = '[image bmc]\nfile = bmc.bin\ncomponent = bmc\nversion = 1\n';
const files = { 'ferry.ini': config, 'bmc.bin': 'x', 'etc/ferry.ini': config, 'etc/bmc.bin': 'y' };

describe('the command line', () => {
  it.each([
    [['check', '-c', 'ferry.ini']],
    [['-c', 'ferry.ini', 'check']],
    [['check', '--config', 'ferry.ini']],
    [['--config=ferry.ini', 'check']],
    [['check', '-c', 'fs0:\\ferry.ini']],
    [['check', '-c', 'fs0:ferry.ini']],
    [['check', '--config=FS3:/ferry.ini']],
    [['check', '-c', '.\\etc\\..\\ferry.ini']],
    [['check', '-c', 'etc\\ferry.ini']],
    [['--json', 'check', '-c', 'etc/ferry.ini', '--json']],
  ])('accepts %j', (args) => {
    expect(ferry(args, files)).toMatchObject({ code: 0, err: '' });
  });

  it.each([
    [['chekc'], 'unknown command "chekc": expected run, plan, check, inventory, status, serve, help or version', 'write check if that was meant; '],
    [['frobnicate'], 'unknown command "frobnicate": expected run, plan, check, inventory, status, serve, help or version', ''],
    [['check', 'plan'], 'command line: expected one command, got "plan"', ''],
    [['check', '--jsno', '-c', 'ferry.ini'], 'unknown option "--jsno": expected -c FILE, --json, --after-os, --help or --version', 'write --json if that was meant; '],
    [['check', '-x'], 'unknown option "-x": expected -c FILE, --json, --after-os, --help or --version', ''],
    [['check', '-'], 'unknown option "-": expected -c FILE, --json, --after-os, --help or --version', ''],
    [['check', '-c'], 'command line: expected a file after it, got "-c"', ''],
    [['check', '-c', ''], 'command line: expected the path of a file, got ""', ''],
    [['check', '--config='], 'command line: expected the path of a file, got ""', ''],
    [['check', '-c', 'ferry.ini', '-c', 'ferry.ini'], 'command line: expected one config file, got "ferry.ini"', ''],
    [['check', '-c', '..\\ferry.ini'], 'command line: expected a path that stays on the volume, got "..\\ferry.ini"', ''],
    [['check', '-c', 'C:\\ferry.ini'], 'command line: expected a path on this volume, without a drive or volume name in front, got "C:\\ferry.ini"', ''],
    [['check', '-c', 'x'.repeat(1100)], `command line: expected a path of at most 1,024 bytes, got "${'x'.repeat(80)}..."`, ''],
    [['check'], 'no config file: expected -c FILE', ''],
    [['plan'], 'no config file: expected -c FILE', ''],
    [[], 'no config file: expected -c FILE', ''],
    [['check', ''], 'command line: expected one command, got ""', ''],
    [['ch\x1b[2Jeck'], 'unknown command "ch\\x1b[2Jeck": expected run, plan, check, inventory, status, serve, help or version', ''],
    [Array.from({ length: 64 }, () => '--json'), undefined, ''],
    [['x'.repeat(8192)], 'the command line is too long: expected at most 64 arguments and 8,192 bytes', ''],
  ])('refuses %j', (args, failed, advice) => {
    const { code, out, err, system } = ferry(args, files);
    const message = failed ?? 'the command line is too long: expected at most 64 arguments and 8,192 bytes';
    expect(err).toBe(`ferry: ${message}\n  now: nothing was read or sent; the device is as it was\n  do:  ${advice}ferry --help shows the command line\n`);
    expect([code, out, system.opened]).toEqual([64, '', []]);
  });

  it('is reported in the voice that it asks for, wherever it asks', () => {
    const { code, out, err } = ferry(['--bad', '--json']);
    expect(err).toBe('');
    expect(eventsOf(out)).toEqual([
      {
        event: 'error', failed: 'unknown option "--bad": expected -c FILE, --json, --after-os, --help or --version',
        state: 'nothing was read or sent; the device is as it was', advice: 'ferry --help shows the command line',
      },
      { event: 'exit', code: 64, meaning: 'wrong command line or config, nothing touched' },
    ]);
    expect(code).toBe(64);
  });

  it('--help names every command, every exit code and examples, with any command', () => {
    const { code, out } = ferry(['--help']);
    for (const word of ['run', 'plan', 'check', 'inventory', 'status', 'version']) expect(out).toMatch(new RegExp(`^  ${word} `, 'm'));
    expect(out).toContain('examples:');
    expect(out.split('\n').every((line) => line.length < 80)).toBe(true);
    expect(code).toBe(0);
    for (const args of [['-h'], ['help'], ['plan', '--help'], ['inventory', '--help']]) expect(ferry(args)).toMatchObject({ code: 0, out });
    const [help] = eventsOf(ferry(['--help', '--json']).out);
    expect(help).toEqual({ event: 'help', text: out });
  });

  it('--version says the version of the package', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
    for (const args of [['version'], ['--version']]) expect(ferry(args)).toMatchObject({ code: 0, out: `ferry ${version}\n` });
    expect(eventsOf(ferry(['version', '--json']).out)[0]).toEqual({ event: 'version', program: 'ferry', version });
  });
});
