/** Access widths of a register, in bytes. */
export type Width = 1 | 2 | 4;

/**
 * The hardware access that an environment gives to `ferry.wasm`, and nothing more: PCI configuration space, and
 * the memory behind a function's base address registers. The shape follows EFI_PCI_IO_PROTOCOL (UEFI 2.10,
 * section 14.4): an access names a function, a BAR and an offset, never a physical address.
 *
 * `fn` is a PCI address as configuration cycles carry it: bus << 8 | device << 3 | function.
 */
export interface Bus {
  /** Reads configuration space. All ones where no function answers, as on the real bus. */
  readConfiguration(fn: number, offset: number, width: Width): number;
  /** Writes configuration space. A write to nothing, or to a read-only field, is lost. */
  writeConfiguration(fn: number, offset: number, width: Width, value: number): void;
  /** Reads a register. All ones outside the BAR, or when the device is gone. */
  readMemory(fn: number, bar: number, offset: number, width: Width): number;
  /** Writes a register. A write outside the BAR is lost. */
  writeMemory(fn: number, bar: number, offset: number, width: Width, value: number): void;
  /** Copies from the BAR into host memory. What lies outside the BAR reads as all ones. */
  copyFromMemory(fn: number, bar: number, offset: number, into: Uint8Array): void;
  /** Copies host memory into the BAR. What lies outside the BAR is lost. */
  copyToMemory(fn: number, bar: number, offset: number, from: Uint8Array): void;
}
