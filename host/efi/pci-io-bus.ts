// The hardware access of an image, over the PciIo protocols of the functions that the root bridge found. An image reaches
// nothing else: at an address without a handle nothing answers.
import type { Bus, Width } from '../bus/bus.ts';
import type { BootServices } from './boot-services.ts';
import { PCI_IO_PROTOCOL } from './guid.ts';
import type { Handle } from './handle-database.ts';
import type { PciIo } from './protocols/pci-io.ts';

const ALL_ONES: Record<Width, number> = { 1: 0xff, 2: 0xffff, 4: 0xffffffff };

/** A bus made of protocols, opened for one image. */
export class PciIoBus implements Bus {
  readonly #functions: ReadonlyMap<number, PciIo>;

  constructor(boot: BootServices, image: Handle) {
    const opened = boot.locateHandle(PCI_IO_PROTOCOL).map((handle) => boot.openProtocol(handle, PCI_IO_PROTOCOL, image));
    this.#functions = new Map(opened.map((pciIo) => [pciIo.address, pciIo]));
  }

  readConfiguration(fn: number, offset: number, width: Width): number {
    return this.#functions.get(fn)?.read(offset, width) ?? ALL_ONES[width];
  }

  writeConfiguration(fn: number, offset: number, width: Width, value: number): void {
    this.#functions.get(fn)?.write(offset, width, value);
  }

  readMemory(fn: number, bar: number, offset: number, width: Width): number {
    return this.#functions.get(fn)?.readMemory(bar, offset, width) ?? ALL_ONES[width];
  }

  writeMemory(fn: number, bar: number, offset: number, width: Width, value: number): void {
    this.#functions.get(fn)?.writeMemory(bar, offset, width, value);
  }

  copyFromMemory(fn: number, bar: number, offset: number, into: Uint8Array): void {
    const pciIo = this.#functions.get(fn);
    if (pciIo) pciIo.copyFromMemory(bar, offset, into);
    else into.fill(0xff);
  }

  copyToMemory(fn: number, bar: number, offset: number, from: Uint8Array): void {
    this.#functions.get(fn)?.copyToMemory(bar, offset, from);
  }
}
