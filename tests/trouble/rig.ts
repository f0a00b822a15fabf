// The whole way in one process and under one virtual clock: the bytes of ferry.wasm, the emulated PCI bus, the real
// controller on a directory. The controller works whenever the program sleeps, so that everything is in step.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Controller } from '../../host/bmc/controller.ts';
import type { Board } from '../../host/bmc/board.ts';
import type { ControllerOptions } from '../../host/bmc/controller-options.ts';
import { FLASH_PARTS } from '../../host/bmc/flash-part.ts';
import { emulatedBus } from '../../host/bus/emulated-machine.ts';
import { managementFunction, REGISTERS_SIZE, WINDOW_SIZE } from '../../host/bus/management-function.ts';
import { LocalMemory } from '../../host/bus/shared-memory.ts';
import { runCommand } from '../../host/wasi/command.ts';
import { eventsOf, type FerryEvent, programModule } from '../program/ferry-run.ts';
import { seeded } from '../random.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { MemoryFile, RecordingSystem } from '../wasi/recording-system.ts';

const KIB = 1024;

/** Two slots of 1 MiB for bmc, one of 512 KiB for bios. */
export const RIG_BOARD: Board = {
  platform: 'rig',
  components: [
    { name: 'bmc', part: FLASH_PARTS.W25Q128JV, slotCount: 2, slotSize: 1024 * KIB },
    { name: 'bios', part: FLASH_PARTS.W25Q128JV, slotCount: 1, slotSize: 512 * KIB },
  ],
  recordsPart: FLASH_PARTS.W25Q128JV,
};

export interface RunResult {
  readonly code: number;
  readonly events: readonly FerryEvent[];
  readonly out: string;
}

/** Bytes that look like firmware: noise, and an erased end. */
export function firmware(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size).fill(0xff);
  const random = seeded(seed);
  for (let at = 0; at < size * 0.8; at++) bytes[at] = Math.floor(random() * 256);
  return bytes;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

class RigSystem extends RecordingSystem {
  readonly #rig: Rig;
  readonly #random: () => number;

  constructor(rig: Rig, seed: number) {
    super();
    this.#rig = rig;
    this.#random = seeded(seed);
  }

  override monotonic(): bigint {
    return BigInt(Math.floor(this.#rig.nowMs * 1000)) * 1000n;
  }

  override random(into: Uint8Array): void {
    for (let at = 0; at < into.length; at++) into[at] = Math.floor(this.#random() * 256);
  }

  override sleep(milliseconds: number): boolean {
    this.#rig.pass(milliseconds);
    return this.stop;
  }
}

export type RigOptions = Partial<Pick<ControllerOptions, 'board' | 'leaseMs' | 'flashFault' | 'openFile' | 'pin' | 'labMode' | 'trialMs'>>;

export class Rig {
  readonly registers = new LocalMemory(REGISTERS_SIZE);
  readonly window = new LocalMemory(WINDOW_SIZE);
  /** The volume: files by path. A `MemoryFile` keeps its position, so every run gets a fresh one of the same bytes. */
  readonly files = new Map<string, Uint8Array | (() => MemoryFile)>();
  readonly state = scratchDirectory();
  nowMs = 1000;
  /** Called at every sleep of the program, before the controller works. */
  onSleep: (turn: number) => void = () => undefined;
  /** Called after the controller has worked. */
  onWorked: () => void = () => undefined;
  /** A controller that is off does nothing; its registers stay as they were. */
  isOn = true;
  controller: Controller | undefined;
  readonly #options: RigOptions;
  #turns = 0;
  #starts = 0;
  #runs = 0;

  constructor(options: RigOptions = {}) {
    this.#options = options;
    this.start(options);
  }

  /** Starts the controller on the state that is there. */
  start(options: RigOptions = this.#options): void {
    this.#starts++;
    this.controller = new Controller({
      board: RIG_BOARD, leaseMs: 10_000, labMode: true, ...options,
      stateDirectory: this.state.path, registers: this.registers, window: this.window,
      // Work takes time, so that a slice of the controller's work is a few actions and not a whole image.
      clock: { nowMs: () => (this.nowMs += 1) }, bootId: 0x1000 + this.#starts,
    });
    this.controller.start();
  }

  /** The controller's process is gone, as after kill -9: nothing of it is told to the host. */
  kill(): void {
    const ready = this.registers.read32(0x0c);
    this.controller?.close();
    this.registers.write32(0x0c, ready);
    this.controller = undefined;
  }

  restart(options?: RigOptions): void {
    this.kill();
    this.start(options);
  }

  /** Time passes, and the controller works. */
  pass(milliseconds: number): void {
    this.nowMs += Math.max(milliseconds, 0.02);
    this.onSleep(this.#turns++);
    if (!this.isOn) return;
    this.controller?.step();
    this.onWorked();
  }

  /** How many turns a run takes that nobody disturbs: the moments to disturb one at lie before that. */
  undisturbedTurns(): number {
    const before = this.#turns;
    const { code, out } = this.run();
    if (code !== 0 && code !== 3) throw new Error(`an undisturbed run ended with exit code ${code}\n${out}`);
    return this.#turns - before;
  }

  /** Puts an image and a config that names it on the volume. */
  config(text: string, images: Readonly<Record<string, Uint8Array>> = {}): void {
    this.files.set('ferry.ini', new TextEncoder().encode(text));
    for (const [path, bytes] of Object.entries(images)) this.files.set(path, bytes);
  }

  /** A program that has not run yet, for tests that change its world while it runs. */
  system(args: readonly string[]): RigSystem {
    const system = new RigSystem(this, 7919 * ++this.#runs);
    system.args = ['ferry.wasm', ...args, '--json'];
    for (const [path, content] of this.files) {
      system.files.set(path, typeof content === 'function' ? content() : new MemoryFile(content));
    }
    return system;
  }

  /** Runs ferry.wasm to its end. What it wrote stays on the volume. */
  run(args: readonly string[] = ['-c', 'ferry.ini'], system = this.system(args)): RunResult {
    const bus = emulatedBus(managementFunction(this.registers, this.window));
    const code = runCommand(programModule, system, bus);
    for (const [path, file] of system.files) if (!this.files.has(path)) this.files.set(path, file.content);
    return { code, out: system.stdout.text, events: eventsOf(system.stdout.text) };
  }

  /** What the controller itself says that runs, by component. */
  running(): Record<string, string | undefined> {
    return Object.fromEntries((this.controller?.components() ?? []).map((component) => [
      component.name, component.running === undefined ? undefined : component.slots[component.running]?.version,
    ]));
  }

  /** The digest of the image that a component runs, read from its flash, if that is what the controller says. */
  stored(name: string): string {
    const component = this.controller?.components().find((one) => one.name === name);
    const slot = component?.running === undefined ? undefined : component.slots[component.running];
    if (component === undefined || slot === undefined) return 'nothing whole';
    const flash = readFileSync(join(this.state.path, 'flash', `${name}-${component.running}.flash`));
    const digest = sha256(flash.subarray(0, slot.size));
    return digest === Buffer.from(slot.digest).toString('hex') ? digest : `flash holds ${digest}`;
  }

  remove(): void {
    this.controller?.close();
    this.state.remove();
  }
}

/** The text of the error events, joined. */
export function errorsOf(result: RunResult): string {
  return result.events.filter(({ event }) => event === 'error').map((event) => `${event['failed']} | ${event['state']} | ${event['advice']}`).join('\n');
}

/** The events of one name. */
export const named = (result: RunResult, name: string): readonly FerryEvent[] => result.events.filter(({ event }) => event === name);
