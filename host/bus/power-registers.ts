// The host's power as both ends see it in the registers of the mailbox. assembly/bus/README.md, "Power", is the specification.
import { HostPowerCommand, HostPowerEvent, HostPowerState, Register } from './mailbox-registers.ts';
import type { WordMemory } from './shared-memory.ts';

/** What the host is told to do. */
export type PowerCommand = 'force-off' | 'restart' | 'shut-down' | 'shut-down-and-restart';

const COMMANDS: Readonly<Record<PowerCommand, number>> = {
  'force-off': HostPowerCommand.forceOff, restart: HostPowerCommand.restart,
  'shut-down': HostPowerCommand.shutDown, 'shut-down-and-restart': HostPowerCommand.shutDownAndRestart,
};

/** What the host did. */
export type PowerReport = 'button' | 'accepted' | 'off' | 'restarted';

const WORD = 0xff;

/** The next value of a register that tells a word in its low byte and counts in the others. */
const counted = (register: number, word: number): number => (((register >>> 8) + 1) << 8 | word) >>> 0;

const nameOf = <Name extends string>(words: Readonly<Record<Name, number>>, register: number): Name | undefined =>
  (Object.keys(words) as Name[]).find((name) => words[name] === (register & WORD));

const stateIn = (registers: WordMemory): keyof typeof HostPowerState => nameOf(HostPowerState, registers.read32(Register.power)) ?? 'on';

/** The management controller's end. */
export class DevicePower {
  readonly #registers: WordMemory;

  constructor(registers: WordMemory) {
    this.#registers = registers;
  }

  get state(): keyof typeof HostPowerState {
    return stateIn(this.#registers);
  }

  set state(state: keyof typeof HostPowerState) {
    this.#registers.write32(Register.power, HostPowerState[state]);
  }

  /** Tells the host; its programs die by this, so what they look at then has to stand in the registers before. */
  command(command: PowerCommand): void {
    this.#registers.write32(Register.powerCommand, counted(this.#registers.read32(Register.powerCommand), COMMANDS[command]));
  }

  /** The newest thing that the host did since the last look. */
  takeReport(): PowerReport | undefined {
    const event = this.#registers.read32(Register.powerEvent);
    if (event === this.#registers.read32(Register.powerEventSeen)) return undefined;
    this.#registers.write32(Register.powerEventSeen, event);
    return nameOf(HostPowerEvent, event);
  }

  /** How often the host has been reset, by its own count. */
  get hostResets(): number {
    return this.#registers.read32(Register.hostResets);
  }
}

/** The end of one process of the host: it heeds the commands that come after it was made. */
export class HostPower {
  readonly #registers: WordMemory;
  #command: number;

  constructor(registers: WordMemory) {
    this.#registers = registers;
    this.#command = registers.read32(Register.powerCommand);
  }

  /** What this end has reported and nobody has seen yet counts already. */
  get isOn(): boolean {
    const event = this.#registers.read32(Register.powerEvent);
    const report = event === this.#registers.read32(Register.powerEventSeen) ? undefined : nameOf(HostPowerEvent, event);
    if (report === 'button' || report === 'off') return report === 'button';
    return stateIn(this.#registers) === 'on';
  }

  /** Off, and not because the management controller wants it so. */
  get isOffByHost(): boolean {
    return !this.isOn && ['on', 'offByHost'].includes(stateIn(this.#registers));
  }

  /** The newest command since the last look. */
  takeCommand(): PowerCommand | undefined {
    const command = this.#registers.read32(Register.powerCommand);
    if (command === this.#command) return undefined;
    this.#command = command;
    return nameOf(COMMANDS, command);
  }

  report(report: PowerReport): void {
    this.#registers.write32(Register.powerEvent, counted(this.#registers.read32(Register.powerEvent), HostPowerEvent[report]));
  }
}
