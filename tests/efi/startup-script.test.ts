// configs/startup.nsh in this shell: what it does for every exit code of the updater program.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exitImage, trapImage } from './test-images.ts';
import { VirtualMachine } from './virtual-machine.ts';

const SCRIPT = readFileSync('configs/startup.nsh');

function boot(program: Uint8Array | string | undefined, config: string | undefined = ''): { kind: string; output: string; lastImage: bigint | undefined } {
  const files = { 'startup.nsh': SCRIPT, ...(program === undefined ? {} : { 'ferry.wasm': program }), ...(config === undefined ? {} : { 'ferry.ini': config }) };
  const machine = new VirtualMachine({ files });
  const { kind, imageStatus } = machine.powerOn();
  return { kind, output: machine.shellOutput, lastImage: imageStatus };
}

describe('configs/startup.nsh', () => {
  it.each([0, 1, 2, 4, 5, 64])('after exit code %i the boot goes on', (code) => {
    expect(boot(exitImage(code))).toMatchObject({ kind: 'os', lastImage: BigInt(code) });
  });

  it('after exit code 3 the machine is reset', () => {
    expect(boot(exitImage(3)).kind).toBe('reset');
  });

  it.each([['traps', trapImage()], ['is no program', 'hello'], ['is missing', undefined]])('a ferry.wasm that %s does not keep the machine from booting, and resets nothing', (_name, program) => {
    expect(boot(program).kind).toBe('os');
  });

  it('without a ferry.ini nothing is run', () => {
    const machine = new VirtualMachine({ files: { 'startup.nsh': SCRIPT, 'ferry.wasm': exitImage(0) } });
    expect(machine.powerOn()).toEqual({ kind: 'os', imageStatus: undefined });
  });
});
