import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GLOBAL_VARIABLE } from '../../host/efi/guid.ts';
import { openVariableStore } from '../../host/efi/nvram-file.ts';
import { VariableAttribute, VariableStore } from '../../host/efi/variable-store.ts';
import { bundle } from '../bundle.ts';
import { runSeed, seeded } from '../random.ts';
import { statusOf } from './efi-status.ts';
import { temporaryDirectory, VirtualMachine } from './virtual-machine.ts';

const { nonVolatile, bootServiceAccess, runtimeAccess, appendWrite } = VariableAttribute;
const KEPT = nonVolatile | bootServiceAccess | runtimeAccess;
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const NOTHING = bytes();

describe('SetVariable', () => {
  it('keeps names of different namespaces apart', () => {
    const store = new VariableStore();
    store.set('A', 'Name', KEPT, bytes(1));
    store.set('B', 'Name', KEPT, bytes(2));
    expect([store.get('A', 'Name')?.data, store.get('B', 'Name')?.data]).toEqual([bytes(1), bytes(2)]);
  });

  it('deletes with no data or no attributes, and says EFI_NOT_FOUND when there is nothing to delete', () => {
    const store = new VariableStore();
    store.set('A', 'One', KEPT, bytes(1));
    store.set('A', 'Two', KEPT, bytes(1));
    store.set('A', 'One', KEPT, NOTHING);
    store.set('A', 'Two', 0, bytes(1));
    expect(store.list()).toEqual([]);
    expect(statusOf(() => store.set('A', 'One', KEPT, NOTHING))).toBe('EFI_NOT_FOUND');
  });

  it('appends with EFI_VARIABLE_APPEND_WRITE', () => {
    const store = new VariableStore();
    store.set('A', 'List', KEPT | appendWrite, bytes(1, 2));
    store.set('A', 'List', KEPT | appendWrite, bytes(3));
    expect(store.get('A', 'List')).toMatchObject({ attributes: KEPT, data: bytes(1, 2, 3) });
  });

  it('appending nothing changes nothing, not even what is not there; no access deletes whatever the other attributes', () => {
    const store = new VariableStore();
    store.set('A', 'None', KEPT | appendWrite, NOTHING);
    expect(store.list()).toEqual([]);
    store.set('A', 'One', KEPT, bytes(1));
    store.set('A', 'One', KEPT | appendWrite, NOTHING);
    expect(store.get('A', 'One')?.data).toEqual(bytes(1));
    store.set('A', 'One', nonVolatile, bytes(2));
    expect(store.list()).toEqual([]);
  });

  it('refuses other attributes than a variable has, runtime access alone, unknown attributes and no name', () => {
    const store = new VariableStore();
    store.set('A', 'Name', KEPT, bytes(1));
    expect(statusOf(() => store.set('A', 'Name', bootServiceAccess, bytes(2)))).toBe('EFI_INVALID_PARAMETER');
    expect(statusOf(() => store.set('A', 'Other', runtimeAccess, bytes(2)))).toBe('EFI_INVALID_PARAMETER');
    expect(statusOf(() => store.set('A', 'Other', KEPT | 0x20, bytes(2)))).toBe('EFI_UNSUPPORTED');
    expect(statusOf(() => store.set('A', '', KEPT, bytes(2)))).toBe('EFI_INVALID_PARAMETER');
  });

  it('refuses what does not fit, and what was there stays', () => {
    const store = new VariableStore();
    store.set('A', 'Name', KEPT, bytes(1));
    expect(statusOf(() => store.set('A', 'Name', KEPT, new Uint8Array(40_000)))).toBe('EFI_OUT_OF_RESOURCES');
    const fill = (): void => { for (let number = 0; number < 100; number++) store.set('A', `Big${number}`, KEPT, new Uint8Array(30_000)); };
    expect(statusOf(fill)).toBe('EFI_OUT_OF_RESOURCES');
    expect(store.get('A', 'Name')?.data).toEqual(bytes(1));
  });

  it('QueryVariableInfo counts names and data, volatile and non-volatile apart, and its figures hold', () => {
    const store = new VariableStore();
    const { maximumStorageSize, maximumVariableSize } = store.info(KEPT);
    store.set('A', 'Name', KEPT, new Uint8Array(100));
    store.set('A', 'Volatile', bootServiceAccess, new Uint8Array(50));
    expect([store.info(KEPT), store.info(bootServiceAccess)].map(({ remainingStorageSize }) => maximumStorageSize - remainingStorageSize)).toEqual([108, 66]);
    expect(statusOf(() => store.set('A', 'Full', KEPT, new Uint8Array(maximumVariableSize - 8)))).toBe('EFI_SUCCESS');
    expect(statusOf(() => store.set('A', 'Over', KEPT, new Uint8Array(maximumVariableSize - 7)))).toBe('EFI_OUT_OF_RESOURCES');
    expect(statusOf(() => store.info(nonVolatile))).toBe('EFI_INVALID_PARAMETER');
    expect(statusOf(() => store.info(runtimeAccess))).toBe('EFI_INVALID_PARAMETER');
  });

  it('volatile variables are gone after a reset, non-volatile ones stay', () => {
    const store = new VariableStore();
    store.set('A', 'Volatile', bootServiceAccess, bytes(1));
    store.set('A', 'Kept', KEPT, bytes(2));
    store.reset();
    expect(store.list().map(({ name }) => name)).toEqual(['Kept']);
  });
});

describe('the monotonic count', () => {
  it('never comes twice, not after a reset either', () => {
    const machine = new VirtualMachine();
    const counts = [1, 2].flatMap(() => {
      const { bootServices, runtimeServices } = machine.assemble().system;
      const first = [bootServices.getNextMonotonicCount(), bootServices.getNextMonotonicCount()];
      runtimeServices.getNextHighMonotonicCount();
      return [...first, bootServices.getNextMonotonicCount()];
    });
    expect(counts).toEqual([0x100000001n, 0x100000002n, 0x200000001n, 0x300000001n, 0x300000002n, 0x400000001n]);
  });

  it('costs a machine that never asks for it nothing', () => {
    const machine = new VirtualMachine();
    machine.assemble();
    expect(machine.options.variables.list().map(({ name }) => name)).toEqual(['SetupMode', 'SecureBoot']);
  });
});

describe('non-volatile variables in a file', () => {
  const refuse = (message: string): never => expect.unreachable(message);

  it('are there again for the next machine, volatile ones are not', () => {
    const file = join(temporaryDirectory(), 'nvram.json');
    const store = openVariableStore(file, refuse);
    store.set(GLOBAL_VARIABLE, 'BootNext', KEPT, bytes(1, 0));
    store.set(GLOBAL_VARIABLE, 'BootCurrent', bootServiceAccess, bytes(0, 0));
    expect(openVariableStore(file, refuse).list()).toEqual([{ guid: GLOBAL_VARIABLE, name: 'BootNext', attributes: KEPT, data: bytes(1, 0) }]);
  });

  it.each(['', '{', '[]', '{"nvram":2,"variables":[]}', '{"nvram":1,"variables":[null]}', '{"nvram":1,"variables":[{"name":"A","guid":"B","attributes":7,"data":"0"}]}'])(
    'an unreadable file is kept aside and said: %j', (text) => {
      const file = join(temporaryDirectory(), 'nvram.json');
      writeFileSync(file, text);
      const said: string[] = [];
      expect(openVariableStore(file, (message) => said.push(message)).list()).toEqual([]);
      expect(said.join()).toContain(`kept as ${file}.unreadable`);
      expect(readFileSync(`${file}.unreadable`, 'utf8')).toBe(text);
      expect(existsSync(file)).toBe(false);
    },
  );

  it('a half-written new file of a machine that lost its power changes nothing', () => {
    const file = join(temporaryDirectory(), 'nvram.json');
    openVariableStore(file, refuse).set('A', 'Name', KEPT, bytes(1));
    writeFileSync(`${file}.new`, '{"nvram":1,"vari');
    const store = openVariableStore(file, refuse);
    expect(store.get('A', 'Name')?.data).toEqual(bytes(1));
    store.set('A', 'Name', KEPT, bytes(2));
    expect(openVariableStore(file, refuse).get('A', 'Name')?.data).toEqual(bytes(2));
  });

  it('a medium that can not be written is EFI_DEVICE_ERROR, and the old value stays', () => {
    const store = openVariableStore(join(temporaryDirectory(), 'none', 'nvram.json'), refuse);
    expect(statusOf(() => store.set('A', 'Name', KEPT, bytes(1)))).toBe('EFI_DEVICE_ERROR');
    expect(store.list()).toEqual([]);
  });

  it('killed at 30 moments of writing, the file has the old or the new variables, never a part', async () => {
    const seed = runSeed();
    const random = seeded(seed);
    const directory = temporaryDirectory();
    bundle({ writer: 'tests/efi/variable-writer.ts' }, directory);
    const moments = Array.from({ length: 30 }, () => random() * 40);
    const killAt = async (afterMs: number, round: number): Promise<void> => {
      const file = join(directory, `nvram-${round}.json`);
      const last = await writeAndKill(join(directory, 'writer.mjs'), file, afterMs);
      const kept = openVariableStore(file, (message) => expect.unreachable(`seed ${seed}, round ${round}: ${message}`));
      const [first, second] = ['First', 'Second'].map((name) => Buffer.from(kept.get('A', name)?.data ?? []).readUInt32LE(0));
      expect(first, `seed ${seed}, round ${round}`).toBeGreaterThanOrEqual(last);
      expect([first, (first as number) - 1], `seed ${seed}, round ${round}`).toContain(second);
    };
    for (let round = 0; round < moments.length; round += 3) {
      await Promise.all(moments.slice(round, round + 3).map((afterMs, index) => killAt(afterMs, round + index)));
    }
  }, 60_000);
});

/** Starts the writer, kills it after some more writes. Answers the last number that it said was written. */
function writeAndKill(script: string, file: string, afterMs: number): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (data: Buffer) => {
      if (said === '') setTimeout(() => child.kill('SIGKILL'), afterMs);
      said += data.toString();
    });
    child.once('close', () => resolve(Number(said.trimEnd().split('\n').at(-1))));
  });
}
