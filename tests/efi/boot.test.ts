import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { INTERNAL_SHELL, OPERATING_SYSTEM } from '../../host/efi/boot-manager.ts';
import { encodeLoadOption, LOAD_OPTION_ACTIVE, type LoadOption } from '../../host/efi/boot-option.ts';
import { DevicePath } from '../../host/efi/device-path.ts';
import { SYSTEM_PARTITION } from '../../host/efi/devices.ts';
import { powerOn } from '../../host/efi/firmware.ts';
import { GLOBAL_VARIABLE } from '../../host/efi/guid.ts';
import { EfiStatus } from '../../host/efi/status.ts';
import { cyclePower, MAXIMUM_RESETS } from '../../host/efi/power-cycle.ts';
import { VariableAttribute, VariableStore } from '../../host/efi/variable-store.ts';
import { exitImage, trapImage, waitingImage } from './test-images.ts';
import { VirtualMachine, type VirtualMachineOptions } from './virtual-machine.ts';

const KEPT = VariableAttribute.nonVolatile | VariableAttribute.bootServiceAccess | VariableAttribute.runtimeAccess;
const file = (path: string): DevicePath => SYSTEM_PARTITION.append({ type: 'file', path });

/** A store with these boot options, in this order. */
function withOptions(options: readonly Partial<LoadOption>[], order = options.map((_, number) => number)): VariableStore {
  const store = new VariableStore();
  options.forEach((option, number) => store.set(GLOBAL_VARIABLE, `Boot000${number}`, KEPT, encodeLoadOption({
    attributes: LOAD_OPTION_ACTIVE, description: `option ${number}`, path: OPERATING_SYSTEM, optionalData: '', ...option,
  })));
  store.set(GLOBAL_VARIABLE, 'BootOrder', KEPT, new Uint8Array(Uint16Array.from(order).buffer));
  return store;
}

function boot(options: VirtualMachineOptions): { machine: VirtualMachine; result: unknown; started: string[] } {
  const machine = new VirtualMachine(options);
  const result = machine.powerOn();
  return { machine, result, started: [...machine.console.output.matchAll(/Boot manager: starting (Boot....)/g)].map((match) => match[1] as string) };
}

describe('the boot manager', () => {
  it('makes the default options at the first power-on: the shell, then the operating system', () => {
    const { machine, started, result } = boot({ files: { 'startup.nsh': 'exit' } });
    expect(started).toEqual(['Boot0000', 'Boot0001']);
    expect(result).toEqual({ kind: 'os', imageStatus: undefined });
    const order = machine.options.variables.get(GLOBAL_VARIABLE, 'BootOrder');
    expect(order).toMatchObject({ attributes: KEPT, data: Uint8Array.from([0, 0, 1, 0]) });
  });

  it('says what it is, how much memory there is and how many PCI functions it found', () => {
    const { machine } = boot({});
    expect(machine.console.output.split('\n').slice(0, 2)).toEqual(['Ferry firmware 1.0, UEFI 2.10', '64 MiB of memory, 5 PCI functions']);
  });

  it('goes through BootOrder, leaving out what is inactive, missing or no load option', () => {
    const variables = withOptions([{}, { path: file('\\a.wasm') }, { path: file('\\none.wasm') }, { attributes: 0 }], [9, 4, 3, 2, 1, 0]);
    variables.set(GLOBAL_VARIABLE, 'Boot0004', KEPT, Uint8Array.from([1, 0, 0]));
    const { machine, started, result } = boot({ variables, files: { 'a.wasm': exitImage(2) } });
    expect(started).toEqual(['Boot0002', 'Boot0001', 'Boot0000']);
    expect(machine.console.output).toContain('Boot0004 is left out: a load option of 3 bytes');
    expect(machine.console.output).toContain('Boot0002 "option 2" can not be started: Not Found');
    expect(result).toEqual({ kind: 'os', imageStatus: 2n });
  });

  it('tries BootNext first, and only once', () => {
    const variables = withOptions([{}, { path: file('\\a.wasm') }], [0]);
    variables.set(GLOBAL_VARIABLE, 'BootNext', KEPT, Uint8Array.from([1, 0]));
    expect(boot({ variables, files: { 'a.wasm': exitImage(0) } }).started).toEqual(['Boot0001', 'Boot0000']);
    expect(variables.get(GLOBAL_VARIABLE, 'BootNext')).toBeUndefined();
    expect(boot({ variables }).started).toEqual(['Boot0000']);
  });

  it('starts the operating system when no option is left, and the status of the image tells what failed', () => {
    const { machine, result } = boot({ variables: withOptions([{ path: file('\\trap.wasm') }]), files: { 'trap.wasm': trapImage() } });
    expect(result).toEqual({ kind: 'os', imageStatus: EfiStatus.ABORTED });
    expect(machine.console.output).toContain('Boot0000 "option 0" returned Aborted');
    expect(machine.console.output).toContain('no boot option is left; the operating system is started');
  });

  it('gives the shell its load options', () => {
    const variables = withOptions([{ path: INTERNAL_SHELL, optionalData: '-nomap -noversion -nostartup' }, {}]);
    const { machine } = boot({ variables, files: { 'startup.nsh': 'echo started' } });
    expect(machine.console.output).not.toMatch(/Mapping table|UEFI Interactive Shell|started/);
  });

  it('boots on when there is no volume at all', () => {
    const machine = new VirtualMachine();
    expect(powerOn({ ...machine.options, volumeDirectory: join(machine.volume, 'none') }).kind).toBe('os');
    expect(machine.console.output).toContain('No boot volume:');
    expect(machine.console.output).toContain('got nothing');
  });
});

describe('the watchdog timer', () => {
  it('resets the machine when a boot option takes longer than five minutes', () => {
    const { machine, result } = boot({ files: { 'slow.wasm': waitingImage(1_000_000), 'startup.nsh': 'fs0:\nslow\nexit' } });
    expect(result).toEqual({ kind: 'reset', type: 'cold', byWatchdog: true, imageStatus: undefined });
    expect(machine.clock.elapsedMs).toBe(300_000);
    expect(machine.console.output).toContain('The watchdog timer expired: the machine is reset.');
  });

  it('ends a script that goes round for ever', () => {
    const stalled = boot({ files: { 'startup.nsh': ':again\nstall 1000000\ngoto again' }, watchdogSeconds: 20 });
    expect([stalled.result, stalled.machine.clock.elapsedMs]).toEqual([{ kind: 'reset', type: 'cold', byWatchdog: true, imageStatus: undefined }, 20_000]);
  });

  it('does not bite at the prompt: people may think', () => {
    const { result } = boot({ keys: [{ atMs: 200_000, keys: ['\r'] }, { atMs: 900_000, keys: [...'exit\r'] }], isTerminal: true, watchdogSeconds: 30 });
    expect(result).toMatchObject({ kind: 'os' });
  });

  it('but where nobody ever presses a key the boot goes on after five minutes', () => {
    const { machine, result } = boot({ isTerminal: true, isOpen: true });
    expect(result).toMatchObject({ kind: 'os' });
    expect(Math.round(machine.clock.elapsedMs / 1000)).toBe(300);
    expect(machine.console.output).toContain('No key was pressed for 300 seconds; the boot goes on.');
  });
});

describe('startup.nsh', () => {
  const files = { 'startup.nsh': '@echo -off\necho started\nexit' };
  const countdown = /Press ESC in (\d) seconds to skip startup\.nsh or any other key to continue\./g;

  it('is started after the countdown', () => {
    const { machine } = boot({ files, startupDelay: 5, isTerminal: true, isOpen: true });
    expect([...machine.console.output.matchAll(countdown)].map((match) => match[1])).toEqual(['5', '4', '3', '2', '1']);
    expect(machine.clock.elapsedMs).toBe(5000);
    expect(machine.console.output).toContain('started');
  });

  it('is started at once by any key but ESC', () => {
    const { machine } = boot({ files, startupDelay: 5, isTerminal: true, keys: [{ atMs: 1500, keys: [' '] }] });
    expect(machine.clock.elapsedMs).toBe(1500);
    expect(machine.console.output).toContain('started');
  });

  it('is skipped by ESC, and the prompt comes', () => {
    const { machine } = boot({ files, startupDelay: 5, isTerminal: true, keys: [{ atMs: 2500, keys: ['\x1b'] }, { atMs: 4000, keys: [...'exit\r'] }] });
    expect(machine.console.output).not.toContain('started');
    expect(machine.console.output).toContain('Shell> ');
  });

  it('has no countdown without a delay, and -delay of the load options counts', () => {
    expect(boot({ files }).machine.console.output).not.toMatch(countdown);
    const variables = withOptions([{ path: INTERNAL_SHELL, optionalData: '-delay 2' }, {}]);
    expect(boot({ files, variables, isTerminal: true, isOpen: true }).machine.clock.elapsedMs).toBe(2000);
  });

  it.each(['startup.nsh', 'EFI/Boot/STARTUP.NSH', 'efi/tools/startup.nsh'])('is found as %s', (path) => {
    expect(boot({ files: { [path]: files['startup.nsh'] } }).machine.console.output).toContain('started');
  });

  it('in UCS-2 and in UTF-8 with a byte order mark runs too', () => {
    const ucs2 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('echo größer\r\nexit\r\n', 'utf16le')]);
    expect(boot({ files: { 'startup.nsh': ucs2 } }).machine.console.output).toContain('\ngrößer\n');
    expect(boot({ files: { 'startup.nsh': '\ufeffecho größer\r\nexit\r\n' } }).machine.console.output).toContain('\ngrößer\n');
  });
});

describe('resets', () => {
  it.each([['reset', 'cold'], ['reset -c', 'cold'], ['reset -w', 'warm']])('%s is a %s reset', (command, type) => {
    expect(boot({ files: { 'startup.nsh': `fs0:\na\n${command}`, 'a.wasm': exitImage(3) } }).result).toEqual({ kind: 'reset', type, imageStatus: 3n });
  });

  it('reset -s switches the machine off', () => {
    expect(boot({ files: { 'startup.nsh': 'reset -s' } }).result).toEqual({ kind: 'shutdown', stopped: false, imageStatus: undefined });
  });

  it('what set without -v stored is there after a reset', () => {
    const machine = new VirtualMachine({ files: { 'startup.nsh': 'if "%count%" == "" then\nset count 1\nset -v gone 1\nreset -w\nendif\necho count <%count%> gone <%gone%>\nexit' } });
    cyclePower(() => machine.powerOn(), { value: 0 }, () => undefined);
    expect(machine.console.output).toContain('\ncount <1> gone <>\n');
  });

  it('a machine that resets for ever is switched off after the limit and says so', () => {
    const machine = new VirtualMachine({ files: { 'startup.nsh': 'fs0:\na\nreset', 'a.wasm': exitImage(3) } });
    let count = 0;
    let said = '';
    const result = cyclePower(() => {
      count++;
      return machine.powerOn();
    }, { value: 0 }, (text) => { said += text; });
    expect(result).toEqual({ handover: 'reset-limit', imageStatus: 3n });
    expect(count).toBe(MAXIMUM_RESETS + 1);
    expect(said).toContain('it stays switched off');
  });

  it('the status of the last image outlives the reset that follows it', () => {
    const machine = new VirtualMachine({ files: { 'startup.nsh': 'fs0:\nif exist done then\nexit\nendif\nmkdir done\na\nreset', 'a.wasm': exitImage(3) } });
    expect(cyclePower(() => machine.powerOn(), { value: 0 }, () => undefined)).toEqual({ handover: 'os', imageStatus: 3n });
  });
});

describe('whatever goes wrong, the boot goes on to the operating system', () => {
  const cases: Record<string, Readonly<Record<string, string | Uint8Array>>> = {
    'no startup.nsh': {},
    'a startup.nsh that is a directory': { 'startup.nsh/file': '' },
    'a script without its endif': { 'startup.nsh': 'if 1 == 1 then\necho x' },
    'a program that traps': { 'startup.nsh': 'fs0:\ntrap\nexit', 'trap.wasm': trapImage() },
    'a program that is no program': { 'startup.nsh': 'fs0:\nbad.wasm\nexit', 'bad.wasm': 'hello' },
    'a program that is missing': { 'startup.nsh': 'fs0:\nferry.wasm\nexit' },
    'a volume that is missing': { 'startup.nsh': 'fs7:\nexit' },
    'a script that calls itself': { 'startup.nsh': 'fs0:\nstartup.nsh\nexit' },
    'bytes that are no text': { 'startup.nsh': Uint8Array.from({ length: 4096 }, (_, index) => (index * 151) & 0xff) },
  };
  it.each(Object.entries(cases))('%s', (_name, files) => {
    expect(boot({ files }).result).toMatchObject({ kind: 'os' });
  });

  it('a startup.nsh that can not be read is said', () => {
    const machine = new VirtualMachine();
    writeFileSync(join(machine.volume, 'startup.nsh'), Buffer.alloc(65 * 1024 * 1024));
    expect(machine.powerOn().kind).toBe('os');
    expect(machine.console.output).toContain('is too large for a script');
  });
});
