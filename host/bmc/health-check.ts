// The device's own look at itself before it commits an image that is on trial: what runs still reads back from flash as the
// image that the records name.
import { DamagedSlot, type ComponentSlot } from '../core/receiver-exports.ts';
import type { ProtectedRegion } from './protected-regions.ts';
import { SlotLook, type ReadSlot } from './slot-look.ts';

export interface HealthCheckOptions {
  slotOf(component: string, slot: number): ComponentSlot | undefined;
  readonly readFlash: ReadSlot;
  regionsOf?(component: string): readonly ProtectedRegion[];
}

/** One look at a time. */
export class HealthCheck {
  readonly #options: HealthCheckOptions;
  #look: SlotLook | undefined;

  constructor(options: HealthCheckOptions) {
    this.#options = options;
  }

  /** Looks a little further. True when all is well, false when there is more to look at; throws what is wrong. */
  step(component: string, slot: number): boolean {
    const look = this.#lookAt(component, slot);
    try {
      if (!look.step()) return false;
    } catch (error) {
      this.#look = undefined;
      throw error;
    }
    this.#look = undefined;
    if (!look.differs) return true;
    throw new DamagedSlot(`${component} in slot ${slot}: expected the image with the SHA-256 ${look.expected}, got ${look.got}`);
  }

  #lookAt(component: string, slot: number): SlotLook {
    const known = this.#look;
    const found = this.#options.slotOf(component, slot);
    if (found?.state !== 'valid') throw new Error(`${component} in slot ${slot}: expected a whole image, got a slot that is ${found?.state ?? 'not there'}`);
    if (known?.component === component && known.slot === slot && known.expected === Buffer.from(found.digest).toString('hex')) return known;
    this.#look = new SlotLook(component, slot, found, this.#options.readFlash, this.#options.regionsOf?.(component));
    return this.#look;
  }
}
