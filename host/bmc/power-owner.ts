// What the power control has around it: whom it tells, and how long it waits.
import type { ControllerEvent } from './event-log.ts';

/** What the power control tells the controller. */
export interface PowerOwner {
  /** Whether what the host's end of the mailbox says counts: for `MailboxDevice.setHostPower`. */
  busIsUp(isUp: boolean): void;
  /** The power has gone or the reset is on: the host's session is gone, as after a reset of the host. */
  hostLost(): void;
  /** The host has been switched on, or its reset has been let go: its firmware starts. */
  hostStarted(): void;
  /** The host has started anew, and no program of it was there to count that. */
  hostReset(): void;
  say(event: ControllerEvent): void;
}

/** A host program looks at its power fifty times a second; this leaves room for a slow machine. */
export const ANSWER_MS = 1000;
/** How long the power is off in a power cycle. */
export const CYCLE_MS = 1000;
/** A program that was asked ends at its next chunk. After this the request has failed, and the host stays on. */
export const GRACE_MS = 60_000;
