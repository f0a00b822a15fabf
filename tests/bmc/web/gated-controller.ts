// A real controller in the test's own process, reached by real host processes, that can be made to stand still at a
// moment of a transfer: on a screen such a moment would be over before anyone has seen it.
import { Controller } from '../../../host/bmc/controller.ts';
import { readBoard } from '../../../host/bmc/board-file.ts';
import type { Management, ManagementSnapshot } from '../../../host/bmc/management.ts';
import { createMachineDirectory, type MachineDirectory, removeMachineDirectory } from '../../../host/bus/machine-directory.ts';
import type { ControllerEvent } from '../../../host/bmc/event-log.ts';

const LEASE_MS = 600_000;

export class GatedController {
  readonly management: Management;
  readonly #state: string;
  readonly #machine: MachineDirectory;
  readonly #controller: Controller;
  #isOver = false;
  #isHeld = false;
  #gate: { readonly isReached: (now: ManagementSnapshot) => boolean; readonly reached: () => void } | undefined;

  constructor(stateDirectory: string, boardFile: string) {
    this.#state = stateDirectory;
    this.#machine = createMachineDirectory(stateDirectory);
    const { registers, window } = this.#machine;
    this.#controller = new Controller({
      stateDirectory, board: readBoard(boardFile), registers, window, clock: { nowMs: () => performance.now() }, leaseMs: LEASE_MS, bootId: 1, labMode: true,
    });
    this.#controller.start();
    this.management = this.#controller.management;
    this.#turn();
  }

  say(event: ControllerEvent): void {
    this.#controller.say(event);
  }

  /** Goes on, until this is so; then it stands still. */
  standAt(isReached: (now: ManagementSnapshot) => boolean): Promise<void> {
    const reached = new Promise<void>((resolve) => { this.#gate = { isReached, reached: resolve }; });
    this.goOn();
    return reached;
  }

  goOn(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#turn();
  }

  remove(): void {
    this.#isOver = true;
    this.#controller.close();
    this.#machine.close();
    removeMachineDirectory(this.#state);
  }

  #turn(): void {
    if (this.#isOver || this.#isHeld) return;
    const sleepMs = this.#controller.step();
    if (this.#gate?.isReached(this.management.snapshot()) === true) {
      this.#isHeld = true;
      this.#gate.reached();
      this.#gate = undefined;
      return;
    }
    if (sleepMs === 0) setImmediate(() => this.#turn());
    else setTimeout(() => this.#turn(), sleepMs);
  }
}
