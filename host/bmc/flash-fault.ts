/** One command to the part, as a fault hook sees it before it runs. */
export interface FlashOperation {
  readonly kind: 'read' | 'program' | 'erase';
  readonly address: number;
  readonly size: number;
}

/**
 * What a fault hook can ask for. The ones with `cut` lose power: the part does that much, `PowerCut` is thrown, and
 * the model answers nothing more until it is made anew.
 */
export type FlashFault =
  /** Power goes before the operation begins. */
  | { readonly cut: 'before' }
  /** The first `bytes` bytes are programmed. */
  | { readonly cut: 'prefix'; readonly bytes: number }
  /** Of all bits that should fall, some have, anywhere in the range; `seed` picks them. */
  | { readonly cut: 'scatter'; readonly seed: number }
  /** The first `bytes` bytes are erased, the rest is as it was. */
  | { readonly cut: 'partly-erased'; readonly bytes: number }
  /** The last `bytes` bytes are zero, nothing is erased yet: some parts program a block to zero from its end first. */
  | { readonly cut: 'zero-filled'; readonly bytes: number }
  /** The part reports success and does nothing. */
  | { readonly ignored: true };

/** Power failed in the model. Nothing more can be done with it. */
export class PowerCut extends Error {
  constructor(operation: FlashOperation) {
    super(`power was cut at ${describe(operation)}`);
    this.name = 'PowerCut';
  }
}

/** The bytes of a program of which only some bits got through: the others stay as they were. */
export function scatter(data: Uint8Array, seed: number): Uint8Array {
  let state = seed | 1;
  return data.map((byte) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return byte | (state & 0xff);
  });
}

/** The operation in words, for messages. */
export function describe({ kind, address, size }: FlashOperation): string {
  const verb = kind === 'erase' ? 'an erase' : `a ${kind}`;
  return `${verb} of ${size} bytes at 0x${address.toString(16)}`;
}
