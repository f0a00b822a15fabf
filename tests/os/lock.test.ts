import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryError } from '../../host/error.ts';
import { claim, lockMachine } from '../../host/os/lock.ts';
import { isRunning, ownIdentity } from '../../host/process-identity.ts';
import { bundle } from '../bundle.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { Child } from './child.ts';

const scratch = scratchDirectory();
let count = 0;
let machine: string;

beforeAll(() => bundle({ holder: 'tests/os/scripts/lock-holder.ts', contender: 'tests/os/scripts/lock-contender.ts' }, scratch.path));
beforeEach(() => {
  machine = join(scratch.path, `machine-${count++}`);
  mkdirSync(machine);
});
afterAll(() => scratch.remove());

const script = (name: string): string => join(scratch.path, `${name}.mjs`);
const record = (holder: object): void => writeFileSync(join(machine, 'host-lock.7'), JSON.stringify({ ...ownIdentity(), since: '2025-01-01T00:00:00.000Z', ...holder }));

/** Waits for what another process does by itself and tells nobody about. */
async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!isSo() && Date.now() < deadline) await new Promise(setImmediate);
}

function refusal(): FerryError {
  try {
    lockMachine(machine).release();
  } catch (error) {
    return error as FerryError;
  }
  throw new Error('the lock was taken');
}

describe('the lock of a machine', () => {
  it('keeps a second run out, names the first, and lets it in afterwards', async () => {
    const first = new Child(script('holder'), machine);
    await first.says('held');
    const error = refusal();
    expect(error).toBeInstanceOf(FerryError);
    expect([error.code, error.exitCode]).toEqual(['machine-locked', 1]);
    expect(error.message).toMatch(new RegExp(`process ${first.process.pid}, since 20\\d\\d-.*nothing was sent`));
    first.process.stdin?.end();
    await first.ended;
    lockMachine(machine).release();
  });

  it('does not outlive a holder that was killed', async () => {
    const first = new Child(script('holder'), machine);
    await first.says('held');
    first.process.kill('SIGKILL');
    await first.ended;
    const second = new Child(script('holder'), machine);
    await second.says('held');
    expect(refusal().message).toContain(`process ${second.process.pid}`);
    second.process.stdin?.end();
    await second.ended;
  });

  it('is held within one process too, and released once', () => {
    const lock = lockMachine(machine);
    expect(refusal().message).toContain(`process ${process.pid}`);
    lock.release();
    const other = lockMachine(machine);
    lock.release();
    expect(refusal().code, 'releasing twice does not release the next holder').toBe('machine-locked');
    other.release();
  });

  it('is stale when its process number belongs to another process now, or to another boot', () => {
    record({});
    expect(refusal().code).toBe('machine-locked');
    record({ startTime: '1' });
    lockMachine(machine).release();
    record({ boot: 'another' });
    lockMachine(machine).release();
  });

  it.each([['no process', { pid: 2 ** 22 + 1 }], ['no number', { pid: 'x' }], ['a wrong number', { pid: -1 }]])('is stale when it names %s', (_name, holder) => {
    record(holder);
    lockMachine(machine).release();
  });

  it('is stale when its record was lost in a power cut', () => {
    for (const content of ['', '\0\0\0\0', 'null', '[1', '7']) {
      writeFileSync(join(machine, 'host-lock.7'), content);
      lockMachine(machine).release();
    }
  });

  it('leaves one small file, whatever happened', () => {
    record({ startTime: '1' });
    for (let i = 0; i < 5; i++) lockMachine(machine).release();
    writeFileSync(join(machine, 'host-lock.3'), '');
    writeFileSync(join(machine, 'host-lock.x'), '');
    lockMachine(machine).release();
    expect(readdirSync(machine).sort()).toEqual(['host-lock.13', 'host-lock.x']);
  });

  it('is not taken by a process that slept since it looked, while others took it and gave it back', () => {
    const fresh = join(machine, 'fresh');
    writeFileSync(fresh, 'record');
    const holder = lockMachine(machine);
    expect(claim(machine, fresh, 1), 'the number is taken').toBeUndefined();
    holder.release();
    const next = lockMachine(machine);
    expect(readdirSync(machine).sort()).toEqual(['fresh', 'host-lock.2']);
    expect(claim(machine, fresh, 1), 'the number is free again, but not the highest').toBeUndefined();
    expect(readdirSync(machine).sort()).toEqual(['fresh', 'host-lock.2']);
    next.release();
    expect(claim(machine, fresh, 3)).toBe(3);
  });

  it('is gone with the machine without a complaint, and can not be taken where no machine is', () => {
    machine = join(scratch.path, 'nowhere');
    expect(refusal().code).toBe('machine-failed');
  });

  it('is never held by two, however many want it and however they end', async () => {
    record({ pid: 2 ** 22 + 1 });
    const contenders = ['', '', 'killed', 'killed'].map((leaves) => new Child(script('contender'), machine, '150', leaves));
    const ends = await Promise.all(contenders.map((contender) => contender.ended));
    expect(ends.map((end) => end.signal ?? end.code), contenders.map((contender) => contender.errors).join('')).toEqual([0, 0, 'SIGKILL', 'SIGKILL']);
    lockMachine(machine).release();
  });
});

describe('a process', () => {
  it('runs no more when it has ended and only waits for its parent to notice', async () => {
    // The shell becomes `sleep`, which never asks how its child ended. The child ends when its input does.
    const parent = spawn('sh', ['-c', 'exec 3<&0; cat <&3 >/dev/null & echo $!; exec sleep 60'], { stdio: ['pipe', 'pipe', 'ignore'] });
    const [line] = await once(parent.stdout, 'data');
    const pid = Number(String(line));
    await until(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n');
    expect(isRunning({ pid, startTime: '', boot: '' })).toBe(true);
    parent.stdin.end();
    await until(() => !isRunning({ pid, startTime: '', boot: '' }));
    expect(isRunning({ pid, startTime: '', boot: '' })).toBe(false);
    expect(() => process.kill(pid, 0), 'the number is still taken').not.toThrow();
    expect(isRunning({ pid: parent.pid ?? 0, startTime: '', boot: '' })).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  });
});
