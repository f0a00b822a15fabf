// EFI_RNG_PROTOCOL (UEFI 2.10, section 37.5).
import type { Platform } from '../platform.ts';
import { EfiError } from '../status.ts';

/** EFI_RNG_ALGORITHM_RAW: as the source of the entropy gives it. */
export const RNG_ALGORITHM_RAW = 'E43176D7-B6E8-4827-B784-7FFDC4B68561';

export interface Rng {
  /** The algorithms, the default first. */
  getInfo(): readonly string[];
  /** Fills with random bytes. EFI_UNSUPPORTED for an algorithm that is not there, EFI_INVALID_PARAMETER for no bytes. */
  getRng(into: Uint8Array, algorithm?: string): void;
}

/** The random numbers of the machine's processor. */
export function platformRng(platform: Platform): Rng {
  return {
    getInfo: () => [RNG_ALGORITHM_RAW],
    getRng(into, algorithm = RNG_ALGORITHM_RAW) {
      if (into.length === 0) throw new EfiError('INVALID_PARAMETER', 'no random bytes were asked for');
      if (algorithm !== RNG_ALGORITHM_RAW) throw new EfiError('UNSUPPORTED', `there is no random number algorithm ${algorithm}`);
      platform.random(into);
    },
  };
}
