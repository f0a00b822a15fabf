import { describe, expect, it } from 'vitest';
import { POST_CODE_PORT } from '../../host/bus/io-ports.ts';
import { PostCode } from '../../host/bus/post-code.ts';
import { powerOn, type PowerOnResult } from '../../host/efi/firmware.ts';
import { powerOnIsl } from '../../host/isl/power-on.ts';
import { VirtualLoader } from '../isl/virtual-loader.ts';
import { VirtualMachine, type VirtualMachineOptions } from './virtual-machine.ts';

/** What the machine tells of one power-on: codes as numbers, progress as words. */
function told(run: (listen: { ports: { write8(port: number, value: number): void }; bootProgress(progress: string): void }) => unknown): (number | string)[] {
  const signs: (number | string)[] = [];
  run({
    ports: { write8: (port, value) => { if (port === POST_CODE_PORT) signs.push(value); } },
    bootProgress: (progress) => { signs.push(progress); },
  });
  return signs;
}

function firmware(options: VirtualMachineOptions = {}, hangAt?: number): { signs: (number | string)[]; result: PowerOnResult | undefined } {
  let result: PowerOnResult | undefined;
  const signs = told((listen) => { result = powerOn({ ...new VirtualMachine(options).options, ...listen, hangAt }); });
  return { signs, result };
}

const POST = [
  PostCode.powerOn, PostCode.memoryInstalled, PostCode.dxeStarted, PostCode.variables, PostCode.consoleOutput, PostCode.consoleInput, PostCode.diskDetect,
  PostCode.pciEnumeration, PostCode.bdsStarted, 'postComplete',
];

describe('POST codes', () => {
  it('a boot tells its way from power-on to the operating system', () => {
    const { signs, result } = firmware({ files: { 'startup.nsh': '@echo -off\nexit\n' } });
    expect(result?.kind).toBe('os');
    expect(signs.slice(0, POST.length)).toEqual(POST);
    expect(signs.slice(-3)).toEqual([PostCode.readyToBoot, PostCode.exitBootServices, 'bootComplete']);
  });

  it('a reset on the way is told, and that boot is not complete', () => {
    const { signs, result } = firmware({ files: { 'startup.nsh': 'reset -w\n' } });
    expect(result?.kind).toBe('reset');
    expect(signs.at(-1)).toBe(PostCode.systemReset);
    expect(signs).not.toContain('bootComplete');
  });

  it('a firmware with a fault hangs at its code until the machine is switched off', () => {
    const { signs, result } = firmware({ stopAtMs: 600_000 }, PostCode.diskDetect);
    expect(result).toMatchObject({ kind: 'shutdown', stopped: true });
    expect(signs).toEqual(POST.slice(0, POST.indexOf(PostCode.diskDetect) + 1));
  });

  it('the loader tells its way too', () => {
    const signs = told((listen) => powerOnIsl({ ...new VirtualLoader({ lines: [] }).options, ...listen }));
    expect(signs).toEqual([PostCode.powerOn, PostCode.bdsStarted, 'postComplete', PostCode.exitBootServices, 'bootComplete']);
  });
});
