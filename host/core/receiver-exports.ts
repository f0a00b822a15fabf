import type { CoreEnum, CoreGlobals } from './flash-globals.ts';
import type { PlanExports, PlannedPart } from './flash-plan.ts';
import type { RecordMemory, SlotDescription, SlotRecord } from './slot-record.ts';

/** The exports of core.wasm that `Receiver` drives. */
export interface ReceiverExports
  extends PlanExports, RecordMemory,
    CoreGlobals<
      | 'SCRATCH' | 'INBOX' | 'INBOX_SIZE' | 'HEADER_SIZE' | 'PROTOCOL_VERSION' | 'LOWEST_VERSION' | 'PLATFORM' | 'NAME_SIZE' | 'VERSION_SIZE' | 'DIGEST_SIZE' | 'NO_SLOT'
      | 'STATUS_OUT' | 'receiverWaitMs' | 'receiverLink' | 'jobOffset' | 'jobSize' | 'jobPointer' | 'jobComponent' | 'jobSlot' | 'jobNote'
      | 'componentCount' | 'FILE_DIGEST' | 'fileSlot' | 'fileResumed' | 'statusPhase' | 'statusIsSafe' | 'statusLastCompletion'
      | 'statusUpgrade' | 'statusSession' | 'statusElapsedMs' | 'statusImageIndex' | 'statusImageCount' | 'statusDone' | 'statusTotal'
      | 'statusComponent' | 'statusVersion' | 'upgradeId' | 'upgradeOrigin' | 'upgradeStored' | 'FILE_VERSION' | 'fileSize' | 'TRIAL_LIMIT' | 'trialComponent' | 'activationResets'
    > {
  readonly ReceiverAction: CoreEnum;
  readonly Note: CoreEnum;
  readonly Phase: CoreEnum;
  readonly Completion: CoreEnum;
  readonly Origin: CoreEnum;
  readonly SlotState: CoreEnum;
  receiverStart(chunkSize: number, window: number, leaseMs: number, trialMs: number, boot: number, labMode: number): number;
  receiverVerdict(completion: number, security: number): void;
  receiverActivate(component: number): number;
  receiverRevert(component: number): number;
  receiverCondemn(component: number): number;
  receiverLooked(component: number, slot: number, differs: number): number;
  receiverAbort(): number;
  trialLeftMs(component: number, now: number): number;
  receiverReady(): number;
  receiverMessage(link: number, size: number, now: number): number;
  receiverNext(now: number): number;
  receiverDone(status: number, value: number): number;
  receiverHostReset(): void;
  receiverHostUp(): void;
  receiverHostLost(): void;
  receiverIsHeld(now: number): number;
  receiverStatus(now: number): number;
  statusResponseDecode(body: number, size: number): number;
  framePeekSize(header: number, available: number): number;
  recordEncode(page: number): number;
  recordDecode(page: number): number;
  componentsClear(): void;
  componentAdd(name: number, slotCount: number, slotSize: number): number;
  componentProtect(index: number, from: number, to: number): number;
  componentLoad(page: number): number;
  componentName(index: number): number;
  componentSlotSize(index: number): number;
  componentSlotCount(index: number): number;
  componentActive(index: number): number;
  componentPending(index: number): number;
  componentIsInPlace(index: number): number;
  componentNeedsHostReset(index: number): number;
  componentTrial(index: number): number;
  componentFloor(index: number): number;
  slotSecurity(index: number, slot: number): number;
  slotState(index: number, slot: number): number;
  slotImageSize(index: number, slot: number): number;
  slotVersion(index: number, slot: number): number;
  slotDigest(index: number, slot: number): number;
  slotRegions(index: number): number;
  slotOutside(index: number): number;
  fileFlashMs(): number;
  fileEqualBytes(): number;
}

/**
 * What the receiver has done to links, staging, flash and records: synchronously, one call an action. Buffers are views
 * of the core's memory: fill or use them before returning. A throw is a failure of that action; no space on the disk
 * (ENOSPC, EDQUOT, also as the cause of what is thrown) is told apart from the rest.
 */
export interface ReceiverHost {
  /** Sends a response on the link on which its request came. */
  respond(link: number, message: Uint8Array): void;
  /** Opens or makes the staging of an image by its digest, 64 hex digits. Answers how many checked bytes it has from the start. */
  openStaging(digest: string, size: number): number;
  writeStaging(offset: number, data: Uint8Array): void;
  readStaging(offset: number, into: Uint8Array): void;
  /** Keeps what is open as the patch, and opens or makes the staging of the image that is made from it. Answers as `openStaging`. */
  openPatched(digest: string, size: number): number;
  readPatch(offset: number, into: Uint8Array): void;
  /** Closes the open staging and the patch, if any, and keeps them. */
  closeStaging(): void;
  /** Deletes the staging of an image; it may be open, or may not exist. */
  discardStaging(digest: string): void;
  /** The component's flash is used from now on. Answers its part. */
  selectFlash(component: string): PlannedPart;
  readFlash(component: string, slot: number, offset: number, into: Uint8Array): void;
  /** What the image has there that the slot was stored from, whatever its protected regions hold; `readFlash` where there are none. */
  readBase?(component: string, slot: number, offset: number, into: Uint8Array): void;
  eraseFlash(component: string, slot: number, offset: number, size: number): void;
  programFlash(component: string, slot: number, offset: number, data: Uint8Array): void;
  /** Makes this the newest record of its component, safely on flash when it returns. */
  writeRecord(record: SlotRecord): void;
  /** Something for the event log, as a word of the core's `Note`: `upgrade-started`. */
  note(note: string): void;
  /** Judges the signature of an image before any of its bytes are taken. */
  judge(offer: ImageOffer): ImageVerdict;
  /** Takes these bytes of the open staging into the hash that was signed; with the last ones of the image, checks the signature. */
  authenticate(offset: number, size: number): ImageVerdict;
  /** Whether the device is well with this slot running: throws when not (`DamagedSlot` when the slot holds something else), answers false to be asked again. */
  checkHealth(component: string, slot: number): boolean;
  /** Takes these bytes into the running SHA-256; at offset 0 a new one begins. */
  hash(offset: number, bytes: Uint8Array): void;
  /** Ends the running SHA-256: 32 bytes. */
  digest(): Uint8Array;
  /** An action threw: for the log. The receiver has taken it as failed already. */
  failed(action: string, cause: unknown): void;
}

/** A slot was read back, and does not hold what its record says. */
export class DamagedSlot extends Error {}

/** An image that is announced. */
export interface ImageOffer {
  readonly component: string;
  readonly version: string;
  readonly size: number;
  /** 64 hex digits. */
  readonly sha256: string;
  /** The lowest security number that the component takes. */
  readonly floor: number;
  /** A view; undefined when none came. */
  readonly signature: Uint8Array | undefined;
}

/** A word of the core's `Completion`, `ok` or what is wrong; and the security number that was signed. */
export interface ImageVerdict {
  readonly completion: string;
  readonly security: number;
}

/** A component as the receiver is started with it. One slot means that it is written in place. */
export interface ReceiverComponent {
  /** One to fifteen of a-z, 0-9 and `-`. */
  readonly name: string;
  readonly slotCount: number;
  readonly slotSize: number;
  /** Of a component with one slot: whole blocks of 64 KiB that no image changes, in order. */
  readonly protectedRegions?: readonly { readonly offset: number; readonly size: number }[] | undefined;
}

export interface ReceiverOptions {
  readonly components: readonly ReceiverComponent[];
  /** The newest slot record of each component, as flash holds them. */
  readonly records?: readonly SlotRecord[];
  /** Bytes of image a message carries, at most 65,536. */
  readonly chunkSize: number;
  /** Data messages that may be under way, at most 32. */
  readonly window: number;
  /** A session that is silent for longer can lose the lock to another one. */
  readonly leaseMs: number;
  /** For how long a newly activated image is on trial; 0 when not given. */
  readonly trialMs?: number;
  /** Images are taken without a signature. */
  readonly labMode?: boolean;
  /** Differs from start to start; never 0. */
  readonly bootId: number;
  /** The platform's name, as a component's. */
  readonly platform: string;
}

/** What one slot holds. */
export type ComponentSlot = SlotDescription;

/** A newly activated image that runs to show that it holds. */
export interface Trial {
  /** Which attempt to start it this is, counted from 1, and how many there are. */
  readonly attempt: number;
  readonly limit: number;
  /** Until it is committed if nothing happens; 0 for a component of the host, which ends its trial by coming up. */
  readonly remainingMs: number;
}

/** One component as the receiver knows it now. */
export interface ComponentSnapshot {
  readonly name: string;
  readonly slotSize: number;
  readonly slots: readonly ComponentSlot[];
  /** The slot that runs. Undefined when none holds a whole image. */
  readonly running: number | undefined;
  /** The slot that runs after the next reset of the device. */
  readonly pending: number | undefined;
  readonly isInPlace: boolean;
  readonly needsHostReset: boolean;
  /** Undefined when the running image is on no trial. */
  readonly trial: Trial | undefined;
  /** The lowest security number that the component takes. */
  readonly floor: number;
}

/** What the receiver is doing. The fields of the file are those of the file under way, or of the one that was last. */
export interface TransferSnapshot {
  /** idle, open, receiving, patching, verifying, writing, reading-back, stored or failed. */
  readonly phase: string;
  /** Whether cutting the power now leaves every component with a whole image. */
  readonly isSafe: boolean;
  /** How the last file ended, as a word of the core's `Completion`. */
  readonly completion: string;
  /** 0 when no upgrade is open, as the next two. */
  readonly upgrade: number;
  readonly session: number;
  readonly elapsedMs: number;
  /** The upgrade that is open or was last since the start; before the first one, the boot id. */
  readonly lastUpgrade: number;
  /** What has to be reset for what the last upgrade has activated to run. */
  readonly resets: { readonly device: boolean; readonly host: boolean };
  /** Where the sender says it runs: unknown, before-os, after-os or remote. */
  readonly origin: string;
  readonly imageIndex: number;
  readonly imageCount: number;
  /** Images stored in this upgrade. */
  readonly storedCount: number;
  /** Empty when no file is under way. */
  readonly component: string;
  readonly version: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  readonly slot: number;
  /** Bytes that were there when the file began. */
  readonly resumed: number;
  readonly done: number;
  readonly total: number;
  /** Time that erasing and programming took by the part's typical figures. */
  readonly flashMs: number;
  /** Bytes that the slot held already. */
  readonly equalBytes: number;
}
