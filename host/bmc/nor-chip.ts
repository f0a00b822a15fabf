// A serial NOR part at its pins: one command after the other. What the part ignores is ignored here without a word, as
// it is there: a driver that forgets to enable writing, or does not wait, finds out when it reads back.
import type { FlashCells } from './flash-cells.ts';
import { PowerCut, scatter, traced, type FlashFault, type FlashOperation } from './flash-fault.ts';
import type { FlashPart } from './flash-part.ts';
import { weakErase, weakProgram, type WeakBits } from './weak-bits.ts';

/** Bits of the status register. */
export const STATUS_BUSY = 0x01;
export const STATUS_WRITE_ENABLED = 0x02;
/** Three bits: 0 protects nothing, 7 everything, n the highest 1/2^(7-n) of the array. */
export const STATUS_PROTECTION = 0x1c;
const PROTECTION_SHIFT = 2;
const PROTECT_ALL = 7;
/** What a program or erase of at most so many bytes works on is not made anew each time. */
const SCRATCH_SIZE = 64 * 1024;
const BLANK = new Uint8Array(SCRATCH_SIZE).fill(0xff);

export interface NorChipOptions {
  readonly part: FlashPart;
  readonly size: number;
  readonly cells: FlashCells;
  /** Undecided bits. Without them a `weak` fault leaves bits that stay as they were read first. */
  readonly weak?: WeakBits | undefined;
  /** Worn-out cells: these bits read as 0 whatever is erased. */
  readonly stuck?: readonly { readonly address: number; readonly mask: number }[] | undefined;
  /** Whether `trace` is kept: it reads all that is programmed. */
  readonly isTraced?: boolean | undefined;
  /** Called before each page program and erase that the part accepts. May throw or ask for a fault. */
  readonly onCommand?: ((operation: FlashOperation) => FlashFault | undefined) | undefined;
}

/** The part. Its time is modelled: it passes by `wait` alone. */
export class NorChip {
  /** One number for all programs and erases so far: the same for the same run. 0 without `isTraced`. */
  trace = 0;
  readonly #options: NorChipOptions;
  #now = 0;
  #busyUntil = 0;
  #isEnabled = false;
  #protection = 0;
  #cut: FlashOperation | undefined;
  readonly #scratch = new Uint8Array(SCRATCH_SIZE);
  /** What is left of the last erase: from there on nothing was programmed since. */
  #blankFrom = 0;
  #blankTo = 0;

  constructor(options: NorChipOptions) {
    this.#options = options;
  }

  /** Command 05: always answered, also while the part is busy. */
  readStatus(): number {
    const busy = this.#isBusy ? STATUS_BUSY : 0;
    return busy | (this.#isEnabled ? STATUS_WRITE_ENABLED : 0) | (this.#protection << PROTECTION_SHIFT);
  }

  /** Command 01: sets the protection bits. Needs writing enabled. */
  writeStatus(value: number): void {
    if (!this.#takes()) return;
    this.#protection = (value & STATUS_PROTECTION) >> PROTECTION_SHIFT;
  }

  /** Command 06. It lasts for one program, erase or write of the status register. */
  writeEnable(): void {
    this.#expectPower();
    if (!this.#isBusy) this.#isEnabled = true;
  }

  /** Command 04. */
  writeDisable(): void {
    if (!this.#isBusy) this.#isEnabled = false;
  }

  /** Command 03. A busy part drives nothing: `into` stays. */
  read(address: number, into: Uint8Array): void {
    this.#expectPower();
    if (!this.#isBusy) this.#sense(address, into);
  }

  /** Command 02: clears bits of one page. What goes over the page's end comes in at its start; of more than a page, the last page counts. */
  pageProgram(address: number, data: Uint8Array): void {
    const { part } = this.#options;
    if (!this.#takes(address, part.pageSize)) return;
    const page = address - (address % part.pageSize);
    const wraps = address - page + data.length > part.pageSize;
    if (wraps) data = this.#wrapped(address - page, data);
    this.programSpan(wraps ? page : address, data);
    this.#work(part.programTypicalMicroseconds);
  }

  /** What page programs of one range, one after the other, leave. Neither enable nor time: a driver in a hurry counts both itself. */
  programSpan(address: number, data: Uint8Array): void {
    const operation: FlashOperation = { kind: 'program', address, size: data.length, data };
    this.run(operation, this.#options.onCommand?.(operation));
  }

  /** Commands 20, 52 and D8: sets a block to 0xFF. The address is any inside it. */
  erase(address: number, size: number): void {
    const eraser = this.#options.part.erasers.find((one) => one.size === size);
    const start = address - (address % size);
    if (eraser === undefined || !this.#takes(start, size)) return;
    const operation: FlashOperation = { kind: 'erase', address: start, size };
    this.run(operation, this.#options.onCommand?.(operation));
    this.#work(eraser.typicalMicroseconds);
  }

  /** Lets time pass. */
  wait(microseconds: number): void {
    this.#now += microseconds;
  }

  /** Performs a program or erase as far as the fault lets it. */
  run(operation: FlashOperation, fault: FlashFault | undefined): void {
    this.#expectPower();
    if (this.#options.isTraced === true) this.trace = traced(this.trace, operation);
    if (fault !== undefined && 'ignored' in fault) return;
    if (fault === undefined || fault.cut === 'after') this.#complete(operation);
    else this.#begin(operation, fault);
    if (fault !== undefined) this.lose(operation);
  }

  /** Power goes. */
  lose(operation: FlashOperation): never {
    this.#cut = operation;
    throw new PowerCut(operation);
  }

  get #isBusy(): boolean {
    return this.#now < this.#busyUntil;
  }

  #expectPower(): void {
    if (this.#cut !== undefined) throw new PowerCut(this.#cut);
  }

  /** Whether a command that changes cells is accepted; it uses the enable up, also when its place is protected. */
  #takes(address = 0, size = 0): boolean {
    this.#expectPower();
    if (this.#isBusy || !this.#isEnabled) return false;
    this.#isEnabled = false;
    return size === 0 || address + size <= this.#options.size - this.#protectedSize();
  }

  #protectedSize(): number {
    return this.#protection === 0 ? 0 : this.#options.size >>> (PROTECT_ALL - this.#protection);
  }

  #work(microseconds: number): void {
    this.#busyUntil = this.#now + microseconds;
  }

  #sense(address: number, into: Uint8Array): void {
    const { cells, weak, stuck } = this.#options;
    cells.read(address, into);
    weak?.disturb(address, into);
    for (const { address: at, mask } of stuck ?? []) {
      const value = into[at - address];
      if (value !== undefined) into[at - address] = value & ~mask;
    }
  }

  #wrapped(start: number, data: Uint8Array): Uint8Array {
    const { pageSize } = this.#options.part;
    const page = new Uint8Array(pageSize).fill(0xff);
    data.forEach((byte, index) => (page[(start + index) % pageSize] = byte));
    return page;
  }

  #complete({ kind, address, size, data }: FlashOperation): void {
    if (kind === 'program') return this.#clearBits(address, data ?? new Uint8Array(0));
    this.#options.cells.write(address, size <= SCRATCH_SIZE ? BLANK.subarray(0, size) : new Uint8Array(size).fill(0xff));
    this.#options.weak?.settle(address, size);
    this.#blankFrom = address;
    this.#blankTo = address + size;
  }

  /** What an interrupted operation leaves. */
  #begin({ kind, address, size, data = new Uint8Array(0) }: FlashOperation, fault: FlashFault): void {
    if (!('cut' in fault)) return;
    this.#blankTo = 0;
    if (fault.cut === 'prefix') this.#clearBits(address, data.subarray(0, fault.bytes));
    if (fault.cut === 'scatter') this.#clearBits(address, scatter(data, fault.seed));
    if (fault.cut === 'partly-erased') this.#options.cells.write(address, new Uint8Array(fault.bytes).fill(0xff));
    if (fault.cut === 'zero-filled') this.#options.cells.write(address + size - fault.bytes, new Uint8Array(fault.bytes));
    if (fault.cut === 'weak' && kind === 'program') this.#weaken(address, data, fault.seed);
    if (fault.cut === 'weak' && kind === 'erase') this.#weakErase(address, size, fault.seed);
  }

  #weaken(address: number, data: Uint8Array, seed: number): void {
    const before = new Uint8Array(data.length);
    this.#sense(address, before);
    const { programmed, undecided } = weakProgram(before, data, seed);
    this.#options.weak?.add(address, undecided);
    this.#clearBits(address, programmed);
  }

  #weakErase(address: number, size: number, seed: number): void {
    this.#options.cells.write(address, new Uint8Array(size).fill(0xff));
    this.#options.weak?.add(address, weakErase(size, seed));
  }

  /** What was erased just before becomes what is programmed; elsewhere every bit that is 0 in `data` is cleared. */
  #clearBits(address: number, data: Uint8Array): void {
    const { cells } = this.#options;
    if (this.#takeBlank(address, data.length)) return cells.write(address, data);
    const bytes = data.length <= SCRATCH_SIZE ? this.#scratch.subarray(0, data.length) : new Uint8Array(data.length);
    cells.read(address, bytes);
    // A blank place becomes what is programmed, too; to see that is quicker than to clear every bit.
    const isBlank = data.length <= SCRATCH_SIZE && Buffer.compare(bytes, BLANK.subarray(0, data.length)) === 0;
    if (!isBlank) clear(bytes, data);
    cells.write(address, isBlank ? data : bytes);
  }

  /** Whether the range was erased last of all and not programmed since; what lies before its end counts as programmed from now on. */
  #takeBlank(address: number, size: number): boolean {
    const isBlank = address >= this.#blankFrom && address + size <= this.#blankTo;
    if (isBlank) this.#blankFrom = address + size;
    else if (address < this.#blankTo && address + size > this.#blankFrom) this.#blankTo = 0;
    return isBlank;
  }
}

/** Clears what `data` has cleared, word by word: programming is half of what the model does. `bytes` begins its buffer. */
function clear(bytes: Uint8Array, data: Uint8Array): void {
  const count = bytes.length >>> 2;
  const words = new Uint32Array(bytes.buffer, 0, count);
  const from = data.byteOffset % 4 === 0 ? data : new Uint8Array(data);
  const masks = new Uint32Array(from.buffer, from.byteOffset, count);
  for (let i = 0; i < count; i++) words[i]! &= masks[i]!;
  for (let i = count * 4; i < bytes.length; i++) bytes[i]! &= data[i]!;
}
