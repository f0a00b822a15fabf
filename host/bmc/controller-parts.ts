// The parts of a controller on disk: opened together, closed together, whatever fails in between.
import { accessSync, constants, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadCore } from '../core/instance.ts';
import type { ReceiverExports } from '../core/receiver-exports.ts';
import type { SlotRecord } from '../core/slot-record.ts';
import type { RecordExports } from '../core/slot-records.ts';
import { FerryError } from '../error.ts';
import { boardText } from './board-file.ts';
import type { ControllerOptions } from './controller-options.ts';
import { lockState, type StateLock } from './state-lock.ts';
import { EventLog, type ControllerEvent } from './event-log.ts';
import { recordFindings } from './record-findings.ts';
import { SecurityFloors } from './security-floors.ts';
import { SignatureStore } from './signature-store.ts';
import { SlotLog } from './slot-log.ts';
import { Slots } from './slots.ts';
import { Staging } from './staging.ts';
import { boardUuid } from './board-uuid.ts';
import { UpgradeHistory } from './history/upgrade-history.ts';
import { TrustStore } from './trust/trust-store.ts';

export type ControllerCore = ReceiverExports & RecordExports;

/** Everything that a running controller holds. */
export interface ControllerParts {
  readonly core: ControllerCore;
  readonly lock: StateLock;
  readonly eventLog: EventLog;
  readonly history: UpgradeHistory;
  readonly trust: TrustStore;
  readonly floors: SecurityFloors;
  readonly signatures: SignatureStore;
  /** What the look at the chip of the slot records has found: events, before anything else. */
  readonly recordEvents: readonly ControllerEvent[];
  /** Of this board. */
  readonly uuid: string;
  readonly staging: Staging;
  readonly slots: Slots;
  readonly slotLog: SlotLog;
  readonly records: readonly SlotRecord[];
}

/** Opens all. `controller-running` when another controller has the directory, `state-failed` when it can't be used. */
export function openParts(options: ControllerOptions, complain: (message: string) => void): ControllerParts {
  const state = options.stateDirectory;
  const opened: { close(): void }[] = [];
  const open = <Part extends { close(): void }>(part: Part): Part => {
    opened.push(part);
    return part;
  };
  try {
    makeStateDirectory(state);
    const lock = open(lockState(state));
    const core = loadCore<ControllerCore>();
    const eventLog = open(new EventLog({ path: join(state, 'events.log'), complain }));
    const trust = TrustStore.open(state, { platform: options.board.platform });
    if (options.pin !== undefined && options.pin.length > 0) trust.pin(options.pin);
    // For those who look at the state directory without its controller.
    writeFileSync(join(state, 'board.json'), boardText(options.board));
    const uuid = boardUuid(state);
    const history = open(UpgradeHistory.open({ directory: join(state, 'history'), complain }));
    const slots = open(new Slots({ board: options.board, directory: join(state, 'flash'), inject: options.flashFault }));
    const staging = open(new Staging({ directory: join(state, 'staging'), ...(options.openFile ? { openFile: options.openFile } : {}) }));
    const slotLog = new SlotLog(core, slots);
    const floors = new SecurityFloors(state);
    const signatures = new SignatureStore(state);
    return { core, lock, eventLog, history, trust, floors, signatures, recordEvents: recordFindings(slots, slotLog, history), uuid, staging, slots, slotLog, records: slotLog.list() };
  } catch (error) {
    closeAll(opened.reverse());
    throw error instanceof FerryError ? error : stateFailed(state, error);
  }
}

/** Lets go of all; the lock last. Answers the errors. */
export function closeParts({ staging, slots, history, eventLog, lock }: ControllerParts): unknown[] {
  return closeAll([staging, slots, history, eventLog, lock]);
}

function closeAll(parts: readonly { close(): void }[]): unknown[] {
  const errors: unknown[] = [];
  for (const part of parts) {
    try {
      part.close();
    } catch (error) {
      errors.push(error);
    }
  }
  return errors;
}

/** Makes the state directory. `state-failed` when it is none, or can not be written. */
export function makeStateDirectory(directory: string): void {
  try {
    const found = statSync(directory, { throwIfNoEntry: false });
    if (found !== undefined && !found.isDirectory()) throw new Error('expected a directory, got a file');
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw stateFailed(directory, error);
  }
}

function stateFailed(directory: string, cause: unknown): FerryError {
  return new FerryError('state-failed', `the state directory ${resolve(directory)} can not be used: ${(cause as Error).message}; nothing was started`, {
    hint: 'correct what is named there, or give --state a directory that is writable and has space', cause,
  });
}
