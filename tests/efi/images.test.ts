import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { DevicePath } from '../../host/efi/device-path.ts';
import { SYSTEM_PARTITION } from '../../host/efi/devices.ts';
import { LOADED_IMAGE_PROTOCOL } from '../../host/efi/guid.ts';
import { EfiError, EfiStatus } from '../../host/efi/status.ts';
import { compileProbe, exitImage, trapImage } from './test-images.ts';
import { runShellScript, START, VirtualMachine } from './virtual-machine.ts';

let probe: Uint8Array;
beforeAll(async () => { probe = await compileProbe(); });

const pathTo = (file: string): DevicePath => SYSTEM_PARTITION.append({ type: 'file', path: file });

function statusOf(action: () => unknown): bigint {
  try {
    action();
  } catch (error) {
    if (error instanceof EfiError) return error.status;
    throw error;
  }
  return EfiStatus.SUCCESS;
}

/** Runs the probe from startup.nsh. */
const runProbe = (line: string, files: Record<string, string | Uint8Array> = {}): string =>
  runShellScript(`fs0:\nprobe ${line}\necho lasterror %lasterror%`, { files: { 'probe.wasm': probe, ...files } });

describe('image services', () => {
  it('LoadImage installs LoadedImage with the volume and the file path, and StartImage takes it away again', () => {
    const { system, handles, images } = new VirtualMachine({ files: { 'EFI/a.wasm': exitImage(3) } }).assemble();
    const before = handles.locate().length;
    const image = system.bootServices.loadImage(undefined, pathTo('\\efi\\A.WASM'));
    const loaded = system.bootServices.handleProtocol(image, LOADED_IMAGE_PROTOCOL);
    expect(loaded.filePath.text).toBe('\\efi\\A.WASM');
    expect(loaded.imageSize).toBe(exitImage(3).length);
    expect(images.count).toBe(1);
    expect(system.bootServices.startImage(image)).toBe(3n);
    expect([handles.locate().length, handles.openCount, images.count]).toEqual([before, 0, 0]);
  });

  it('UnloadImage removes an image that was not started', () => {
    const { system, images } = new VirtualMachine({ files: { 'a.wasm': exitImage(0) } }).assemble();
    const image = system.bootServices.loadImage(undefined, pathTo('\\a.wasm'));
    expect(system.bootServices.unloadImage(image)).toBe(EfiStatus.SUCCESS);
    expect(images.count).toBe(0);
    expect(statusOf(() => system.bootServices.startImage(image))).toBe(EfiStatus.INVALID_PARAMETER);
  });

  it('LoadImage says EFI_NOT_FOUND, EFI_UNSUPPORTED and EFI_LOAD_ERROR for a missing, a foreign and a broken image', () => {
    const broken = Uint8Array.from([...exitImage(0).subarray(0, 20), 0xff, 0xff]);
    const { system, images, volume } = new VirtualMachine({ files: { 'text.efi': 'MZ', 'broken.wasm': broken, 'empty.wasm': '' } }).assemble();
    const load = (file: string): bigint => statusOf(() => system.bootServices.loadImage(undefined, pathTo(file)));
    expect(load('\\none.wasm')).toBe(EfiStatus.NOT_FOUND);
    expect(load('\\text.efi')).toBe(EfiStatus.UNSUPPORTED);
    expect(load('\\empty.wasm')).toBe(EfiStatus.UNSUPPORTED);
    expect(load('\\')).toBe(EfiStatus.UNSUPPORTED);
    expect(load('\\broken.wasm')).toBe(EfiStatus.LOAD_ERROR);
    expect(statusOf(() => system.bootServices.loadImage(undefined, new DevicePath({ type: 'pci-root', uid: 9 })))).toBe(EfiStatus.NOT_FOUND);
    expect([images.count, volume?.openFileCount]).toEqual([0, 0]);
  });

  it('Exit is refused for an image that does not run', () => {
    const { system } = new VirtualMachine({ files: { 'a.wasm': exitImage(0) } }).assemble();
    const image = system.bootServices.loadImage(undefined, pathTo('\\a.wasm'));
    expect(statusOf(() => system.bootServices.exit(image, 0n))).toBe(EfiStatus.INVALID_PARAMETER);
  });

  it('a trap is an aborted image: EFI_ABORTED, the trap on the console, nothing left open', () => {
    const machine = new VirtualMachine({ files: { 'trap.wasm': trapImage() } });
    const { system, handles, images, volume } = machine.assemble();
    const before = handles.locate().length;
    expect(system.bootServices.startImage(system.bootServices.loadImage(undefined, pathTo('\\trap.wasm')))).toBe(EfiStatus.ABORTED);
    expect(machine.console.output).toContain('!!!! wasm trap - unreachable - image \\trap.wasm !!!!');
    expect([handles.locate().length, handles.openCount, images.count, volume?.openFileCount]).toEqual([before, 0, 0, 0]);
  });
});

describe('an image gets WASI over the protocols', () => {
  it('its arguments are the words of the command line', () => {
    expect(runProbe('args one "two  words" ^"three')).toContain('<probe>\n<args>\n<one>\n<two  words>\n<"three>\n');
  });

  it('its exit code is %lasterror% in hexadecimal', () => {
    expect(runProbe('exit 0')).toBe('lasterror 0x0\n');
    expect(runProbe('exit 3')).toBe('lasterror 0x3\n');
    expect(runProbe('exit 64')).toBe('lasterror 0x40\n');
  });

  it('reads files of its volume whatever the case, and tells a missing one apart', () => {
    expect(runProbe('cat images/A.TXT', { 'Images/a.txt': 'content\n' })).toContain('content\n');
    expect(runProbe('cat images/b.txt', { 'Images/a.txt': '' })).toBe('errno 44\nlasterror 0x4D\n');
  });

  it('can not leave the volume', () => {
    expect(runProbe('cat ../outside')).toContain('errno 76\n');
    expect(runProbe('cat /etc/passwd')).toContain('errno 76\n');
    expect(runProbe('cat ..\\outside')).toContain('errno 44\n');
  });

  it('writes files of its volume', () => {
    const machine = new VirtualMachine({ files: { 'probe.wasm': probe, 'report.json': 'much longer than the new one', 'startup.nsh': 'fs0:\nprobe write report.json {}\nexit' } });
    machine.powerOn();
    expect(readFileSync(join(machine.volume, 'report.json'), 'utf8')).toBe('{}');
  });

  it('its output goes where the shell redirects it', () => {
    const machine = new VirtualMachine({ files: { 'probe.wasm': probe, 'startup.nsh': 'fs0:\nprobe args >a out.txt\nexit' } });
    machine.powerOn();
    expect(readFileSync(join(machine.volume, 'out.txt'), 'utf8')).toBe('<probe>\r\n<args>\r\n');
  });

  it('its clocks are those of GetTime and of the time stamp counter', () => {
    const [realtime, monotonic] = runProbe('clock').split('\n');
    expect(BigInt(realtime as string)).toBeGreaterThanOrEqual(START);
    expect(BigInt(realtime as string) - START).toBe(BigInt(monotonic as string));
  });

  it('gets random bytes, PCI configuration and time to sleep', () => {
    expect(runProbe('random')).toContain(`${0x7a55300b}\n`);
    expect(runProbe('pci')).toContain('8086\n');
    const machine = new VirtualMachine({ files: { 'probe.wasm': probe, 'startup.nsh': 'fs0:\nprobe sleep 5000\nexit' } });
    machine.powerOn();
    expect(machine.clock.elapsedMs).toBe(5000);
  });

  it('a stack that runs over is a trap, and the shell goes on', () => {
    const output = runProbe('recurse');
    expect(output).toContain('!!!! wasm trap - Maximum call stack size exceeded');
    expect(output).toContain('lasterror 0x8000000000000015\n');
  });

  it('a trap closes the files that the image had open', () => {
    const machine = new VirtualMachine({ files: { 'probe.wasm': probe, 'data.bin': 'x' } });
    const { system, volume } = machine.assemble();
    const image = system.bootServices.loadImage(undefined, pathTo('\\probe.wasm'));
    system.bootServices.handleProtocol(image, LOADED_IMAGE_PROTOCOL).loadOptions = 'leak data.bin';
    expect(system.bootServices.startImage(image)).toBe(EfiStatus.ABORTED);
    expect(volume?.openFileCount).toBe(0);
  });

  it('started by a boot option, it has its own name and the load options as arguments', () => {
    const machine = new VirtualMachine({ files: { 'probe.wasm': probe } });
    const { system } = machine.assemble();
    const image = system.bootServices.loadImage(undefined, pathTo('\\probe.wasm'));
    system.bootServices.handleProtocol(image, LOADED_IMAGE_PROTOCOL).loadOptions = 'args -c ferry.ini';
    system.bootServices.startImage(image);
    expect(machine.console.output).toContain('<probe.wasm>\n<args>\n<-c>\n<ferry.ini>\n');
  });

  it('asked to stop, it ends with its own code and the machine is switched off', () => {
    const machine = new VirtualMachine({
      files: { 'probe.wasm': probe, 'startup.nsh': 'fs0:\nprobe sleep-until-stopped\necho not reached > never.txt' }, stopAtMs: 10_000,
    });
    expect(machine.powerOn()).toEqual({ kind: 'shutdown', stopped: true, imageStatus: 4n });
    expect(existsSync(join(machine.volume, 'never.txt'))).toBe(false);
  });

  it('Ctrl-C asks the image to stop, ends the script and leads to the prompt', () => {
    const machine = new VirtualMachine({
      files: { 'probe.wasm': probe, 'startup.nsh': '@echo -off\nfs0:\nprobe sleep-until-stopped\necho not reached\nexit' },
      keys: [{ atMs: 3000, keys: ['\x03'] }, { atMs: 5000, keys: [...'echo back\r', ...'exit\r'] }], isTerminal: true,
    });
    expect(machine.powerOn()).toEqual({ kind: 'os', imageStatus: 4n });
    expect(machine.console.output).not.toContain('not reached');
    expect(machine.console.output).toContain('\r\nback\r\n');
  });
});
