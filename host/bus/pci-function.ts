// One emulated PCI function: its configuration space, and the memory behind its base address registers. Layout and
// rules: PCI Local Bus Specification 3.0, chapter 6. No capabilities, no I/O space, no interrupts.
import type { Width } from './bus.ts';
import type { SharedMemory } from './shared-memory.ts';

/** Offsets in configuration space. */
export const Configuration = {
  vendor: 0x00, device: 0x02, command: 0x04, revision: 0x08, classCode: 0x09, cacheLineSize: 0x0c, headerType: 0x0e,
  bars: 0x10, primaryBus: 0x18, secondaryBus: 0x19, subordinateBus: 0x1a, interruptLine: 0x3c,
} as const;

export const CONFIGURATION_SIZE = 256;

/** Bits of the command register that the emulated functions have. */
export const Command = { memorySpace: 0x2, busMaster: 0x4 } as const;

const MULTIFUNCTION = 0x80;
const BAR_64_BIT = 0x4;
const BAR_PREFETCHABLE = 0x8;

/** A base address register with the memory behind it, whose size is a power of two of at least 16 bytes. */
export interface Bar {
  readonly index: number;
  readonly memory: SharedMemory;
  readonly is64Bit: boolean;
  readonly isPrefetchable: boolean;
  /** Where the machine's firmware has put it; a multiple of its size. */
  readonly address: bigint;
}

export interface PciIdentity {
  readonly vendor: number;
  readonly device: number;
  /** Base class, subclass and programming interface, as one number of 24 bits. */
  readonly classCode: number;
  readonly revision?: number;
  readonly isMultifunction?: boolean;
  readonly bars?: readonly Bar[];
}

/** A function with a type 0 header. */
export class PciFunction {
  protected readonly space = new Uint8Array(CONFIGURATION_SIZE);
  /** Ones where a configuration write sticks. */
  protected readonly writable = new Uint8Array(CONFIGURATION_SIZE);
  readonly #bars = new Map<number, SharedMemory>();
  /** One buffer for each width, so that polling a register makes no garbage. */
  readonly #words = { 1: new Uint8Array(1), 2: new Uint8Array(2), 4: new Uint8Array(4) } as const;

  constructor(identity: PciIdentity) {
    this.put(Configuration.vendor, 2, identity.vendor);
    this.put(Configuration.device, 2, identity.device);
    this.put(Configuration.revision, 1, identity.revision ?? 0);
    this.put(Configuration.classCode, 3, identity.classCode);
    this.put(Configuration.headerType, 1, identity.isMultifunction ? MULTIFUNCTION : 0);
    this.put(Configuration.cacheLineSize, 1, 0, 0xff);
    this.put(Configuration.interruptLine, 1, 0xff, 0xff);
    this.put(Configuration.command, 2, 0, Command.memorySpace | Command.busMaster);
    for (const bar of identity.bars ?? []) this.#addBar(bar);
  }

  /** One configuration cycle. Every byte stands for itself, so no access is unaligned. */
  readConfiguration(offset: number, width: Width): number {
    let value = 0;
    for (let i = 0; i < width; i++) value |= (this.space[offset + i] ?? 0xff) << (8 * i);
    return value >>> 0;
  }

  writeConfiguration(offset: number, width: Width, value: number): void {
    for (let i = 0; i < width; i++) {
      const mask = this.writable[offset + i] ?? 0;
      if (mask) this.space[offset + i] = ((this.space[offset + i] ?? 0) & ~mask) | ((value >>> (8 * i)) & mask);
    }
  }

  /** All ones outside the BAR and while memory space is not enabled. */
  readMemory(bar: number, offset: number, width: Width): number {
    const word = this.#words[width];
    this.copyFromMemory(bar, offset, word);
    let value = 0;
    for (let i = 0; i < width; i++) value |= word[i]! << (8 * i);
    return value >>> 0;
  }

  writeMemory(bar: number, offset: number, width: Width, value: number): void {
    const word = this.#words[width];
    for (let i = 0; i < width; i++) word[i] = value >>> (8 * i);
    this.copyToMemory(bar, offset, word);
  }

  copyFromMemory(bar: number, offset: number, into: Uint8Array): void {
    const memory = this.#decoded(bar);
    const inside = memory ? insideOf(memory, offset, into) : into.subarray(0, 0);
    if (inside.length > 0) memory?.read(offset, inside);
    into.fill(0xff, inside.length);
  }

  copyToMemory(bar: number, offset: number, from: Uint8Array): void {
    const memory = this.#decoded(bar);
    const inside = memory ? insideOf(memory, offset, from) : from.subarray(0, 0);
    if (inside.length > 0) memory?.write(offset, inside);
  }

  /** Sets a field from the device's side, and what of it software can change. */
  protected put(offset: number, size: number, value: number, writable = 0): void {
    for (let i = 0; i < size; i++) {
      this.space[offset + i] = value >>> (8 * i);
      this.writable[offset + i] = writable >>> (8 * i);
    }
  }

  /** The memory of a BAR if the function answers memory cycles now. */
  #decoded(bar: number): SharedMemory | undefined {
    const isEnabled = (this.readConfiguration(Configuration.command, 2) & Command.memorySpace) !== 0;
    return isEnabled ? this.#bars.get(bar) : undefined;
  }

  /** Address bits below the size are zero and stay so: writing all ones and reading back tells the size (6.2.5.1). */
  #addBar(bar: Bar): void {
    const flags = (bar.is64Bit ? BAR_64_BIT : 0) | (bar.isPrefetchable ? BAR_PREFETCHABLE : 0);
    const at = Configuration.bars + bar.index * 4;
    const mask = -BigInt(bar.memory.size);
    this.put(at, 4, Number(BigInt.asUintN(32, bar.address)) | flags, Number(BigInt.asUintN(32, mask)));
    if (bar.is64Bit) this.put(at + 4, 4, Number(BigInt.asUintN(32, bar.address >> 32n)), Number(BigInt.asUintN(32, mask >> 32n)));
    this.#bars.set(bar.index, bar.memory);
  }
}

/** The first part of `bytes` that lies in the memory when they start at `offset`. */
function insideOf(memory: SharedMemory, offset: number, bytes: Uint8Array): Uint8Array {
  const room = Math.max(0, memory.size - offset);
  return bytes.length <= room ? bytes : bytes.subarray(0, room);
}
