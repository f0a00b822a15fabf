import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMachineDirectory } from '../../host/bus/machine-directory.ts';
import { lockMachine } from '../../host/os/lock.ts';
import { bundle } from '../bundle.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { answerAt, call, handMadeBytes, show, u32s, type Recipe, type Step } from '../wasi/hand-made-program.ts';
import { Child } from './child.ts';

const scratch = scratchDirectory();
const volume = join(scratch.path, 'volume');
const state = join(scratch.path, 'state');
const log = join(scratch.path, 'log');
let directory: string;

beforeAll(() => {
  bundle({ main: 'tests/os/scripts/run-main.ts', 'os-worker': 'host/os/worker.ts' }, scratch.path);
  mkdirSync(volume);
  const machine = createMachineDirectory(state);
  directory = machine.directory;
  machine.close();
});
beforeEach(() => rmSync(log, { force: true }));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
  scratch.remove();
});

/** Says "ready" and goes on. */
const ready: Step = call('fd_write', 1, 0x40, 1, 0x48);
const readyData = { 0: 'ready\n', 0x40: u32s(0, 6) };

interface Places { volumeRoot?: string; stateDirectory?: string; worker?: string; wasm?: string; shares?: boolean }

function start(recipe: Recipe, places: Places = {}): Child {
  const wasm = join(scratch.path, 'program.wasm');
  writeFileSync(wasm, handMadeBytes({ ...recipe, data: { ...readyData, ...recipe.data } }));
  return new Child(join(scratch.path, 'main.mjs'), places.wasm ?? wasm, places.volumeRoot ?? volume, places.stateDirectory ?? state,
    places.worker ?? join(scratch.path, 'os-worker.mjs'), log, ...(places.shares ? ['shares'] : []));
}

const logged = (): string => readFileSync(log, 'utf8').replace(/^\S+Z /gm, '');

describe('a post-OS run', () => {
  it('ends with the exit code of the program, which sees the controller on the bus', async () => {
    const shown = show(answerAt(0), 4);
    const child = start({ data: shown.data, steps: [call('pci_config_read', 0x100, 0, 4), shown.step, call('proc_exit', 3)] });
    expect(await child.ended).toEqual({ code: 3, signal: null });
    expect(child.output).toBe('RF\x01\0');
    expect(logged()).toMatch(/^run: ferry run [^]*exit code 3\n$/);
    const [lock] = readdirSync(directory).filter((name) => name.startsWith('host-lock'));
    expect(readFileSync(join(directory, lock ?? ''), 'utf8'), 'the lock was given back').toBe('free\n');
  });

  it('goes on without a machine: the program finds no device', async () => {
    const shown = show(answerAt(0), 4);
    const child = start({ data: shown.data, steps: [call('pci_config_read', 0x100, 0, 1), shown.step] }, { stateDirectory: join(scratch.path, 'none') });
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.output).toBe('\ufffd\0\0\0');
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('is stopped cleanly by %s: a sleeping program wakes and ends as it wants', async (signal) => {
    const child = start({ steps: [ready, call('sleep', 3_600_000), call('proc_exit', 4)] });
    await child.says('ready');
    child.process.kill(signal);
    expect(await child.ended).toEqual({ code: 4, signal: null });
    expect(child.errors).toContain('stopping at the next chunk');
    expect(logged()).toContain(`ready\n${signal}: asked the program to stop\n`);
  });

  it('is ended at once by the second signal, and the lock is free', async () => {
    const child = start({ steps: [ready, 'spin'] });
    await child.says('ready');
    child.process.kill('SIGINT');
    await child.says('stopping');
    child.process.kill('SIGINT');
    expect(await child.ended).toEqual({ code: null, signal: 'SIGINT' });
    lockMachine(directory).release();
  });

  it('keeps a second run away from the machine, until it is killed', async () => {
    const first = start({ steps: [ready, 'spin'] });
    await first.says('ready');
    const second = start({ steps: [] });
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.errors).toContain('machine-locked');
    const shown = show(answerAt(0), 4);
    const reader = start({ data: shown.data, steps: [call('pci_config_read', 0x100, 0, 4), shown.step] }, { shares: true });
    expect(await reader.ended, 'one that only reads the registers is let in').toEqual({ code: 0, signal: null });
    expect(reader.output).toBe('RF\x01\0');
    first.process.kill('SIGKILL');
    await first.ended;
    expect(await start({ steps: [] }).ended).toEqual({ code: 0, signal: null });
  });

  it('says what is true when the program stops unexpectedly', async () => {
    const child = start({ steps: [ready, 'trap'] });
    expect(await child.ended).toEqual({ code: 1, signal: null });
    expect(child.errors).toContain('"code":"program-stopped"');
    expect(child.errors).toContain('stopped unexpectedly: unreachable; the device keeps its old image');
    expect(child.errors).toContain('run the same command again');
    expect(logged()).toMatch(/ready\nfailed: the updater program stopped/);
    lockMachine(directory).release();
  });

  it.each([
    ['its program is not there', { wasm: 'missing.wasm' }, 1, 'program-missing'], ['its thread can not start', { worker: '/missing.mjs' }, 1, 'program-stopped'],
    ['its volume is not there', { volumeRoot: '/missing' }, 64, 'volume-invalid'],
  ])('fails clearly when %s', async (_name, places, code, word) => {
    const child = start({ steps: [] }, places);
    expect((await child.ended).code).toBe(code);
    expect(child.errors).toContain(`"code":"${word}"`);
  });

  it('refuses a program with unknown imports', async () => {
    const child = start({ steps: [], extraImports: ['env.system'] });
    expect((await child.ended).code).toBe(1);
    expect(child.errors).toContain('env.system');
  });
});
