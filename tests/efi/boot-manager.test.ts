import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeLoadOption, LOAD_OPTION_ACTIVE, type LoadOption } from '../../host/efi/boot-option.ts';
import { OPERATING_SYSTEM, REMOVABLE_MEDIA_FILE } from '../../host/efi/boot-targets.ts';
import { DevicePath } from '../../host/efi/device-path.ts';
import { SYSTEM_PARTITION } from '../../host/efi/devices.ts';
import type { PowerOnResult } from '../../host/efi/firmware.ts';
import { GLOBAL_VARIABLE } from '../../host/efi/guid.ts';
import { cyclePower } from '../../host/efi/power-cycle.ts';
import { EfiError, EfiStatus } from '../../host/efi/status.ts';
import { VariableAttribute, VariableStore, type VariableMedium } from '../../host/efi/variable-store.ts';
import { compileProbe, exitImage, trapImage, waitingImage } from './test-images.ts';
import { VirtualMachine, type VirtualMachineOptions } from './virtual-machine.ts';

const KEPT = VariableAttribute.nonVolatile | VariableAttribute.bootServiceAccess | VariableAttribute.runtimeAccess;
const words = (...values: number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);
const file = (path: string): DevicePath => new DevicePath({ type: 'file', path });
const F12 = '\x1b[24~';
const DOWN = '\x1b[B';
const UP = '\x1b[A';

let probe: Uint8Array;
beforeAll(async () => { probe = await compileProbe(); });

/** A store with these boot options, in this order. */
function withOptions(options: readonly Partial<LoadOption>[]): VariableStore {
  const store = new VariableStore();
  options.forEach((option, number) => store.set(GLOBAL_VARIABLE, `Boot000${number}`, KEPT, encodeLoadOption({
    attributes: LOAD_OPTION_ACTIVE, description: `option ${number}`, path: OPERATING_SYSTEM, optionalData: '', ...option,
  })));
  store.set(GLOBAL_VARIABLE, 'BootOrder', KEPT, words(...options.keys()));
  return store;
}

function boot(options: VirtualMachineOptions): { machine: VirtualMachine; result: PowerOnResult; started: string[]; output: string } {
  const machine = new VirtualMachine(options);
  const result = machine.powerOn();
  const { output } = machine.console;
  return { machine, result, output, started: [...output.matchAll(/Boot manager: starting (Boot....|"[^"]*")/g)].map((match) => match[1] as string) };
}

describe('the countdown', () => {
  const seconds = (output: string): string[] => [...output.matchAll(/Press F12 or ESC in (\d) seconds/g)].map((match) => match[1] as string);
  const files = { 'startup.nsh': 'exit' };

  it('goes by the variable Timeout, and lets the boot go on by itself', () => {
    const variables = new VariableStore();
    variables.set(GLOBAL_VARIABLE, 'Timeout', KEPT, words(4));
    const { machine, output, result } = boot({ files, variables, bootTimeout: 9, isTerminal: true, isOpen: true });
    expect([seconds(output), result.kind, Math.round(machine.clock.elapsedMs)]).toEqual([['4', '3', '2', '1'], 'os', 4000]);
  });

  it('takes the default without the variable, none when Timeout is 0, and none from a pipe', () => {
    expect(seconds(boot({ files, bootTimeout: 2, isTerminal: true, isOpen: true }).output)).toEqual(['2', '1']);
    const variables = new VariableStore();
    variables.set(GLOBAL_VARIABLE, 'Timeout', KEPT, words(0));
    expect(seconds(boot({ files, variables, bootTimeout: 2, isTerminal: true, isOpen: true }).output)).toEqual([]);
    const piped = boot({ bootTimeout: 2, lines: ['echo through the pipe', 'exit'] });
    expect([seconds(piped.output), piped.machine.clock.elapsedMs < 1000]).toEqual([[], true]);
    expect(piped.output).toContain('through the pipe');
  });

  it('is cut short by any key, which is taken', () => {
    const { machine, output } = boot({ files, bootTimeout: 9, isTerminal: true, isOpen: true, keys: [{ atMs: 1500, keys: ['x'] }] });
    expect(seconds(output)).toEqual(['9', '8']);
    expect(machine.clock.elapsedMs).toBeLessThan(1600);
    expect(output).not.toContain('Boot menu');
  });
});

describe('the boot menu', () => {
  const files = { 'a.wasm': exitImage(2), 'b.wasm': exitImage(5) };
  const options = [{ path: file('\\a.wasm'), description: 'first' }, { path: file('\\b.wasm'), description: 'second' }, {}];
  const choose = (...keys: string[]) => boot({ files, variables: withOptions(options), bootTimeout: 5, isTerminal: true, isOpen: true, keys: [{ atMs: 500, keys }] });

  it.each([['F12', F12], ['ESC', '\x1b']])('comes with %s and shows the boot order', (_name, key) => {
    const { output } = choose(key, '\r');
    expect(output).toContain('Boot menu');
    for (const line of ['> Boot0000 first', '  Boot0001 second', '  Boot0002 option 2']) expect(output).toContain(line);
  });

  it('boots what is chosen first, the others in their order after it', () => {
    expect(choose(F12, DOWN, '\r').started).toEqual(['Boot0001', 'Boot0000', 'Boot0002']);
    expect(choose(F12, UP, UP, '\r').started).toEqual(['Boot0001', 'Boot0000', 'Boot0002']);
    expect(choose(F12, DOWN, DOWN, DOWN, '\r').started).toEqual(['Boot0000', 'Boot0001', 'Boot0002']);
  });

  it('ESC leaves it for the boot order, and so do five minutes without a key', () => {
    expect(choose(F12, DOWN, '\x1b').started).toEqual(['Boot0000', 'Boot0001', 'Boot0002']);
    const left = choose(F12);
    expect([left.result.kind, Math.round(left.machine.clock.elapsedMs / 1000)]).toEqual(['os', 301]);
  });

  it('a Timeout of 0xFFFF waits in it, but not for ever', () => {
    const variables = withOptions(options);
    variables.set(GLOBAL_VARIABLE, 'Timeout', KEPT, words(0xffff));
    const { machine, result, output } = boot({ files, variables, isTerminal: true, isOpen: true });
    expect([result.kind, Math.round(machine.clock.elapsedMs / 1000)]).toEqual(['os', 300]);
    expect(output).toContain('Boot menu');
  });
});

describe('an image started by a boot option', () => {
  it('gets the load options as its arguments and BootCurrent as its number', () => {
    const variables = withOptions([{ path: file('\\ferry.wasm'), optionalData: 'args -c ferry.ini' }, {}]);
    const { output, result, machine } = boot({ variables, files: { 'ferry.wasm': probe } });
    expect(output).toContain('<ferry.wasm>\n<args>\n<-c>\n<ferry.ini>\n');
    expect(result).toEqual({ kind: 'os', imageStatus: 0n });
    expect(machine.options.variables.get(GLOBAL_VARIABLE, 'BootCurrent')?.data).toEqual(words(1));
  });

  it('is found by a short form: a file on any volume, a partition with its file', () => {
    const [partition] = SYSTEM_PARTITION.nodes.slice(-1);
    for (const path of [file('\\a.wasm'), new DevicePath(partition as never, { type: 'file', path: '\\a.wasm' })]) {
      expect(boot({ variables: withOptions([{ path }, {}]), files: { 'a.wasm': exitImage(4) } }).result).toEqual({ kind: 'os', imageStatus: 4n });
    }
    const other = new DevicePath({ ...partition, partition: 7 } as never, { type: 'file', path: '\\a.wasm' });
    expect(boot({ variables: withOptions([{ path: other }, {}]), files: { 'a.wasm': exitImage(4) } }).output).toContain('can not be started: Not Found');
  });

  it.each([
    ['is missing', {}, EfiStatus.NOT_FOUND, 'can not be started: Not Found'], ['is no image', { 'a.wasm': 'text' }, EfiStatus.UNSUPPORTED, 'can not be started: Unsupported'],
    ['traps', { 'a.wasm': trapImage() }, EfiStatus.ABORTED, 'returned Aborted'], ['fails', { 'a.wasm': exitImage(1) }, 1n, 'returned 0x1'],
  ])('that %s is said, and the next option is tried', (_name, files, imageStatus, said) => {
    const { output, result, started } = boot({ variables: withOptions([{ path: file('\\a.wasm') }, {}]), files });
    expect([result, started]).toEqual([{ kind: 'os', imageStatus }, ['Boot0000', 'Boot0001']]);
    expect(output).toContain(said);
  });
});

describe('the path for removable media', () => {
  const path = REMOVABLE_MEDIA_FILE.slice(1).replaceAll('\\', '/');

  it('is what the document says', () => {
    expect(readFileSync(join('host', 'efi', 'README.md'), 'utf8')).toContain(REMOVABLE_MEDIA_FILE);
  });

  it('is an option of its own at the first power-on, before the shell, when this firmware can run its image', () => {
    const { started, result } = boot({ files: { [path]: exitImage(4), 'startup.nsh': 'exit' } });
    expect([started, result]).toEqual([['Boot0000', 'Boot0001', 'Boot0002'], { kind: 'os', imageStatus: 4n }]);
  });

  it('is left alone when it holds the machine code of a real operating system\'s loader, a directory or nothing', () => {
    for (const files of [{ [path]: 'MZ\x90\0' }, { [`${path}/file`]: '' }, { [path]: '' }]) {
      expect(boot({ files: { ...files, 'startup.nsh': 'exit' } })).toMatchObject({ started: ['Boot0000', 'Boot0001'], result: { imageStatus: undefined } });
    }
  });

  it('is what an option means that names a volume and no file', () => {
    expect(boot({ files: { [path]: exitImage(4) }, variables: withOptions([{ path: SYSTEM_PARTITION }, {}]) }).result).toEqual({ kind: 'os', imageStatus: 4n });
  });

  it('is the last resort of a boot order that leads nowhere', () => {
    const { started, output } = boot({ files: { [path]: exitImage(4) }, variables: withOptions([{ path: file('\\none') }]) });
    expect(started).toEqual(['Boot0000', '"UEFI Removable Media"']);
    expect(output).toContain('no boot option is left; the operating system is started');
  });
});

describe('nothing keeps the machine from its operating system', () => {
  const files = { 'wait.wasm': waitingImage(1_000_000) };

  it('a boot option that hangs is left out after the watchdog has reset the machine twice', () => {
    const machine = new VirtualMachine({ files, variables: withOptions([{ path: file('\\wait.wasm') }, {}]) });
    const resets = { value: 0, byWatchdog: 0 };
    const result = cyclePower(() => machine.powerOn(resets.byWatchdog), resets, () => undefined);
    expect(result.handover).toBe('os');
    expect([resets.value, Math.round(machine.clock.elapsedMs / 1000)]).toEqual([2, 600]);
    expect(machine.console.output).toContain('the watchdog timer has reset the machine 2 times in a row');
  });

  it('other resets in between are no sign of hanging', () => {
    const machine = new VirtualMachine({ files });
    machine.write('startup.nsh', 'fs0:\nif exist once then\nexit\nendif\nmkdir once\nreset -w');
    const resets = { value: 0, byWatchdog: 1 };
    expect(cyclePower(() => machine.powerOn(resets.byWatchdog), resets, () => undefined).handover).toBe('os');
    expect([resets.byWatchdog, machine.console.output.includes('times in a row')]).toEqual([0, false]);
  });

  it('a store for variables that can not be written is said', () => {
    const broken: VariableMedium = { write: () => { throw new EfiError('DEVICE_ERROR', 'the flash part does not answer'); } };
    const { output, result, started } = boot({ variables: new VariableStore(broken), files: { 'startup.nsh': 'exit' } });
    expect([result.kind, started]).toEqual(['os', ['Boot0000', 'Boot0001']]);
    expect(output).toContain('the flash part does not answer; the boot goes on');
  });
});
