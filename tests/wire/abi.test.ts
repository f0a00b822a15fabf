import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readArtifact } from '../../host/artifacts.ts';
import { loadCore } from '../../host/core/instance.ts';
import { readNumber, type CoreEnum } from '../../host/core/flash-globals.ts';

const readme = readFileSync(new URL('../../assembly/README.md', import.meta.url), 'utf8');
const blockOf = (language: string): string => new RegExp('```' + language + '\\n([^`]*)```').exec(readme)?.[1] ?? '';

describe('core.wasm', () => {
  it('imports nothing', () => {
    expect(WebAssembly.Module.imports(new WebAssembly.Module(readArtifact('core.wasm')))).toEqual([]);
  });

  it('has a memory that can not grow', () => {
    const { memory } = loadCore<{ readonly memory: WebAssembly.Memory }>();
    expect(() => memory.grow(1)).toThrow(RangeError);
  });

  it('has no two members of an enum with one number', () => {
    const all = Object.entries(loadCore<Record<string, CoreEnum>>()).filter(([name, value]) => /^[A-Z][a-z]/.test(name) && typeof value === 'object');
    expect(all.length).toBeGreaterThan(10);
    for (const [name, members] of all) {
      const numbers = Object.values(members).filter((member) => member instanceof WebAssembly.Global).map(readNumber);
      expect(new Set(numbers).size, name).toBe(numbers.length);
    }
  });

  it('is driven as its README shows', () => {
    const cwd = new URL('../..', import.meta.url);
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', blockOf('js')], { cwd, encoding: 'utf8' });
    expect(output).toBe(blockOf('text'));
  });

  it('has the buffers that its README lists, as large as it says', () => {
    const core = loadCore<Record<string, WebAssembly.Global>>();
    const rows = [...readme.matchAll(/^\| (`[A-Z_`, ]+`) \| ([\d, ]+) \|/gm)];
    const sizes = rows.flatMap(([, names, numbers]) => {
      const size = numbers!.trim().split(/, (?=\d)/);
      return names!.replace(/`/g, '').split(', ').map((name, index) => [name, Number((size[index] ?? '').replace(/,/g, ''))] as const);
    });
    expect(sizes.length).toBe(9);
    const addresses = sizes.map(([name, size]) => ({ name, from: readNumber(core[name]), to: readNumber(core[name]) + size })).sort((a, b) => a.from - b.from);
    addresses.forEach(({ name, from }, index) => expect(from, name).toBeGreaterThanOrEqual(addresses[index - 1]?.to ?? 1));
    expect(readNumber(core['SCRATCH_SIZE'])).toBe(sizes.find(([name]) => name === 'SCRATCH')?.[1]);
    expect(readNumber(core['INBOX_SIZE'])).toBe(sizes.find(([name]) => name === 'INBOX')?.[1]);
  });
});
