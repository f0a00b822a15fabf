// The report of the run before is only mentioned: whatever stands in it, the run does what it does without one.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runSeed, seeded } from '../random.ts';
import { firmware } from '../trouble/rig.ts';
import { WasiError } from '../../host/wasi/system.ts';
import { MemoryFile } from '../wasi/recording-system.ts';
import { chainConfig } from './config-text.ts';
import { Chain, type ChainRun, REPORT } from './virtual-chain.ts';

const SEED = runSeed();
const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 400);
const CODES = [0, 1, 2, 3, 4, 5, 64];

let chain: Chain;
/** The report of a run that was paused in the middle of an image. */
let paused: string;

beforeAll(() => {
  chain = new Chain();
  const images = { 'bmc.bin': firmware(200_000, 1), 'bios.bin': firmware(100_000, 2) };
  chain.rig.config(chainConfig('2.0', ''), images);
  let stopAt = 0;
  do paused = JSON.stringify(chain.run('before-os', 'json', stopAt++).report);
  while (!/"pausedAt":[1-9]/.test(paused));
  expect(chain.run('before-os').code).toBe(3);
});
afterAll(() => chain.remove());

/** A run after the OS that finds these bytes as the report. Its exit code never depends on them. */
function runOver(report: Uint8Array | string, voice: 'json' | 'people' = 'json'): ChainRun {
  chain.leaveReport(report);
  const run = chain.run('after-os', voice);
  expect(run.code, `SEED=${SEED} ${JSON.stringify(String(report)).slice(0, 2000)}\n${run.text}`).toBe(2);
  return run;
}

const earlierOf = (run: ChainRun): Readonly<Record<string, unknown>> => run.events.find(({ event }) => event === 'earlier') ?? {};
const changed = (change: Readonly<Record<string, unknown>>): string => JSON.stringify({ ...JSON.parse(paused) as object, ...change });

describe('a report of the run before', () => {
  test('that is whole is told', () => {
    expect(earlierOf(runOver(paused))).toMatchObject({ report: 'usable', when: 'before-os', exitCode: 4, ended: 'stopped', image: 'bmc', goesOn: false });
    expect(runOver(paused, 'people').text).toMatch(/^before the OS: paused at .* of bmc \(stopped\); the device holds what the config names for it$/m);
  });

  test('that is missing is told after the OS', () => {
    chain.rig.files.delete(REPORT);
    expect(chain.run('after-os', 'people').text).toContain('\nbefore the OS: there is no report report.json\n');
    chain.rig.files.delete(REPORT);
    expect(earlierOf(chain.run('after-os'))).toEqual({ event: 'earlier', report: 'missing' });
  });

  test('that is torn anywhere is told as torn', () => {
    for (let size = 0; size < paused.length; size += 5 + (size % 7)) {
      expect(earlierOf(runOver(paused.slice(0, size))), `cut at ${size}`).toEqual({ event: 'earlier', report: 'not-a-report' });
    }
    expect(runOver(paused.slice(0, 100), 'people').text).toContain('\nbefore the OS: nothing is known, the report report.json is torn or not one of ferry\'s\n');
  });

  test('that can not be read is told with the reason', () => {
    const broken = new MemoryFile(paused);
    broken.failure = { after: 0, error: new WasiError('io', 'made to fail') };
    chain.rig.files.set(REPORT, () => broken);
    const run = chain.run('after-os', 'people');
    expect(run.text).toContain('\nbefore the OS: nothing is known, the report report.json can\'t be read: EIO (29)\n');
  });

  test('of another machine is told as that', () => {
    expect(earlierOf(runOver(changed({ platform: 'other-board' })))).toEqual({ event: 'earlier', report: 'other-platform' });
    expect(runOver(changed({ platform: 'other\x1b[2J' }), 'people').text)
      .toContain('\nbefore the OS: nothing is known, the report report.json is of another machine, other\\u001b[2J\n');
  });

  test.each<[string, string]>([
    ['an array', '[]'], ['no JSON', 'ferry'], ['nothing', ''], ['someone else\'s', '{"name":"x","version":"1.0"}'], ['bytes behind its end', '+}'],
  ])('that is %s is not used', (_name, text) => {
    expect(earlierOf(runOver(text === '+}' ? `${paused}}` : text))).toEqual({ event: 'earlier', report: 'not-a-report' });
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['a place that is none', { when: 'during' }],
    ['an exit code that is none', { exitCode: 6 }],
    ['an exit code that wraps around to one', { exitCode: 2 ** 32 + 4 }],
    ['a number that is no whole one', { exitCode: 4.5 }],
    ['no images', { images: undefined }],
    ['more paused than there is', { images: [{ image: 'bmc', component: 'bmc', size: 10, sha256: '0'.repeat(64), outcome: 'paused', pausedAt: 11 }] }],
    ['an image without its component', { images: [{ image: 'bmc', size: 10, sha256: '0'.repeat(64), outcome: 'stored' }] }],
    ['a digest with a letter too many', { images: [{ image: 'bmc', component: 'bmc', size: 10, sha256: `${'0'.repeat(63)}g`, outcome: 'stored' }] }],
    ['a key that nests too deep', { later: [[[[[[[[[[]]]]]]]]]] }],
    ['a size beyond any report', { later: 'x'.repeat(40_000) }],
  ])('with %s is not used', (_name, change) => {
    expect(earlierOf(runOver(changed(change)))).toEqual({ event: 'earlier', report: 'not-a-report' });
  });

  test('with keys of a later ferry is used', () => {
    expect(earlierOf(runOver(changed({ later: { a: [1, 'x\\u0041\\n', true, false, null, {}, []] }, serial: 'A1' })))).toMatchObject({ report: 'usable', exitCode: 4 });
  });
});

/** What a reader that knows JSON makes of the same bytes; undefined when it is no report. */
function oracle(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const report = JSON.parse(text) as { exitCode?: unknown; when?: unknown; images?: unknown };
    if (!CODES.includes(report.exitCode as number) || !Array.isArray(report.images)) return undefined;
    return report.when === 'before-os' || report.when === 'after-os' ? report as Readonly<Record<string, unknown>> : undefined;
  } catch {
    return undefined;
  }
}

const TOKENS = ['"', '\\', '{', '}', '[', ']', ',', ':', '0', '9', '\\u12', 'null', 'true', ' ', '\n', '\x00', '\xff', '99999999999999999999', '-1', '1e3', '"exitCode":0,'];

/** One to three places of the report replaced, cut out, doubled or filled with what a parser stumbles over. */
function mutated(random: () => number): Uint8Array {
  let bytes = Buffer.from(paused, 'latin1');
  for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes--) {
    const at = Math.floor(random() * bytes.length);
    const size = Math.floor(random() * 12);
    const token = Buffer.from(TOKENS[Math.floor(random() * TOKENS.length)] ?? '', 'latin1');
    const piece = random() < 0.3 ? bytes.subarray(at, at + 40) : random() < 0.3 ? Buffer.of(Math.floor(random() * 256)) : token;
    bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + (random() < 0.5 ? 0 : size))]);
  }
  return bytes;
}

test(`${ROUNDS} reports with mutations: none is believed that is no report, and none changes the run`, () => {
  const random = seeded(SEED);
  let used = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = mutated(random);
    const text = Buffer.from(bytes).toString('utf8');
    const earlier = earlierOf(runOver(bytes));
    const where = `SEED=${SEED} round ${round}: ${JSON.stringify(text)}`;
    if (earlier['report'] !== 'usable') continue;
    used++;
    const report = oracle(text);
    expect(report, where).toBeDefined();
    expect(earlier, where).toMatchObject({ when: report?.['when'], exitCode: report?.['exitCode'] });
  }
  expect(used, `SEED=${SEED} some mutations leave a report a report`).toBeGreaterThan(ROUNDS / 50);
});
