// Runs dist/ferry.wasm in memory: files by path, a bus on which nothing answers, both outputs as text.
import { readFileSync } from 'node:fs';
import type { Bus } from '../../host/bus/bus.ts';
import { runCommand } from '../../host/wasi/command.ts';
import { MemoryFile, RecordingSystem } from '../wasi/recording-system.ts';

/** The bytes that ship. */
export const program = readFileSync(new URL('../../dist/ferry.wasm', import.meta.url));
/** Compiled once for every test of a file. */
export const programModule = new WebAssembly.Module(program);

/** Every read answers all ones, every write is lost. Counts, so that a test can see that nobody asked. */
export class DeadBus implements Bus {
  accesses = 0;
  readConfiguration(): number {
    return this.#ones();
  }
  writeConfiguration(): void {
    this.accesses += 1;
  }
  readMemory(): number {
    return this.#ones();
  }
  writeMemory(): void {
    this.accesses += 1;
  }
  copyFromMemory(_fn: number, _bar: number, _offset: number, into: Uint8Array): void {
    this.accesses += 1;
    into.fill(0xff);
  }
  copyToMemory(): void {
    this.accesses += 1;
  }
  #ones(): number {
    this.accesses += 1;
    return 0xffffffff;
  }
}

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly busAccesses: number;
  readonly system: RecordingSystem;
}

export type Files = Readonly<Record<string, string | Uint8Array | MemoryFile>>;

/** Runs the program with these arguments on a volume with these files; a system of the caller's may differ. */
export function ferry(args: readonly string[], files: Files = {}, system = new RecordingSystem()): Ended {
  system.args = ['ferry.wasm', ...args];
  for (const [path, content] of Object.entries(files)) {
    system.files.set(path, content instanceof MemoryFile ? content : new MemoryFile(content));
  }
  const bus = new DeadBus();
  const code = runCommand(programModule, system, bus);
  return { code, out: system.stdout.text, err: system.stderr.text, busAccesses: bus.accesses, system };
}

/** `ferry check -c ferry.ini` on a volume with this config. */
export function check(config: string | Uint8Array | MemoryFile, files: Files = {}): Ended {
  return ferry(['check', '-c', 'ferry.ini'], { 'ferry.ini': config, ...files });
}

/** The same for a script. */
export function checkJson(config: string | Uint8Array, files: Files = {}): { code: number; events: FerryEvent[] } {
  const { code, out } = ferry(['check', '--json', '-c', 'ferry.ini'], { 'ferry.ini': config, ...files });
  return { code, events: eventsOf(out) };
}

/** One line of `--json`. */
export type FerryEvent = { readonly event: string } & Readonly<Record<string, string | number | boolean>>;

/** Parses JSON Lines strictly: every line whole, the last one ended. */
export function eventsOf(out: string): FerryEvent[] {
  if (!out.endsWith('\n')) throw new Error(`the output does not end with a line feed: ${JSON.stringify(out.slice(-80))}`);
  return out.slice(0, -1).split('\n').map((line) => JSON.parse(line) as FerryEvent);
}

/** The event of this name; fails when there is none. */
export function eventNamed(events: readonly FerryEvent[], name: string): FerryEvent {
  const found = events.find((event) => event.event === name);
  if (!found) throw new Error(`no event "${name}" among ${events.map((event) => event.event).join(', ')}`);
  return found;
}
