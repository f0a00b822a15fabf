// The flash chips of a board: one for each slot, and one for the slot records. Each is a file `NAME-SLOT.flash`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RECORDS_SIZE, type Board, type BoardComponent } from './board.ts';
import type { FlashFault, FlashOperation } from './flash-fault.ts';
import type { FlashCells } from './flash-cells.ts';
import type { FlashPart } from './flash-part.ts';
import { NorFlash } from './nor-flash.ts';
import { touchesProtected, type ProtectedRegion } from './protected-regions.ts';
import type { WeakBits } from './weak-bits.ts';

export interface SlotsOptions {
  readonly board: Board;
  /** Where the files are. Without it the chips live in memory. */
  readonly directory?: string | undefined;
  /** The array of a chip that outlives this, by its name. Not with `directory`. */
  readonly cells?: ((chip: string) => { readonly cells: FlashCells; readonly weak: WeakBits }) | undefined;
  /** Called before each page program and erase with the chip's name. May throw or ask for a fault. */
  readonly onCommand?: ((chip: string, operation: FlashOperation) => FlashFault | undefined) | undefined;
  /** Called before each operation with the chip's name, `bmc-0` or `records`. May throw or ask for a fault. */
  readonly inject?: ((chip: string, operation: FlashOperation) => FlashFault | undefined) | undefined;
}

/** The chips, all open. */
export class Slots {
  /** The chip with the slot records. */
  readonly records: NorFlash;
  readonly #components: ReadonlyMap<string, BoardComponent>;
  readonly #chips = new Map<string, NorFlash>();
  readonly #changed = new Set<NorFlash>();
  readonly #options: SlotsOptions;

  /** Opens every chip; missing ones are made blank. */
  constructor(options: SlotsOptions) {
    this.#options = options;
    this.#components = new Map(options.board.components.map((component) => [component.name, component]));
    if (options.directory !== undefined) mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    try {
      for (const { name, part, slotCount, slotSize } of options.board.components) {
        for (let slot = 0; slot < slotCount; slot++) this.#openChip(`${name}-${slot}`, part, slotSize);
      }
      this.records = this.#openChip('records', options.board.recordsPart, RECORDS_SIZE);
    } catch (error) {
      this.#forEachChip((chip) => chip.close());
      throw error;
    }
  }

  /** The part that a component's slots lie in. */
  partOf(component: string): FlashPart {
    const found = this.#components.get(component);
    if (found === undefined) throw new Error(`slots: the board has no component "${component}"`);
    return found.part;
  }

  /** What no image changes in the only slot of a component. */
  regionsOf(component: string): readonly ProtectedRegion[] {
    return this.#components.get(component)?.protectedRegions ?? [];
  }

  read(component: string, slot: number, offset: number, into: Uint8Array): void {
    this.#chip(component, slot).read(offset, into);
  }

  erase(component: string, slot: number, offset: number, size: number): void {
    this.#expectFree(component, offset, size);
    const chip = this.#chip(component, slot);
    this.#changed.add(chip);
    chip.erase(offset, size);
  }

  program(component: string, slot: number, offset: number, data: Uint8Array): void {
    this.#expectFree(component, offset, data.length);
    const chip = this.#chip(component, slot);
    this.#changed.add(chip);
    chip.program(offset, data);
  }

  /** Makes what the slots hold outlive a power failure: before a record says that it is there. */
  sync(): void {
    for (const chip of this.#changed) chip.sync();
    this.#changed.clear();
  }

  /** Every chip, by its name. */
  chips(): { readonly name: string; readonly chip: NorFlash }[] {
    return [...this.#chips].map(([name, chip]) => ({ name, chip }));
  }

  /** Lets go of every chip, whatever happens; the first error comes out at the end. */
  close(): void {
    this.#forEachChip((chip) => chip.close());
  }

  /** As a part whose blocks are locked, but loud: nothing of ours may ever try. */
  #expectFree(component: string, offset: number, size: number): void {
    if (!touchesProtected(this.regionsOf(component), offset, size)) return;
    throw new Error(`slots: ${size} bytes at ${offset} of "${component}" touch a protected region; nothing was changed`);
  }

  #openChip(name: string, part: FlashPart, size: number): NorFlash {
    const { directory, inject, onCommand, cells } = this.#options;
    const chip = new NorFlash({
      part,
      size,
      ...(directory === undefined ? {} : { path: join(directory, `${name}.flash`) }),
      ...cells?.(name),
      ...(onCommand === undefined ? {} : { onCommand: (operation) => onCommand(name, operation) }),
      ...(inject === undefined ? {} : { inject: (operation) => inject(name, operation) }),
    });
    this.#chips.set(name, chip);
    return chip;
  }

  #chip(component: string, slot: number): NorFlash {
    const chip = this.#chips.get(`${component}-${slot}`);
    if (chip === undefined) throw new Error(`slots: the board has no slot ${slot} of "${component}"`);
    return chip;
  }

  #forEachChip(act: (chip: NorFlash) => void): void {
    const errors: unknown[] = [];
    for (const chip of this.#chips.values()) {
      try {
        act(chip);
      } catch (error) {
        errors.push(error);
      }
    }
    this.#chips.clear();
    if (errors.length > 0) throw errors[0];
  }
}
