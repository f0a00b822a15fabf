import { PCI_IO_PROTOCOL } from '../../guid.ts';
import type { PciIo } from '../../protocols/pci-io.ts';
import { Colour } from '../../protocols/simple-text-output.ts';
import { EfiError } from '../../status.ts';
import type { ShellCommand } from '../command.ts';
import { parseOptions } from '../options.ts';
import type { Shell } from '../shell.ts';
import { pciClassText } from './pci-classes.ts';

const VENDOR = 0x00;
const DEVICE = 0x02;
const CLASS = { interface: 0x09, sub: 0x0a, base: 0x0b } as const;

const two = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');
const four = (value: number): string => value.toString(16).toUpperCase().padStart(4, '0');

function functionsOf(shell: Shell): PciIo[] {
  try {
    return shell.boot.locateHandle(PCI_IO_PROTOCOL).map((handle) => shell.boot.handleProtocol(handle, PCI_IO_PROTOCOL));
  } catch (error) {
    if (error instanceof EfiError) return [];
    throw error;
  }
}

export const pci: ShellCommand = {
  name: 'pci',
  summary: 'Lists the PCI functions.',
  usage: 'pci [-b]\n\n  -b - Stops after every screen.',
  setsLastError: true,
  run(shell, words) {
    parseOptions('pci', words, [], { most: 0 });
    shell.print('   Seg  Bus  Dev  Func\n   ---  ---  ---  ----\n');
    for (const pciIo of functionsOf(shell)) {
      const { segment, bus, device, fn } = pciIo.location;
      shell.printColoured(Colour.yellow, `    ${two(segment)}   ${two(bus)}   ${two(device)}    ${two(fn)} ==> `);
      shell.print(`${pciClassText(pciIo.read(CLASS.base, 1), pciIo.read(CLASS.sub, 1))}\n`);
      const identity = `Vendor ${four(pciIo.read(VENDOR, 2))} Device ${four(pciIo.read(DEVICE, 2))}`;
      shell.print(`             ${identity} Prog Interface ${pciIo.read(CLASS.interface, 1).toString(16).toUpperCase()}\n`);
    }
  },
};
