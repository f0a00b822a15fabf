// Every slot record that the records chip still holds, not only the newest ones: for people who look at a board. Reads
// what it is given and changes nothing; slot-records.ts is what the controller uses.
import { nameIn, readNumber, type CoreEnum, type CoreGlobals } from './flash-globals.ts';
import { readRecord, type RecordMemory, type SlotRecord } from './slot-record.ts';

/** The exports of core.wasm that this file drives. */
export interface RecordPageExports extends RecordMemory, CoreGlobals<'RECORD_SECTORS' | 'RECORD_SECTOR' | 'RECORD_SIZE' | 'recordSequence'> {
  readonly Status: CoreEnum;
  recordDecode(page: number): number;
}

/** One record as it lies on the chip. */
export interface RecordPage {
  /** Of its first byte, from the start of the chip. */
  readonly offset: number;
  /** Higher than that of the component's record before; may wrap. */
  readonly sequence: number;
  readonly record: SlotRecord;
}

export interface RecordPages {
  /** In the order of the chip. */
  readonly pages: readonly RecordPage[];
  readonly blank: number;
  /** Torn by a power cut, or none of ours. */
  readonly unreadable: number;
  readonly count: number;
}

/** Decodes the bytes of both sectors. The core's record at hand is lost. */
export function readRecordPages(core: RecordPageExports, bytes: Uint8Array): RecordPages {
  const at = readNumber(core.RECORD_SECTORS);
  const size = readNumber(core.RECORD_SIZE);
  const all = new Uint8Array(core.memory.buffer, at, 2 * readNumber(core.RECORD_SECTOR));
  if (bytes.length !== all.length) throw new RangeError(`the slot records: expected ${all.length} bytes, got ${bytes.length}`);
  all.set(bytes);
  const pages: RecordPage[] = [];
  let blank = 0;
  for (let offset = 0; offset < all.length; offset += size) {
    const status = nameIn(core.Status, core.recordDecode(at + offset));
    if (status === 'Ok') pages.push({ offset, sequence: readNumber(core.recordSequence) >>> 0, record: readRecord(core) });
    if (status === 'NoRecord') blank++;
  }
  const count = all.length / size;
  return { pages, blank, unreadable: count - blank - pages.length, count };
}

/** Whether a record was written after another one of its component. Sequences wrap: compared by subtraction. */
export function isNewerRecord(one: RecordPage, other: RecordPage): boolean {
  return ((one.sequence - other.sequence) | 0) > 0;
}

/** The records of each component, the oldest first; copies that were made when a sector was full are there once. */
export function recordsByComponent({ pages }: RecordPages): ReadonlyMap<string, readonly RecordPage[]> {
  const found = new Map<string, RecordPage[]>();
  for (const page of pages) {
    const own = found.get(page.record.component) ?? [];
    if (!own.some(({ sequence }) => sequence === page.sequence)) own.push(page);
    found.set(page.record.component, own);
  }
  for (const own of found.values()) own.sort((one, other) => (isNewerRecord(one, other) ? 1 : -1));
  return found;
}
