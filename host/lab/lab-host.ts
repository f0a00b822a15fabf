// The machine beside one of the lab's controllers: it obeys the controller's hand on the power, and when it has power it
// boots from its firmware hub, stage by stage, each with its POST code. It stops at the first stage that is not whole.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { HostBoot } from '../bus/boot-registers.ts';
import { postCodeText } from '../bus/post-code.ts';
import { HostPower } from '../bus/power-registers.ts';
import type { WordMemory } from '../bus/shared-memory.ts';
import type { HostState } from './board-view.ts';
import { HEADER_SIZE, type Stage, stagesIn } from './lab-image.ts';

/** How long a stage runs, at least. */
export const STAGE_MS = 120;

interface Boot {
  readonly stages: readonly Stage[];
  next: number;
  untilMs: number;
}

export class LabHost {
  readonly #hub: string;
  readonly #power: HostPower;
  readonly #boot: HostBoot;
  #under: Boot | undefined;
  #state: HostState = 'off';
  #code: number | undefined;
  /** Told to start anew as soon as there is power. */
  #isToReset = false;

  /** `stateDirectory` is the controller's: the hub is a chip that both can reach. */
  constructor(registers: WordMemory, stateDirectory: string) {
    this.#hub = join(stateDirectory, 'flash', 'bios-0.flash');
    this.#power = new HostPower(registers);
    this.#boot = new HostBoot(registers);
  }

  get state(): HostState {
    return this.#state;
  }

  get text(): string {
    if (this.#state === 'post' || this.#state === 'stopped') {
      const code = this.#code === undefined ? 'no POST code' : `POST ${postCodeText(this.#code)}`;
      return this.#state === 'post' ? code : `stopped: ${code}`;
    }
    return this.#state;
  }

  /** Someone presses the reset button. */
  pressReset(): void {
    this.#isToReset = true;
  }

  /** Call often. */
  step(nowMs: number): void {
    this.#obey();
    if (!this.#power.isOn) return this.#stop();
    if (this.#state === 'off' || this.#isToReset) this.#begin(nowMs);
    this.#run(nowMs);
  }

  #obey(): void {
    const command = this.#power.takeCommand();
    if (command === 'force-off' || command === 'restart') this.#stop();
    if (command === 'shut-down' || command === 'shut-down-and-restart') {
      this.#power.report('accepted');
      this.#stop();
      if (command === 'shut-down') this.#power.report('off');
      else {
        this.#power.report('restarted');
        this.#isToReset = true;
      }
    }
  }

  #stop(): void {
    this.#under = undefined;
    this.#state = 'off';
    this.#code = undefined;
  }

  #begin(nowMs: number): void {
    this.#isToReset = false;
    this.#code = undefined;
    this.#boot.reset();
    const stages = stagesIn(this.#read(0, HEADER_SIZE), this.#hubSize());
    this.#state = stages === undefined ? 'stopped' : 'post';
    this.#under = stages === undefined ? undefined : { stages, next: 0, untilMs: nowMs };
  }

  #run(nowMs: number): void {
    const boot = this.#under;
    if (boot === undefined || nowMs < boot.untilMs) return;
    const stage = boot.stages[boot.next];
    if (stage === undefined) {
      this.#boot.progress('postComplete');
      this.#boot.progress('bootComplete');
      this.#under = undefined;
      this.#state = 'up';
      return;
    }
    this.#code = stage.code;
    this.#boot.postCode(stage.code);
    boot.next += 1;
    boot.untilMs = nowMs + STAGE_MS;
    if (crc32(this.#read(stage.offset, stage.size)) === stage.checksum) return;
    this.#under = undefined;
    this.#state = 'stopped';
  }

  #hubSize(): number {
    return this.#withHub((file) => fstatSync(file).size) ?? 0;
  }

  /** What the hub holds; erased flash where it holds nothing. */
  #read(offset: number, size: number): Uint8Array {
    const bytes = new Uint8Array(size).fill(0xff);
    this.#withHub((file) => readSync(file, bytes, 0, size, offset));
    return bytes;
  }

  #withHub<T>(work: (file: number) => T): T | undefined {
    let file: number;
    try {
      file = openSync(this.#hub, 'r');
    } catch {
      return undefined;
    }
    try {
      return work(file);
    } finally {
      closeSync(file);
    }
  }
}
