// What an image leaves behind when it ends, one way or another: nothing.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { artifactPath } from '../../host/artifacts.ts';
import { INTERNAL_SHELL } from '../../host/efi/boot-targets.ts';
import { DevicePath } from '../../host/efi/device-path.ts';
import { SYSTEM_PARTITION } from '../../host/efi/devices.ts';
import type { Machine } from '../../host/efi/firmware.ts';
import { LOADED_IMAGE_PROTOCOL } from '../../host/efi/guid.ts';
import { EfiStatus } from '../../host/efi/status.ts';
import { call, handMadeBytes } from '../wasi/hand-made-program.ts';
import { compileProbe, exitImage, trapImage } from './test-images.ts';
import { VirtualMachine } from './virtual-machine.ts';

const pathTo = (file: string): DevicePath => SYSTEM_PARTITION.append({ type: 'file', path: file });

/** Everything that a machine counts. */
const countsOf = ({ handles, images, events, memory, pool, volume, system }: Machine): unknown => ({
  handles: handles.locate().length, openings: handles.openCount, images: images.count, events: events.count, tpl: events.tpl, pools: pool.count,
  memory: memory.descriptors(), files: volume?.openFileCount, variables: [...system.runtimeServices.getNextVariableName()].length,
});

function run({ system: { bootServices: boot } }: Machine, file: string, loadOptions: string): bigint {
  const image = boot.loadImage(undefined, pathTo(file));
  boot.handleProtocol(image, LOADED_IMAGE_PROTOCOL).loadOptions = loadOptions;
  return boot.startImage(image);
}

describe('an image leaves nothing behind', () => {
  it('when ferry.wasm ran a hundred times, with every command and a config that is there or not', () => {
    const config = '[image bmc]\nfile = images/bmc.bin\ncomponent = bmc\nversion = 2.0\n';
    const files = { 'ferry.wasm': readFileSync(artifactPath('ferry.wasm')), 'ferry.ini': config, 'images/bmc.bin': new Uint8Array(5000) };
    const machine = new VirtualMachine({ files }).assemble();
    const before = countsOf(machine);
    const commands = ['version', 'check -c ferry.ini', 'run -c ferry.ini', 'run -c none.ini', 'inventory', 'plan -c ferry.ini', '--help', 'wrong', 'status', 'check'];
    const codes = new Set<bigint>();
    for (let round = 0; round < 100; round++) codes.add(run(machine, '\\ferry.wasm', commands[round % commands.length] as string));
    expect(countsOf(machine)).toEqual(before);
    expect([...codes].sort()).toEqual(expect.arrayContaining([0n, 1n, 64n]));
  }, 60_000);

  it('when it exits, traps, traps with a file open, runs over its stack, is of another environment, or ends without a word', async () => {
    const foreign = handMadeBytes({ steps: [call('proc_exit', 0)], extraImports: ['env.none'] });
    const files = {
      'probe.wasm': await compileProbe(), 'exit.wasm': exitImage(7), 'trap.wasm': trapImage(), 'foreign.wasm': foreign, 'end.wasm': handMadeBytes({ steps: [] }), 'a.txt': 'x',
    };
    const machine = new VirtualMachine({ files }).assemble();
    const before = countsOf(machine);
    const ends: [string, string, bigint][] = [
      ['\\exit.wasm', '', 7n], ['\\trap.wasm', '', EfiStatus.ABORTED], ['\\probe.wasm', 'leak a.txt', EfiStatus.ABORTED],
      ['\\probe.wasm', 'recurse', EfiStatus.ABORTED], ['\\foreign.wasm', '', EfiStatus.UNSUPPORTED], ['\\end.wasm', '', 0n],
    ];
    for (const [file, loadOptions, status] of ends) {
      expect(run(machine, file, loadOptions), file).toBe(status);
      expect(countsOf(machine), file).toEqual(before);
    }
  });

  it('when it could not be loaded, or was unloaded without being started', () => {
    const machine = new VirtualMachine({ files: { 'a.wasm': exitImage(0), 'text.wasm': 'text', 'broken.wasm': exitImage(0).subarray(0, 30) } }).assemble();
    const before = countsOf(machine);
    const { bootServices: boot } = machine.system;
    boot.unloadImage(boot.loadImage(undefined, pathTo('\\a.wasm')));
    for (const file of ['\\text.wasm', '\\broken.wasm', '\\none.wasm', '\\']) expect(() => boot.loadImage(undefined, pathTo(file))).toThrow();
    expect(countsOf(machine)).toEqual(before);
  });

  it('when a script ran many of them, and the shell ended', () => {
    const script = '@echo -off\nfs0:\nfor %a run (1 20)\nexit.wasm\ntrap.wasm\nnone.wasm\nendfor\nexit';
    const options = { files: { 'startup.nsh': script, 'exit.wasm': exitImage(7), 'trap.wasm': trapImage() } };
    const virtual = new VirtualMachine(options);
    const machine = virtual.assemble();
    const before = countsOf(machine);
    machine.system.bootServices.startImage(machine.system.bootServices.loadImage(undefined, INTERNAL_SHELL));
    expect(virtual.console.output.match(/wasm trap/g)).toHaveLength(20);
    expect(countsOf(machine)).toEqual(before);
  });
});
