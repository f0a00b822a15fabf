import { nameIn, readNumber, type CoreEnum, type CoreGlobals } from './flash-globals.ts';
import { readRecord, writeRecord, type RecordMemory, type SlotRecord } from './slot-record.ts';
import { namesOf } from './words.ts';

/** The 8 KiB of flash that the records live in: two erase sectors. Synchronous; a throw is a failure. */
export interface RecordDevice {
  read(offset: number, into: Uint8Array): void;
  erase(offset: number, size: number): void;
  program(offset: number, data: Uint8Array): void;
}

/** The exports of core.wasm that this file drives. */
export interface RecordExports
  extends RecordMemory,
    CoreGlobals<
      'RECORD_SECTORS' | 'RECORD_SECTOR' | 'recordLogCount' | 'recordLogOffset' | 'recordLogSize' | 'recordLogPointer' | 'recordLogStatus'
    > {
  readonly Status: CoreEnum;
  readonly RecordAction: CoreEnum;
  recordLogLoad(): number;
  recordLogAppend(distrust: number): number;
  recordLogNext(): number;
  recordLogDone(status: number): number;
  recordLogGet(index: number): number;
}

/**
 * The slot records of a board; one at a time for an instance of the core. The first append after this is made leaves behind the sector that was in use: power may
 * have failed while it was written, and cells that were in flight then are not built on.
 */
export class SlotRecords {
  readonly #core: RecordExports;
  readonly #device: RecordDevice;
  readonly #ok: number;
  #distrust = true;
  #loaded = false;

  /** Reads both sectors. */
  constructor(core: RecordExports, device: RecordDevice) {
    this.#core = core;
    this.#device = device;
    this.#ok = readNumber(core.Status['Ok']);
    this.#load();
  }

  /** The newest record of every component. */
  list(): SlotRecord[] {
    this.#load();
    return Array.from({ length: readNumber(this.#core.recordLogCount) }, (_, index) => {
      this.#expect(this.#core.recordLogGet(index), 'reading a slot record');
      return readRecord(this.#core);
    });
  }

  /** The newest record of one component. */
  find(component: string): SlotRecord | undefined {
    return this.list().find((record) => record.component === component);
  }

  /** Makes this the component's newest record, on flash and read back. When it throws, the one before is whole. */
  append(record: SlotRecord): void {
    this.#load();
    const what = `writing the slot record of "${record.component}"`;
    writeRecord(this.#core, record);
    this.#expect(this.#core.recordLogAppend(this.#distrust ? 1 : 0), what);
    const cause = this.#carryOut();
    const status = readNumber(this.#core.recordLogStatus);
    this.#loaded = status === this.#ok;
    this.#distrust = !this.#loaded;
    if (this.#loaded) return;
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    throw new Error(`${what} failed (${nameIn(this.#core.Status, status)})${reason}; the record before it is whole`, { cause });
  }

  /** Reads both sectors, unless what the core holds is known to be what they hold. */
  #load(): void {
    if (this.#loaded) return;
    const at = readNumber(this.#core.RECORD_SECTORS);
    this.#device.read(0, this.#bytes(at, 2 * readNumber(this.#core.RECORD_SECTOR)));
    this.#expect(this.#core.recordLogLoad(), 'reading the slot records');
    this.#loaded = true;
  }

  /** Performs every action. Answers what the device threw. */
  #carryOut(): unknown {
    let cause: unknown;
    for (;;) {
      const action = namesOf(this.#core.RecordAction)[this.#core.recordLogNext()] ?? 'unknown';
      if (action === 'Done' || action === 'Failed') return cause;
      let status = this.#ok;
      try {
        this.#perform(action);
      } catch (error) {
        cause = error;
        status = readNumber(this.#core.Status['DeviceFailed']);
      }
      this.#expect(this.#core.recordLogDone(status), 'reporting an action');
    }
  }

  #perform(action: string): void {
    const offset = readNumber(this.#core.recordLogOffset);
    const size = readNumber(this.#core.recordLogSize);
    if (action === 'Erase') return this.#device.erase(offset, size);
    const bytes = this.#bytes(readNumber(this.#core.recordLogPointer), size);
    if (action === 'Read') return this.#device.read(offset, bytes);
    if (action === 'Program') return this.#device.program(offset, bytes);
    throw new Error(`core.wasm asks for "${action}", which this host does not know: build both from one source`);
  }

  #bytes(at: number, size: number): Uint8Array {
    return new Uint8Array(this.#core.memory.buffer, at, size);
  }

  #expect(status: number, what: string): void {
    if (status !== this.#ok) throw new Error(`${what} failed: the core answers ${nameIn(this.#core.Status, status)}`);
  }
}
