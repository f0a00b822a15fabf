// Everything of a board that outlives its power: the cells of every chip, and the files. It can be copied in the middle
// of any operation, as a power cut there would leave it.
import { PowerCut, rolls, type FlashFault, type FlashOperation } from '../../host/bmc/flash-fault.ts';
import type { FlashCells } from '../../host/bmc/flash-cells.ts';
import type { FlashPart } from '../../host/bmc/flash-part.ts';
import { NorChip } from '../../host/bmc/nor-chip.ts';
import { WeakBits } from '../../host/bmc/weak-bits.ts';
import { CrashingFiles, type CrashKind, type FileOperation } from './crashing-files.ts';

/** How power fails at an operation: before it, inside it, inside it with bits left undecided, or right after it. */
export const CUTS = ['before', 'torn', 'weak', 'after'] as const;
export type Cut = (typeof CUTS)[number];

/** An operation on the medium, before it happens. */
export type MediumOperation =
  | { readonly chip: string; readonly flash: FlashOperation }
  | { readonly chip?: never; readonly file: FileOperation };

/** In words, for messages. */
export function operationText(operation: MediumOperation): string {
  if (operation.chip === undefined) return `${operation.file.kind} of ${operation.file.size} bytes at ${operation.file.offset} of ${operation.file.path.slice(-12)}`;
  const { kind, size, address } = operation.flash;
  return `${kind} of ${size} bytes at 0x${address.toString(16)} of the chip ${operation.chip}`;
}

interface Chip {
  readonly cells: SharedCells;
  readonly weak: WeakBits;
  readonly size: number;
  readonly part: FlashPart;
}

/** Cells whose bytes are shared with their copies until one of them changes. */
class SharedCells implements FlashCells {
  #bytes: Uint8Array;
  #isShared: boolean;

  constructor(bytes: Uint8Array, isShared = false) {
    this.#bytes = bytes;
    this.#isShared = isShared;
  }

  copy(): SharedCells {
    this.#isShared = true;
    return new SharedCells(this.#bytes, true);
  }

  /** A view, to be looked at only. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  read(address: number, into: Uint8Array): void {
    into.set(this.#bytes.subarray(address, address + into.length));
  }

  write(address: number, from: Uint8Array): void {
    if (this.#isShared) this.#bytes = this.#bytes.slice();
    this.#isShared = false;
    this.#bytes.set(from, address);
  }

  sync(): void {}
  close(): void {}
}

const CRASHES: readonly CrashKind[] = ['none of it', 'its first part', 'any part', 'all of it'];

export class Medium {
  files = new CrashingFiles();
  readonly #chips = new Map<string, Chip>();

  addChip(name: string, part: FlashPart, size: number): void {
    this.#chips.set(name, { cells: new SharedCells(new Uint8Array(size).fill(0xff)), weak: new WeakBits(1), size, part });
  }

  chip(name: string): Chip {
    const chip = this.#chips.get(name);
    if (chip === undefined) throw new Error(`no chip is named "${name}"`);
    return chip;
  }

  /** What a chip's cells hold, undecided bits as they were left. A view, to be looked at only. */
  bytes(name: string, size = this.chip(name).size): Uint8Array {
    return this.chip(name).cells.bytes.subarray(0, size);
  }

  copy(seed: number): Medium {
    const copy = new Medium();
    copy.files = this.files.copy();
    for (const [name, { cells, size, part, weak }] of this.#chips) copy.#chips.set(name, { cells: cells.copy(), size, part, weak: weak.copy(seed) });
    return copy;
  }

  /** What is left when power fails at this operation of this medium. The seed picks how. */
  cutAt(operation: MediumOperation, cut: Cut, seed: number): Medium {
    const left = this.copy(seed);
    const roll = rolls(seed);
    if (operation.chip !== undefined) left.#interrupt(operation.chip, operation.flash, flashFault(operation.flash, cut, roll));
    else if (cut !== 'before') operation.file.perform(left.files, cut === 'after' ? 1 : (roll() % 1000) / 1000);
    left.files.crash(CRASHES[roll() % CRASHES.length]!, roll());
    return left;
  }

  #interrupt(name: string, operation: FlashOperation, fault: FlashFault): void {
    try {
      new NorChip(this.chip(name)).run(operation, fault);
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    }
  }
}

function flashFault({ kind, size }: FlashOperation, cut: Cut, roll: () => number): FlashFault {
  if (cut === 'before' || cut === 'after') return { cut };
  if (cut === 'weak') return { cut, seed: roll() };
  const bytes = roll() % (size + 1);
  if (kind === 'erase') return roll() % 2 === 0 ? { cut: 'partly-erased', bytes } : { cut: 'zero-filled', bytes };
  return roll() % 2 === 0 ? { cut: 'prefix', bytes } : { cut: 'scatter', seed: roll() };
}
