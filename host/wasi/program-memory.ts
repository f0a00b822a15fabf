// The memory of a running program, as the functions that it imports see it. Every pointer comes from the program and
// is checked against the memory's present size before a byte is touched. Knows no WASI structure but plain numbers.
import { WasiError } from './system.ts';

/** Bounds-checked access to a program's memory. A range outside of it is the errno `fault`. */
export class ProgramMemory {
  #memory: WebAssembly.Memory | undefined;
  #view = new DataView(new ArrayBuffer(0));

  /** Called once the program is instantiated: its memory does not exist before. */
  bind(memory: WebAssembly.Memory): void {
    this.#memory = memory;
  }

  /** A view, not a copy. It is valid until the program runs again, since growing the memory detaches it. */
  bytes(pointer: number, size: number): Uint8Array {
    const start = pointer >>> 0;
    const count = size >>> 0;
    const view = this.#checked(start, count);
    return new Uint8Array(view.buffer, start, count);
  }

  readU32(pointer: number): number {
    const start = pointer >>> 0;
    return this.#checked(start, 4).getUint32(start, true);
  }

  writeU32(pointer: number, value: number): void {
    const start = pointer >>> 0;
    this.#checked(start, 4).setUint32(start, value, true);
  }

  writeU64(pointer: number, value: bigint): void {
    const start = pointer >>> 0;
    this.#checked(start, 8).setBigUint64(start, value, true);
  }

  /** Checks a result's place before the call has any effect, so that no effect goes unreported. */
  expectRoom(pointer: number, size: number): void {
    this.#checked(pointer >>> 0, size);
  }

  #checked(start: number, size: number): DataView {
    if (this.#memory && this.#view.buffer !== this.#memory.buffer) this.#view = new DataView(this.#memory.buffer);
    const total = this.#view.byteLength;
    if (start > total || size > total - start) {
      throw new WasiError('fault', `the program gave the range ${start}+${size}, its memory has ${total} bytes`);
    }
    return this.#view;
  }
}
