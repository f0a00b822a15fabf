// What someone who reaches the controller over a network may see and do: the only door between the controller and
// its network side. It knows nothing of HTTP, Redfish or users. Answers are plain objects that stay as they are.
import type { ComponentSnapshot, TransferSnapshot } from '../core/receiver-exports.ts';
import type { BootSnapshot } from './boot-watch.ts';
import type { LoggedEvent } from './event-log.ts';
import type { HostFiles } from './host-files.ts';
import type { PowerAction, PowerState } from './power.ts';
import type { UpgradeRecord } from './upgrade-record.ts';

/** What does not change while the controller runs. */
export interface ManagementIdentity {
  readonly platform: string;
  /** Of this board, made at the first start and kept in the state directory. */
  readonly uuid: string;
  /** The version of Ferry that runs as the controller. */
  readonly version: string;
  readonly bootId: number;
  readonly startedAt: string;
  /** Images are taken without a signature. Every screen has to say so. */
  readonly labMode: boolean;
}

/** Who holds the lock. */
export interface LockHolder {
  /** The upgrade's id, eight hexadecimal digits. */
  readonly upgrade: string;
  readonly session: string;
  /** unknown, before-os, after-os or remote. */
  readonly origin: string;
  /** The user of a remote upgrade. */
  readonly user: string | undefined;
  readonly since: string;
  readonly heldMs: number;
}

/** How fast the file under way goes, over the last seconds. */
export interface TransferRate {
  readonly bytesPerSecond: number;
  /** Undefined while it can not be told. */
  readonly remainingMs: number | undefined;
}

/** Everything that changes, at one moment. */
export interface ManagementSnapshot {
  readonly time: string;
  readonly components: readonly ComponentSnapshot[];
  readonly transfer: TransferSnapshot;
  readonly rate: TransferRate | undefined;
  readonly holder: LockHolder | undefined;
  /** Whether power may be removed now, and a sentence that says why. */
  readonly removal: { readonly isSafe: boolean; readonly why: string };
  readonly power: PowerState;
  /** How the host's boot goes; undefined on a board that does not watch it. */
  readonly boot?: BootSnapshot;
}

/** An image that a remote user sends. It takes the way of an image that comes over the bus: one lock, one journal. */
export interface PushRequest {
  readonly user: string;
  /** From the signature's trusted comment when there is one. */
  readonly component: string;
  readonly version: string;
  readonly size: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** The .minisig file; without one only lab mode takes the image. */
  readonly signature: Uint8Array | undefined;
  readonly allow: 'upgrade' | 'reinstall' | 'downgrade';
  readonly activate: 'now' | 'next-reset' | 'no';
  /** Reads a part of the image; synchronous, from a file on this machine. */
  read(offset: number, into: Uint8Array): void;
}

export type PushOutcome =
  | { readonly ok: true; readonly resets: { readonly device: boolean; readonly host: boolean } }
  /** `completion` is a word of the core's `Completion`, or `aborted`, `stopped`. The text is for people. */
  | { readonly ok: false; readonly completion: string; readonly text: string };

export interface Push {
  /** The upgrade's id, as soon as the lock is held. */
  readonly upgrade: string;
  readonly done: Promise<PushOutcome>;
}

/** The lock is held by someone else. */
export interface PushRefused {
  readonly refused: 'busy';
  readonly holder: LockHolder | undefined;
  readonly text: string;
}

export type ActionOutcome = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly text: string };

/** One chip, for the flash map. */
export interface FlashChipReport {
  /** `bmc-0`, `bios-0`, `records`. */
  readonly name: string;
  readonly part: string;
  readonly size: number;
  readonly sectorSize: number;
  /** Erases of each sector. */
  readonly wear: Uint32Array;
  readonly endurance: number;
}

export interface Management {
  readonly identity: ManagementIdentity;
  /** Cheap: no flash or file is read. */
  snapshot(): ManagementSnapshot;
  /** Events with a higher number, the oldest first; at most the last thousand or so. */
  eventsSince(number: number): readonly LoggedEvent[];
  /** Called at each event, at once and synchronously; it may not throw. Answers how to stop it. */
  onEvent(listener: (event: LoggedEvent) => void): () => void;
  /** Upgrades of the bus and of remote users, the newest first, the one under way included. */
  upgrades(limit: number): readonly UpgradeRecord[];
  upgrade(id: string): UpgradeRecord | undefined;
  /** Takes the lock and begins to send; or says who holds it. */
  push(request: PushRequest): Promise<Push | PushRefused>;
  /** Makes the whole image in the slot that does not run the running one, on trial. */
  activate(component: string, user: string): Promise<ActionOutcome>;
  /** Goes back to the image before, or takes a pending activation back. */
  revert(component: string, user: string): Promise<ActionOutcome>;
  /** Ends the upgrade under way, whoever began it; what was received is kept. */
  abort(user: string): Promise<ActionOutcome>;
  power(action: PowerAction, user: string): ActionOutcome;
  flash(): readonly FlashChipReport[];
  /** The controller starts anew, a moment later; the host stays as it is. Refused while an image is being stored. */
  restart(user: string): ActionOutcome;
}

/** What the look at the slot that a component runs from has found. */
export interface SlotVerification {
  readonly component: string;
  /**
   * `ok` and `differs` are about a whole image by the records; `unfinished` is a slot that was being written, or whose
   * writing failed; `empty` one that never held an image; `busy` one that was changed while it was read.
   */
  readonly condition: 'ok' | 'differs' | 'unfinished' | 'empty' | 'busy';
  /** What the record says, 64 hexadecimal digits; empty without an image. */
  readonly expected: string;
  /** What was read; empty when nothing was. */
  readonly got: string;
  /** CRC-32 of each 64 KiB of what was read; -1 for a protected block, which is not. */
  readonly blocks: readonly number[];
}

/** Looks at flash itself, and lets the records follow what it finds. The controller does; a board that a test plays need not. */
export interface SlotKeeper {
  /** Files of the host's storage; undefined where no bus leads to one. */
  readonly hostFiles?: HostFiles;
  /**
   * Reads the slot that a component runs from back, a piece at a time, and compares it with its record. From a look that
   * finds a difference to the next one, the same image is taken again, as if none ran.
   */
  verify(component: string): Promise<SlotVerification>;
  /**
   * Puts on record that the slot that a component runs from holds no whole image. What it holds stays there until the same
   * image, or another one, is taken. Refused while an upgrade is open.
   */
  condemn(component: string, user: string): Promise<ActionOutcome>;
  /**
   * Reads the image with this SHA-256 that the component runs, from flash; where that is protected, from what was kept of the
   * image. Throws when it does not run it any more.
   */
  readRunning(component: string, sha256: string, offset: number, into: Uint8Array): void;
  /** The signature file with which the image with this SHA-256 came; undefined when none was kept. */
  signatureOf(sha256: string): Uint8Array | undefined;
  /** What a slot's flash holds now, whatever the records say of it. Throws when it can not be read. */
  readSlot(component: string, slot: number, offset: number, into: Uint8Array): void;
}

export type RecoverableManagement = Management & SlotKeeper;

/** Whether flash can be looked at behind this. */
export function keepsSlots(management: Management): management is RecoverableManagement {
  return 'verify' in management && 'condemn' in management && 'readSlot' in management;
}
