// Pre-OS starts → time limit → OS → finishes, in one process under the virtual clock: at every limit the runs together
// do the job, each knows what the one before did, and none of them asks anybody.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { firmware, sha256 } from '../trouble/rig.ts';
import { chainConfig } from './config-text.ts';
import { Chain, type ChainRun } from './virtual-chain.ts';

const OLD = { 'bmc.bin': firmware(700_000, 11), 'bios.bin': firmware(400_000, 12) };
const NEW = { 'bmc.bin': firmware(900_000, 21), 'bios.bin': firmware(500_000, 22) };

/** Of both images. A run beside those that bring chunks begins or ends something. */
const CHUNKS = Object.values(NEW).reduce((sum, { length }) => sum + Math.ceil(length / 65_536), 0);

let chain: Chain;

/** A machine that runs the old images, and the new ones on its volume. */
beforeEach(() => {
  chain = new Chain();
  chain.rig.config(chainConfig('1.0', ''), OLD);
  expect(chain.run('before-os').code).toBe(3);
  chain.rig.config(chainConfig('2.0', ''), NEW);
});
afterEach(() => chain.remove());

const limit = (ms: number): void => chain.rig.config(chainConfig('2.0', `time-limit = ${ms}ms`), NEW);
const earlierOf = (run: ChainRun): Readonly<Record<string, unknown>> | undefined => run.events.find(({ event }) => event === 'earlier');
const pausedIn = ({ report }: ChainRun): ChainRun['report']['images'][number] | undefined => report.images.find(({ outcome }) => outcome === 'paused');

/** What was stored and not yet activated when a run ended is acknowledged again by the next one, without its bytes. */
function expectSentOnce(runs: readonly ChainRun[]): void {
  const stored = runs.flatMap(({ events }) => events.filter(({ event }) => event === 'stored'));
  for (const image of ['bmc', 'bios']) {
    for (const again of stored.filter((event) => event['image'] === image).slice(1)) expect(again['resumedAt']).toBe(again['size']);
  }
}

/** Runs after the OS until nothing is left, as the timer does. */
function afterOs(first: ChainRun): ChainRun[] {
  const runs: ChainRun[] = [first];
  for (let run = first; run.code === 4; runs.push(run)) {
    expect(runs.length, 'every run brings a chunk at least').toBeLessThan(CHUNKS + 6);
    run = chain.run('after-os');
  }
  return runs;
}

describe('a transfer that the time limit cut before the OS', () => {
  test.each([40, 60, 90, 130, 190, 280])('of %i ms is finished after it', (ms) => {
    limit(ms);
    const runs = afterOs(chain.run('before-os'));
    const [first, ...later] = runs as [ChainRun, ...ChainRun[]];
    expect(first.report).toMatchObject({ when: 'before-os', exitCode: 4, ended: 'time-limit', platform: 'rig' });
    expect(first.report.bootId).toBe(later[0]?.report.bootId);
    expect(later.every(({ report }) => report.when === 'after-os')).toBe(true);
    for (const [index, run] of later.entries()) {
      const before = runs[index] as ChainRun;
      const earlier = earlierOf(run);
      // A run that ended before it reached the device had nothing to compare a report with.
      if (earlier === undefined) continue;
      expect(earlier).toMatchObject({ report: 'usable', when: before.report.when, exitCode: 4, ended: 'time-limit' });
      expect(earlier['pausedAt']).toBe(pausedIn(before)?.pausedAt);
    }
    expect([0, 2, 3], runs.at(-1)?.text).toContain(runs.at(-1)?.code);
    expect(chain.rig.stored('bmc')).toBe(sha256(NEW['bmc.bin']));
    expect(chain.rig.stored('bios')).toBe(sha256(NEW['bios.bin']));
    expectSentOnce(runs);
  });

  test('goes on where the device says, at or beyond what the report says, and says so', () => {
    limit(60);
    const first = chain.run('before-os');
    const paused = pausedIn(first);
    expect(paused).toMatchObject({ image: 'bmc', size: 900_000 });
    expect(paused?.pausedAt).toBeGreaterThan(0);
    chain.rig.config(chainConfig('2.0', ''), NEW);
    const second = chain.run('after-os', 'people');
    expect(second.code, second.text).toBe(3);
    expect(second.text).toMatch(/^before the OS: paused at \d+\.\d of 878\.9 KiB of bmc \(time limit\); going on from there$/m);
    expect(second.text).toMatch(/^ {2}bmc: going on at \d+\.\d KiB, the device has what comes before$/m);
    expect(second.report).toMatchObject({ when: 'after-os', exitCode: 3, ended: 'finished' });
    expect(second.report.images[0]?.resumedAt).toBeGreaterThanOrEqual(paused?.pausedAt ?? Infinity);
  });

  test('is told by its component when the config names another image by now', () => {
    limit(60);
    expect(pausedIn(chain.run('before-os'))).toMatchObject({ image: 'bmc' });
    chain.rig.config(chainConfig('3.0', ''), { ...NEW, 'bmc.bin': firmware(800_000, 31) });
    const second = chain.run('after-os', 'people');
    expect(second.code, second.text).toBe(3);
    expect(second.text).toMatch(/^before the OS: paused at .* of bmc \(time limit\); the config names another image now$/m);
    expect(chain.rig.stored('bmc')).toBe(sha256(firmware(800_000, 31)));
  });
});

test('a run before the OS that was stopped by hand is told as stopped', () => {
  const first = chain.run('before-os', 'json', 20);
  expect(first.code, first.text).toBe(4);
  expect(first.report).toMatchObject({ when: 'before-os', ended: 'stopped' });
  expect(chain.run('after-os', 'people').text).toMatch(/^before the OS: paused .* \(stopped\); going on/m);
});

test('a run before the OS that finished is told by what its exit code means', () => {
  expect(chain.run('before-os').code).toBe(3);
  const second = chain.run('after-os', 'people');
  expect(second.code).toBe(2);
  expect(second.text).toContain('\nbefore the OS: done, reset needed\n');
});

test('the run before the OS tells of the run before it too, and not that there was none', () => {
  expect(chain.run('before-os', 'people').text).toContain('\nthe run before: done, reset needed\n');
  chain.rig.files.delete('report.json');
  expect(chain.run('before-os', 'people').text).not.toMatch(/run before|before the OS/);
});

describe('what the firmware kept of the run before the OS', () => {
  const lines = (run: ChainRun): string[] => run.text.split('\n').filter((line) => line.startsWith('before the OS: '));

  test('is not told when the report says the same', () => {
    limit(60);
    expect(chain.run('before-os').code).toBe(4);
    expect(lines(chain.run('after-os=0x4', 'people'))).toEqual([expect.stringMatching(/^before the OS: paused at .*; going on from there$/)]);
  });

  test('is told when there is no report, or an older one', () => {
    expect(lines(chain.run('after-os=0x1', 'people'))).toEqual([
      'before the OS: done, reset needed', 'before the OS: failed, the device is on its old image (from the firmware\'s variable FerryResult)',
    ]);
    chain.rig.files.delete('report.json');
    const run = chain.run('after-os=0x8000000000000003', 'people');
    expect(lines(run)).toEqual([
      'before the OS: there is no report report.json', 'before the OS: ferry.wasm could not be run, or was aborted (from the firmware\'s variable FerryResult)',
    ]);
    expect(run.code, run.text).toBe(2);
  });

  test('is older than the report of a run after the OS, and not told again', () => {
    expect(chain.run('after-os').code).toBe(3);
    const run = chain.run('after-os=0x4');
    expect(run.events.filter(({ event }) => event === 'firmware')).toEqual([]);
    expect(earlierOf(run)).toMatchObject({ when: 'after-os', exitCode: 3 });
  });

  test('that is no status is a wrong command line', () => {
    for (const status of ['', 'g', '1'.repeat(17)]) {
      const run = chain.run(`after-os=0x${status}`, 'people');
      expect(run.code, run.text).toBe(64);
      expect(run.text).toContain('expected --after-os=0x with 1 to 16 hexadecimal digits');
    }
  });
});
