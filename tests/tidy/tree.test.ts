import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

function filesBelow(directory: string, ending: string): string[] {
  return readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((name) => name.endsWith(ending) && statSync(join(ROOT, name)).isFile())
    .sort();
}

const text = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const assembly = filesBelow('assembly', '.ts');
const host = filesBelow('host', '.ts');
const tests = filesBelow('tests', '.ts');

/** Paths, from the root, of what a file imports from this tree. */
function importsOf(file: string): string[] {
  const found = [...text(file).matchAll(/(?:from|import\()\s*['"](\.[^'"]+)['"]/g)].map((match) => match[1] ?? '');
  return found.map((name) => relative(ROOT, resolve(ROOT, dirname(file), name)));
}

test('assembly imports only assembly, and the WASI bindings', () => {
  for (const file of assembly) {
    for (const target of importsOf(file)) expect(target, file).toMatch(/^assembly\//);
    const packages = [...text(file).matchAll(/from\s+['"]([^.'"][^'"]*)['"]/g)].map((match) => match[1]);
    for (const name of packages) expect(name, file).toBe('@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1');
  }
});

test('wire and checksum import nothing but each other and status.ts', () => {
  for (const file of assembly.filter((name) => /^assembly\/(wire|checksum)\//.test(name))) {
    for (const target of importsOf(file)) expect(target, file).toMatch(/^assembly\/(wire|checksum)\/|^assembly\/status$/);
  }
});

test('core.wasm is made of no file that knows hardware, files or the command line', () => {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const target of importsOf(file)) visit(`${target}.ts`);
  };
  visit('assembly/core.ts');
  for (const file of reached) expect(file).not.toMatch(/^assembly\/(bus|program|config)\//);
});

test('only host/core reads the memory of core.wasm', () => {
  for (const file of host.filter((name) => !/^host\/(core|wasi)\//.test(name))) {
    expect(text(file), file).not.toMatch(/memory\.buffer/);
  }
});

test('the management controller and the sending side never import each other', () => {
  const sending = /^host\/(efi|isl|os|wasi)\//;
  for (const file of host) {
    for (const target of importsOf(file)) {
      if (file.startsWith('host/bmc/')) expect(target, file).not.toMatch(sending);
      if (sending.test(file)) expect(target, file).not.toMatch(/^host\/bmc\//);
    }
  }
});

test('every status has a sentence', () => {
  const lines = text('assembly/status.ts').split('\n');
  lines.forEach((line, index) => {
    if (/^  \w+ = \d+,$/.test(line)) expect(lines[index - 1], line).toMatch(/^  (\/\*\*|\s*\*).*\*\/$/);
  });
});

test('no status of a call is dropped', () => {
  const returning = new Set(assembly.flatMap((file) => [...text(file).matchAll(/export function (\w+)\([^)]*\): Status\b/g)].map((match) => match[1])));
  // Calls whose answer changes nothing, each with its reason.
  const allowed = new Set([
    'linkSend', // a message that the link did not take is repeated by its timer
    'linkExchange', // in `leave`: nothing depends on the answer
    'exchangeMessage', // a message that is not the awaited one is dropped
    'exchangeBegin', // its only failure is a body longer than the buffer, which no message has
    'senderMessage', // as exchangeMessage
    'senderRead', // its only failure is a call out of order
    'fileClose', // a file that was only read
    'storeDone', // the next action says how it went on
    'inventoryResponseDecode', // of a body that was decoded before
  ]);
  for (const file of assembly) {
    for (const match of text(file).matchAll(/^\s*(\w+)\([^;]*\);$/gm)) {
      const name = match[1] ?? '';
      if (returning.has(name) && !allowed.has(name)) expect.unreachable(`${file}: ${match[0].trim()}`);
    }
  }
});

test('every file is used', () => {
  const entries = new Set([
    'assembly/core.ts', 'assembly/ferry.ts', 'host/cli/main.ts', 'host/os/worker.ts', 'host/efi/worker.ts', 'host/isl/worker.ts', 'host/bmc/hash-worker.ts',
    'host/bmc/web/browser/main.ts', 'host/lab/browser/main.ts',
  ]);
  const imported = new Set([...assembly, ...host, ...tests].flatMap((file) => importsOf(file).map((name) => (name.endsWith('.ts') ? name : `${name}.ts`))));
  for (const file of [...assembly, ...host]) {
    if (!entries.has(file) && !file.endsWith('.d.ts')) expect(imported.has(file), `${file} is imported by nothing`).toBe(true);
  }
});

test('no file names this machine, leaves an end open or switches a test off', () => {
  const banned = /\/(?:work|farm)\/|\bTODO\b|\bFIXME\b|\bXXX\b|\b(?:test|it|describe)\.(?:only|skip)\(/;
  for (const file of [...assembly, ...host, ...tests].filter((name) => name !== 'tests/tidy/tree.test.ts')) {
    for (const line of text(file).split('\n')) expect(line, file).not.toMatch(banned);
  }
});

test('the three places that tell the version agree', () => {
  const { version } = JSON.parse(text('package.json')) as { version: string };
  expect(text('host/version.ts')).toContain(`'${version}'`);
  expect(text('assembly/program/version.ts')).toContain(`"${version}"`);
});
