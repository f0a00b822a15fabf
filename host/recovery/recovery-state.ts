// How far the recovery of one component is: what the journal keeps of it, and what people are shown.
//
//   healthy ─► needed ─► sourcing ─► fetching ─► staged ─► holding ─► writing ─► reading-back ─► releasing ─► confirming ─► healthy
//                ▲  └─ asking                      waiting (the host runs)                                       │
//                └──────────────────────────── retry: the same image, then the next one ◄────────────────────────┘
//                                                                       └─► locked, after too many failures: a person is needed
import type { PowerState } from '../bmc/power.ts';
import type { BootCount } from './boot-decision.ts';
import type { Candidate, NeedReason } from './source.ts';

export const PHASES = [
  'healthy', 'needed', 'asking', 'sourcing', 'fetching', 'staged', 'waiting', 'holding', 'writing', 'reading-back', 'releasing', 'confirming', 'retry', 'locked',
] as const;
export type RecoveryPhase = (typeof PHASES)[number];

/** What is kept of a candidate. */
export interface ChosenImage {
  readonly source: string;
  readonly id: string;
  readonly version: string;
  readonly sha256: string;
}

export interface RecoveryState {
  readonly component: string;
  readonly phase: RecoveryPhase;
  /** ISO time of this phase's begin. */
  readonly at: string;
  readonly text: string;
  readonly reason?: NeedReason;
  /** What a person has ordered. */
  readonly ordered?: { readonly version?: string; readonly sha256?: string };
  /** What the slot held and should have held: evidence, before it is overwritten. */
  readonly evidence?: { readonly expected: string; readonly got: string; readonly blocks: readonly number[] };
  readonly candidate?: ChosenImage;
  /** What has failed, and why. */
  readonly tried: readonly (ChosenImage & { readonly why: string })[];
  /** How the last boots from it went; nothing while all is well. */
  readonly boots?: BootCount;
  /** SHA-256 of the images with which the host did not come up in this recovery. */
  readonly dead?: readonly string[];
  /** Sourcings in a row that found nothing. */
  readonly rounds: number;
  /** ISO time at which it was found to be needed, what was there before (a digest; empty: none), and bytes fetched since. */
  readonly begun?: string;
  readonly before?: string;
  readonly fetched?: number;
  /** How the host's power was when it was taken: to be restored. */
  readonly powerBefore?: PowerState;
}

export const chosenOf = ({ source, id, statement: { version, sha256 } }: Candidate): ChosenImage => ({ source, id, version, sha256 });

/** Whether the flash may be inconsistent by this: the host is not let go before it has been looked at. */
export const mayBeHalfWritten = ({ phase }: RecoveryState): boolean => ['holding', 'writing', 'reading-back'].includes(phase);
