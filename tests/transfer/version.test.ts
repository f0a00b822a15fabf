import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface VersionExports {
  readonly memory: WebAssembly.Memory;
  readonly SCRATCH: { readonly value: number };
  compareVersions(a: number, aSize: number, b: number, bSize: number): number;
}

const module = new WebAssembly.Module(readFileSync(new URL('../../dist/core.wasm', import.meta.url)));
const core = new WebAssembly.Instance(module).exports as unknown as VersionExports;
const seed = Number(process.env.SEED ?? 20260217);

/** -1, 0 or 1, as the core says. The versions lie apart, with bytes around them that would change the result. */
function compare(a: string, b: string): number {
  const bytes = Buffer.from(core.memory.buffer, core.SCRATCH.value, 256).fill('9');
  const aSize = bytes.write(a, 0, 'latin1');
  const bSize = bytes.write(b, 128, 'latin1');
  return core.compareVersions(core.SCRATCH.value, aSize, core.SCRATCH.value + 128, bSize);
}

const readme = readFileSync(new URL('../../configs/README.md', import.meta.url), 'utf8');

describe('of two versions', () => {
  const rows = /\| older \| newer \|\n\|---\|---\|\n((?:\|.*\n)+)/.exec(readme)![1]!;
  const pairs = [...rows.matchAll(/^\| `(.*)` \| `(.*)` \|$/gm)].map((match) => [match[1]!, match[2]!]);

  it.each([
    ...pairs,
    ['', '0'], ['~', ''], ['~~', '~'], ['1.0~', '1.0'], ['1.0~~', '1.0~'], ['1.0~rc1~git1', '1.0~rc1'], ['1.0~rc1', '1.0~rc1.1'],
    ['1.9', '1.10'], ['18446744073709551615', '18446744073709551616'], ['99999999999999999999998', '99999999999999999999999'],
    ['1.a', '1.b'], ['1.a', '1.aa'], ['1.Z', '1.a'], ['1.z', '1.0'], ['2.4.1', '2.4.1-1'], ['1a2', '1a10'], ['v1', 'v2'],
  ] as [string, string][])('%s is older than %s', (older, newer) => {
    expect([compare(older, newer), compare(newer, older)]).toEqual([-1, 1]);
  });

  it.each([
    ['', ''], ['2.4.1', '2.4.1'], ['1.01', '1.1'], ['1.0', '1-0'], ['1.0', '1_0'], ['1.0', '1+0'], ['1..0', '1.0'], ['1.0.', '1.0'], ['.1', '1'],
    ['1a', '1.a'], ['000', '0'], ['1.0-~rc', '1.0~rc'], [`${'0'.repeat(31)}1`, '1'], ['', '...'],
  ])('%s and %s are neither older nor newer', (a, b) => {
    expect([compare(a, b), compare(b, a)]).toEqual([0, 0]);
  });

  it('the README gives the examples', () => {
    expect(pairs.length).toBeGreaterThan(5);
  });

  it('the order is total: any three can be put in a row', () => {
    let state = seed;
    const pick = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 16) % below;
    };
    const alphabet = '0019ab~.-Z';
    const version = (): string => Array.from({ length: pick(7) }, () => alphabet[pick(alphabet.length)]).join('');
    for (let i = 0; i < 20_000; i++) {
      const [a, b, c] = [version(), version(), version()];
      const where = `SEED=${seed}, ${JSON.stringify([a, b, c])}`;
      if (compare(a, b) !== -compare(b, a) || compare(a, a) !== 0) expect.fail(`not the other way round: ${where}`);
      if (compare(a, b) <= 0 && compare(b, c) <= 0 && compare(a, c) > 0) expect.fail(`not in a row: ${where}`);
      if (compare(a, b) === 0 && compare(a, c) !== compare(b, c)) expect.fail(`equal, but not beside a third: ${where}`);
    }
  });
});
