// A management controller in the test's own process, on the files by which real host processes reach it: a test can do
// something to it at an exact moment of a transfer.
import { Controller } from '../host/bmc/controller.ts';
import { readBoard } from '../host/bmc/board-file.ts';
import type { ControllerEvent } from '../host/bmc/event-log.ts';
import type { PowerAction } from '../host/bmc/power.ts';
import { createMachineDirectory, type MachineDirectory, removeMachineDirectory } from '../host/bus/machine-directory.ts';
import { Register } from '../host/bus/mailbox-registers.ts';

/** Longer than any test: a lock that becomes free was given up. */
const LEASE_MS = 600_000;

/** Each look at the clock takes so long: a step ends after a part of an image, however fast that comes. */
const LOOK_MS = 0.5;

export class LiveController {
  readonly #state: string;
  readonly #board: string;
  #machine: MachineDirectory;
  #controller: Controller;
  #boots = 0;
  #looks = 0;
  #isRunning = false;
  #isHeld = false;
  readonly #waiting = new Set<() => void>();
  events: ControllerEvent[] = [];

  constructor(stateDirectory: string, boardFile: string) {
    this.#state = stateDirectory;
    this.#board = boardFile;
    this.#machine = createMachineDirectory(stateDirectory);
    this.#controller = this.#make();
  }

  /** Does the action and expects that it fits. */
  power(action: PowerAction): void {
    const { ok, text } = this.#controller.management.power(action, 'admin');
    if (!ok) throw new Error(text);
  }

  /** Until the controller says this, from now on. */
  says(event: string, text = ''): Promise<void> {
    const from = this.events.length;
    return this.until(() => this.events.slice(from).some((said) => said.event === event && said.text.includes(text)));
  }

  /** Until the condition holds after a step; the controller does nothing more then before what awaits this has run. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Until so many bytes of an image have come over the bus. */
  receives(bytes: number): Promise<void> {
    return this.until(() => this.#controller.transfer().phase === 'receiving' && this.#controller.transfer().done >= bytes);
  }

  get phase(): string {
    return this.#controller.transfer().phase;
  }

  /** Stands still until a host process has answered a power command. */
  async standUntilAnswered(): Promise<void> {
    const answer = (): number => this.#machine.registers.read32(Register.powerEvent);
    const before = answer();
    this.#isHeld = true;
    while (answer() === before) await new Promise((resolve) => setTimeout(resolve, 1));
    this.#isHeld = false;
  }

  /** Ends this controller; the registers keep what is in them. */
  stop(): void {
    this.#isRunning = false;
    this.#controller.close();
    this.#machine.close();
  }

  /** Starts another one. */
  start(): void {
    this.#machine = createMachineDirectory(this.#state);
    this.#controller = this.#make();
  }

  /** Ends for good. */
  remove(): void {
    if (this.#isRunning) this.stop();
    removeMachineDirectory(this.#state);
  }

  #make(): Controller {
    const { registers, window } = this.#machine;
    const controller = new Controller({
      stateDirectory: this.#state, board: readBoard(this.#board), registers, window, clock: { nowMs: () => performance.now() + this.#looks++ * LOOK_MS },
      leaseMs: LEASE_MS, bootId: ++this.#boots, labMode: true, trialMs: 0, log: (event) => this.events.push(event),
    });
    controller.start();
    this.#isRunning = true;
    const turn = (): void => {
      if (!this.#isRunning || controller !== this.#controller) return;
      const sleepMs = this.#isHeld ? 1 : controller.step();
      for (const look of this.#waiting) look();
      if (sleepMs === 0) setImmediate(turn);
      else setTimeout(turn, sleepMs);
    };
    setImmediate(turn);
    return controller;
  }
}
