/**
 * Writes one staged image into one slot of the flash. The machine touches neither: it answers what to do next, the
 * host does it and says how it went.
 *
 *      storeBegin
 *          ▼
 *     Verifying ──────── what of staging was not hashed while it arrived is read and hashed; a wrong digest ends here,
 *          ▼             before the first erase
 *      Writing  ◄──────┐ per 64 KiB: read staging, read flash, plan; nothing to do → hash what was read, next block
 *          │ erase and program as planned, read the block back; differs → erase and write it again. What was read back is
 *          ▼             hashed: with another than the promised digest it ends here
 *    ReadingBack ─────── the image's range is read once more, by now all of it written: a block that a later one has disturbed
 *          ▼             has another CRC-32 than when it was hashed
 *        Ended           Done or Failed, for `storeStatus`
 *
 * Blocks that are protected are neither read from flash nor erased nor programmed. In their place the image's own bytes go
 * into the hash of Writing, so that this still proves the rest; ReadingBack then makes another one of what lies outside of
 * them, by which the slot can be verified later, without the image.
 *
 * There is no state to keep over a power cut but one: which blocks were under way. Whoever noted `storeBlock` before
 * the first erase or program of a block gives that range to `storeDistrust` then; everything else that is already
 * right costs only its reads.
 * SHA-256 is the host's work, as a device has an engine for it: the machine says which bytes go in, in order, and compares.
 */
import { crc32 } from "../checksum/crc32";
import { Status } from "../status";
import { GEOMETRY_BLOCK, GEOMETRY_PAGE, GEOMETRY_SECTOR, geometryErase, geometryProgram } from "./geometry";
import { PLAN_ENTRIES, PLAN_ENTRY_SIZE, PlanOperation, planBlock, planCount } from "./plan";
import { PROTECTION_SIZE, protectionAdd, protectionHas, protectionIsAny } from "./protection";

/** What the host does next. `storeOffset`, `storeSize` and `storePointer` say where. Append only. */
export enum StoreAction {
  /** Read `storeSize` bytes of staging at `storeOffset` to `storePointer`. */
  ReadStaging = 0,
  /** Read `storeSize` bytes of the slot at `storeOffset` to `storePointer`. */
  ReadFlash = 1,
  /** Erase `storeSize` bytes of the slot at `storeOffset`: one of the part's erase blocks. */
  EraseFlash = 2,
  /** Program `storeSize` bytes at `storePointer` into the slot at `storeOffset`: whole pages. */
  ProgramFlash = 3,
  /** The slot holds the image, read back and hashed. */
  Done = 4,
  /** It does not; `storeStatus` says why. */
  Failed = 5,
  /** Take `storeSize` bytes at `storePointer` into the running SHA-256; with `storeOffset` 0 a new one begins. */
  Hash = 6,
  /** Put the running SHA-256, 32 bytes, at `storePointer`. */
  HashEnd = 7,
}

/** Where the machine is. `storeBytesDone` counts from 0 in each of the three that work. Append only. */
export enum StorePhase {
  /** `storeBegin` was never called. */
  Idle = 0,
  /** Hashing staging. Flash was not touched. */
  Verifying = 1,
  /** Comparing, erasing, programming and comparing again, block by block. */
  Writing = 2,
  /** Hashing what the slot holds now. */
  ReadingBack = 3,
  /** Done or failed. */
  Ended = 4,
}

/** What is awaited inside Verifying and Writing. */
enum Step {
  Staging,
  Flash,
  Operation,
  Compare,
  Hash,
  HashEnd,
}

/** A block that does not read back as written is erased and written this often again. */
const RETRIES: u32 = 3;

/** 64 KiB: what was read of staging, padded with 0xFF. The host fills it where `storePointer` says. */
export const STORE_STAGED: usize = memory.data(65536, 64);
/** 64 KiB: what was read of the slot. The host fills it where `storePointer` says. */
export const STORE_FLASH: usize = memory.data(65536, 64);
/** 32 bytes: the promised SHA-256. The host may fill it and pass its address to `storeBegin`. */
export const STORE_DIGEST: usize = memory.data(32, 16);
const computed: usize = memory.data(32, 16);
/** 32 bytes: after Done with protected regions, the SHA-256 of what the slot holds of the image outside of them, block after block. */
export const STORE_OUTSIDE: usize = memory.data(32, 16);
/** The protected regions; protection.ts says how. */
const regions: usize = memory.data(32, 16);
if (PROTECTION_SIZE != 32) ERROR("one table of regions");

/** Where the action is, in bytes from the start of staging or slot. Set by `storeNext`. */
export let storeOffset: u32 = 0;
/** Bytes of the action. Set by `storeNext`. */
export let storeSize: u32 = 0;
/** Address of the action's bytes in this memory; 0 for an erase. Set by `storeNext`. */
export let storePointer: usize = 0;

/** Why it failed; Ok before that. DeviceFailed is the flash, StagingFailed the staging. */
export let storeStatus: Status = Status.WrongState;
export let storePhase: StorePhase = StorePhase.Idle;
/** Bytes of the image that the present phase is through with. */
export let storeBytesDone: u32 = 0;
/** Bytes of the image. */
export let storeBytesTotal: u32 = 0;
/** Offset in the slot of the block that Writing is at. What a power cut may leave in doubt. */
export let storeBlock: u32 = 0;
/** Erase operations that were done. */
export let storeErases: u32 = 0;
/** Pages that were programmed. */
export let storePages: u32 = 0;
/** Blocks that held the right bytes already. */
export let storeSkipped: u32 = 0;
/** Blocks that had to be written again, each time counted. */
export let storeRetries: u32 = 0;
/** What the operations done so far take by the part's typical times. */
export let storeMicroseconds: f64 = 0;
/** After VerifyFailed in Writing: where in the slot the first wrong byte is, what it should be and what it is. */
export let storeWrongOffset: u32 = 0;
export let storeWrongExpected: u32 = 0;
export let storeWrongGot: u32 = 0;

let action: StoreAction = StoreAction.Failed;
let awaited: bool = false;
let step: Step = Step.Staging;
let slotSize: u32 = 0;
let blockSize: u32 = 0;
let entry: u32 = 0;
let retries: u32 = 0;
let doubtFrom: u32 = 0;
let doubtTo: u32 = 0;
/** CRC-32 of all that was hashed in Writing. */
let writtenCrc: u32 = 0;
/** The same of what ReadingBack has read. */
let readCrc: u32 = 0;

/**
 * Starts storing `imageSize` bytes with the SHA-256 at `digest` into a slot of `size` bytes, a multiple of 4096, that
 * begins at a multiple of 64 KiB in the part. Forgets what ran before, also when it refuses (BadArgument, or WrongState
 * without a geometry): the next action is Failed then.
 */
export function storeBegin(imageSize: u32, size: u32, digest: usize): Status {
  const status: Status = checkArguments(imageSize, size);
  if (status != Status.Ok) {
    end(status);
    return status;
  }
  memory.copy(STORE_DIGEST, digest, 32);
  memory.fill(regions, 0, PROTECTION_SIZE);
  slotSize = size;
  doubtFrom = 0;
  doubtTo = 0;
  storeStatus = Status.Ok;
  storeBytesTotal = imageSize;
  storeBlock = 0;
  storeErases = 0;
  storePages = 0;
  storeSkipped = 0;
  storeRetries = 0;
  storeMicroseconds = 0;
  storeWrongOffset = 0;
  storeWrongExpected = 0;
  storeWrongGot = 0;
  awaited = false;
  storePhase = StorePhase.Verifying;
  storeBytesDone = 0;
  verifyNext();
  return Status.Ok;
}

function checkArguments(imageSize: u32, size: u32): Status {
  if (geometryProgram == 0) return Status.WrongState;
  if (size == 0 || size % GEOMETRY_SECTOR != 0) return Status.BadArgument;
  return imageSize == 0 || imageSize > size ? Status.BadArgument : Status.Ok;
}

/**
 * Says that power failed while bytes `from` up to `to` of the slot were written, so that cells there may read right
 * today and wrong tomorrow: every block with one of them is erased and written whatever it reads as. After
 * `storeBegin`, before the first `storeNext`.
 */
export function storeDistrust(from: u32, to: u32): Status {
  if (storePhase != StorePhase.Verifying || storeBytesDone != 0 || awaited) return Status.WrongState;
  doubtFrom = from;
  doubtTo = to;
  return Status.Ok;
}

/**
 * Says that the first `bytes` of staging have gone into the running SHA-256 while they arrived, and nothing else: they are
 * not read for it again. After `storeBegin`, before the first `storeNext`.
 */
export function storeHashed(bytes: u32): Status {
  if (storePhase != StorePhase.Verifying || storeBytesDone != 0 || awaited) return Status.WrongState;
  if (bytes > storeBytesTotal) return Status.BadArgument;
  storeBytesDone = bytes;
  verifyNext();
  return Status.Ok;
}

/** Says that bytes `from` up to `to` of the slot are protected. After `storeBegin`, before the first `storeNext`; as `protectionAdd`. */
export function storeProtect(from: u32, to: u32): Status {
  if (storePhase != StorePhase.Verifying || awaited) return Status.WrongState;
  return protectionAdd(regions, from, to, slotSize);
}

function isInDoubt(): bool {
  return storeBlock < doubtTo && doubtFrom < storeBlock + blockSize;
}

/** The next action. Asked again before `storeDone`, the same one. */
export function storeNext(): StoreAction {
  awaited = action != StoreAction.Done && action != StoreAction.Failed;
  return action;
}

/**
 * Reports the action of `storeNext` as done (Ok) or failed (anything else). Answers WrongState when none is open;
 * else Ok, also when the machine fails for it: the next action says so.
 */
export function storeDone(result: Status): Status {
  if (!awaited) return Status.WrongState;
  awaited = false;
  if (result != Status.Ok) {
    end(action == StoreAction.ReadStaging ? Status.StagingFailed : Status.DeviceFailed);
  } else if (storePhase == StorePhase.Writing) {
    writingDone();
  } else if (storePhase == StorePhase.Verifying) {
    verifyDone();
  } else {
    readBackDone();
  }
  return Status.Ok;
}

function request(wanted: StoreAction, offset: u32, size: u32, pointer: usize): void {
  action = wanted;
  storeOffset = offset;
  storeSize = size;
  storePointer = pointer;
}

function end(status: Status): void {
  storeStatus = status;
  storePhase = StorePhase.Ended;
  request(status == Status.Ok ? StoreAction.Done : StoreAction.Failed, 0, 0, 0);
}

// Verifying.

function verifyNext(): void {
  if (storeBytesDone == storeBytesTotal) return hashEnd();
  step = Step.Staging;
  request(StoreAction.ReadStaging, storeBytesDone, min<u32>(GEOMETRY_BLOCK, storeBytesTotal - storeBytesDone), STORE_STAGED);
}

function verifyDone(): void {
  if (step == Step.Staging) {
    step = Step.Hash;
    request(StoreAction.Hash, storeOffset, storeSize, STORE_STAGED);
  } else if (step == Step.Hash) {
    storeBytesDone += storeSize;
    verifyNext();
  } else if (isRight()) {
    storePhase = StorePhase.Writing;
    storeBytesDone = 0;
    writtenCrc = 0;
    blockBegin(0);
  } else {
    end(Status.DigestMismatch);
  }
}

function hashEnd(): void {
  step = Step.HashEnd;
  request(StoreAction.HashEnd, 0, 32, computed);
}

function isRight(): bool {
  return memory.compare(computed, STORE_DIGEST, 32) == 0;
}

// ReadingBack.

function readBackBegin(): void {
  storePhase = StorePhase.ReadingBack;
  storeBytesDone = 0;
  readCrc = 0;
  step = Step.Hash;
  // A hash of nothing yet: the first block may be a protected one.
  if (protectionIsAny(regions)) request(StoreAction.Hash, 0, 0, STORE_FLASH);
  else readBackNext();
}

function readBackNext(): void {
  while (storeBytesDone < storeBytesTotal && protectionHas(regions, storeBytesDone)) {
    storeBytesDone = min<u32>(storeBytesTotal, storeBytesDone + GEOMETRY_BLOCK);
  }
  if (storeBytesDone == storeBytesTotal) return readBackEnd();
  step = Step.Flash;
  request(StoreAction.ReadFlash, storeBytesDone, min<u32>(GEOMETRY_BLOCK, storeBytesTotal - storeBytesDone), STORE_FLASH);
}

function readBackDone(): void {
  if (step == Step.HashEnd) {
    memory.copy(STORE_OUTSIDE, computed, 32);
    return end(Status.Ok);
  }
  if (step == Step.Flash) {
    readCrc = crc32(storePointer, storeSize, readCrc);
    if (protectionIsAny(regions)) {
      step = Step.Hash;
      return request(StoreAction.Hash, storeOffset, storeSize, STORE_FLASH);
    }
  }
  storeBytesDone += storeSize;
  readBackNext();
}

function readBackEnd(): void {
  if (readCrc != writtenCrc) return end(Status.VerifyFailed);
  if (protectionIsAny(regions)) hashEnd();
  else end(Status.Ok);
}

// Writing.

function blockBegin(offset: u32): void {
  storeBlock = offset;
  blockSize = min<u32>(GEOMETRY_BLOCK, slotSize - offset);
  retries = 0;
  step = Step.Staging;
  const present: u32 = min<u32>(blockSize, storeBytesTotal - offset);
  memory.fill(STORE_STAGED + present, 0xff, blockSize - present);
  request(StoreAction.ReadStaging, offset, present, STORE_STAGED);
}

/** STORE_FLASH holds the block as it was read last, and as it should be. */
function blockEnd(): void {
  step = Step.Hash;
  request(StoreAction.Hash, storeBlock, min<u32>(blockSize, storeBytesTotal - storeBlock), STORE_FLASH);
}

/** The image's bytes of a protected block stand in for what the slot holds there. */
function blockPassed(): void {
  step = Step.Hash;
  request(StoreAction.Hash, storeBlock, storeSize, STORE_STAGED);
}

function blockHashed(): void {
  if (storePointer == STORE_FLASH) writtenCrc = crc32(storePointer, storeSize, writtenCrc);
  storeBytesDone = storeBlock + storeSize;
  if (storeBytesDone < storeBytesTotal) blockBegin(storeBytesDone);
  else hashEnd();
}

function allHashed(): void {
  if (isRight()) readBackBegin();
  else end(Status.VerifyFailed);
}

function readBlock(next: Step): void {
  step = next;
  request(StoreAction.ReadFlash, storeBlock, blockSize, STORE_FLASH);
}

function writingDone(): void {
  if (step == Step.Staging && protectionHas(regions, storeBlock)) blockPassed();
  else if (step == Step.Staging) readBlock(Step.Flash);
  else if (step == Step.Flash) flashRead();
  else if (step == Step.Operation) operationDone();
  else if (step == Step.Compare) compare();
  else if (step == Step.Hash) blockHashed();
  else allHashed();
}

function flashRead(): void {
  plan(isInDoubt());
  if (action != StoreAction.Failed && planCount == 0) {
    storeSkipped++;
    blockEnd();
  }
}

/** Plans from what STORE_FLASH holds, and asks for the first operation when there is one. */
function plan(distrust: bool): void {
  const status: Status = planBlock(STORE_FLASH, STORE_STAGED, blockSize, distrust);
  if (status != Status.Ok) {
    end(status);
    return;
  }
  step = Step.Operation;
  entry = 0;
  if (planCount > 0) requestOperation();
}

function requestOperation(): void {
  const at: usize = PLAN_ENTRIES + <usize>(entry * PLAN_ENTRY_SIZE);
  const offset: u32 = load<u32>(at, 4);
  const size: u32 = load<u32>(at, 8);
  if (load<u32>(at) == PlanOperation.Erase) request(StoreAction.EraseFlash, storeBlock + offset, size, 0);
  else request(StoreAction.ProgramFlash, storeBlock + offset, size, STORE_STAGED + offset);
}

function operationDone(): void {
  if (action == StoreAction.EraseFlash) {
    storeErases++;
    storeMicroseconds += <f64>geometryErase(storeSize);
  } else {
    const pages: u32 = storeSize / GEOMETRY_PAGE;
    storePages += pages;
    storeMicroseconds += <f64>(pages * geometryProgram);
  }
  entry++;
  if (entry < planCount) {
    requestOperation();
    return;
  }
  readBlock(Step.Compare);
}

function compare(): void {
  if (memory.compare(STORE_FLASH, STORE_STAGED, blockSize) == 0) {
    blockEnd();
    return;
  }
  if (retries == RETRIES) {
    locateWrong();
    end(Status.VerifyFailed);
    return;
  }
  retries++;
  storeRetries++;
  plan(true);
}

function locateWrong(): void {
  let at: usize = 0;
  while (load<u8>(STORE_FLASH + at) == load<u8>(STORE_STAGED + at)) at++;
  storeWrongOffset = storeBlock + <u32>at;
  storeWrongExpected = load<u8>(STORE_STAGED + at);
  storeWrongGot = load<u8>(STORE_FLASH + at);
}
