// The module `bus`: hardware access for the program. Its functions answer values, not errnos, so a pointer outside the
// program's memory or a width that no bus has ends the program like a trap.
import type { Bus, Width } from '../bus/bus.ts';
import { ProgramFault } from './exit.ts';
import type { ProgramMemory } from './program-memory.ts';
import { WasiError, type WasiSystem } from './system.ts';

/** The seven functions of the module `bus`. */
export function busCalls(memory: ProgramMemory, bus: Bus, system: WasiSystem) {
  return {
    pci_config_read(fn: number, offset: number, width: number): number {
      return bus.readConfiguration(fn >>> 0, offset >>> 0, checkedWidth('pci_config_read', width));
    },
    pci_config_write(fn: number, offset: number, width: number, value: number): void {
      bus.writeConfiguration(fn >>> 0, offset >>> 0, checkedWidth('pci_config_write', width), value >>> 0);
    },
    memory_read(fn: number, bar: number, offset: number, width: number): number {
      return bus.readMemory(fn >>> 0, bar >>> 0, offset >>> 0, checkedWidth('memory_read', width));
    },
    memory_write(fn: number, bar: number, offset: number, width: number, value: number): void {
      bus.writeMemory(fn >>> 0, bar >>> 0, offset >>> 0, checkedWidth('memory_write', width), value >>> 0);
    },
    memory_copy_from(fn: number, bar: number, offset: number, pointer: number, size: number): void {
      bus.copyFromMemory(fn >>> 0, bar >>> 0, offset >>> 0, checkedBytes(memory, 'memory_copy_from', pointer, size));
    },
    memory_copy_to(fn: number, bar: number, offset: number, pointer: number, size: number): void {
      bus.copyToMemory(fn >>> 0, bar >>> 0, offset >>> 0, checkedBytes(memory, 'memory_copy_to', pointer, size));
    },
    sleep(milliseconds: number): number {
      return system.sleep(milliseconds >>> 0) ? 1 : 0;
    },
  };
}

function checkedWidth(call: string, width: number): Width {
  if (width === 1 || width === 2 || width === 4) return width;
  throw new ProgramFault(`bus.${call}: expected a width of 1, 2 or 4 bytes, got ${width}`);
}

function checkedBytes(memory: ProgramMemory, call: string, pointer: number, size: number): Uint8Array {
  try {
    return memory.bytes(pointer, size);
  } catch (error) {
    if (!(error instanceof WasiError)) throw error;
    throw new ProgramFault(`bus.${call}: ${error.message}`, { cause: error });
  }
}
