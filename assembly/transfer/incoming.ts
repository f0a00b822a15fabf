/**
 * The receiving end of one file. It takes start file, data and end file; asks for staging to be opened and written;
 * and, when the whole image is there, has it verified and stored by flash/store.ts. Flash is not touched before the
 * digest of the whole staged image is right.
 *
 *            startFile        judged, staging open   endFile, whole      stored and read back
 *   None ───────────► Opening ──────────────► Receiving ───────────► Storing ───────────────► Stored
 *                        │                        │                     │
 *                        └─── refused, storage or flash fails ──────────┴───► Failed
 *
 * Where a patch comes, it is what Opening and Receiving are about; Storing begins with the making of the image (patching.ts).
 *
 * What came as signature is judged before staging is opened, and is checked against all the bytes, once their digest
 * is right, before the first erase.
 *
 * A record that says "writing" goes to flash before the first erase of the slot, and one that says "valid" after
 * the read-back. The first names the block that is changed, and is followed by another one before each further block: a
 * cell that was in flight when power failed may read right and turn wrong later, so what it names is erased and written
 * whatever it reads as. One page for each 64 KiB that change is what that costs.
 */
import { Arrival, cursorArrival, cursorBegin, cursorIsWhole, cursorMark, cursorMask, cursorNext } from "../chunk/cursor";
import { lz4Decode } from "../compress/lz4-decode";
import {
  StoreAction, storeBegin, storeBytesDone, storeDone, storeMicroseconds, storeNext, storeOffset, StorePhase, storePhase,
  storePointer, storeSize, storeSkipped, storeStatus, storeBlock, storeDistrust, storeHashed, storeProtect, STORE_OUTSIDE, STORE_STAGED,
} from "../flash/store";
import { PROTECTION_SIZE } from "../flash/protection";
import { Status } from "../status";
import { Completion } from "../wire/completion";
import { NO_SLOT } from "../wire/inventory";
import { DIGEST_SIZE, NO_PATCH, Phase, SIGNATURE_LIMIT, SlotState, VERSION_SIZE } from "../wire/message-type";
import {
  componentActive, componentIsInPlace, componentName, componentPage, componentRegions, componentRemember, componentRestore, componentSeal, componentSetActive,
  componentSetHostReset,
  componentSetPending, componentSetTrial, componentSlotSize, componentTarget, slotDoubtFrom, slotDoubtTo, slotHolds, slotImageSize, slotSecurity,
  slotNoteLook, slotSetDoubt, slotSetOutside, slotSet, slotSetState, slotVersion, slotDigest,
} from "./components";
import { HELD_CHUNK, heldAll, heldCompare, heldComplete, heldFill, heldIsCompared, heldMatches, heldNeedsSlot } from "./held-chunk";
import { jobFlash, jobStaging, Note, noteAdd, ReceiverAction } from "./job";
import {
  PATCH_FILE_DIGEST, patchFileSize, patchingBegin, patchingDone, patchingFailure, patchingIs, patchingMade, patchingNext, patchingNone,
} from "./patching";

export enum FileState {
  None,
  Opening,
  Receiving,
  Storing,
  Stored,
  Failed,
}

export let fileState: FileState = FileState.None;
export let fileTransfer: u32 = 0;
export let fileIndex: u32 = 0;
export let fileSize: u32 = 0;
export let fileComponent: u32 = 0;
export let fileSlot: u32 = 0;
/** Bytes that were there when the file began. */
export let fileResumed: u32 = 0;
/** The completion code that a failed file is answered with. */
export let fileFailure: u32 = 0;
export const FILE_VERSION: usize = memory.data(32, 16);
export const FILE_DIGEST: usize = memory.data(32, 16);
/** The security number that was signed; 0 without a signature. */
export let fileSecurity: u32 = 0;

/** What is asked of the host now, besides what the store machine asks. */
enum Step {
  None,
  Judge,
  Open,
  ReadHeld,
  Write,
  Hash,
  ReadEarly,
  OpenPatched,
  Patch,
  DiscardPatch,
  Select,
  Authenticate,
  RecordWriting,
  Store,
  RecordEnd,
  Close,
  Discard,
}

let step: Step = Step.None;
let chunkSize: u32 = 0;
let touchedFlash: bool = false;
const signature: usize = memory.data(2048, 16);
let signatureSize: u32 = 0;
/** Bytes of staging that the signature's hash has taken. */
let authenticated: u32 = 0;
// What the host says of the signature, before it reports the action.
let verdict: u32 = 0;
let verdictSecurity: u32 = 0;
/** The block that the newest record names. */
let noted: u32 = 0;
/** The slot held the image before the file began: no staging was opened, nothing was written. */
let wasThere: bool = false;
/** Bytes from the start of the image that went into the running SHA-256 while it arrived; HASH_LOST when some could not. */
let hashed: u32 = 0;
/** What goes into it next, at `hashed`. */
let hashSize: u32 = 0;
let hashPointer: usize = 0;
/** Nobody sends the file: it was collected before. */
let isRepair: bool = false;
/** What is discarded is the patch that came, not what was made from it. */
let discardsPatch: bool = false;
/** Bytes that come: of the image, or of its patch. */
let sentSize: u32 = 0;
let writeOffset: u32 = 0;
let writeSize: u32 = 0;
let writePointer: usize = 0;
/** The newest chunk could not be made of what the slot holds: which blocks of it the slot does hold. */
export let fileIsRefused: bool = false;
export let fileRefused: u32 = 0;
export let fileHeld: u32 = 0;

const HASH_LOST: u32 = 0xffffffff;
const BLOCK: u32 = 65536;
/** Bytes that are authenticated in one action. */
const AUTHENTICATE: u32 = 1048576;

export function fileReset(): void {
  fileState = FileState.None;
  step = Step.None;
}

/** Whether an action is waiting to be performed for this file. */
export function fileIsBusy(): bool {
  return step != Step.None;
}

function describe(index: u32, component: u32, size: u32, version: usize, digest: usize, chunk: u32): void {
  fileTransfer++;
  fileIndex = index;
  fileComponent = component;
  fileSlot = componentTarget(component);
  fileSize = size;
  sentSize = size;
  fileResumed = 0;
  fileFailure = Completion.Ok;
  hashed = 0;
  chunkSize = chunk;
  memory.copy(FILE_VERSION, version, VERSION_SIZE);
  memory.copy(FILE_DIGEST, digest, DIGEST_SIZE);
  fileState = FileState.Opening;
}

/**
 * Begins to receive into a component: the image, or the patch that `patchingChoose` was told of. What the pointers name is copied; `proof` is a signature of `proofSize` bytes, 0
 * when none came. A slot that holds the image already, read back in an earlier upgrade and not activated since, counts as
 * stored once the signature has been judged.
 */
export function fileBegin(
  index: u32, component: u32, size: u32, version: usize, digest: usize, chunk: u32, proof: usize, proofSize: u32,
): void {
  describe(index, component, size, version, digest, chunk);
  isRepair = false;
  if (patchFileSize != NO_PATCH) sentSize = patchFileSize;
  signatureSize = min<u32>(proofSize, SIGNATURE_LIMIT);
  memory.copy(signature, proof, signatureSize);
  wasThere = slotHolds(component, fileSlot, digest) && memory.compare(slotVersion(component, fileSlot), version, VERSION_SIZE) == 0;
  step = Step.Judge;
}

/** Begins to finish, from staging, what the only slot of a component was being written with: it was judged before. */
export function fileResume(component: u32, chunk: u32): void {
  describe(0, component, slotImageSize(component, 0), slotVersion(component, 0), slotDigest(component, 0), chunk);
  isRepair = true;
  patchingNone();
  fileSecurity = slotSecurity(component, 0);
  signatureSize = 0;
  wasThere = false;
  step = Step.Open;
}

/** What the host says of the signature, before it reports JudgeImage or AuthenticateStaging: a completion code. */
export function fileVerdict(completion: u32, security: u32): void {
  verdict = completion;
  verdictSecurity = security;
}

/** Transfers are numbered from here: another number at each start of the device. */
export function fileSeed(transfer: u32): void {
  fileTransfer = transfer;
}

/** Whether the file under way is this image for this component, coming as this patch or as itself. */
export function fileIs(component: u32, size: u32, digest: usize, patchSize: u32, patchDigest: usize): bool {
  if (fileState == FileState.None || fileState == FileState.Failed) return false;
  if (fileComponent != component || fileSize != size || !patchingIs(patchSize, patchDigest)) return false;
  return memory.compare(FILE_DIGEST, digest, DIGEST_SIZE) == 0;
}

/** Where a compressed chunk is unpacked; it stays there until it has been written. */
const unpacked: usize = memory.data(65536, 64);

/**
 * Takes a chunk. `Ok` when it has to be written (the acknowledgement waits for that), or is known already;
 * `fileIsBusy` tells the two apart. `BadField` for an offset or size that the file does not have. With `blockSize` not 0
 * the chunk comes as an LZ4 block of so many bytes: `BadBlock` when that does not make exactly the chunk.
 */
export function fileChunk(offset: u32, size: u32, pointer: usize, blockSize: u32): Status {
  fileIsRefused = false;
  if (fileState != FileState.Receiving) return Status.Ok;
  const arrival: Arrival = cursorArrival(offset, size);
  if (arrival == Arrival.Wrong) return Status.BadField;
  if (arrival != Arrival.New) return Status.Ok;
  if (blockSize != 0) {
    const status: Status = lz4Decode(pointer, blockSize, unpacked, size);
    if (status != Status.Ok) return status;
    pointer = unpacked;
  }
  writeOffset = offset;
  writeSize = size;
  writePointer = pointer;
  step = Step.Write;
  return Status.Ok;
}

/**
 * The slot that a chunk may be made of: the one that runs, else the one that is written. What it holds is never taken on trust.
 */
function heldSlot(): u32 {
  const active: u32 = componentActive(fileComponent);
  return active == NO_SLOT ? fileSlot : active;
}

/**
 * Takes a chunk of which only digests came (`isCompared`), or only some blocks: `held` is what comes from the slot, `erased`
 * what is erased. Answers as `fileChunk`, and `BadBlock` when a patch is what comes; afterwards `fileIsRefused` says that the chunk could not be made.
 */
export function fileHeldChunk(offset: u32, size: u32, pointer: usize, count: u32, isCompared: bool, held: u32, erased: u32): Status {
  fileIsRefused = false;
  if (fileState != FileState.Receiving) return Status.Ok;
  const arrival: Arrival = cursorArrival(offset, size);
  if (arrival == Arrival.Wrong) return Status.BadField;
  if (arrival != Arrival.New) return Status.Ok;
  if (patchFileSize != NO_PATCH) return Status.BadBlock;
  if (isCompared) {
    heldCompare(pointer, size);
  } else {
    const status: Status = heldComplete(pointer, count, size, held, erased);
    if (status != Status.Ok) return status;
  }
  writeOffset = offset;
  writeSize = size;
  writePointer = HELD_CHUNK;
  step = Step.ReadHeld;
  if (!heldNeedsSlot()) readHeld(Status.Ok);
  return Status.Ok;
}

/** What the slot holds lies at HELD_CHUNK, or could not be read. */
function readHeld(status: Status): void {
  step = Step.Write;
  if (status == Status.Ok && !heldIsCompared()) return heldFill();
  const matches: u32 = status == Status.Ok ? heldMatches() : 0;
  if (matches == heldAll()) return;
  step = Step.None;
  fileIsRefused = true;
  fileRefused = writeOffset;
  fileHeld = matches;
}

/** Begins to store what has arrived. The caller has seen that it is whole. */
export function fileStore(): void {
  fileState = FileState.Storing;
  touchedFlash = false;
  authenticated = 0;
  step = patchFileSize == NO_PATCH ? Step.Select : Step.OpenPatched;
  noteAdd(Note.FileReceived);
}

/** Ends the file: what was received is kept, or thrown away. Not while it is being stored. */
export function fileEnd(keep: bool): void {
  const isOpen: bool = fileState == FileState.Receiving || (fileState == FileState.Stored && !wasThere);
  const wasStored: bool = fileState == FileState.Stored;
  if (fileState == FileState.None) return;
  fileState = FileState.None;
  discardsPatch = patchFileSize != NO_PATCH && !wasStored;
  step = !keep ? Step.Discard : isOpen ? Step.Close : Step.None;
}

function sentDigest(): usize {
  return patchFileSize == NO_PATCH ? FILE_DIGEST : PATCH_FILE_DIGEST;
}

function fail(completion: u32): void {
  discardsPatch = false;
  fileFailure = completion;
  fileState = FileState.Failed;
  noteAdd(Note.FileFailed);
}

function isPatching(): bool {
  return step == Step.OpenPatched || step == Step.Patch || step == Step.DiscardPatch;
}

export function filePhase(): u32 {
  switch (fileState) {
    case FileState.Opening:
    case FileState.Receiving: return Phase.Receiving;
    case FileState.Storing:
      if (isPatching()) return Phase.Patching;
      // Until the flash has been selected, the store machine still stands where the file before left it.
      if (step == Step.Select || step == Step.Authenticate) return Phase.Verifying;
      return storePhase == StorePhase.Writing ? Phase.Writing
        : storePhase == StorePhase.ReadingBack || storePhase == StorePhase.Ended ? Phase.ReadingBack : Phase.Verifying;
    case FileState.Stored: return Phase.Stored;
    case FileState.Failed: return Phase.Failed;
    default: return Phase.Idle;
  }
}

/** Bytes received, or in the phases of storing, bytes through with. Never more than the size. */
export function fileDone(): u32 {
  if (fileState == FileState.Receiving) return cursorNext;
  if (fileState == FileState.Storing && isPatching()) return step == Step.OpenPatched ? 0 : patchingMade();
  if (fileState == FileState.Storing) return step == Step.Select ? 0 : step == Step.Authenticate ? fileSize : storeBytesDone;
  return fileState == FileState.Stored ? fileSize : 0;
}

/** Bytes that are counted by `fileDone`: those that come, then those of the image. */
export function fileTotal(): u32 {
  return fileState == FileState.Opening || fileState == FileState.Receiving ? sentSize : fileSize;
}

export function fileFlashMs(): u32 {
  return wasThere ? 0 : <u32>(storeMicroseconds / 1000);
}

export function fileEqualBytes(): u32 {
  return wasThere ? fileSize : min<u32>(storeSkipped * BLOCK, fileSize);
}

function storeAction(): ReceiverAction {
  const action: StoreAction = storeNext();
  if (storePhase == StorePhase.Writing && signatureSize != 0 && authenticated < fileSize) {
    step = Step.Authenticate;
    return fileNext();
  }
  if ((action == StoreAction.EraseFlash || action == StoreAction.ProgramFlash) && (!touchedFlash || noted != storeBlock)) {
    noteBlock();
    step = Step.RecordWriting;
    return fileNext();
  }
  if (action == StoreAction.Done || action == StoreAction.Failed) {
    stored(action == StoreAction.Done);
    return fileNext();
  }
  if (action == StoreAction.ReadStaging || action == StoreAction.Hash || action == StoreAction.HashEnd) {
    jobStaging(storeOffset, storeSize, storePointer);
    if (action == StoreAction.ReadStaging) return ReceiverAction.ReadStaging;
    return action == StoreAction.Hash ? ReceiverAction.Hash : ReceiverAction.HashEnd;
  }
  jobFlash(fileComponent, fileSlot, storeOffset, storeSize, storePointer);
  if (action == StoreAction.ReadFlash) return ReceiverAction.ReadFlash;
  return action == StoreAction.EraseFlash ? ReceiverAction.EraseFlash : ReceiverAction.ProgramFlash;
}

/** The making of the image: when it has ended, the patch is let go of, and the image is stored like any other. */
function patchAction(): ReceiverAction {
  const wanted: ReceiverAction = patchingNext();
  if (wanted != ReceiverAction.Idle) return wanted;
  if (patchingFailure == Completion.StagingFull || patchingFailure == Completion.StagingFailed) {
    fail(patchingFailure);
    step = Step.Close;
  } else step = Step.DiscardPatch;
  return fileNext();
}

/** The patch has been let go of. What it made is thrown away when it is no image. */
function patchDiscarded(status: Status): void {
  step = Step.Select;
  if (patchingFailure == Completion.Ok && status == Status.Ok) return;
  fail(status == Status.Ok ? patchingFailure : Completion.StagingFailed);
  step = status == Status.Ok ? Step.Discard : Step.Close;
}

/** The staging of the image is open beside the patch: it may have been made before a cut. */
function patchOpened(status: Status, present: u32): void {
  if (status != Status.Ok) {
    fail(status == Status.NoRoom ? Completion.StagingFull : Completion.StagingFailed);
    step = Step.Close;
    return;
  }
  patchingBegin(fileSize, FILE_DIGEST);
  step = present >= fileSize ? Step.DiscardPatch : Step.Patch;
}

/** Says in the record what is about to be changed. Blocks before it are settled, in doubt or not when this run began. */
function noteBlock(): void {
  touchedFlash = true;
  noted = storeBlock;
  componentRemember(fileComponent);
  const doubtTo: u32 = max<u32>(slotDoubtTo(fileComponent, fileSlot), min<u32>(storeBlock + BLOCK, componentSlotSize(fileComponent)));
  slotSet(fileComponent, fileSlot, SlotState.Writing, fileSize, fileSecurity, FILE_VERSION, FILE_DIGEST);
  slotSetDoubt(fileComponent, fileSlot, storeBlock, doubtTo);
  if (componentIsInPlace(fileComponent)) slotSetOutside(fileComponent, 0);
  componentSetPending(fileComponent, NO_SLOT);
  if (componentIsInPlace(fileComponent)) componentSetTrial(fileComponent, 0);
}

/** The image is in: what lies behind it and was in doubt still is. */
function settleDoubt(): void {
  const end: u32 = (fileSize + BLOCK - 1) & ~(BLOCK - 1);
  slotSetDoubt(fileComponent, fileSlot, max<u32>(end, slotDoubtFrom(fileComponent, fileSlot)), slotDoubtTo(fileComponent, fileSlot));
}

function storeFailure(): u32 {
  switch (storeStatus) {
    case Status.DigestMismatch: return patchFileSize == NO_PATCH ? Completion.DigestMismatch : Completion.PatchFailed;
    case Status.VerifyFailed: return Completion.ReadBackMismatch;
    case Status.StagingFailed: return Completion.StagingFailed;
    default: return Completion.FlashFailed;
  }
}

function stored(success: bool): void {
  componentRemember(fileComponent);
  if (success) {
    // Also when a cut writing was only looked at again: what the slot holds now is not what the host started from.
    const isNew: bool = !slotHolds(fileComponent, fileSlot, FILE_DIGEST);
    settleDoubt();
    slotNoteLook(fileComponent, fileSlot, false);
    if (componentIsInPlace(fileComponent)) slotSetOutside(fileComponent, STORE_OUTSIDE);
    slotSet(fileComponent, fileSlot, SlotState.Valid, fileSize, fileSecurity, FILE_VERSION, FILE_DIGEST);
    if (componentIsInPlace(fileComponent)) {
      componentSetActive(fileComponent, fileSlot);
      if (isNew) componentSetHostReset(fileComponent, true);
    }
    step = Step.RecordEnd;
    return;
  }
  fail(storeFailure());
  if (touchedFlash) {
    slotSetState(fileComponent, fileSlot, SlotState.Failed);
    step = Step.RecordEnd;
  } else {
    step = fileFailure == Completion.DigestMismatch || fileFailure == Completion.PatchFailed ? Step.Discard : Step.Close;
  }
}

function recordAction(): ReceiverAction {
  if (componentSeal(fileComponent) != Status.Ok) {
    // Our own mistake: nothing of it may reach flash.
    recorded(Status.BadField, step == Step.RecordEnd);
    return fileNext();
  }
  jobFlash(fileComponent, fileSlot, 0, 256, componentPage(fileComponent));
  return ReceiverAction.WriteRecord;
}

/** What the file wants done now. */
export function fileNext(): ReceiverAction {
  switch (step) {
    case Step.Judge:
      verdict = Completion.Ok;
      verdictSecurity = 0;
      jobFlash(fileComponent, fileSlot, 0, signatureSize, signature);
      return ReceiverAction.JudgeImage;
    case Step.Authenticate:
      verdict = Completion.Ok;
      jobStaging(authenticated, min<u32>(AUTHENTICATE, fileSize - authenticated), 0);
      return ReceiverAction.AuthenticateStaging;
    case Step.Open:
      jobStaging(0, sentSize, sentDigest());
      return ReceiverAction.OpenStaging;
    case Step.ReadHeld:
      jobFlash(fileComponent, heldSlot(), writeOffset, writeSize, HELD_CHUNK);
      return ReceiverAction.ReadFlash;
    case Step.Write:
      jobStaging(writeOffset, writeSize, writePointer);
      return ReceiverAction.WriteStaging;
    case Step.Hash:
      jobStaging(hashed, hashSize, hashPointer);
      return ReceiverAction.Hash;
    case Step.ReadEarly:
      jobStaging(hashed, hashSize, hashPointer);
      return ReceiverAction.ReadStaging;
    case Step.OpenPatched:
      jobStaging(0, fileSize, FILE_DIGEST);
      return ReceiverAction.OpenPatched;
    case Step.Patch: return patchAction();
    case Step.DiscardPatch:
      jobStaging(0, patchFileSize, PATCH_FILE_DIGEST);
      return ReceiverAction.DiscardStaging;
    case Step.Select:
      jobFlash(fileComponent, fileSlot, 0, 0, 0);
      return ReceiverAction.SelectFlash;
    case Step.RecordWriting:
    case Step.RecordEnd: return recordAction();
    case Step.Store: return storeAction();
    case Step.Close: return ReceiverAction.CloseStaging;
    case Step.Discard:
      // The patch itself is what is open for as long as it comes.
      jobStaging(0, discardsPatch ? patchFileSize : fileSize, discardsPatch ? PATCH_FILE_DIGEST : FILE_DIGEST);
      return ReceiverAction.DiscardStaging;
    default: return ReceiverAction.Idle;
  }
}

function judged(status: Status): void {
  step = Step.None;
  if (status != Status.Ok) return fail(Completion.SignatureInvalid);
  if (verdict != Completion.Ok) return fail(verdict);
  fileSecurity = verdictSecurity;
  if (wasThere) fileState = FileState.Stored;
  else step = Step.Open;
}

function authenticatedMore(status: Status): void {
  if (status == Status.Ok && verdict == Completion.Ok) {
    authenticated += min<u32>(AUTHENTICATE, fileSize - authenticated);
    step = Step.Store;
    return;
  }
  fail(status == Status.Ok ? verdict : Completion.StagingFailed);
  step = status == Status.Ok ? Step.Discard : Step.Close;
}

function opened(status: Status, present: u32): void {
  step = Step.None;
  if (status != Status.Ok) return fail(status == Status.NoRoom ? Completion.StagingFull : Completion.StagingFailed);
  const resume: u32 = present >= sentSize ? sentSize : present - present % chunkSize;
  if (cursorBegin(sentSize, chunkSize, resume) != Status.Ok) return fail(Completion.BadRequest);
  fileResumed = resume;
  fileState = FileState.Receiving;
  if (!isRepair) noteAdd(Note.FileStarted);
}

function written(status: Status): void {
  step = Step.None;
  if (status == Status.Ok) {
    cursorMark(writeOffset);
    // What goes on from an earlier start is hashed when the image is whole.
    if (patchFileSize == NO_PATCH && writeOffset == hashed) {
      hashSize = writeSize;
      hashPointer = writePointer;
      step = Step.Hash;
    }
    return;
  }
  fail(status == Status.NoRoom ? Completion.StagingFull : Completion.StagingFailed);
  step = Step.Close;
}

/** Bytes went into the running SHA-256. Those that came too early and are next now are read from staging, so that they go in as well. */
function hashedMore(status: Status): void {
  step = Step.None;
  hashed = status == Status.Ok ? hashed + hashSize : HASH_LOST;
  if (hashed >= cursorNext) return;
  hashSize = min<u32>(chunkSize, cursorNext - hashed);
  hashPointer = STORE_STAGED;
  step = Step.ReadEarly;
}

function recorded(status: Status, isEnd: bool): void {
  if (status != Status.Ok) {
    componentRestore(fileComponent);
    if (fileState != FileState.Failed) fail(Completion.RecordFailed);
    step = Step.Close;
  } else if (!isEnd) {
    step = Step.Store;
  } else if (fileState == FileState.Failed) {
    step = Step.Close;
  } else {
    step = Step.None;
    fileState = FileState.Stored;
    noteAdd(Note.FileStored);
  }
}

/** How the action that `fileNext` named has ended. `value` is what OpenStaging answers. */
export function fileDoneWith(status: Status, value: u32): void {
  switch (step) {
    case Step.Judge: return judged(status);
    case Step.Authenticate: return authenticatedMore(status);
    case Step.Open: return opened(status, value);
    case Step.ReadHeld: return readHeld(status);
    case Step.Write: return written(status);
    case Step.Hash: return hashedMore(status);
    case Step.ReadEarly:
      // What could not be read now is read, and hashed, when the image is whole.
      step = status == Status.Ok ? Step.Hash : Step.None;
      return;
    case Step.OpenPatched: return patchOpened(status, value);
    case Step.Patch: return patchingDone(status);
    case Step.DiscardPatch: return patchDiscarded(status);
    case Step.Select:
      step = Step.Store;
      if (status == Status.Ok) status = storeBegin(fileSize, componentSlotSize(fileComponent), FILE_DIGEST);
      if (status == Status.Ok) status = storeDistrust(slotDoubtFrom(fileComponent, fileSlot), slotDoubtTo(fileComponent, fileSlot));
      if (status == Status.Ok) status = protect();
      if (status == Status.Ok && hashed != HASH_LOST) status = storeHashed(hashed);
      if (status == Status.Ok) return;
      fail(Completion.FlashFailed);
      step = Step.Close;
      return;
    case Step.RecordWriting: return recorded(status, false);
    case Step.RecordEnd: return recorded(status, true);
    case Step.Store:
      storeDone(status);
      return;
    default:
      step = Step.None;
  }
}

function protect(): Status {
  const table: usize = componentRegions(fileComponent);
  for (let at: usize = 0; at < PROTECTION_SIZE && load<u32>(table + at, 4) != 0; at += 8) {
    const status: Status = storeProtect(load<u32>(table + at), load<u32>(table + at, 4));
    if (status != Status.Ok) return status;
  }
  return Status.Ok;
}

/** Where the name of the component lies, NAME_SIZE bytes. */
export function fileComponentName(): usize {
  return componentName(fileComponent);
}

export function fileMask(): u32 {
  return fileState == FileState.Receiving ? cursorMask : 0;
}

/** The next offset expected of what comes: the size once all is there. */
export function fileNextOffset(): u32 {
  return fileState == FileState.Receiving ? cursorNext : sentSize;
}

export function fileIsWhole(): bool {
  return fileState == FileState.Receiving && cursorIsWhole();
}
