// The device's own look at itself before it commits an image that is on trial: what runs still reads back from flash as the
// image that the records name. Done a piece at a time, so that messages come in between.
import { createHash, type Hash } from 'node:crypto';
import type { ComponentSlot } from '../core/receiver-exports.ts';

export interface HealthCheckOptions {
  slotOf(component: string, slot: number): ComponentSlot | undefined;
  readFlash(component: string, slot: number, offset: number, into: Uint8Array): void;
}

interface Look {
  readonly component: string;
  readonly slot: number;
  readonly digest: string;
  readonly size: number;
  readonly hash: Hash;
  done: number;
}

const PIECE = 1024 * 1024;

/** One look at a time. */
export class HealthCheck {
  readonly #options: HealthCheckOptions;
  readonly #piece = new Uint8Array(PIECE);
  #look: Look | undefined;

  constructor(options: HealthCheckOptions) {
    this.#options = options;
  }

  /** Looks a little further. True when all is well, false when there is more to look at; throws what is wrong. */
  step(component: string, slot: number): boolean {
    const look = this.#lookAt(component, slot);
    const piece = this.#piece.subarray(0, Math.min(PIECE, look.size - look.done));
    this.#options.readFlash(component, slot, look.done, piece);
    look.hash.update(piece);
    look.done += piece.length;
    if (look.done < look.size) return false;
    this.#look = undefined;
    const digest = look.hash.digest('hex');
    if (digest === look.digest) return true;
    throw new Error(`${component} in slot ${slot}: expected the image with the SHA-256 ${look.digest}, got ${digest}`);
  }

  #lookAt(component: string, slot: number): Look {
    const known = this.#look;
    const { state, size, digest } = this.#options.slotOf(component, slot) ?? { state: 'empty', size: 0, digest: new Uint8Array() };
    if (state !== 'valid') throw new Error(`${component} in slot ${slot}: expected a whole image, got a slot that is ${state}`);
    const expected = Buffer.from(digest).toString('hex');
    if (known?.component === component && known.slot === slot && known.digest === expected) return known;
    this.#look = { component, slot, digest: expected, size, hash: createHash('sha256'), done: 0 };
    return this.#look;
  }
}
