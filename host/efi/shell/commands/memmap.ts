import { PAGE_SIZE, type MemoryDescriptor, type MemoryTypeName } from '../../memory-map.ts';
import type { ShellCommand } from '../command.ts';
import { parseOptions } from '../options.ts';

/** The names of memory types as the EDK II shell writes them, in the order of its summary. */
const NAMES: Readonly<Record<MemoryTypeName, string>> = {
  reserved: 'Reserved', loaderCode: 'LoaderCode', loaderData: 'LoaderData', bootServicesCode: 'BS_Code', bootServicesData: 'BS_Data',
  runtimeServicesCode: 'RT_Code', runtimeServicesData: 'RT_Data', acpiReclaim: 'ACPI_Recl', acpiNvs: 'ACPI_NVS', memoryMappedIo: 'MMIO',
  unusable: 'Unusable', conventional: 'Available',
};
/** What is no memory: not counted in the total. */
const NO_MEMORY: readonly MemoryTypeName[] = ['reserved', 'memoryMappedIo', 'unusable'];

const MEBIBYTE = 1024 * 1024;
const sixteen = (value: number | bigint): string => value.toString(16).toUpperCase().padStart(16, '0');
const grouped = (value: number): string => value.toLocaleString('en-US');

function row({ type, physicalStart, numberOfPages, attribute }: MemoryDescriptor): string {
  const end = physicalStart + numberOfPages * PAGE_SIZE - 1;
  return `${NAMES[type].padEnd(10)} ${sixteen(physicalStart)}-${sixteen(end)} ${sixteen(numberOfPages)} ${sixteen(attribute)}\n`;
}

/** Pages by type, and what they are together. */
function summary(descriptors: readonly MemoryDescriptor[]): string {
  const pagesOf = (types: readonly string[]): number => descriptors.filter(({ type }) => types.includes(type)).reduce((sum, { numberOfPages }) => sum + numberOfPages, 0);
  const types = Object.keys(NAMES) as MemoryTypeName[];
  const rows = types.map((type) => `  ${NAMES[type].padEnd(10)}: ${grouped(pagesOf([type])).padStart(14)} Pages (${grouped(pagesOf([type]) * PAGE_SIZE)} Bytes)\n`);
  const total = pagesOf(types.filter((type) => !NO_MEMORY.includes(type))) * PAGE_SIZE;
  return `${rows.join('')}              -------------- \nTotal Memory: ${grouped(Math.floor(total / MEBIBYTE)).padStart(14)} MB (${grouped(total)} Bytes)\n`;
}

export const memmap: ShellCommand = {
  name: 'memmap',
  summary: 'Shows the memory map.',
  usage: 'memmap [-b]\n\n  -b - Stops after every screen.',
  setsLastError: true,
  run(shell, words) {
    parseOptions('memmap', words, [], { most: 0 });
    const { descriptors } = shell.boot.getMemoryMap();
    shell.print(`Type       Start            End              # Pages          Attributes\n${descriptors.map(row).join('')} \n${summary(descriptors)}`);
  },
};
