import {
  chmodSync, chownSync, cpSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync,
  truncateSync, unlinkSync, writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emulatedBus, openEmulatedMachine } from '../../host/bus/emulated-machine.ts';
import { createMachineDirectory, openMachineDirectory, removeMachineDirectory } from '../../host/bus/machine-directory.ts';
import { expectOwnDirectory } from '../../host/bus/machine-files.ts';
import { REGISTERS_SIZE, WINDOW_SIZE } from '../../host/bus/management-function.ts';
import { FerryError } from '../../host/error.ts';
import { scratchDirectory } from '../scratch-directory.ts';

let scratch: ReturnType<typeof scratchDirectory>;
let state: string;
let made: string[];

beforeEach(() => {
  scratch = scratchDirectory();
  state = join(scratch.path, 'state');
  made = [];
});

afterEach(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
  scratch.remove();
});

function create(): string {
  const machine = createMachineDirectory(state);
  made.push(machine.directory);
  machine.close();
  return machine.directory;
}

function failure(work: () => unknown): FerryError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(FerryError);
    return error as FerryError;
  }
  throw new Error('expected a FerryError, nothing was thrown');
}

describe('a machine directory', () => {
  it('is made for its owner only and found again by the host', () => {
    const directory = create();
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    const controller = createMachineDirectory(state);
    const host = openMachineDirectory(state);
    expect([host.registers.size, host.window.size]).toEqual([REGISTERS_SIZE, WINDOW_SIZE]);
    controller.window.write32(WINDOW_SIZE - 4, 0x12345678);
    expect(host.window.read32(WINDOW_SIZE - 4)).toBe(0x12345678);
    host.registers.write32(0, 7);
    expect(controller.registers.read32(0)).toBe(7);
    controller.close();
    host.close();
  });

  it('keeps its files when the controller comes back, so that a host sees it come back', () => {
    create();
    const host = openMachineDirectory(state);
    host.window.write32(0, 99);
    const again = createMachineDirectory(state);
    expect(again.window.read32(0)).toBe(99);
    again.window.write32(0, 100);
    expect(host.window.read32(0)).toBe(100);
    again.close();
    host.close();
  });

  it('has all its space from the start, and leaves no half-written record', () => {
    const directory = create();
    expect(statSync(join(directory, 'window')).blocks * 512).toBeGreaterThanOrEqual(WINDOW_SIZE);
    expect(readdirSync(state)).toEqual(['machine.json']);
    expect(JSON.parse(readFileSync(join(state, 'machine.json'), 'utf8'))).toEqual({ machine: 1, directory });
  });

  it('is found through a link to the state directory', () => {
    create();
    symlinkSync(state, join(scratch.path, 'link'));
    openMachineDirectory(join(scratch.path, 'link')).close();
  });

  it('can be removed, once or twice', () => {
    const directory = create();
    removeMachineDirectory(state);
    removeMachineDirectory(state);
    expect(existsSync(directory)).toBe(false);
    expect(readdirSync(state)).toEqual([]);
  });

  it('can not be made where a file is', () => {
    writeFileSync(state, '');
    expect(failure(() => createMachineDirectory(state)).code).toBe('machine-failed');
  });
});

describe('the host is told what to do', () => {
  it('when no controller has run, or the computer has restarted since', () => {
    const missing = failure(() => openMachineDirectory(state));
    expect([missing.code, missing.exitCode]).toEqual(['machine-missing', 1]);
    expect(missing.message).toContain(`no machine in ${state}`);
    expect(missing.hint).toContain(`ferry bmc --state ${state}`);
    rmSync(create(), { recursive: true });
    expect(failure(() => openMachineDirectory(state)).message).toContain('after a restart');
  });

  it('and the machine powers on without a controller then', () => {
    const machine = openEmulatedMachine(state);
    expect(machine.directory).toBeUndefined();
    expect(machine.bus.readConfiguration(0x100, 0, 4)).toBe(emulatedBus(undefined).readConfiguration(0x100, 0, 4));
    expect(machine.bus.readConfiguration(0, 0, 2)).toBe(0x8086);
    machine.close();
  });

  it.each([
    ['nothing', '', 'expected JSON'], ['NUL bytes', '\0\0\0', 'expected JSON'], ['null', 'null', 'JSON object'],
    ['an array', '[]', '"machine"'], ['another version', '{"machine":2}', '"machine": 1, got 2'],
    ['no directory', '{"machine":1}', '"directory"'], ['a relative path', '{"machine":1,"directory":"relative"}', '"directory"'],
    ['a number as the path', '{"machine":1,"directory":7}', '"directory"'],
    ['a directory that is not its machine’s', '{"machine":1,"directory":"/etc"}', 'another directory'],
    ['far too much', 'x'.repeat(70000), 'short'],
  ])('when machine.json holds %s', (_name, content, expected) => {
    mkdirSync(state);
    writeFileSync(join(state, 'machine.json'), content);
    const error = failure(() => openEmulatedMachine(state));
    expect(error.code).toBe('machine-invalid');
    expect(error.message).toContain(expected);
    expect(error.hint).toContain('ferry bmc');
  });

  it('when machine.json is a directory', () => {
    mkdirSync(join(state, 'machine.json'), { recursive: true });
    expect(failure(() => openMachineDirectory(state)).code).toBe('machine-invalid');
  });

  it('when the state directory was copied, and does not touch the original’s machine', () => {
    create();
    const copy = join(scratch.path, 'copy');
    cpSync(state, copy, { recursive: true });
    expect(failure(() => openMachineDirectory(copy)).message).toContain('another directory');
  });
});

describe('nothing is trusted that others can have put there', () => {
  const refused = (): string[] => [failure(() => createMachineDirectory(state)).code, failure(() => openMachineDirectory(state)).code];

  it('a link in place of the directory', () => {
    const directory = create();
    const elsewhere = join(scratch.path, 'elsewhere');
    cpSync(directory, elsewhere, { recursive: true });
    rmSync(directory, { recursive: true });
    symlinkSync(elsewhere, directory);
    expect(refused()).toEqual(['machine-unsafe', 'machine-unsafe']);
    unlinkSync(directory);
  });

  it('a link in place of a file', () => {
    const directory = create();
    cpSync(join(directory, 'window'), join(scratch.path, 'window'));
    unlinkSync(join(directory, 'window'));
    symlinkSync(join(scratch.path, 'window'), join(directory, 'window'));
    expect(refused()).toEqual(['machine-unsafe', 'machine-unsafe']);
  });

  it('a file with a second name', () => {
    const directory = create();
    linkSync(join(directory, 'window'), join(directory, 'second'));
    expect(refused()).toEqual(['machine-unsafe', 'machine-unsafe']);
  });

  it('a directory that others can enter', () => {
    const directory = create();
    chmodSync(directory, 0o755);
    expect(refused()).toEqual(['machine-unsafe', 'machine-unsafe']);
  });

  it('a directory of another owner', () => {
    const directory = create();
    const other = statSync(directory).uid + 1;
    expect(failure(() => expectOwnDirectory(directory, other)).message).toContain(`expected the owner ${other}`);
    if (process.getuid?.() === 0) {
      chownSync(join(directory, 'registers'), other, other);
      expect(refused()).toEqual(['machine-unsafe', 'machine-unsafe']);
    }
  });

  it('a file of another size: the host refuses it, the controller makes it anew', () => {
    const directory = create();
    truncateSync(join(directory, 'window'), 100);
    expect(failure(() => openMachineDirectory(state)).message).toContain(`expected ${WINDOW_SIZE} bytes, got 100`);
    create();
    openMachineDirectory(state).close();
  });
});
