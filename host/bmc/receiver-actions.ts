// Performs the receiver's actions on the board: staging, flash, records; and says in events what happened.
import type { ComponentSnapshot, ReceiverHost, TransferSnapshot } from '../core/receiver-exports.ts';
import type { SlotRecord } from '../core/slot-record.ts';
import type { ControllerEvent } from './event-log.ts';
import type { FlashPart } from './flash-part.ts';
import { noteEvent, recordEvents } from './note-events.ts';
import type { SlotLog } from './slot-log.ts';
import type { Slots } from './slots.ts';
import type { Staging } from './staging.ts';

export interface ReceiverActionsOptions {
  readonly staging: Staging;
  readonly slots: Slots;
  readonly slotLog: SlotLog;
  /** The newest record of each component at the start. */
  readonly records: readonly SlotRecord[];
  respond(link: number, message: Uint8Array): void;
  transfer(): TransferSnapshot;
  components(): readonly ComponentSnapshot[];
  say(event: ControllerEvent): void;
}

export class ReceiverActions implements ReceiverHost {
  readonly #options: ReceiverActionsOptions;
  readonly #records: Map<string, SlotRecord>;
  /** What the last action that failed threw, until it has been told. */
  #cause: unknown;

  constructor(options: ReceiverActionsOptions) {
    this.#options = options;
    this.#records = new Map(options.records.map((record) => [record.component, record]));
  }

  respond(link: number, message: Uint8Array): void {
    this.#options.respond(link, message);
  }

  openStaging(digest: string, size: number): number {
    this.#cause = undefined;
    return this.#options.staging.open(digest, size);
  }

  writeStaging(offset: number, data: Uint8Array): void {
    this.#options.staging.write(offset, data);
  }

  readStaging(offset: number, into: Uint8Array): void {
    this.#options.staging.read(offset, into);
  }

  closeStaging(): void {
    this.#options.staging.close();
  }

  discardStaging(digest: string): void {
    this.#options.staging.discard(digest);
  }

  selectFlash(component: string): FlashPart {
    return this.#options.slots.partOf(component);
  }

  readFlash(component: string, slot: number, offset: number, into: Uint8Array): void {
    this.#options.slots.read(component, slot, offset, into);
  }

  eraseFlash(component: string, slot: number, offset: number, size: number): void {
    this.#options.slots.erase(component, slot, offset, size);
  }

  programFlash(component: string, slot: number, offset: number, data: Uint8Array): void {
    this.#options.slots.program(component, slot, offset, data);
  }

  writeRecord(record: SlotRecord): void {
    this.#options.slotLog.append(record);
    const before = this.#records.get(record.component);
    this.#records.set(record.component, record);
    for (const event of recordEvents(before, record)) this.#options.say(event);
  }

  note(note: string): void {
    const transfer = this.#options.transfer();
    const component = this.#options.components().find(({ name }) => name === transfer.component);
    this.#options.say(noteEvent(note, transfer, { cause: this.#cause, isWhole: component?.running !== undefined }));
  }

  failed(action: string, cause: unknown): void {
    this.#cause = cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.#options.say({ event: 'action-failed', text: `${action} failed: ${reason}`, fields: { action } });
  }
}
