// LZ4 blocks made and unpacked by core.wasm, with guards around the target that no call may touch.
import { readNumber, type CoreEnum, type CoreGlobals } from '../../host/core/flash-globals.ts';
import { loadCore } from '../../host/core/instance.ts';
import { nameOf } from '../../host/core/wire-memory.ts';
import { namesOf } from '../../host/core/words.ts';

export interface BlockExports
  extends CoreGlobals<'SCRATCH' | 'SCRATCH_SIZE' | 'INBOX' | 'INBOX_SIZE' | 'SENDER_CHUNK' | 'LZ4_SOURCE_LIMIT'> {
  readonly memory: WebAssembly.Memory;
  readonly Status: CoreEnum;
  lz4Encode(source: number, size: number, target: number, room: number): number;
  lz4Decode(source: number, size: number, target: number, room: number): number;
}

export interface Unpacked {
  readonly status: string;
  /** What lies at the target; means something with `Ok` only. */
  readonly bytes: Uint8Array;
}

/** Bytes on both sides of a buffer that no call may touch. */
const GUARD = Buffer.alloc(512, 0xa5);

/** One instance of the core. What goes in lies where the sender has its chunk, what comes out in the inbox. */
export class Blocks {
  readonly core = loadCore<BlockExports>();
  /** Bytes of which one block can be made. */
  readonly limit = readNumber(this.core.LZ4_SOURCE_LIMIT);
  /** Bytes that can be unpacked: the inbox without its guards. */
  readonly longest = readNumber(this.core.INBOX_SIZE) - 2 * GUARD.length;
  readonly #statuses = namesOf(this.core.Status);
  readonly #source = this.#area(readNumber(this.core.SENDER_CHUNK), this.limit);
  readonly #target = this.#area(readNumber(this.core.INBOX), readNumber(this.core.INBOX_SIZE));

  readonly #end = this.#area(this.core.memory.buffer.byteLength - this.limit, this.limit);

  /** A block of the bytes, or undefined when it does not fit the room. */
  encode(bytes: Uint8Array, room = this.#target.length): Uint8Array | undefined {
    this.#source.set(bytes);
    this.#guard(this.#target, room);
    const size = this.core.lz4Encode(this.#source.byteOffset, bytes.length, this.#target.byteOffset, room) >>> 0;
    this.#expectGuard(this.#target, room, 'behind the room of a block');
    return size === 0 ? undefined : new Uint8Array(this.#target.subarray(0, size));
  }

  /** Unpacks a block that ends with the memory itself, where to read on is a trap, into exactly so many bytes. */
  decode(block: Uint8Array, size: number): Unpacked {
    if (size > this.longest) throw new RangeError(`expected at most ${this.longest} bytes, got ${size}`);
    const at = this.#end.length - block.length;
    this.#end.set(block, at);
    this.#guard(this.#end, at - GUARD.length);
    const from = GUARD.length;
    this.#guard(this.#target, 0);
    this.#guard(this.#target, from + size);
    const status = this.core.lz4Decode(this.#end.byteOffset + at, block.length, this.#target.byteOffset + from, size);
    this.#expectGuard(this.#end, at - GUARD.length, 'before the block');
    if (!this.#end.subarray(at).equals(block)) throw new Error('the block was written to');
    this.#end.fill(GUARD[0]!, at);
    this.#expectGuard(this.#target, 0, 'before the target');
    this.#expectGuard(this.#target, from + size, 'behind the target');
    return { status: nameOf(this.#statuses, status), bytes: new Uint8Array(this.#target.subarray(from, from + size)) };
  }

  /** A guard from this offset on, or as much of it as there is. */
  #guard(area: Buffer, from: number): void {
    for (let at = Math.max(0, from); at < Math.min(area.length, from + GUARD.length); at++) area[at] = GUARD[0]!;
  }

  #expectGuard(area: Buffer, from: number, where: string): void {
    const found = area.subarray(Math.max(0, from), Math.max(0, from + GUARD.length));
    if (!found.equals(GUARD.subarray(0, found.length))) throw new Error(`bytes ${where} were written`);
  }

  #area(at: number, size: number): Buffer {
    return Buffer.from(this.core.memory.buffer, at, size);
  }
}
