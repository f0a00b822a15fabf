import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { program, programModule } from './ferry-run.ts';

const MIB = 1 << 20;
const PAGE = 65536;

describe('ferry.wasm', () => {
  it('imports fewer than 12 functions of WASI and nothing but the bus beside', () => {
    const imports = WebAssembly.Module.imports(programModule);
    const wasi = imports.filter((wanted) => wanted.module === 'wasi_snapshot_preview1').map((wanted) => wanted.name);
    const allowed = ['fd_write', 'fd_read', 'fd_seek', 'fd_close', 'fd_fdstat_get', 'path_open', 'args_get', 'args_sizes_get', 'clock_time_get', 'random_get', 'proc_exit'];
    expect(wasi.filter((name) => !allowed.includes(name))).toEqual([]);
    expect(wasi.length).toBeLessThan(12);
    expect(imports.filter((wanted) => wanted.module !== 'wasi_snapshot_preview1' && wanted.module !== 'bus')).toEqual([]);
  });

  it('has a memory that can not grow, of at most 16 MiB', () => {
    const [initial, maximum] = memoryLimits(program);
    expect(maximum).toBe(initial);
    expect(initial * PAGE).toBeLessThanOrEqual(16 * MIB);
  });

  it('never asks for more memory', () => {
    expect(readFileSync(new URL('../../dist/ferry.wat', import.meta.url), 'utf8')).not.toContain('memory.grow');
  });
});

/** The pages that a module's only memory starts with and may have (WebAssembly 1.0, section 5.5.8). */
function memoryLimits(wasm: Uint8Array): [number, number] {
  let at = 8;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  for (;;) {
    const section = wasm[at++];
    const size = number();
    if (section !== 5) {
      at += size;
      continue;
    }
    expect([number(), number()], 'one memory, with a maximum').toEqual([1, 1]);
    return [number(), number()];
  }
}
