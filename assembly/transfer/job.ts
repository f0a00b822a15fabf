/** What the receiving end asks of its host: one action at a time, performed and answered before the next. */

/** Append only. The host performs the action, then calls `receiverDone`; only Idle is not answered. */
export enum ReceiverAction {
  /** Nothing to do until a message comes in or `receiverWaitMs` have passed. */
  Idle = 0,
  /** Send `jobSize` bytes at `jobPointer` on the link of the request. */
  Respond = 1,
  /**
   * Open or make the staging of the image with the digest at `jobPointer`, `jobSize` bytes. The value answered is how
   * many bytes from the start are there and have been checked.
   */
  OpenStaging = 2,
  /** Write `jobSize` bytes at `jobPointer` to `jobOffset` of the open staging. */
  WriteStaging = 3,
  /** Close the open staging and keep it. */
  CloseStaging = 4,
  /** Delete the staging of the image with the digest at `jobPointer`; it may be open, or may not exist. */
  DiscardStaging = 5,
  /** Read `jobSize` bytes at `jobOffset` of the open staging to `jobPointer`. */
  ReadStaging = 6,
  /** The flash of `jobComponent` is used from now on: describe its part with `geometrySet`. */
  SelectFlash = 7,
  /** Read `jobSize` bytes at `jobOffset` of slot `jobSlot` of `jobComponent` to `jobPointer`. */
  ReadFlash = 8,
  /** Erase `jobSize` bytes at `jobOffset` of that slot. */
  EraseFlash = 9,
  /** Program `jobSize` bytes at `jobPointer` to `jobOffset` of that slot. */
  ProgramFlash = 10,
  /** Append the record of `jobComponent` to the slot records; its page lies at `jobPointer`. */
  WriteRecord = 11,
  /** Write into the event log what `jobNote` names. Performed or not, nothing depends on it. */
  Note = 12,
  /**
   * Judge the signature, `jobSize` bytes at `jobPointer` (0: none came), of the image that FILE_VERSION, FILE_DIGEST
   * and `fileSize` announce for `jobComponent`. The answer is given by `receiverVerdict`.
   */
  JudgeImage = 13,
  /**
   * Take `jobSize` bytes at `jobOffset` of the open staging into the hash that was signed; with the last ones of the
   * image, check the signature. `receiverVerdict` says when it is wrong.
   */
  AuthenticateStaging = 14,
  /** See whether the device is well with slot `jobSlot` of `jobComponent` running. The value 1 asks to be asked again. */
  CheckHealth = 15,
  /** Take `jobSize` bytes at `jobPointer` into the running SHA-256; with `jobOffset` 0 a new one begins. */
  Hash = 16,
  /** Put the running SHA-256, 32 bytes, at `jobPointer`. */
  HashEnd = 17,
  /**
   * Keep what is open as the patch, and open or make the staging of the image with the digest at `jobPointer`, `jobSize`
   * bytes. The value answered is as for OpenStaging. The patch stays readable until it is discarded or staging is closed.
   */
  OpenPatched = 18,
  /** Read `jobSize` bytes at `jobOffset` of the patch to `jobPointer`. */
  ReadPatch = 19,
  /** Read as ReadFlash, but what the image has there that the slot was stored from: protected regions hold something else. */
  ReadBase = 20,
}

/** Events for the log of the device. Append only. */
export enum Note {
  UpgradeStarted = 0,
  /** `fileResumed` says where it goes on. */
  FileStarted = 1,
  FileReceived = 2,
  FileStored = 3,
  /** `fileFailure` is the completion code. */
  FileFailed = 4,
  UpgradeEnded = 5,
  UpgradeAborted = 6,
  /** Its session was silent for longer than the lease, and another one wanted the lock. */
  UpgradeAbandoned = 7,
  /** An interrupted writing is being finished without a host. */
  RepairStarted = 8,
  /** The device is not well with the image of `trialComponent` that is on trial, and there is no other one to run. */
  TrialUnwell = 9,
  /** Someone on the network side has given the upgrade up. */
  UpgradeTakenAway = 10,
  /** An interrupted writing can not be finished: what was collected is not whole. */
  RepairImpossible = 11,
}

/** Set with each action. */
export let jobOffset: u32 = 0;
export let jobSize: u32 = 0;
export let jobPointer: usize = 0;
export let jobComponent: u32 = 0;
export let jobSlot: u32 = 0;
export let jobNote: u32 = 0;

let notes: u32 = 0;

export function jobStaging(offset: u32, size: u32, pointer: usize): void {
  jobOffset = offset;
  jobSize = size;
  jobPointer = pointer;
}

export function jobFlash(component: u32, slot: u32, offset: u32, size: u32, pointer: usize): void {
  jobComponent = component;
  jobSlot = slot;
  jobStaging(offset, size, pointer);
}

/** Asks for a line in the log, when the machine has nothing more urgent. */
export function noteAdd(note: Note): void {
  notes |= 1 << <u32>note;
}

/** Takes the oldest kind of note that waits; false when none does. */
export function noteTake(): bool {
  if (notes == 0) return false;
  jobNote = ctz<u32>(notes);
  notes &= notes - 1;
  return true;
}

/** Whether something waits to be written down: what it is about must not change before that. */
export function noteWaits(): bool {
  return notes != 0;
}

export function notesClear(): void {
  notes = 0;
}
