import type { PublicKey } from '../trust/public-key.ts';
import type { WordMemory } from '../bus/shared-memory.ts';
import type { Board } from './board.ts';
import type { BootTimes } from './boot-watch.ts';
import type { OpenFile } from './durable-file.ts';
import type { ControllerEvent } from './event-log.ts';
import type { HashEngine } from './hash-engine.ts';
import type { SlotsOptions } from './slots.ts';

/** What a controller needs. Time, files and faults come in here, so that tests run it under their own. */
export interface ControllerOptions {
  /** Holds flash, staging, event log and lock. Made when it is not there. */
  readonly stateDirectory: string;
  readonly board: Board;
  /** What lies behind the two BARs of the PCI function. */
  readonly registers: WordMemory;
  readonly window: WordMemory;
  /** Milliseconds that never go back. */
  readonly clock: { nowMs(): number };
  /** A session that is silent for longer can lose the lock to another one. */
  readonly leaseMs: number;
  /** Another number at each start, from 1 to 2^32 - 1. */
  readonly bootId: number;
  /** For how long a newly activated image is on trial; 0 when not given: it is committed at once when all is well. */
  readonly trialMs?: number | undefined;
  /** Keys that the board trusts from its first start on. */
  readonly pin?: readonly PublicKey[] | undefined;
  /** Images are taken without a signature. */
  readonly labMode?: boolean | undefined;
  /** Told of every event, after it was logged. */
  readonly log?: ((event: ControllerEvent) => void) | undefined;
  /** How long the stages of the watchdog over the host's boots are; `BOOT_TIMES` when not given. */
  readonly bootTimes?: BootTimes | undefined;
  /** What takes the images' SHA-256; the controller's own thread when not given. It outlives the controller. */
  readonly hashEngine?: HashEngine | undefined;
  /** Faults of the flash. */
  readonly flashFault?: SlotsOptions['inject'];
  /** Opens the files of the staging. */
  readonly openFile?: OpenFile | undefined;
}
