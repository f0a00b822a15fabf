// configs/startup.nsh over several power-ons: it resets the machine when ferry asks for it, and never again and again.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cyclePower } from '../../host/efi/power-cycle.ts';
import { VariableStore } from '../../host/efi/variable-store.ts';
import { exitImage } from '../efi/test-images.ts';
import { temporaryDirectory, VirtualMachine } from '../efi/virtual-machine.ts';
import { runFerry } from '../processes.ts';

const SCRIPT = resolve(import.meta.dirname, '../../configs/startup.nsh');

/** Switches a machine on whose ferry.wasm ends with these codes, one a power-on. Answers what the console showed. */
function boot(codes: readonly number[], variables = new VariableStore()): { handover: string; powerOns: number; output: string } {
  let powerOns = 0;
  let output = '';
  const { handover } = cyclePower(() => {
    const code = codes[Math.min(powerOns++, codes.length - 1)] as number;
    const machine = new VirtualMachine({ files: { 'startup.nsh': readFileSync(SCRIPT), 'ferry.ini': '', 'ferry.wasm': exitImage(code) }, variables });
    try {
      return machine.powerOn();
    } finally {
      output += machine.console.output;
    }
  }, { value: 0 }, () => undefined);
  return { handover, powerOns, output };
}

describe('startup.nsh', () => {
  test('resets once, and starts the OS when the run after it has nothing left to do', () => {
    const { handover, powerOns, output } = boot([3, 2]);
    expect([handover, powerOns], output).toEqual(['os', 2]);
    expect(output).toContain('ferry: done. The machine is reset now');
  });

  test('never loops: a device that never gets done is reset for once, and the OS is started', () => {
    const { handover, powerOns, output } = boot([3]);
    expect([handover, powerOns], output).toEqual(['os', 2]);
    expect(output).toContain('The machine was reset for this before, so it is not now. Booting goes on.');
  });

  test('does not reset for it at the next power-on either, until a run has found that nothing is left to do', () => {
    const variables = new VariableStore();
    expect(boot([3], variables).powerOns).toBe(2);
    expect(boot([3], variables).powerOns).toBe(1);
    expect(boot([4], variables).powerOns).toBe(1);
    expect(boot([3], variables).powerOns).toBe(1);
    expect(boot([2], variables).powerOns).toBe(1);
    expect(boot([3, 0], variables).powerOns, 'the next upgrade has its reset again').toBe(2);
  });

  test.each([0, 1, 2, 4, 5, 64])('does not reset after exit code %i', (code) => {
    expect(boot([code])).toMatchObject({ handover: 'os', powerOns: 1 });
  });
});

describe('ferry boot', () => {
  function volume(script: Uint8Array | undefined): string {
    const esp = join(temporaryDirectory(), 'esp');
    mkdirSync(esp);
    if (script) writeFileSync(join(esp, 'startup.nsh'), script);
    else copyFileSync(SCRIPT, join(esp, 'startup.nsh'));
    writeFileSync(join(esp, 'ferry.ini'), '');
    writeFileSync(join(esp, 'ferry.wasm'), exitImage(3));
    return esp;
  }
  const power = (esp: string): ReturnType<typeof runFerry> => runFerry(['boot', '--esp', esp, '--machine', join(esp, 'none'), '--delay', '0']);

  test('with startup.nsh and a device that never gets done starts the OS after one reset', async () => {
    const { code, output } = await power(volume(undefined));
    expect(code, output).toBe(3);
    expect(output.match(/-- warm reset --/g)).toHaveLength(1);
    expect(output).toContain('"Ferry OS"');
  });

  test('with a script that always resets stays switched off at the limit, and says why', async () => {
    const { code, output } = await power(volume(Buffer.from('fs0:\r\nferry.wasm -c ferry.ini\r\nreset -w\r\n')));
    expect(code, output).toBe(5);
    expect(output).toMatch(/reset 9 times in a row, expected at most 8/);
  });
});
