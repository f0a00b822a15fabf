/**
 * The hardware access that ferry.wasm is given: the import module `bus`. Which machine stands behind it, emulated,
 * virtual or real, is not known here. `fn` is a PCI address as configuration cycles carry it: bus << 8 | device << 3 |
 * function. Widths are 1, 2 or 4 bytes.
 */

/** Reads configuration space; all ones where no function answers. */
@external("bus", "pci_config_read")
export declare function pciConfigRead(fn: u32, offset: u32, width: u32): u32;

@external("bus", "pci_config_write")
export declare function pciConfigWrite(fn: u32, offset: u32, width: u32, value: u32): void;

/** Reads a register behind a BAR; all ones when nothing answers. */
@external("bus", "memory_read")
export declare function memoryRead(fn: u32, bar: u32, offset: u32, width: u32): u32;

@external("bus", "memory_write")
export declare function memoryWrite(fn: u32, bar: u32, offset: u32, width: u32, value: u32): void;

/** Copies `size` bytes from behind a BAR to `pointer`. */
@external("bus", "memory_copy_from")
export declare function memoryCopyFrom(fn: u32, bar: u32, offset: u32, pointer: usize, size: u32): void;

/** Copies `size` bytes at `pointer` to behind a BAR. */
@external("bus", "memory_copy_to")
export declare function memoryCopyTo(fn: u32, bar: u32, offset: u32, pointer: usize, size: u32): void;

/** Waits; comes back early, with true, when the program has been asked to stop. Zero only asks. */
@external("bus", "sleep")
export declare function busSleep(milliseconds: u32): bool;
