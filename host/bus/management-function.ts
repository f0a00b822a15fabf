// The PCI function by which the host sees the emulated management controller.
import { PciFunction } from './pci-function.ts';
import type { SharedMemory } from './shared-memory.ts';

/**
 * How the function is found. The vendor number is registered to nobody: it is for emulation only, and a real device
 * has its maker's. The class is FF0000, "does not fit into any defined class".
 */
export const MANAGEMENT_IDENTITY = { vendor: 0x4652, device: 0x0001, classCode: 0xff0000, revision: 1 } as const;

/** BAR 0: registers, 32-bit memory. */
export const REGISTERS_BAR = 0;
export const REGISTERS_SIZE = 4096;

/** BAR 2: the shared window, 64-bit prefetchable memory. */
export const WINDOW_BAR = 2;
export const WINDOW_SIZE = 4 * 1024 * 1024;

const REGISTERS_ADDRESS = 0xfe80_0000n;
const WINDOW_ADDRESS = 0x8_0000_0000n;

/** Puts the function in front of the two memories that the controller shares. */
export function managementFunction(registers: SharedMemory, window: SharedMemory): PciFunction {
  return new PciFunction({
    ...MANAGEMENT_IDENTITY,
    bars: [
      { index: REGISTERS_BAR, memory: registers, is64Bit: false, isPrefetchable: false, address: REGISTERS_ADDRESS },
      { index: WINDOW_BAR, memory: window, is64Bit: true, isPrefetchable: true, address: WINDOW_ADDRESS },
    ],
  });
}
