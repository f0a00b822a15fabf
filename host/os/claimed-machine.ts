// The machine that a process has for itself: two runs must not drive one device. Its management controller can take its power
// away at any time.
import { openEmulatedMachine, type EmulatedMachine } from '../bus/emulated-machine.ts';
import { HostPower, type PowerCommand } from '../bus/power-registers.ts';
import { lockMachine, type MachineLock } from './lock.ts';

/** How often a process of the host looks at its power. */
export const LOOK_MS = 20;

export interface CommandWatch {
  /** Looks now. */
  look(): void;
  end(): void;
}

/** Locked until `release`. */
export class ClaimedMachine {
  readonly power: HostPower;
  readonly #machine: EmulatedMachine;
  readonly #lock: MachineLock;

  constructor(machine: EmulatedMachine, power: HostPower, lock: MachineLock) {
    this.#machine = machine;
    this.power = power;
    this.#lock = lock;
  }

  /** Calls for each command of the management controller, from the thread's event loop. */
  onPowerCommand(obey: (command: PowerCommand) => void): CommandWatch {
    const look = (): void => {
      const command = this.power.takeCommand();
      if (command !== undefined) obey(command);
    };
    const timer = setInterval(look, LOOK_MS);
    return { look, end: () => clearInterval(timer) };
  }

  /** The reset that an operating system ends with when it was asked to start anew: it is there again, without a firmware in between. */
  reset(): void {
    this.#machine.reset();
    this.#machine.bootProgress('bootComplete');
  }

  /** Lets the next one in. Calling it again does nothing. */
  release(): void {
    this.#lock.release();
    this.#machine.close();
  }
}

/**
 * For the thread of a program whose machine has lost its power: it stands still until the main thread, which looks at the
 * power too, ends it. So nothing runs on in between.
 */
export function standStill(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Undefined when no management controller has run for this machine: there is no device, and nothing to lock. */
export function claimMachine(stateDirectory: string): ClaimedMachine | undefined {
  const machine = openEmulatedMachine(stateDirectory);
  const { directory } = machine;
  if (directory === undefined) return undefined;
  try {
    return new ClaimedMachine(machine, new HostPower(directory.registers), lockMachine(directory.directory));
  } catch (error) {
    machine.close();
    throw error;
  }
}
