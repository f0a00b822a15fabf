// `ferry lab` as people use it: started in one process, looked at, broken and stopped from others.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { artifactPath } from '../../host/artifacts.ts';
import { controllerRunsOn } from '../../host/bmc/state-lock.ts';
import { removeMachineDirectory } from '../../host/bus/machine-directory.ts';
import { LAB_IMAGE_SIZE } from '../../host/lab/lab-image.ts';
import { LabPlaces } from '../../host/lab/lab-places.ts';
import { readLabRecord } from '../../host/lab/lab-record.ts';
import { Child } from '../os/child.ts';
import { runFerry } from '../processes.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const scratch = scratchDirectory();
// A test that has failed leaves nothing to the next one.
afterEach(async () => void (await lab('stop')));
afterAll(() => scratch.remove());
const directory = join(scratch.path, 'lab');
const places = new LabPlaces(directory);
const lab = (...args: string[]) => runFerry(['lab', ...args, '--state', directory]);
const hubDigest = (number: number): string => createHash('sha256').update(readFileSync(places.hub(number)).subarray(0, LAB_IMAGE_SIZE)).digest('hex');

async function begin(...args: string[]): Promise<Child> {
  const child = new Child(artifactPath('ferry.js'), 'lab', '--state', directory, '--rate', '8192', ...args);
  await child.says('ready: 2 controllers');
  return child;
}

/** Until all that was started is written down. */
async function readRecord(): Promise<void> {
  while ((readLabRecord(places)?.children.length ?? 0) < 3) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('a lab', () => {
  it('shows how a broken BIOS comes back, starts again as it was left, and ends with all that it has started', { timeout: 90_000 }, async () => {
    const first = await begin('--count', '2', '--page');
    const whole = hubDigest(1);
    expect(hubDigest(2)).toBe(whole);
    expect((await lab()).output).toContain('expected no lab that runs');
    await first.says('bmc 2    the host has come up');
    const broken = await lab('break', '2', '--reset');
    expect(broken.output).toMatch(/bmc 2: \d+ bytes of its BIOS from \d+ on are damaged, and its machine is reset; nobody has told the controller/);
    await first.says('bmc 2    flash does not hold what the records say');
    await first.says('bmc 2    chosen: bios 1.10.0 (security 1) from rack, donor 127.0.77.1');
    await first.says('report: 127.0.77.12 (corrupt) is well again');
    expect(hubDigest(2)).toBe(whole);
    const url = /http:\/\/\S+/.exec(first.output)![0];
    const page = await fetch(url);
    expect([page.status, page.headers.get('content-security-policy')]).toEqual([200, expect.stringContaining("default-src 'none'")]);
    expect((await fetch(`${url}lab.json`)).status).toBe(404);
    expect(existsSync(places.record)).toBe(true);
    expect((await lab('stop')).code).toBe(0);
    expect(await first.ended).toEqual({ code: 0, signal: null });
    expect((await lab('status')).code).toBe(64);

    // What is broken while nobody looks is found at the start.
    await lab('break', '1', '--erase');
    expect(hubDigest(1)).not.toBe(whole);
    const second = await begin();
    await second.says('report: 127.0.77.11 (corrupt) is well again');
    expect(hubDigest(1)).toBe(whole);
    // The report comes before the host is let go, and what is written down is a little behind.
    while (readLabRecord(places)!.view.boards[0]!.phase !== 'healthy') await new Promise((resolve) => setTimeout(resolve, 20));
    const status = await lab('status', '--json');
    expect(status.events.map(({ number, phase }) => [number, phase])).toEqual([[1, 'healthy'], [2, 'watching']]);
    second.process.kill('SIGINT');
    expect(await second.ended).toEqual({ code: 0, signal: null });
  });

  it('says that a controller has been killed, and how everything starts again', { timeout: 60_000 }, async () => {
    const child = await begin();
    await readRecord();
    process.kill(readLabRecord(places)!.children[1]!.pid, 'SIGKILL');
    await child.says('bmc 2    the controller has ended by itself (signal SIGKILL); ferry lab stop and ferry lab start');
    while (readLabRecord(places)!.view.boards[1]!.phase !== 'ended') await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await lab('status')).toMatchObject({ code: 5, output: expect.stringContaining('signal SIGKILL') as string });
    expect((await lab('stop')).code).toBe(0);
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.output).not.toContain('bmc 1    the controller has ended');
  });

  it('that is killed leaves processes, which the next command ends', { timeout: 60_000 }, async () => {
    const killed = await begin();
    await readRecord();
    killed.process.kill('SIGKILL');
    await killed.ended;
    expect([1, 2].map((number) => controllerRunsOn(places.state(number)))).toEqual([true, true]);
    expect((await lab('stop')).output).toContain('what a lab in');
    expect([1, 2].map((number) => controllerRunsOn(places.state(number)))).toEqual([false, false]);
    for (const number of [1, 2]) removeMachineDirectory(places.state(number));
  });

  it('is started only where nothing else lies, and asked only for what it has', async () => {
    const other = join(scratch.path, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'thesis.txt'), 'important');
    expect(await runFerry(['lab', '--state', other])).toMatchObject({ code: 64, output: expect.stringContaining('expected an empty directory or one of a lab') as string });
    expect(await runFerry(['lab', 'break', '1', '--state', other])).toMatchObject({ code: 64, output: expect.stringContaining('expected the number of a controller') as string });
    expect(await runFerry(['lab', 'explode', '--state', other])).toMatchObject({ code: 64, output: expect.stringContaining('expected start, break N, status or stop, got explode') as string });
    expect(await runFerry(['lab', 'stop', '--state', other])).toMatchObject({ code: 64, output: expect.stringContaining('expected a lab that runs') as string });
  });
});
