// What someone who reaches the controller over a network may see and ask of recovery: the only door between the agent that
// brings components back and the network side. It knows nothing of HTTP, and the network side nothing of how the agent
// works. Answers are plain objects that stay as they are.
import type { ActionOutcome } from './management.ts';

/** An image in the place from which it would come, or came. */
export interface RecoveryImage {
  /** The source's name in recovery.ini. */
  readonly source: string;
  /** Names it within its source: a path, an address, a donor. */
  readonly id: string;
  readonly version: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/** One image that was found, and what the policy says of it. */
export interface RecoveryVerdict extends RecoveryImage {
  readonly security: number;
  readonly size: number;
  /** Who offers, when it is not the source itself. */
  readonly donor: string | undefined;
  readonly isGood: boolean;
  /** Why it is refused, or what it is worth. */
  readonly reason: string;
}

/** Images that were found, and the one that the policy takes. */
export interface RecoveryChoice {
  /** Good ones first, the best first of all. At most `VERDICTS`. */
  readonly verdicts: readonly RecoveryVerdict[];
  /** How many more there were. */
  readonly others: number;
  readonly chosen: RecoveryImage | undefined;
  /** Why this one, or why none. */
  readonly why: string;
}

/** Verdicts that are handed out. */
export const VERDICTS = 16;

/** How far the recovery of a component is. */
export interface RecoveryStatus {
  readonly component: string;
  /** `healthy`, `fetching`, `locked` and so on. */
  readonly phase: string;
  /** One sentence. */
  readonly text: string;
  /** ISO time of the phase's begin. */
  readonly since: string;
  /** `corrupt`, `dead`, `outdated` and so on; undefined when nothing is wrong. */
  readonly reason: string | undefined;
  /** A person has ordered it: anything newer, or what is named here. */
  readonly ordered: { readonly version?: string; readonly sha256?: string } | undefined;
  /** What is being brought. */
  readonly candidate: RecoveryImage | undefined;
  /** Bytes of it that are here. */
  readonly received: { readonly done: number; readonly total: number } | undefined;
  /** What was found last; undefined when nobody has been asked since the controller started. */
  readonly choice: RecoveryChoice | undefined;
  /** What has failed in this recovery, and why. */
  readonly tried: readonly (RecoveryImage & { readonly why: string })[];
  /** What flash held and should have held, 64 hexadecimal digits each. */
  readonly evidence: { readonly expected: string; readonly got: string } | undefined;
}

/** What recovery would do now. */
export interface RecoveryOutlook {
  readonly component: string;
  /** What flash holds: `ok`, `differs`, `unfinished`, `empty` or `busy`. */
  readonly condition: string;
  /** One sentence on it, and on whether a recovery is needed. */
  readonly text: string;
  /** Undefined when none is needed: the choice then is what an order would choose from. */
  readonly reason: string | undefined;
  readonly choice: RecoveryChoice;
  /** Sources that could not be asked. */
  readonly failures: readonly { readonly source: string; readonly why: string }[];
}

export interface WantedRecovery {
  /** Every watched component when not given. */
  readonly component?: string;
  readonly version?: string;
  /** 64 hexadecimal digits. */
  readonly sha256?: string;
}

export interface RecoveryDesk {
  /** Names of the components that are watched, in the order of the configuration. */
  readonly components: readonly string[];
  /** Cheap: nothing is read. Empty while the agent starts. */
  states(): readonly RecoveryStatus[];
  /** A person's order: it also opens a lock. What becomes of it is told by events. */
  order(wanted: WantedRecovery, user: string): ActionOutcome;
  /** Reads flash and asks the sources, of one component or of all; nothing is fetched and nothing changed. Refused while one is under way. */
  preview(component?: string): Promise<readonly RecoveryOutlook[] | { readonly refused: string }>;
}
