// The calls of WASI preview 1 that are no files: arguments, clocks, random numbers, the end of the program.
import { ProgramExit } from './exit.ts';
import type { ProgramMemory } from './program-memory.ts';
import { WasiError, type WasiSystem } from './system.ts';

const Clock = { realtime: 0, monotonic: 1 } as const;

/** args_*, clock_time_get, random_get and proc_exit. */
export function processCalls(memory: ProgramMemory, system: WasiSystem) {
  const args = system.args.map((argument) => new TextEncoder().encode(`${argument}\0`));
  const argumentBytes = args.reduce((sum, argument) => sum + argument.length, 0);
  return {
    args_sizes_get(countAt: number, sizeAt: number): void {
      memory.expectRoom(countAt, 4);
      memory.expectRoom(sizeAt, 4);
      memory.writeU32(countAt, args.length);
      memory.writeU32(sizeAt, argumentBytes);
    },
    args_get(pointersAt: number, bytesAt: number): void {
      memory.expectRoom(pointersAt, args.length * 4);
      memory.expectRoom(bytesAt, argumentBytes);
      let at = bytesAt >>> 0;
      args.forEach((argument, index) => {
        memory.writeU32(pointersAt + index * 4, at);
        memory.bytes(at, argument.length).set(argument);
        at += argument.length;
      });
    },
    clock_time_get(clock: number, _precision: bigint, resultAt: number): void {
      if (clock !== Clock.realtime && clock !== Clock.monotonic) throw new WasiError('invalid', `clock ${clock} is not provided`);
      memory.writeU64(resultAt, clock === Clock.realtime ? system.realtime() : system.monotonic());
    },
    random_get(at: number, size: number): void {
      system.random(memory.bytes(at, size));
    },
    proc_exit(code: number): never {
      throw new ProgramExit(code >>> 0);
    },
  };
}
