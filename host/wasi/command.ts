// Runs a WASI preview 1 command: instantiates it with what it imports, calls `_start`, answers its exit code. Knows
// nothing of where files, clocks and hardware come from.
import type { Bus } from '../bus/bus.ts';
import { FerryError } from '../error.ts';
import { busCalls } from './bus-calls.ts';
import { Descriptors } from './descriptors.ts';
import { ProgramExit } from './exit.ts';
import { fileCalls } from './file-calls.ts';
import { processCalls } from './process-calls.ts';
import { ProgramMemory } from './program-memory.ts';
import { Errno, WasiError, type WasiSystem } from './system.ts';

/**
 * Runs the program to its end. A trap comes out as the `WebAssembly.RuntimeError` or `ProgramFault` that it is, after
 * every file that the program had open was closed. A module that can not be run here is refused with a `FerryError`.
 */
export function runCommand(module: WebAssembly.Module, system: WasiSystem, bus: Bus): number {
  const memory = new ProgramMemory();
  const descriptors = new Descriptors(system);
  const imports = {
    wasi_snapshot_preview1: answeringErrno({ ...fileCalls(memory, descriptors, system), ...processCalls(memory, system) }),
    bus: busCalls(memory, bus, system),
  };
  refuseUnknownImports(module, imports);
  try {
    const { start, programMemory } = commandExports(new WebAssembly.Instance(module, imports));
    memory.bind(programMemory);
    start();
    return 0;
  } catch (error) {
    if (error instanceof ProgramExit) return error.code;
    throw error;
  } finally {
    descriptors.closeAll();
  }
}

type Call = (...args: never[]) => void;

/** Turns calls that throw `WasiError` into calls that answer an errno. Any other error is no answer: it goes through. */
function answeringErrno(calls: Record<string, Call>): WebAssembly.ModuleImports {
  return Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, (...args: never[]): number => {
    try {
      call(...args);
      return Errno.success;
    } catch (error) {
      if (error instanceof WasiError) return Errno[error.errno];
      throw error;
    }
  }]));
}

function refuseUnknownImports(module: WebAssembly.Module, provided: Record<string, object>): void {
  for (const wanted of WebAssembly.Module.imports(module)) {
    const functions = Object.hasOwn(provided, wanted.module) ? provided[wanted.module] : undefined;
    if (functions && Object.hasOwn(functions, wanted.name) && wanted.kind === 'function') continue;
    throw refusal(`it imports the ${wanted.kind} ${wanted.module}.${wanted.name}, which no environment of Ferry provides`);
  }
}

function commandExports(instance: WebAssembly.Instance): { start: () => void; programMemory: WebAssembly.Memory } {
  const { _start: start, memory: programMemory } = instance.exports;
  if (typeof start !== 'function') throw refusal('expected an exported function _start, as every WASI command has');
  if (!(programMemory instanceof WebAssembly.Memory)) throw refusal('expected an exported memory named "memory"');
  return { start: start as () => void, programMemory };
}

function refusal(reason: string): FerryError {
  return new FerryError('program-refused', `the updater program was not started: ${reason}`, {
    hint: 'build the program and its environment from the same source: npm run build',
  });
}
