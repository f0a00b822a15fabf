/**
 * Where slot records go: two 4 KiB sectors used in turn, sixteen pages each, for up to sixteen components. A record
 * is appended to the next blank page. When there is none, the other sector is erased, the newest record of every
 * other component is copied into it, and the new record is written last.
 *
 *     home    │ a1 b1 a2 c1 a3 … full │        At any cut the newest record of each component is whole in one of
 *     target  │ erase → b1 c1 → a4    │        the two: home is not touched, and stale until a4 is in.
 *
 * The first append after power came on does not build on what was in flight when it failed: such a page may read right
 * now and wrong later. It writes home's last page once more, moves, leaves a number out so that no page in flight can
 * have the new record's, and erases home too, with everything in doubt. Sixteen components fill a sector: then there is
 * no room to write the last page once more, and a second cut can leave that one component its record before.
 *
 * The machine touches no flash: it answers what to do next, on what the host read into RECORD_SECTORS. Every page is
 * read back. A page that does not hold what was written is passed over.
 */
import { Status } from "../status";
import {
  RECORD_SIZE,
  recordCheck,
  recordDecode,
  recordEncode,
  recordIsBlank,
  recordIsNewer,
  recordNumber,
  recordSameComponent,
} from "./slot-record";

/** Bytes of one of the two sectors. */
export const RECORD_SECTOR: u32 = 4096;
/** Both sectors as the flash holds them, one after the other. The host fills it before `recordLogLoad`. */
export const RECORD_SECTORS: usize = memory.data(8192, 16);
/** Components that one log takes. */
export const RECORD_LIMIT: u32 = 16;
/** The newest record of each component, one page each. Set by `recordLogLoad`, kept up by a finished append. */
export const RECORD_KEPT: usize = memory.data(4096, 16);
/** Records in RECORD_KEPT. */
export let recordLogCount: u32 = 0;

/** What the host does next; offsets count from the first of the two sectors. Append only. */
export enum RecordAction {
  /** Read `recordLogSize` bytes at `recordLogOffset` to `recordLogPointer`. */
  Read = 0,
  /** Erase the sector of `recordLogSize` bytes at `recordLogOffset`. */
  Erase = 1,
  /** Program the page at `recordLogPointer` to `recordLogOffset`. */
  Program = 2,
  /** The new record is written and read back. */
  Done = 3,
  /** It is not; `recordLogStatus` says why. The record before it is whole. Load again before the next append. */
  Failed = 4,
}

/** Where the action is. Set by `recordLogNext`, like the next two. */
export let recordLogOffset: u32 = 0;
export let recordLogSize: u32 = 0;
export let recordLogPointer: usize = 0;
/** Why the append failed; Ok before that. */
export let recordLogStatus: Status = Status.WrongState;

const PAGES: u32 = RECORD_SECTOR / RECORD_SIZE;
/** Pages that one append may write before it gives the part up: a move that meets as many bad pages as good ones. */
const WRITE_LIMIT: u32 = 64;
const NOWHERE: u32 = 0xffffffff;

/** What is being written now. */
enum Step {
  /** The new record, into a sector that has room and everything else. */
  Appending,
  /** Records that only the sector to be erased holds, into the other: a page of it has gone bad. */
  Rescuing,
  /** The target, to be erased. */
  Erasing,
  /** The other components' records, into the target. */
  Copying,
  /** The new record, into the target. */
  Closing,
  /** Home, to be erased: it may hold what was in flight. */
  Cleaning,
}

/** The record to be appended. */
const fresh: usize = memory.data(256, 16);
let loaded: bool = false;
let action: RecordAction = RecordAction.Failed;
let awaited: bool = false;
let step: Step = Step.Appending;
/** Sector (0 or 1) that is written now. */
let sector: u32 = 0;
/** Sector that holds the newest records. */
let home: u32 = 0;
/** Index in RECORD_KEPT of the component to be appended; recordLogCount when it is a new one. */
let replaced: u32 = 0;
/** Index in RECORD_KEPT of the record that is rescued or copied next. */
let cursor: u32 = 0;
let writes: u32 = 0;
/** What was in flight when power failed may lie in either sector. */
let distrusted: bool = false;
/** The bytes that the page being written must read back as. */
let source: usize = 0;

/** Finds the newest record of every component in RECORD_SECTORS. NoRoom when there are more than sixteen. */
export function recordLogLoad(): Status {
  loaded = false;
  recordLogCount = 0;
  end(Status.WrongState);
  for (let i: u32 = 0; i < 2 * PAGES; i++) {
    const page: usize = RECORD_SECTORS + i * RECORD_SIZE;
    if (recordCheck(page) != Status.Ok) continue;
    const index: u32 = keptIndex(page);
    if (index == RECORD_LIMIT) return Status.NoRoom;
    if (index < recordLogCount && !recordIsNewer(page, kept(index))) continue;
    memory.copy(kept(index), page, RECORD_SIZE);
    recordLogCount = max<u32>(recordLogCount, index + 1);
  }
  loaded = true;
  return Status.Ok;
}

/**
 * Starts to append the record at hand (slot-record.ts), numbered one above the component's newest. With `distrust`
 * (the first append after power came on) what was in flight when power failed is not built on: both the last page
 * written and pages that read as blank are left behind for a sector that is erased now. It is numbered two above then.
 */
export function recordLogAppend(distrust: bool): Status {
  distrusted = distrust;
  const status: Status = prepare();
  if (status != Status.Ok) {
    end(status);
    return status;
  }
  loaded = false;
  awaited = false;
  writes = 0;
  recordLogStatus = Status.Ok;
  home = homeSector();
  if (distrust || (!appendTo(home) && !appendTo(1 - home))) move();
  return Status.Ok;
}

/** Makes the page that is to be appended. */
function prepare(): Status {
  if (!loaded) return Status.WrongState;
  const status: Status = recordEncode(fresh);
  if (status != Status.Ok) return status;
  replaced = keptIndex(fresh);
  if (replaced == RECORD_LIMIT) return Status.NoRoom;
  const newest: u32 = replaced < recordLogCount ? load<u32>(kept(replaced), 8) : 0;
  recordNumber(newest + (distrusted ? 2 : 1));
  return recordEncode(fresh);
}

/** The next action. Asked again before `recordLogDone`, the same one. */
export function recordLogNext(): RecordAction {
  awaited = action < RecordAction.Done;
  return action;
}

/** Reports the action of `recordLogNext` as done (Ok) or failed. WrongState when none is open, else Ok. */
export function recordLogDone(result: Status): Status {
  if (!awaited) return Status.WrongState;
  awaited = false;
  // The new record is in when home is cleaned: that home resists changes nothing.
  if (step == Step.Cleaning && (result != Status.Ok || action == RecordAction.Read)) end(Status.Ok);
  else if (result != Status.Ok) end(Status.DeviceFailed);
  else if (action != RecordAction.Read) request(RecordAction.Read, recordLogOffset, recordLogSize, RECORD_SECTORS + recordLogOffset);
  else if (step == Step.Erasing) copyNext();
  else if (memory.compare(RECORD_SECTORS + recordLogOffset, source, RECORD_SIZE) == 0) written();
  else again();
  return Status.Ok;
}

/** Makes the component's newest record at `index` of RECORD_KEPT the record at hand. */
export function recordLogGet(index: u32): Status {
  return index < recordLogCount ? recordDecode(kept(index)) : Status.BadArgument;
}

function kept(index: u32): usize {
  return RECORD_KEPT + <usize>(index * RECORD_SIZE);
}

/** Index of the record's component in RECORD_KEPT, or the one after the last. */
function keptIndex(page: usize): u32 {
  let index: u32 = 0;
  while (index < recordLogCount && !recordSameComponent(kept(index), page)) index++;
  return index;
}

function request(wanted: RecordAction, offset: u32, size: u32, pointer: usize): void {
  action = wanted;
  recordLogOffset = offset;
  recordLogSize = size;
  recordLogPointer = pointer;
}

function end(status: Status): void {
  recordLogStatus = status;
  request(status == Status.Ok ? RecordAction.Done : RecordAction.Failed, 0, 0, 0);
}

/** Does the sector hold this record, byte for byte? */
function holds(where: u32, record: usize): bool {
  for (let i: u32 = 0; i < PAGES; i++) {
    if (memory.compare(RECORD_SECTORS + where * RECORD_SECTOR + i * RECORD_SIZE, record, RECORD_SIZE) == 0) return true;
  }
  return false;
}

/** How many of the newest records the sector lacks, the one at `except` not counted. */
function lacking(where: u32, except: u32): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < recordLogCount; i++) {
    if (i != except && !holds(where, kept(i))) count++;
  }
  return count;
}

/** Offset of the sector's first blank page. */
function blankIn(where: u32): u32 {
  for (let offset: u32 = where * RECORD_SECTOR; offset < (where + 1) * RECORD_SECTOR; offset += RECORD_SIZE) {
    if (recordIsBlank(RECORD_SECTORS + offset)) return offset;
  }
  return NOWHERE;
}

function blanksIn(where: u32): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < PAGES; i++) count += recordIsBlank(RECORD_SECTORS + where * RECORD_SECTOR + i * RECORD_SIZE) ? 1 : 0;
  return count;
}

/**
 * The sector to keep when the other is erased: the one that loses fewer records for which it has no blank page; then
 * the one that lacks fewer; then the fuller one, from which the other was being filled.
 */
function homeSector(): u32 {
  const lacks0: u32 = lacking(0, NOWHERE);
  const lacks1: u32 = lacking(1, NOWHERE);
  const blanks0: u32 = blanksIn(0);
  const blanks1: u32 = blanksIn(1);
  const lost0: u32 = lacks0 - min<u32>(lacks0, blanks0);
  const lost1: u32 = lacks1 - min<u32>(lacks1, blanks1);
  if (lost0 != lost1) return lost0 < lost1 ? 0 : 1;
  if (lacks0 != lacks1) return lacks0 < lacks1 ? 0 : 1;
  return blanks0 <= blanks1 ? 0 : 1;
}

/** Appends to this sector when that leaves it with every component's newest record. */
function appendTo(where: u32): bool {
  if (blankIn(where) == NOWHERE || lacking(where, replaced) != 0) return false;
  step = Step.Appending;
  sector = where;
  program(fresh);
  return true;
}

/** Programs the page at `from` to the next blank page of `sector`. */
function program(from: usize): void {
  const offset: u32 = blankIn(sector);
  if (offset == NOWHERE || writes == WRITE_LIMIT) {
    end(Status.VerifyFailed);
    return;
  }
  writes++;
  source = from;
  request(RecordAction.Program, offset, RECORD_SIZE, from);
}

/** Leaves home for the other sector. */
function move(): void {
  step = Step.Rescuing;
  sector = home;
  cursor = 0;
  const last: u32 = distrusted ? keptInLastPage() : recordLogCount;
  if (last < recordLogCount && blankIn(home) != NOWHERE) program(kept(last));
  else rescueNext();
}

/** Index in RECORD_KEPT of the record in home's last page that is not blank; recordLogCount when it is none of them. */
function keptInLastPage(): u32 {
  const start: usize = RECORD_SECTORS + home * RECORD_SECTOR;
  let offset: u32 = RECORD_SECTOR;
  while (offset > 0 && recordIsBlank(start + offset - RECORD_SIZE)) offset -= RECORD_SIZE;
  if (offset == 0) return recordLogCount;
  let index: u32 = 0;
  while (index < recordLogCount && memory.compare(start + offset - RECORD_SIZE, kept(index), RECORD_SIZE) != 0) index++;
  return index;
}

function rescueNext(): void {
  while (cursor < recordLogCount && holds(home, kept(cursor))) cursor++;
  if (cursor < recordLogCount && blankIn(home) != NOWHERE && writes < WRITE_LIMIT) {
    program(kept(cursor));
    return;
  }
  // What finds no room there is kept in memory alone while the target is erased: the best that is left.
  step = Step.Erasing;
  sector = 1 - home;
  cursor = 0;
  request(RecordAction.Erase, sector * RECORD_SECTOR, RECORD_SECTOR, 0);
}

function copyNext(): void {
  if (cursor == replaced) cursor++;
  if (cursor < recordLogCount) {
    step = Step.Copying;
    program(kept(cursor));
    return;
  }
  step = Step.Closing;
  program(fresh);
}

/** A page reads back as it was written. */
function written(): void {
  if (step == Step.Rescuing) {
    rescueNext();
  } else if (step == Step.Copying) {
    cursor++;
    copyNext();
  } else {
    memory.copy(kept(replaced), fresh, RECORD_SIZE);
    recordLogCount = max<u32>(recordLogCount, replaced + 1);
    loaded = true;
    if (distrusted && step == Step.Closing) clean();
    else end(Status.Ok);
  }
}

function clean(): void {
  step = Step.Cleaning;
  request(RecordAction.Erase, home * RECORD_SECTOR, RECORD_SECTOR, 0);
}

/** A page does not: the next blank one is tried, and after the last of a full sector the other sector. */
function again(): void {
  if (step == Step.Appending && blankIn(sector) == NOWHERE) move();
  else if (step == Step.Rescuing) rescueNext();
  else program(source);
}
