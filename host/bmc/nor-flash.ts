import type { FlashPart } from './flash-part.ts';
import { fileCells, memoryCells, type FlashCells } from './flash-cells.ts';
import { describe, type FlashFault, type FlashOperation } from './flash-fault.ts';
import { FlashWear } from './flash-wear.ts';
import { NorChip, STATUS_BUSY } from './nor-chip.ts';
import type { WeakBits } from './weak-bits.ts';

export interface NorFlashOptions {
  readonly part: FlashPart;
  /** The file that holds the array. Without one the array lives in memory. */
  readonly path?: string;
  /** The array itself, when it outlives this model. Not with `path`. */
  readonly cells?: FlashCells;
  /** Its undecided bits, which go with `cells`. */
  readonly weak?: WeakBits;
  /** Bytes of the array that are there, when less than the part's. A multiple of the smallest erase block. */
  readonly size?: number;
  /** Called before each operation. May throw (the operation fails, nothing happens) or ask for a fault. */
  readonly inject?: (operation: FlashOperation) => FlashFault | undefined;
  /** The same before each command of the part: a program is a command a page. */
  readonly onCommand?: (operation: FlashOperation) => FlashFault | undefined;
  /** Whether the account has a trace: it costs reading all that is programmed. */
  readonly isTraced?: boolean;
  /** Worn-out cells: these bits read as 0 whatever is erased. */
  readonly stuck?: readonly { readonly address: number; readonly mask: number }[];
}

/** What the model has counted since it was made; `wear` is kept with the file. */
export interface FlashAccount {
  /** Time of all programs and erases by the part's typical figures. Reads are not counted. */
  readonly typicalMicroseconds: number;
  /** The same by its maximum figures. */
  readonly maximumMicroseconds: number;
  readonly reads: number;
  readonly programs: number;
  /** Pages that the programs touched. */
  readonly pages: number;
  readonly erases: number;
  /** Erases of each 4 KiB sector. */
  readonly wear: Uint32Array;
  /** One number for all programs and erases so far: the same for the same run. 0 without `isTraced`. */
  readonly trace: number;
  /** The wear file was missing or unreadable: `wear` counts from this start only. */
  readonly wearRestarted: boolean;
}

/**
 * A serial NOR flash behind its driver, which enables, waits, and splits a program at its pages: erasing sets a block to 0xFF, programming only clears bits. A program that would have to set a
 * bit is no error, as in the part: the bits stay, and whoever reads back finds it. All calls are synchronous: the
 * bytes are with the operating system when a call returns, and outlive the process; `sync` makes them outlive the machine.
 */
export class NorFlash {
  readonly part: FlashPart;
  readonly size: number;
  readonly #cells: FlashCells;
  readonly #wear: FlashWear;
  readonly #options: NorFlashOptions;
  readonly #chip: NorChip;
  #typical = 0;
  #maximum = 0;
  #reads = 0;
  #programs = 0;
  #pages = 0;
  #erases = 0;

  constructor(options: NorFlashOptions) {
    const size = options.size ?? options.part.size;
    const smallest = options.part.erasers[0]?.size ?? 0;
    if (!(size > 0) || size > options.part.size || size % smallest !== 0) {
      throw new Error(`flash of ${size} bytes: expected a multiple of ${smallest} up to ${options.part.size}, the size of ${options.part.name}`);
    }
    this.part = options.part;
    this.size = size;
    this.#options = options;
    this.#cells = options.cells ?? (options.path === undefined ? memoryCells(size) : fileCells(options.path, size));
    this.#chip = new NorChip({ ...options, size, cells: this.#cells });
    this.#wear = new FlashWear(options.path === undefined ? undefined : `${options.path}.wear`, size);
  }

  /** Fills `into` from `address` on. */
  read(address: number, into: Uint8Array): void {
    const operation = this.#operation('read', address, into.length);
    const fault = this.#options.inject?.(operation);
    if (fault !== undefined && 'ignored' in fault) return;
    if (fault !== undefined) this.#chip.lose(operation);
    this.#chip.read(address, into);
    this.#reads++;
  }

  /** Programs `data` at `address`; it may span pages. What is there afterwards is old AND data. */
  program(address: number, data: Uint8Array): void {
    const operation = { ...this.#operation('program', address, data.length), data };
    const fault = this.#options.inject?.(operation);
    if (fault === undefined || !('cut' in fault)) this.#countProgram(address, data.length);
    if (fault === undefined && this.#options.onCommand !== undefined) return this.#programPages(address, data);
    this.#chip.run(operation, fault);
  }

  /** Erases `size` bytes: one of the part's erase blocks, aligned to its size. */
  erase(address: number, size: number): void {
    const operation = this.#operation('erase', address, size);
    const eraser = this.part.erasers.find((one) => one.size === size);
    if (eraser === undefined || address % size !== 0) {
      const sizes = this.part.erasers.map((one) => one.size).join(', ');
      throw new RangeError(`${describe(operation)}: expected a size of ${this.part.name} (${sizes}), aligned to it; nothing was erased`);
    }
    const fault = this.#options.inject?.(operation);
    if (fault === undefined || 'ignored' in fault) {
      this.#erases++;
      this.#typical += eraser.typicalMicroseconds;
      this.#maximum += eraser.maximumMicroseconds;
    }
    if (fault === undefined || !('cut' in fault) || fault.cut !== 'before') this.#wear.erased(address, size);
    if (fault !== undefined || this.#options.onCommand === undefined) return this.#chip.run(operation, fault);
    this.#chip.writeEnable();
    this.#chip.erase(address, size);
    this.#await(eraser.typicalMicroseconds);
  }

  /** Everything counted so far. */
  account(): FlashAccount {
    return {
      typicalMicroseconds: this.#typical,
      maximumMicroseconds: this.#maximum,
      reads: this.#reads,
      programs: this.#programs,
      pages: this.#pages,
      erases: this.#erases,
      wear: this.#wear.counts(),
      trace: this.#chip.trace,
      wearRestarted: this.#wear.restarted,
    };
  }

  /** Makes the bytes and the wear counters outlive the machine. */
  sync(): void {
    this.#cells.sync();
    this.#wear.save(true);
  }

  /** Saves the wear counters and lets go of the file. */
  close(): void {
    try {
      this.#wear.save(false);
    } finally {
      this.#cells.close();
    }
  }

  #operation(kind: FlashOperation['kind'], address: number, size: number): FlashOperation {
    const operation: FlashOperation = { kind, address, size };
    if (!Number.isInteger(address) || address < 0 || address > this.size || size > this.size - address) {
      throw new RangeError(`${describe(operation)}: expected a range within the ${this.size} bytes of the flash; nothing was done`);
    }
    return operation;
  }

  /** As the part wants it, a page at a time. Without a hook that sees the commands, one access to the cells leaves the same. */
  #programPages(address: number, data: Uint8Array): void {
    const { pageSize, programTypicalMicroseconds } = this.part;
    for (let done = 0; done < data.length; ) {
      const size = Math.min(data.length - done, pageSize - ((address + done) % pageSize));
      this.#chip.writeEnable();
      this.#chip.pageProgram(address + done, data.subarray(done, done + size));
      this.#await(programTypicalMicroseconds);
      done += size;
    }
  }

  #await(microseconds: number): void {
    while (this.#chip.readStatus() & STATUS_BUSY) this.#chip.wait(microseconds);
  }

  #countProgram(address: number, size: number): void {
    const { pageSize } = this.part;
    const pages = size === 0 ? 0 : Math.floor((address + size - 1) / pageSize) - Math.floor(address / pageSize) + 1;
    this.#programs++;
    this.#pages += pages;
    this.#typical += pages * this.part.programTypicalMicroseconds;
    this.#maximum += pages * this.part.programMaximumMicroseconds;
  }
}
