// The firmware in its real thread, with the real clock, a pipe for a console and signals.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../bundle.ts';
import { newSigner } from './image-signer.ts';
import { exitImage, hungImage, waitingImage } from './test-images.ts';
import { temporaryDirectory } from './virtual-machine.ts';

let scripts: string;
beforeAll(() => {
  scripts = temporaryDirectory();
  bundle({ boot: 'tests/efi/boot-machine.ts', worker: 'host/efi/worker.ts' }, scripts);
});

interface Run {
  readonly child: ChildProcessWithoutNullStreams;
  output(): string;
  /** Until the console shows this. */
  shows(text: string): Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly outcome: unknown }>;
}

/** Powers on a machine with these files on its volume. */
function start(files: Readonly<Record<string, string | Uint8Array>>, options: object = {}): Run & { readonly volume: string } {
  const directory = temporaryDirectory();
  const volume = join(directory, 'esp');
  mkdirSync(volume);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(volume, name), content);
  const settings = { volumeDirectory: volume, stateDirectory: join(directory, 'machine'), workerFile: join(scripts, 'worker.mjs'), nvramFile: join(directory, 'nvram.json'), ...options };
  const child = spawn(process.execPath, [join(scripts, 'boot.mjs'), JSON.stringify(settings)]);
  let output = '';
  let errors = '';
  const waiting: (() => void)[] = [];
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    waiting.forEach((look) => look());
  });
  child.stderr.on('data', (data: Buffer) => { errors += data.toString(); });
  const ended = new Promise<{ code: number | null; outcome: unknown }>((resolve) => child.once('close', (code) => {
    resolve({ code, outcome: errors.trimEnd().startsWith('{') ? JSON.parse(errors) : errors });
  }));
  const shows = (text: string): Promise<void> => new Promise((resolve, reject) => {
    const look = (): void => { if (output.includes(text)) resolve(); };
    waiting.push(look);
    look();
    void ended.then(() => reject(new Error(`ended without showing ${JSON.stringify(text)}: ${output}${errors}`)));
  });
  return { child, output: () => output, shows, ended, volume };
}

describe('a machine in its own thread', () => {
  it('boots unattended: startup.nsh, an image, the operating system', async () => {
    const run = start({ 'startup.nsh': 'fs0:\na.wasm\necho code %lasterror%\nexit', 'a.wasm': exitImage(2) });
    run.child.stdin.end();
    expect(await run.ended).toEqual({ code: 2, outcome: { handover: 'os', exitCode: 2 } });
    expect(run.output()).toContain('\ncode 0x2\n');
    expect(run.output()).toContain('starting Boot0001 "Ferry OS"');
    expect(run.output()).not.toContain('Press ESC');
  });

  it('takes commands from a pipe and boots on at its end', async () => {
    const run = start({});
    run.child.stdin.end('fs0:\nset kept yes\necho made >a made.txt\nreset -w\nset kept\n');
    expect((await run.ended).outcome).toEqual({ handover: 'os', exitCode: 0 });
    expect(existsSync(join(run.volume, 'made.txt'))).toBe(true);
    expect(run.output()).toContain('-- warm reset --');
    expect(run.output()).toContain('    kept = yes\n');
  });

  it('SIGTERM asks the image to stop, wakes it, and the machine is off', async () => {
    const run = start({ 'startup.nsh': 'fs0:\nwait.wasm\necho never', 'wait.wasm': waitingImage(3_600_000) });
    await run.shows('\nwaiting\n');
    run.child.kill('SIGTERM');
    expect(await run.ended).toEqual({ code: 4, outcome: { handover: 'stopped', exitCode: 4 } });
    expect(run.output()).not.toContain('\nnever\n');
  });

  it('SIGINT at the prompt switches the machine off', async () => {
    const run = start({});
    await run.shows('Shell> ');
    run.child.kill('SIGINT');
    expect((await run.ended).outcome).toEqual({ handover: 'stopped', exitCode: 4 });
  });

  it('resets of a script that never ends are counted to the limit', async () => {
    const run = start({ 'startup.nsh': 'reset' });
    expect(await run.ended).toEqual({ code: 5, outcome: { handover: 'reset-limit', exitCode: 5 } });
    expect(run.output()).toContain('it stays switched off');
  });

  it.concurrent('a program that hangs and asks nobody anything is ended by the watchdog, and the machine starts again', async () => {
    const script = '@echo -off\nfs0:\nif exist tried then\necho second time\nexit\nendif\nmkdir tried\nhang';
    const run = start({ 'startup.nsh': script, 'hang.wasm': hungImage() }, { watchdogSeconds: 1 });
    expect((await run.ended).outcome).toEqual({ handover: 'os', exitCode: 0 });
    expect(run.output()).toContain('The watchdog timer expired in a program that does not answer');
    expect(run.output()).toContain('\nsecond time\n');
  });

  it('a volume that is missing is said, and the machine boots', async () => {
    const run = start({}, { volumeDirectory: join(scripts, 'none') });
    run.child.stdin.end();
    expect((await run.ended).outcome).toEqual({ handover: 'os', exitCode: 0 });
    expect(run.output()).toContain('No boot volume:');
  });

  it.concurrent('a program that hangs at every start is left out after the second time', async () => {
    const run = start({ 'startup.nsh': 'fs0:\nhang', 'hang.wasm': hungImage() }, { watchdogSeconds: 1 });
    expect((await run.ended).outcome).toEqual({ handover: 'os', exitCode: 0 });
    expect(run.output().match(/in a program that does not answer/g)).toHaveLength(2);
    expect(run.output()).toContain('the boot options are left out this time');
  });

  it('an enrolled key is asked for from then on, and a revoked image no longer starts', async () => {
    const signer = newSigner();
    const nvramFile = join(temporaryDirectory(), 'nvram.json');
    const files = { 'startup.nsh': '@echo -off\nfs0:\na.wasm\nb.wasm\nexit', 'a.wasm': exitImage(2), 'b.wasm': exitImage(3), 'b.wasm.minisig': signer.sign(exitImage(3)) };
    const trust = (name: string, content: string | Uint8Array) => [{ name, content: [...Buffer.from(content)] }];
    const power = async (options: object) => {
      const run = start(files, { nvramFile, ...options });
      run.child.stdin.end();
      return { code: (await run.ended).code, output: run.output() };
    };
    expect((await power({})).output).not.toContain('Security Violation');
    const enrolled = await power({ enrol: trust('test.pub', signer.keyFile) });
    expect(enrolled.output).toContain('Security Violation: \\a.wasm is not signed');
    expect(enrolled.code).toBe(3);
    const revoked = await power({ revoke: trust('b.wasm', exitImage(3)) });
    expect(revoked.output).toContain('Access Denied: \\b.wasm is revoked');
    expect(revoked.code).toBe(1);
  });
});
