import { crc32 } from 'node:zlib';

/** One operation of the part, as a fault hook sees it before it runs. */
export interface FlashOperation {
  readonly kind: 'read' | 'program' | 'erase';
  readonly address: number;
  readonly size: number;
  /** What a program is to write. */
  readonly data?: Uint8Array;
}

/**
 * What a fault hook can ask for. The ones with `cut` lose power: the part does that much, `PowerCut` is thrown, and
 * the model answers nothing more until it is made anew.
 */
export type FlashFault =
  /** Power goes before the operation begins. */
  | { readonly cut: 'before' }
  /** The operation runs to its end; then power goes. */
  | { readonly cut: 'after' }
  /** The first `bytes` bytes are programmed. */
  | { readonly cut: 'prefix'; readonly bytes: number }
  /** Of all bits that should fall, some have, anywhere in the range; `seed` picks them. */
  | { readonly cut: 'scatter'; readonly seed: number }
  /** The first `bytes` bytes are erased, the rest is as it was. */
  | { readonly cut: 'partly-erased'; readonly bytes: number }
  /** The last `bytes` bytes are zero, nothing is erased yet: some parts program a block to zero from its end first. */
  | { readonly cut: 'zero-filled'; readonly bytes: number }
  /** Bits that should change have begun to, and are undecided: a program has let some fall, an erase has let nearly all rise. */
  | { readonly cut: 'weak'; readonly seed: number }
  /** The part reports success and does nothing. */
  | { readonly ignored: true };

/** Power failed in the model. Nothing more can be done with it. */
export class PowerCut extends Error {
  constructor(operation: FlashOperation) {
    super(`power was cut at ${describe(operation)}`);
    this.name = 'PowerCut';
  }
}

/** Numbers from 0 to 2^32 - 1, the same ones for the same seed (xorshift; seeds that are close are pulled apart first). */
export function rolls(seed: number): () => number {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** The bytes of a program of which only some bits got through: the others stay as they were. */
export function scatter(data: Uint8Array, seed: number): Uint8Array {
  const roll = rolls(seed);
  return data.map((byte) => byte | (roll() & 0xff));
}

/** The operation in words, for messages. */
export function describe({ kind, address, size }: FlashOperation): string {
  const verb = kind === 'erase' ? 'an erase' : `a ${kind}`;
  return `${verb} of ${size} bytes at 0x${address.toString(16)}`;
}

/** The trace of a run, one number: what came before, then this operation. */
export function traced(trace: number, { kind, address, size, data }: FlashOperation): number {
  const words = new Uint32Array([kind === 'erase' ? 1 : 2, address, size]);
  return crc32(data ?? '', crc32(new Uint8Array(words.buffer), trace));
}
