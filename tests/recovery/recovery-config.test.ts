import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { FerryError } from '../../host/error.ts';
import { donatesOver } from '../../host/recovery/donor-config.ts';
import { parseRecoveryConfig } from '../../host/recovery/recovery-config.ts';
import { compareVersions } from '../../host/recovery/version-order.ts';

const CONFIGS = resolve(import.meta.dirname, '../../configs');
const MINIMUM = '[component bios]\n[source a]\nkind = directory\npath = x\n';
const parse = (text: string) => parseRecoveryConfig(Buffer.from(text), 'recovery.ini', resolve('/'));

function errorOf(text: string): FerryError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof FerryError) return error;
    throw error;
  }
  throw new Error(`expected an error for ${JSON.stringify(text)}, got none`);
}

test('configs/recovery-serial.ini is taken: a bus, a Bluetooth channel and a wireless network with its own limit', () => {
  const { settings, sources } = parseRecoveryConfig(readFileSync(resolve(CONFIGS, 'recovery-serial.ini')), 'recovery-serial.ini', CONFIGS);
  expect(settings).toMatchObject({ sourceOrder: 'class', links: ['lan', 'wireless', 'bluetooth', 'icmb'] });
  expect(sources).toMatchObject([
    { links: { link: 'icmb', interfaces: [], line: { tty: '/dev/ttyUSB0', baud: 19_200, isShared: true, address: 0x12 } } },
    { links: { link: 'bluetooth', interfaces: [], line: { tty: '/dev/rfcomm0', baud: 115_200, isShared: false } } },
    { links: { link: 'wireless', interfaces: ['wlan0'], ratePerSecond: 262_144 } },
  ]);
});

test('configs/recovery.ini is taken, with its sources in their order', () => {
  const { settings, components, sources } = parseRecoveryConfig(readFileSync(resolve(CONFIGS, 'recovery.ini')), 'recovery.ini', CONFIGS);
  expect(settings).toMatchObject({ mode: 'auto', prefer: 'last-known-good', whileRunning: 'wait', checkEveryMs: 3_600_000, boots: 3, bootMs: 360_000 });
  expect(components).toMatchObject([{ name: 'bios', wanted: {} }]);
  expect(sources.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['storage directory', 'stick fat-image', 'rack peers', 'server web']);
  expect(sources[1]).toMatchObject({ path: resolve(CONFIGS, 'stick.img'), directory: ['firmware'] });
});

test('a controller donates to those who have its group key, unless [donor] says otherwise', () => {
  const given = parse(`${MINIMUM}[source open]\nkind = peers\n[source closed]\nkind = peers\ngroup-key = group.key\n`);
  const over = (text: string): string[] => {
    const { donor } = parse(`${text}${MINIMUM}`);
    return given.sources.filter((source) => source.kind === 'peers' && donatesOver(donor, source)).map(({ name }) => name);
  };
  expect(given.donor).toEqual({ to: 'group', uploads: 2, ratePerSecond: undefined, uploadPort: undefined });
  expect([over(''), over('[donor]\nto = group\n'), over('[donor]\nto = anyone\n'), over('[donor]\nto = nobody\n')]).toEqual([['closed'], ['closed'], ['open', 'closed'], []]);
  expect(parse(`[donor]\nuploads = 4\nrate-limit = 2MiB\nupload-port = 7990\n${MINIMUM}`).donor).toEqual({ to: 'group', uploads: 4, ratePerSecond: 2 * 1024 * 1024, uploadPort: 7990 });
});

test('every key of the table in configs/README.md is known, with the default that stands there', () => {
  const section = /## Recovery\n([\s\S]*?)\n## /.exec(readFileSync(resolve(CONFIGS, 'README.md'), 'utf8'))?.[1] ?? '';
  const keys = [...section.split('`[component NAME]`')[0]!.matchAll(/^\| (`[^|]*`) \|[^|]*\| ([^|]*) \|/gm)].flatMap(([, names = '', defaults = '']) => {
    const values = [...defaults.matchAll(/`?([^`,]+)`?(?:, )?/g)].map((match) => match[1]!.trim());
    return [...names.matchAll(/`([^`]+)`/g)].map((match, index) => [match[1]!, values[index] ?? ''] as const);
  });
  expect(keys.length).toBeGreaterThan(12);
  const plain = parse(MINIMUM).settings;
  for (const [key, value] of keys.filter(([name]) => name !== 'seed')) expect(parse(`[recovery]\n${key} = ${value}\n${MINIMUM}`).settings, key).toEqual(plain);
});

describe('an error names file, line and key, what was expected and what was found', () => {
  it.each([
    ['[recovery]\nmode = sometimes\n', 'recovery.ini:2: [recovery] mode: expected auto or ask or off, got "sometimes"; nothing was started'],
    ['[recovery]\nback-off = 5\n', 'recovery.ini:2: [recovery] back-off: expected a whole number with ms, s, m or h, from 1ms up, got "5"'],
    ['[recovery]\nback-off = 2m\n', 'recovery.ini:1: [recovery] back-off-limit: expected at least the back-off of 120000 ms, got 60000 ms'],
    ['[recovery]\nattempts = 0\n', 'recovery.ini:2: [recovery] attempts: expected a whole number from 1 to 100, got "0"'],
    ['[recovery]\nmodus = auto\n', 'recovery.ini:2: [recovery] modus: expected one of mode, prefer,'],
    ['[recovery]\nmode = auto\nmode = ask\n', 'recovery.ini:3: mode: expected each key once in a section, got it again (first in line 2)'],
    ['mode = auto\n', 'recovery.ini:1: expected a section in brackets first'],
    ['[donor x]\n', 'recovery.ini:1: expected [recovery], [donor], [component NAME] or [source NAME], got [donor x]'],
    ['[donor]\nto = all\n', 'recovery.ini:2: [donor] to: expected group or anyone or nobody, got "all"'],
    ['[donor]\nuploads = 0\n', 'recovery.ini:2: [donor] uploads: expected a whole number from 1 to 16, got "0"'],
    ['[donor]\ninterfaces = eth0\n', 'recovery.ini:2: [donor] interfaces: expected one of to, uploads,'],
    ['[component BIOS]\n', 'recovery.ini:1: [component BIOS]: expected 1 to 15 of a-z, 0-9 and "-", got another name'],
    ['[component bios]\nsha256 = ab\n', 'recovery.ini:2: [component bios] sha256: expected 64 hexadecimal digits in lower case, got "ab"'],
    ['[source a]\npath = x\n', 'recovery.ini:1: [source a] kind: expected directory or fat-image or host or web or peers, got none'],
    ['[source a]\nkind = directory\n', 'recovery.ini:1: [source a] path: expected a path, got none'],
    ['[source a]\nkind = peers\nlink = icmb2\n', 'recovery.ini:3: [source a] link: expected lan or wireless'],
    ['[source a]\nkind = web\nurl = ftp://x/y\n', 'recovery.ini:3: [source a] url: expected http://HOST/PATH or https://HOST/PATH of an image, got ftp://x/y'],
    ['[source a]\nkind = web\nurl = http://x/{name}\n', 'recovery.ini:3: [source a] url: expected {component}, {platform}, {version}, {sha256} to be filled in, got {name}'],
    ['[source a]\nkind = web\nurl = http://me:secret@x/y\n', 'recovery.ini:3: [source a] url: expected no user name and no password in it'],
    ['', 'recovery.ini:1: expected at least one [component NAME], got none'],
    ['[component bios]\n', 'recovery.ini:1: expected at least one [source NAME], got none'],
    ['[recovery]\nseed = "a\n', 'recovery.ini:2: seed: expected a closing quote'],
  ])('%j', (text, message) => {
    const error = errorOf(text);
    expect(error.message).toContain(message);
    expect(error.exitCode).toBe(64);
  });
});

test('versions are ordered as the table of configs/README.md says, and as the device does', () => {
  const table = /\| older \| newer \|\n\|---\|---\|\n([\s\S]*?)\n\n/.exec(readFileSync(resolve(CONFIGS, 'README.md'), 'utf8'))?.[1] ?? '';
  const pairs = [...table.matchAll(/\| `([^`]+)` \| `([^`]+)` \|/g)].map(([, older = '', newer = '']) => [older, newer] as const);
  expect(pairs.length).toBeGreaterThan(7);
  for (const [older, newer] of pairs) {
    expect(compareVersions(older, newer), `${older} < ${newer}`).toBeLessThan(0);
    expect(compareVersions(newer, older), `${newer} > ${older}`).toBeGreaterThan(0);
  }
  for (const same of ['1.01 1.1', '1-0 1.0', '1.0 1.0.']) expect(compareVersions(...(same.split(' ') as [string, string]))).toBe(0);
});
