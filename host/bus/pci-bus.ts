// The emulated PCI bus: routes configuration cycles by address, through bridges, as a root complex does.
import type { Bus, Width } from './bus.ts';
import { PciBridge, type BusFunctions } from './pci-bridge.ts';
import { CONFIGURATION_SIZE, type PciFunction } from './pci-function.ts';

/** The address that a configuration cycle carries: bus << 8 | device << 3 | function. */
export function pciAddress(bus: number, device: number, fn: number): number {
  return (bus << 8) | (device << 3) | fn;
}

const ALL_ONES: Record<Width, number> = { 1: 0xff, 2: 0xffff, 4: 0xffffffff };

/** A root bus with its functions. Nothing at an address reads as all ones; what is written there is lost. */
export class PciBus implements Bus {
  readonly #root: BusFunctions;

  constructor(root: BusFunctions) {
    this.#root = root;
  }

  readConfiguration(fn: number, offset: number, width: Width): number {
    if (offset > CONFIGURATION_SIZE - width) return ALL_ONES[width];
    return this.#find(fn)?.target.readConfiguration(offset, width) ?? ALL_ONES[width];
  }

  writeConfiguration(fn: number, offset: number, width: Width, value: number): void {
    if (offset <= CONFIGURATION_SIZE - width) this.#find(fn)?.target.writeConfiguration(offset, width, value);
  }

  readMemory(fn: number, bar: number, offset: number, width: Width): number {
    return this.#reachable(fn)?.readMemory(bar, offset, width) ?? ALL_ONES[width];
  }

  writeMemory(fn: number, bar: number, offset: number, width: Width, value: number): void {
    this.#reachable(fn)?.writeMemory(bar, offset, width, value);
  }

  copyFromMemory(fn: number, bar: number, offset: number, into: Uint8Array): void {
    const target = this.#reachable(fn);
    if (target) target.copyFromMemory(bar, offset, into);
    else into.fill(0xff);
  }

  copyToMemory(fn: number, bar: number, offset: number, from: Uint8Array): void {
    this.#reachable(fn)?.copyToMemory(bar, offset, from);
  }

  /** The function if memory cycles get to it: every bridge above has to forward them. */
  #reachable(fn: number): PciFunction | undefined {
    const found = this.#find(fn);
    return found?.forwarded ? found.target : undefined;
  }

  #find(fn: number): { target: PciFunction; forwarded: boolean } | undefined {
    const busNumber = fn >>> 8;
    if (busNumber === 0) return answering(this.#root, fn, true);
    for (const candidate of this.#root.values()) {
      if (candidate instanceof PciBridge && candidate.secondaryBus === busNumber) {
        return answering(candidate.functions, fn, candidate.forwardsMemory);
      }
    }
    return undefined;
  }
}

function answering(functions: BusFunctions, fn: number, forwarded: boolean) {
  const target = functions.get(fn & 0xff);
  return target && { target, forwarded };
}
