// The checksums of core.wasm over bytes that lie in its scratch buffer already: the way without a copy.
import { loadCore } from './instance.ts';

interface ScratchExports {
  readonly memory: WebAssembly.Memory;
  readonly SCRATCH: WebAssembly.Global;
  readonly SCRATCH_SIZE: WebAssembly.Global;
  crc32(pointer: number, size: number, crc: number): number;
}

export interface Scratch {
  /** The buffer itself, 64 KiB: fill it, then ask. */
  readonly bytes: Uint8Array;
  /** CRC-32 of the first `size` bytes, going on from `crc`. */
  crc32(size: number, crc?: number): number;
}

/** A scratch buffer in an instance of its own. */
export function openScratch(): Scratch {
  const core = loadCore<ScratchExports>();
  const at = Number(core.SCRATCH.value);
  return {
    bytes: new Uint8Array(core.memory.buffer, at, Number(core.SCRATCH_SIZE.value)),
    crc32: (size, crc = 0) => core.crc32(at, size, crc) >>> 0,
  };
}
