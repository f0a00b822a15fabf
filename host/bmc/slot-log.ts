// The slot records of the board on their chip. A record never says more than what the slots hold already.
import { SlotRecords, type RecordExports } from '../core/slot-records.ts';
import type { SlotRecord } from '../core/slot-record.ts';
import { isBlockNote } from './block-note.ts';
import type { Slots } from './slots.ts';

/** The newest record of every component, and appending the next. */
export class SlotLog {
  readonly #slots: Slots;
  readonly #records: SlotRecords;
  /** What was appended last for each component and is safely there: not read back from the core for each note. */
  readonly #appended = new Map<string, SlotRecord>();

  constructor(core: RecordExports, slots: Slots) {
    this.#slots = slots;
    this.#records = new SlotRecords(core, {
      read: (offset, into) => slots.records.read(offset, into),
      erase: (offset, size) => slots.records.erase(offset, size),
      program: (offset, data) => slots.records.program(offset, data),
    });
  }

  list(): SlotRecord[] {
    return this.#records.list();
  }

  /** Makes this the component's newest record, safe from a power failure. When it throws, the one before is whole. */
  append(record: SlotRecord): void {
    const before = this.#appended.get(record.component) ?? this.#records.find(record.component);
    this.#appended.delete(record.component);
    // A note of the block that is next is as good as the chip makes it: a file, which needs flushing, has no weak bits.
    const isNote = before !== undefined && isBlockNote(before, record);
    if (!isNote) this.#slots.sync();
    this.#records.append(record);
    if (!isNote) this.#slots.records.sync();
    this.#appended.set(record.component, record);
  }
}
