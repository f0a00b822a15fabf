// How the host's boot goes, as both ends see it in the registers of the mailbox: POST codes, progress, and the watchdog's stage
// that ran out. assembly/bus/README.md, "Boot", is the specification.
import { BootFailureStage, HostBootProgress, Register } from './mailbox-registers.ts';
import type { WordMemory } from './shared-memory.ts';

/** How far a boot is. */
export type BootProgress = keyof typeof HostBootProgress;
/** A stage of the watchdog: nothing was executed, or POST has not come to its end. */
export type BootStage = keyof typeof BootFailureStage;

const CODE = 0xff;
const COUNT = 0xffff;
/** In `bootFailure`: there was a POST code. */
const HAS_CODE = 0x8000;

const word = (boot: number, count: number, code: number): number => ((boot & 0xff) << 24 | (count & COUNT) << 8 | (code & CODE)) >>> 0;
const bootOf = (register: number): number => register >>> 24;
const countOf = (register: number): number => (register >>> 8) & COUNT;

const nameOf = <Name extends string>(words: Readonly<Record<Name, number>>, register: number): Name | undefined =>
  (Object.keys(words) as Name[]).find((name) => words[name] === (register & CODE));

/** A register's value when it is of the boot that is under way now. */
function ofThisBoot(registers: WordMemory, register: number): number | undefined {
  const value = registers.read32(register);
  return countOf(value) !== 0 && bootOf(value) === (registers.read32(Register.hostResets) & 0xff) ? value : undefined;
}

/** The host's end: what its chipset and its firmware tell. */
export class HostBoot {
  readonly #registers: WordMemory;

  constructor(registers: WordMemory) {
    this.#registers = registers;
  }

  /** The platform reset that every boot begins with. */
  reset(): void {
    this.#registers.write32(Register.hostResets, (this.#registers.read32(Register.hostResets) + 1) >>> 0);
  }

  /** A byte on I/O port 80h. */
  postCode(code: number): void {
    const count = countOf(ofThisBoot(this.#registers, Register.postCode) ?? 0);
    this.#registers.write32(Register.postCode, word(this.#registers.read32(Register.hostResets), count === COUNT ? 1 : count + 1, code));
  }

  progress(progress: BootProgress): void {
    this.#registers.write32(Register.bootProgress, word(this.#registers.read32(Register.hostResets), 1, HostBootProgress[progress]));
  }
}

/** What the host's registers say of the boot that is under way. */
export interface BootSigns {
  /** The number of the boot: how often the host has been reset. */
  readonly boot: number;
  /** The newest POST code, and how many there were. */
  readonly post: { readonly code: number; readonly count: number } | undefined;
  readonly progress: BootProgress | undefined;
  /** Whether this host has ever written a POST code. */
  readonly reportsCodes: boolean;
}

/** What the device has written of a boot that failed. */
export interface BootFailure {
  readonly stage: BootStage;
  readonly code: number | undefined;
}

/** The management controller's end. */
export class DeviceBoot {
  readonly #registers: WordMemory;

  constructor(registers: WordMemory) {
    this.#registers = registers;
  }

  /** One look. A host that is reset meanwhile is seen whole the next time. */
  signs(): BootSigns {
    const boot = this.#registers.read32(Register.hostResets);
    const post = ofThisBoot(this.#registers, Register.postCode);
    const progress = ofThisBoot(this.#registers, Register.bootProgress);
    return {
      boot, reportsCodes: this.#registers.read32(Register.postCode) !== 0,
      post: post === undefined || bootOf(post) !== (boot & 0xff) ? undefined : { code: post & CODE, count: countOf(post) },
      progress: progress === undefined || bootOf(progress) !== (boot & 0xff) ? undefined : nameOf(HostBootProgress, progress),
    };
  }

  /** Of the boot that is under way; undefined when it has not failed. */
  get failure(): BootFailure | undefined {
    const value = ofThisBoot(this.#registers, Register.bootFailure);
    const stage = value === undefined ? undefined : nameOf(BootFailureStage, value);
    if (value === undefined || stage === undefined) return undefined;
    return { stage, code: (countOf(value) & HAS_CODE) === 0 ? undefined : countOf(value) & CODE };
  }

  /** The boot that had failed has come up after all. */
  clearFailure(): void {
    this.#registers.write32(Register.bootFailure, 0);
  }

  fail({ stage, code }: BootFailure): void {
    const count = code === undefined ? 1 << 8 : HAS_CODE | code;
    this.#registers.write32(Register.bootFailure, word(this.#registers.read32(Register.hostResets), count, BootFailureStage[stage]));
  }
}
