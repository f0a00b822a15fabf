// What the loader's commands share: the volume, the console, the watchdog, and how the last utility ended.
import type { Bus } from '../bus/bus.ts';
import { type CheckpointOptions, Checkpoints } from '../efi/checkpoints.ts';
import { PostCode } from '../bus/post-code.ts';
import type { ConsoleDevice } from '../efi/console-device.ts';
import type { Clock } from '../efi/platform.ts';
import { PowerEvent } from '../efi/power-event.ts';
import { Watchdog } from '../efi/watchdog.ts';
import type { LifVolume } from '../lif/volume.ts';
import { LoaderConsole } from './console.ts';

/** Exit code of DESIGN.md section 4 for what could not be carried out, or trapped. */
export const EXIT_FAILED = 1;

/** What the loader stands on, and what it is to do. A test gives a virtual clock and a scripted console. */
export interface LoaderOptions extends CheckpointOptions {
  readonly console: ConsoleDevice;
  readonly bus: Bus;
  readonly clock: Clock;
  /** Waits. True when the one who runs the machine asked it to stop; comes back early then. 0 only asks. */
  sleep(milliseconds: number): boolean;
  random(into: Uint8Array): void;
  /** Told when the watchdog timer is set (a moment of the monotonic clock) and disarmed. */
  watchdogChanged?(deadline: bigint | undefined): void;
  readonly volume: LifVolume;
  /** How messages name the volume. */
  readonly volumeName: string;
  /** Whether AUTO is executed at power-on. */
  readonly autoboot: boolean;
  /** Seconds of the countdown before AUTO. */
  readonly autoDelay: number;
  /** How long AUTO may take; five minutes when not given. */
  readonly watchdogSeconds?: number | undefined;
}

/** One power-on of the loader. */
export class Loader {
  readonly options: LoaderOptions;
  readonly volume: LifVolume;
  readonly console: LoaderConsole;
  readonly watchdog: Watchdog;
  readonly checkpoints: Checkpoints;
  /** Of the last utility, or `EXIT_FAILED` when it could not be started. */
  lastCode: number | undefined;

  constructor(options: LoaderOptions) {
    this.options = options;
    this.volume = options.volume;
    this.console = new LoaderConsole(options.console);
    this.checkpoints = new Checkpoints(options);
    this.watchdog = new Watchdog(options.clock, () => {
      this.print('\nThe watchdog timer expired: the machine is reset.\n');
      throw new PowerEvent({ kind: 'reset', type: 'cold' });
    }, (deadline) => options.watchdogChanged?.(deadline));
  }

  print(text: string): void {
    this.console.print(text);
  }

  /** Ends the power-on: the operating system starts. */
  handOver(): never {
    this.print('ISL: handing over to the operating system.\n');
    this.checkpoints.reach(PostCode.exitBootServices);
    this.checkpoints.progress('bootComplete');
    throw new PowerEvent({ kind: 'os' });
  }

  /** Ends the power-on when the one who runs the machine asked for it, or when the watchdog is due. */
  poll(): void {
    this.watchdog.check();
    if (this.options.sleep(0)) throw new PowerEvent({ kind: 'shutdown', stopped: true });
  }

  /** Lets time pass for a utility. True when it is to stop: the machine is to stop, or Ctrl-C was pressed. */
  stall(milliseconds: number): boolean {
    const isStopped = this.options.sleep(Math.min(milliseconds, this.watchdog.remainingMs()));
    this.watchdog.check();
    return isStopped || this.console.breakPressed();
  }

  /** Milliseconds since 1970. */
  now(): number {
    return Number(this.options.clock.now() / 1_000_000n);
  }
}
