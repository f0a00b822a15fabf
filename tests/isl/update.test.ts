// A whole update from a LIF volume: AUTO, the bytes of ferry.wasm, the real controller, one process, virtual time.
import { afterEach, expect, test } from 'vitest';
import { emulatedBus } from '../../host/bus/emulated-machine.ts';
import { managementFunction } from '../../host/bus/management-function.ts';
import { FileType } from '../../host/lif/file-type.ts';
import type { LifVolume } from '../../host/lif/volume.ts';
import { namesIn, put, textIn, volumeWith } from '../lif/virtual-volume.ts';
import { program } from '../program/ferry-run.ts';
import { seeded } from '../random.ts';
import { firmware, Rig, sha256 } from '../trouble/rig.ts';
import { boot, VirtualLoader, type VirtualLoaderOptions } from './virtual-loader.ts';

const BMC = firmware(900_000, 1);
const BIOS = firmware(500_001, 2);
const CONFIG = `[upgrade]
report = report.txt
[image bmc]
file = bmc.bin
component = bmc
version = 2.0
[image bios]
file = BIOS.BIN
component = bios
version = 2.0
`;

const rigs: Rig[] = [];
/** One generator for all power-ons: a device takes a session with the same random numbers for the same session. */
const random = seeded(1);
afterEach(() => rigs.splice(0).forEach((rig) => rig.remove()));

const bootVolume = (config = CONFIG): LifVolume => volumeWith({
  FERRY: program, FERRY_INI: config, BMC_BIN: BMC, BIOS_BIN: BIOS, AUTO: 'ferry -c ferry.ini\n',
}, 16_384);

/** The bus of a rig, whose controller works whenever time passes. */
const busOf = (rig: Rig): VirtualLoaderOptions => ({
  bus: emulatedBus(managementFunction(rig.registers, rig.window)), onPass: (milliseconds) => rig.pass(milliseconds), random,
});

const bootWith = (rig: Rig, volume: LifVolume): ReturnType<typeof boot> => boot({ volume, ...busOf(rig) });

function newRig(): Rig {
  const rig = new Rig();
  rigs.push(rig);
  return rig;
}

test('AUTO stores the images, unattended: exit code 3, the report on the volume; the second time nothing to do', () => {
  const rig = newRig();
  const volume = bootVolume();
  const first = bootWith(rig, volume);
  expect(first.output).toContain('FERRY returned 3\nISL: handing over');
  expect(first.result).toEqual({ kind: 'os', imageStatus: 3n });
  expect([rig.stored('bmc'), rig.stored('bios')]).toEqual([sha256(BMC), sha256(BIOS)]);
  expect(JSON.parse(textIn(volume, 'report.txt'))).toMatchObject({ exitCode: 3, images: [{ outcome: 'stored' }, { outcome: 'stored' }] });

  expect(bootWith(rig, volume).result).toEqual({ kind: 'os', imageStatus: 2n });
  expect(JSON.parse(textIn(volume, 'REPORT_TXT'))).toMatchObject({ exitCode: 2 });
  expect(namesIn(volume).filter((name) => name === 'REPORT_TXT')).toEqual(['REPORT_TXT']);
});

test('a config and a text of type ASCII, in records, work as well', () => {
  const rig = newRig();
  const volume = bootVolume();
  volume.remove('FERRY_INI');
  put(volume, 'FERRY_INI', CONFIG, FileType.ascii);
  expect(bootWith(rig, volume).result).toEqual({ kind: 'os', imageStatus: 3n });
});

test('a volume without room for the report: the update is done, the program says what is missing', () => {
  const rig = newRig();
  const full = volumeWith({ FERRY: program, FERRY_INI: CONFIG, BMC_BIN: BMC, BIOS_BIN: BIOS, AUTO: 'ferry -c ferry.ini\n' },
    5 + 1 + 1 + Math.ceil(program.length / 256) + Math.ceil(BMC.length / 256) + Math.ceil(BIOS.length / 256) - 1);
  const { output, result } = bootWith(rig, full);
  expect(output).toContain('writing the report report.txt failed with ENOSPC (51)');
  expect(result).toEqual({ kind: 'os', imageStatus: 3n });
});

test('a path with a directory names no image: nothing is sent, exit code 64', () => {
  const rig = newRig();
  const { output, result } = bootWith(rig, bootVolume(CONFIG.replace('bmc.bin', 'images\\bmc.bin')));
  expect(output).toContain('ENOTDIR (54)');
  expect(result).toEqual({ kind: 'os', imageStatus: 64n });
  expect(rig.running()).toEqual({ bmc: undefined, bios: undefined });
});

test('Ctrl-C in the middle pauses with exit code 4 and gives the prompt; the same line goes on', () => {
  const rig = newRig();
  const loader = new VirtualLoader({ volume: bootVolume(), ...busOf(rig), isTerminal: true, keys: [{ atMs: 60_000, keys: [...'ferry -c ferry.ini\rboot\r'] }] });
  let isPressed = false;
  rig.onSleep = () => {
    if (isPressed || rig.controller!.transfer().done < 300_000) return;
    isPressed = true;
    loader.press('\x03');
  };
  const result = loader.powerOn();
  expect(loader.output).toMatch(/FERRY returned 4[^]*AUTO was interrupted\.[^]*ISL> ferry -c ferry\.ini[^]*FERRY returned 3/);
  expect(result).toEqual({ kind: 'os', imageStatus: 3n });
  expect(rig.stored('bmc')).toBe(sha256(BMC));
});

test('without a management controller: exit code 1, and the boot goes on', () => {
  const { output, result } = boot({ volume: bootVolume() });
  expect(output).toContain('expected a PCI function 4652:0001');
  expect(result).toEqual({ kind: 'os', imageStatus: 1n });
});
