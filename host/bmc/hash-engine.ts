// What takes the SHA-256 of images for a controller, as a BMC has an engine for it beside its processor.
import { createHash, type Hash } from 'node:crypto';

/** One running SHA-256 at a time. */
export interface HashEngine {
  /** Takes these bytes, which may change after the call; at offset 0 a new hash begins, whatever became of the one before. */
  take(offset: number, bytes: Uint8Array): void;
  /** Ends the running hash: 32 bytes. Waits until all that was taken is in. */
  digest(): Uint8Array;
}

/** Hashes where it is called. */
export class HashInPlace implements HashEngine {
  #hash: Hash | undefined;

  take(offset: number, bytes: Uint8Array): void {
    if (offset === 0) this.#hash = createHash('sha256');
    this.#running().update(bytes);
  }

  digest(): Uint8Array {
    const digest = this.#running().digest();
    this.#hash = undefined;
    return digest;
  }

  #running(): Hash {
    if (this.#hash === undefined) throw new Error('hashing: expected a hash that was begun at offset 0, got none');
    return this.#hash;
  }
}
