// The checksums of one build of the core, on bytes at any address: what host/core does not need and tests do.
import { loadCore, type CoreBuild } from '../../host/core/instance.ts';

interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly SCRATCH: WebAssembly.Global;
  crc32(pointer: number, size: number, crc: number): number;
  crc16(pointer: number, size: number, crc: number): number;
  crc32Each(pointer: number, size: number, count: number, out: number): void;
  sha256Begin(): void;
  sha256Update(pointer: number, size: number): void;
  sha256End(out: number): void;
}

export const BUILDS: readonly CoreBuild[] = ['scalar', 'simd'];
const CRC16_START = 0x1d0f;

export class Kernel {
  readonly #core: KernelExports;
  readonly #out: number;
  readonly #memory: Uint8Array;

  constructor(build: CoreBuild) {
    this.#core = loadCore<KernelExports>(build);
    this.#out = Number(this.#core.SCRATCH.value);
    this.#memory = new Uint8Array(this.#core.memory.buffer);
  }

  /** The address of the first byte behind the memory. */
  get end(): number {
    return this.#memory.length;
  }

  /** Lays bytes so that they end `gap` bytes in front of the end of the memory, far behind every buffer of the core. Answers their address. */
  lay(bytes: Uint8Array, gap: number): number {
    const at = this.end - gap - bytes.length;
    this.#memory.set(bytes, at);
    return at;
  }

  crc32(at: number, size: number, crc = 0): number {
    return this.#core.crc32(at, size, crc) >>> 0;
  }

  crc16(at: number, size: number, crc = CRC16_START): number {
    return this.#core.crc16(at, size, crc);
  }

  crc32Each(at: number, size: number, count: number): number[] {
    this.#core.crc32Each(at, size, count, this.#out);
    return Array.from(new Uint32Array(this.#core.memory.buffer, this.#out, count));
  }

  sha256(...pieces: readonly (readonly [at: number, size: number])[]): string {
    this.#core.sha256Begin();
    for (const [at, size] of pieces) this.#core.sha256Update(at, size);
    this.#core.sha256End(this.#out);
    return Buffer.from(this.#memory.slice(this.#out, this.#out + 32)).toString('hex');
  }
}
