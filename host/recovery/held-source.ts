// A device of the host's that the controller can switch to itself: it is read only while the host is held off, because two
// that use one file system at once destroy it. Whoever asks this source has the host held; that it is off is looked at again.
import type { Candidate, RecoveryNeed, Source, TakeBytes } from './source.ts';

export class HeldSource implements Source {
  readonly name: string;
  readonly kind: Source['kind'];
  readonly holdsHost = true;
  readonly #device: Source;
  readonly #isOff: () => boolean;

  /** `isOff`: whether the host is off at this moment. */
  constructor(device: Source, isOff: () => boolean) {
    this.name = device.name;
    this.kind = device.kind;
    this.#device = device;
    this.#isOff = isOff;
  }

  async find(need: RecoveryNeed, signal: AbortSignal): Promise<readonly Candidate[]> {
    this.#expectOff();
    const found = await this.#device.find(need, signal);
    this.#expectOff();
    return found;
  }

  async fetch(candidate: Candidate, from: number, into: TakeBytes, signal: AbortSignal): Promise<void> {
    this.#expectOff();
    await this.#device.fetch(candidate, from, (offset, bytes) => {
      this.#expectOff();
      into(offset, bytes);
    }, signal);
  }

  async close(): Promise<void> {
    await this.#device.close?.();
  }

  #expectOff(): void {
    if (!this.#isOff()) throw new Error('its device is the host\'s while that runs: expected a host that is held off, got one that is on; nothing of it was read');
  }
}
