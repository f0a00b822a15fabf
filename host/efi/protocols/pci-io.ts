import type { Bus, Width } from '../../bus/bus.ts';

/** Where a PCI function is. */
export interface PciLocation {
  readonly segment: number;
  readonly bus: number;
  readonly device: number;
  readonly fn: number;
}

/** EFI_PCI_IO_PROTOCOL (UEFI 2.10, section 14.4), as far as something here reads it: one function's configuration. */
export class PciIo {
  readonly location: PciLocation;
  readonly #bus: Bus;

  constructor(bus: Bus, location: PciLocation) {
    this.#bus = bus;
    this.location = location;
  }

  /** Reads configuration space. */
  read(offset: number, width: Width): number {
    const { bus, device, fn } = this.location;
    return this.#bus.readConfiguration((bus << 8) | (device << 3) | fn, offset, width);
  }
}
