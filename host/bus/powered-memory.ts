// The memory behind a BAR as a host sees it that can lose its power: from then on reads are all ones, and what is written is
// lost. The management controller gives the command in a register; it is looked at before each write to a register, because
// only such a write makes the device look at what lies in the window.
import type { HostPower } from './power-registers.ts';
import type { SharedMemory } from './shared-memory.ts';

/** The power of one process of the host. What was lost does not come back: the next machine is another process, or thread. */
export class PowerLine {
  readonly #power: HostPower;
  readonly #lost: () => void;
  #isLive: boolean;

  /** `lost` is called at the access that finds the power gone; it need not return. */
  constructor(power: HostPower, lost: () => void) {
    this.#power = power;
    this.#lost = lost;
    this.#isLive = power.isOn;
  }

  /** As found by the last `look`. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** Looks whether the power is still there. */
  look(): boolean {
    const command = this.#power.takeCommand();
    if (command !== 'force-off' && command !== 'restart') return this.#isLive;
    this.#isLive = false;
    this.#lost();
    return false;
  }
}

/** Memory on a power line. */
export class PoweredMemory implements SharedMemory {
  readonly size: number;
  readonly #memory: SharedMemory;
  readonly #line: PowerLine;
  readonly #wakesDevice: boolean;

  /** `wakesDevice`: a write makes the device look. */
  constructor(memory: SharedMemory, line: PowerLine, wakesDevice: boolean) {
    this.size = memory.size;
    this.#memory = memory;
    this.#line = line;
    this.#wakesDevice = wakesDevice;
  }

  read(offset: number, into: Uint8Array): void {
    if (this.#line.isLive) this.#memory.read(offset, into);
    else into.fill(0xff);
  }

  write(offset: number, from: Uint8Array): void {
    if (this.#wakesDevice ? this.#line.look() : this.#line.isLive) this.#memory.write(offset, from);
  }

  close(): void {
    this.#memory.close();
  }
}
