// The loader in its real thread, with the real clock, a pipe for a console and signals.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileMedium } from '../../host/lif/medium.ts';
import { makeVolumeFile } from '../../host/lif/make.ts';
import { LifVolume } from '../../host/lif/volume.ts';
import { bundle } from '../bundle.ts';
import { exitImage, hungImage, waitingImage } from '../efi/test-images.ts';
import { MADE, namesIn, put, type Contents } from '../lif/virtual-volume.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const place = scratchDirectory();
afterAll(() => place.remove());
beforeAll(() => bundle({ run: 'tests/isl/run-loader.ts', worker: 'host/isl/worker.ts' }, place.path));

let volumeCount = 0;

function volumeFile(contents: Contents): string {
  const path = join(place.path, `volume-${++volumeCount}.lif`);
  makeVolumeFile(path, { size: 1024 * 1024, files: 16, label: 'TEST', now: MADE });
  const volume = new LifVolume(new FileMedium(path));
  for (const [name, content] of Object.entries(contents)) put(volume, name, content);
  volume.close();
  return path;
}

interface Run {
  readonly child: ChildProcessWithoutNullStreams;
  output(): string;
  /** Until the console shows this. */
  shows(text: string): Promise<void>;
  readonly ended: Promise<number | null>;
}

function start(imageFile: string, options: object = {}): Run {
  const settings = { imageFile, stateDirectory: join(place.path, 'none'), autoboot: true, workerFile: join(place.path, 'worker.mjs'), ...options };
  const child = spawn(process.execPath, [join(place.path, 'run.mjs'), JSON.stringify(settings)]);
  let output = '';
  const waiting: (() => void)[] = [];
  const collect = (data: Buffer): void => {
    output += data.toString();
    waiting.forEach((look) => look());
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const shows = (text: string): Promise<void> => new Promise((resolve, reject) => {
    const look = (): void => { if (output.includes(text)) resolve(); };
    waiting.push(look);
    look();
    void ended.then(() => reject(new Error(`ended without showing ${JSON.stringify(text)}: ${output}`)));
  });
  return { child, output: () => output, shows, ended };
}

describe('the loader in its own thread', () => {
  it('executes AUTO and ends with the exit code of the utility, whoever holds the pipe open', async () => {
    const run = start(volumeFile({ AUTO: 'a\n', A: exitImage(2) }));
    expect(await run.ended).toBe(2);
    expect(run.output()).toBe('ISL Revision 1.00 (Ferry)\nISL booting a\nA returned 2\nISL: handing over to the operating system.\n');
  });

  it('takes commands from a pipe and hands over at its end', async () => {
    const run = start(volumeFile({ AUTO: 'a\n', A: exitImage(2) }), { autoboot: false });
    run.child.stdin.end('lsautofl\nA\nreset\ndisplay\n');
    expect(await run.ended).toBe(2);
    expect(run.output()).toContain('contains:\na\nISL> A\nA returned 2\nISL> reset\n\n-- cold reset --\n\nISL Revision');
    expect(run.output()).toContain('Autoboot is OFF');
  });

  it('SIGTERM asks the utility to stop, wakes it, and the machine is off', async () => {
    const run = start(volumeFile({ AUTO: 'wait\nnever\n', WAIT: waitingImage(3_600_000) }));
    await run.shows('waiting\n');
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(4);
    expect(run.output()).not.toContain('never');
  });

  it('SIGINT at the prompt switches the machine off', async () => {
    const run = start(volumeFile({}));
    await run.shows('ISL> ');
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(4);
  });

  it('a utility that hangs and asks nobody anything is ended by the watchdog, and the machine starts again', async () => {
    const image = volumeFile({ AUTO: 'hang\n', HANG: hungImage() });
    const run = start(image, { watchdogSeconds: 1 });
    await run.shows('ISL booting hang\n');
    const volume = new LifVolume(new FileMedium(image));
    put(volume, 'AUTO', 'a\n');
    put(volume, 'A', exitImage(0));
    volume.close();
    expect(await run.ended).toBe(0);
    expect(run.output()).toContain('The watchdog timer expired in a utility that does not answer: the machine is reset.');
    expect(run.output().match(/ISL Revision/g)?.length).toBe(2);
  });

  it('a file that is no LIF volume is refused with what was expected', async () => {
    const path = join(place.path, 'text');
    writeFileSync(path, 'a text\n'.repeat(100));
    const run = start(path);
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('can not be used: expected a LIF volume, which begins with the bytes 80h 00h, got none; nothing was sent');
  });
});

it('kill -9 at any moment of a write leaves a volume with the old or the new file', async () => {
  const path = volumeFile({ KEPT: 'kept', FILE: 'old'.repeat(50_000) });
  const script = join(place.path, 'writer.mjs');
  bundle({ writer: 'tests/isl/volume-writer.ts' }, place.path);
  for (let round = 0; round < 12; round++) {
    const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    let seen = 0;
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (data: Buffer) => {
        seen += data.length;
        if (seen > round * 3) child.kill('SIGKILL');
      });
      child.once('close', () => resolve());
    });
    const volume = new LifVolume(new FileMedium(path));
    const text = Buffer.from(volume.read(volume.get('FILE'))).toString();
    expect([text[0]?.repeat(text.length) === text || text === 'old'.repeat(50_000), new Set(namesIn(volume))], `round ${round}`).toEqual([true, new Set(['KEPT', 'FILE'])]);
    put(volume, 'FILE', 'old'.repeat(50_000));
    expect(namesIn(volume).length, `round ${round}`).toBe(2);
    volume.close();
  }
});
