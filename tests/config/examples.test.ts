import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check, checkJson, eventNamed, ferry } from '../program/ferry-run.ts';
import { signatureOf } from '../program/signatures.ts';
import { oneImage } from './config-text.ts';

const folder = new URL('../../configs/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const files = { 'images/bmc.bin': 'the BMC’s firmware', 'images/bios.bin': 'the BIOS', 'firmware/bmc.bin': 'the same' };
const readme = read('README.md');

// Those of recovery are the controller's: tests/recovery.
describe('the examples in configs/', () => {
  const examples = readdirSync(folder).filter((name) => name.endsWith('.ini') && !name.startsWith('recovery'));

  it.each(examples)('%s is right, and README.md names it', (name) => {
    const { code, err } = check(read(name), files);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(readme).toContain(`\`${name}\``);
  });

  it('cover what they promise', () => {
    const config = (name: string) => eventNamed(checkJson(read(name), files).events, 'config');
    expect(config('one-image.ini')).toMatchObject({ images: 1 });
    expect(config('bmc-and-bios.ini')).toMatchObject({ images: 2 });
    expect(config('unattended.ini')).toMatchObject({ images: 2, onError: 'continue', report: 'ferry-report.json' });
    expect(config('post-os.ini')).toMatchObject({ timeLimitMs: 120_000 });
  });
});

describe('configs/README.md', () => {
  it('has no config that the program refuses', () => {
    const blocks = [...readme.matchAll(/```ini\n(.*?)```/gs)].map((match) => match[1]!);
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) expect(check(block, files).err).toBe('');
  });

  it('lists the keys that the program knows, and no other', () => {
    const listed = [...readme.slice(readme.indexOf('## Keys'), readme.indexOf('## Signatures')).matchAll(/^\| `([a-z0-9-]+)` \| .* \|$/gm)].map((match) => match[1]!);
    const known = (text: string): string[] => /expected (.*) in \[/.exec(text)![1]!.split(/, | or /);
    const upgrade = known(check(oneImage('?=1')).err);
    const image = known(check(oneImage('', '?=1')).err);
    expect(listed).toEqual([...upgrade, ...image]);
  });

  it('gives an example of every key that the program accepts', () => {
    const examples = [...readme.matchAll(/\| `([a-z0-9-]+ = [^`]+)` \|$/gm)].map((match) => match[1]!);
    expect(examples.length).toBeGreaterThan(8);
    for (const example of examples) {
      const key = example.split(' =')[0]!;
      const inImage = new RegExp(`^${key} = .*\\n`, 'm');
      const base = oneImage();
      const upgrade = ['bus', 'on-error', 'activate', 'time-limit', 'report'].includes(key);
      const config = upgrade ? oneImage(example) : inImage.test(base) ? base.replace(inImage, () => `${example}\n`) : oneImage('', example);
      expect(check(config, { ...files, 'bmc.bin': 'x', 'BMC_SIG': signatureOf('x') }).err, example).toBe('');
    }
  });
});

describe('startup.nsh', () => {
  const script = read('startup.nsh');

  it('runs a command line that the program accepts', () => {
    const line = /^ferry\.wasm (.*)$/m.exec(script)![1]!;
    expect(ferry(['check', ...line.split(' ')], { 'ferry.ini': read('one-image.ini'), ...files }).err).toBe('');
  });

  it('has a branch for every exit code that --help names', () => {
    const help = ferry(['--help']).out;
    const named = [...help.slice(help.indexOf('exit codes')).matchAll(/^  (\d+) /gm)].map((match) => Number(match[1]));
    const branches = [...script.matchAll(/^if %ferrycode% eq (\d+) then$/gm)].map((match) => Number(match[1]));
    expect([...branches].sort((a, b) => a - b)).toEqual([...named].sort((a, b) => a - b));
    expect(branches).toHaveLength(7);
  });

  it('closes every if, jumps only to its labels and keeps to what a shell would not take for something else', () => {
    const lines = script.split('\n').map((line) => line.trim());
    expect(lines.filter((line) => line.startsWith('if ')).length).toBe(lines.filter((line) => line === 'endif').length);
    const labels = lines.filter((line) => line.startsWith(':')).map((line) => line.slice(1));
    for (const line of lines.filter((text) => text.startsWith('goto '))) expect(labels).toContain(line.slice(5));
    for (const line of lines.filter((text) => text.startsWith('echo "'))) expect(line).toMatch(/^echo "[^"#<>|^]*"$/);
  });
});
