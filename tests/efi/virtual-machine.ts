// A machine for tests: a virtual clock, a console that types by itself, a volume in a temporary directory, and a bus with
// the emulated machine's functions. Whole boots run in milliseconds.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { emulatedBus } from '../../host/bus/emulated-machine.ts';
import { type ConsoleDevice } from '../../host/efi/console-device.ts';
import { assemble, powerOn, type Machine, type PowerOnOptions, type PowerOnResult } from '../../host/efi/firmware.ts';
import { VariableStore } from '../../host/efi/variable-store.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const MILLISECOND = 1_000_000n;
/** 2026-03-01 12:34:56 UTC. */
export const START = BigInt(Date.UTC(2026, 2, 1, 12, 34, 56)) * MILLISECOND;

/** Keys that come at moments of the virtual clock, in milliseconds after power-on. */
export type TypedKeys = readonly { readonly atMs: number; readonly keys: readonly string[] }[];

export class VirtualClock {
  elapsed = 0n;
  now = (): bigint => START + this.elapsed;
  monotonic = (): bigint => this.elapsed;
  get elapsedMs(): number {
    return Number(this.elapsed / MILLISECOND);
  }
  pass(milliseconds: number): void {
    this.elapsed += BigInt(Math.round(milliseconds * 1e6));
  }
}

/** A console under the virtual clock. Waiting for a key lets the time pass. */
export class ScriptedConsole implements ConsoleDevice {
  readonly isTerminal: boolean;
  readonly columns = 80;
  readonly #clock: VirtualClock;
  readonly #keys: { readonly atMs: number; readonly key: string }[];
  readonly #isOpen: boolean;
  output = '';

  constructor(clock: VirtualClock, keys: TypedKeys, options: { readonly isTerminal: boolean; readonly isOpen: boolean }) {
    this.#clock = clock;
    this.#keys = keys.flatMap(({ atMs, keys: typed }) => typed.map((key) => ({ atMs, key })));
    this.isTerminal = options.isTerminal;
    this.#isOpen = options.isOpen;
  }

  get ended(): boolean {
    return !this.#isOpen && this.#keys.length === 0;
  }

  write(text: string): void {
    this.output += text;
  }

  readKey(timeoutMs: number): string | undefined {
    const [next] = this.#keys;
    const wait = next ? Math.max(0, next.atMs - this.#clock.elapsedMs) : Infinity;
    this.#clock.pass(Math.min(wait, timeoutMs));
    return wait <= timeoutMs ? this.#keys.shift()?.key : undefined;
  }

  takeBreak(): boolean {
    const due = this.#keys.filter(({ atMs }) => atMs <= this.#clock.elapsedMs);
    const at = due.findLastIndex(({ key }) => key === '\x03');
    if (at >= 0) this.#keys.splice(0, at + 1);
    return at >= 0;
  }
}

export interface VirtualMachineOptions {
  /** Contents by path below the volume's root, `/` between names. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Lines that come through a pipe; each is typed with a line end. */
  readonly lines?: readonly string[];
  readonly keys?: TypedKeys;
  readonly isTerminal?: boolean;
  /** The input does not end after the last key. */
  readonly isOpen?: boolean;
  readonly startupDelay?: number;
  readonly watchdogSeconds?: number;
  readonly bootTimeout?: number;
  readonly variables?: VariableStore;
  /** The moment at which the one who runs the machine asks it to stop. */
  readonly stopAtMs?: number;
}

const scratches: { remove(): void }[] = [];
afterAll(() => scratches.splice(0).forEach((scratch) => scratch.remove()));

/** A directory that is removed after the tests of a file. */
export function temporaryDirectory(): string {
  const scratch = scratchDirectory();
  scratches.push(scratch);
  return scratch.path;
}

/** A machine that has not been switched on. */
export class VirtualMachine {
  readonly clock = new VirtualClock();
  readonly console: ScriptedConsole;
  readonly volume = temporaryDirectory();
  readonly options: PowerOnOptions;

  constructor(options: VirtualMachineOptions = {}) {
    const lines = (options.lines ?? []).map((line) => [...line, '\n']);
    const typed = [...(options.keys ?? []), { atMs: 0, keys: lines.flat() }];
    this.console = new ScriptedConsole(this.clock, typed, { isTerminal: options.isTerminal === true, isOpen: options.isOpen === true });
    for (const [path, content] of Object.entries(options.files ?? {})) this.write(path, content);
    const stopAtMs = options.stopAtMs ?? Infinity;
    this.options = {
      console: this.console, clock: this.clock, bus: emulatedBus(undefined), memoryBytes: 64 * 1024 * 1024,
      volumeDirectory: this.volume, variables: options.variables ?? new VariableStore(), startupDelay: options.startupDelay ?? 0,
      watchdogSeconds: options.watchdogSeconds ?? 300, bootTimeout: options.bootTimeout,
      sleep: (milliseconds) => {
        this.clock.pass(milliseconds);
        return this.clock.elapsedMs >= stopAtMs;
      },
      random: (into) => into.forEach((_, index) => { into[index] = (index * 37 + 11) & 0xff; }),
    };
  }

  write(path: string, content: string | Uint8Array): void {
    const place = join(this.volume, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, content);
  }

  /** `watchdogResets`: as the one who powers on again counts them. */
  powerOn(watchdogResets?: number): PowerOnResult {
    return powerOn(watchdogResets === undefined ? this.options : { ...this.options, watchdogResets });
  }

  /** The tables without the boot manager, for tests of single services. */
  assemble(): Machine {
    return assemble(this.options);
  }

  /** What the shell wrote, without banner, mappings and what the boot manager says. */
  get shellOutput(): string {
    const lines = this.console.output.split('\n');
    const start = lines.findLastIndex((line) => line.startsWith('UEFI v')) + 1;
    const end = lines.findIndex((line, index) => index >= start && line.startsWith('Boot manager:'));
    return lines.slice(start, end < 0 ? undefined : end).map((line) => `${line}\n`).join('').replace(/^Mapping table\n.*\n.*\n/, '');
  }
}

/** Runs a script as startup.nsh on a fresh machine. Answers what the shell wrote. */
export function runShellScript(script: string, options: VirtualMachineOptions = {}): string {
  const machine = new VirtualMachine({ ...options, files: { 'startup.nsh': `@echo -off\n${script}\nexit\n`, ...options.files } });
  machine.powerOn();
  return machine.shellOutput;
}
