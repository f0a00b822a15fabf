// What the firmware stands on: everything that it takes from outside. A test gives a virtual clock and a scripted
// console, the emulator the real ones.
import type { Bus } from '../bus/bus.ts';
import type { CheckpointOptions } from './checkpoints.ts';
import type { ConsoleDevice } from './console-device.ts';

/** Both in nanoseconds. */
export interface Clock {
  /** Since 1970. */
  now(): bigint;
  /** Never goes back. */
  monotonic(): bigint;
}

export interface Platform extends CheckpointOptions {
  readonly console: ConsoleDevice;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly memoryBytes: number;
  /** Waits. True when the one who runs the machine asked it to stop; comes back early then. 0 only asks. */
  sleep(milliseconds: number): boolean;
  random(into: Uint8Array): void;
  /** Told when the watchdog timer is set (a moment of the monotonic clock) and disarmed. */
  watchdogChanged?(deadline: bigint | undefined): void;
}
