import type { Bus, Width } from '../../bus/bus.ts';

/** Where a PCI function is. */
export interface PciLocation {
  readonly segment: number;
  readonly bus: number;
  readonly device: number;
  readonly fn: number;
}

/**
 * EFI_PCI_IO_PROTOCOL (UEFI 2.10, section 14.4): one function's configuration space and the memory behind its base address
 * registers. Port accesses, DMA and option ROMs are not there: no function of the machine has any.
 */
export class PciIo {
  readonly location: PciLocation;
  readonly #bus: Bus;

  constructor(bus: Bus, location: PciLocation) {
    this.#bus = bus;
    this.location = location;
  }

  /** The address that a configuration cycle carries. */
  get address(): number {
    const { bus, device, fn } = this.location;
    return (bus << 8) | (device << 3) | fn;
  }

  /** Pci.Read: configuration space. */
  read(offset: number, width: Width): number {
    return this.#bus.readConfiguration(this.address, offset, width);
  }

  /** Pci.Write. */
  write(offset: number, width: Width, value: number): void {
    this.#bus.writeConfiguration(this.address, offset, width, value);
  }

  /** Mem.Read: a register behind a BAR. */
  readMemory(bar: number, offset: number, width: Width): number {
    return this.#bus.readMemory(this.address, bar, offset, width);
  }

  /** Mem.Write. */
  writeMemory(bar: number, offset: number, width: Width, value: number): void {
    this.#bus.writeMemory(this.address, bar, offset, width, value);
  }

  /** Mem.Read of many bytes. */
  copyFromMemory(bar: number, offset: number, into: Uint8Array): void {
    this.#bus.copyFromMemory(this.address, bar, offset, into);
  }

  /** Mem.Write of many bytes. */
  copyToMemory(bar: number, offset: number, from: Uint8Array): void {
    this.#bus.copyToMemory(this.address, bar, offset, from);
  }
}
