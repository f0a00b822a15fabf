// The host, held off while its flash may not hold a whole image. Whoever switches it on meanwhile is heard: it is switched
// off again, and comes on when the image is whole.
import type { Management } from '../bmc/management.ts';
import type { PowerState } from '../bmc/power.ts';

export interface HoldOwner {
  /** How the host has to be left afterwards has changed: to be written down before anything else. */
  remember(before: PowerState): void;
  say(event: string, text: string): void;
}

const USER = 'recovery';
/** Events by which the host starts to read its flash. */
const STARTS: readonly string[] = ['power-on', 'power-restarted', 'host-reset'];

export class HostHold {
  readonly #management: Management;
  readonly #owner: HoldOwner;
  #before: PowerState | undefined;
  #stop: (() => void) | undefined;
  /** It has been switched off, and not only watched. */
  #isOff = false;

  constructor(management: Management, owner: HoldOwner) {
    this.#management = management;
    this.#owner = owner;
  }

  /**
   * Takes the host. `before` is given by one who had it before a restart of the controller. One that may run on is left
   * on, and held off only when it starts anew: what runs has been read from flash long ago.
   */
  take(before: PowerState | undefined, mayRun = false): void {
    this.#stop ??= this.#management.onEvent(({ event }) => {
      // A listener may not act: the controller is in the middle of its own step.
      if (STARTS.includes(event)) queueMicrotask(() => this.#pushBack());
    });
    const isOn = this.#management.snapshot().power === 'on';
    if (this.#isOff || (mayRun && isOn)) return;
    this.#note(before === 'on' || isOn ? 'on' : 'off');
    this.#isOff = true;
    // Off in a power cycle is not off: the host would come on by itself.
    const { ok } = this.#management.power('ForceOff', USER);
    if (ok && !isOn) this.#note('on');
    if (ok) this.#owner.say('recovery-host-held', 'the host is held off: its flash is not whole, or is about to be written');
  }

  /** Lets go; the power is as it was before. Answers what failed. */
  release(known: PowerState | undefined): string | undefined {
    this.close();
    const before = this.#before ?? known;
    this.#before = undefined;
    if (before !== 'on' || this.#management.snapshot().power === 'on') return undefined;
    const { ok, text } = this.#management.power('On', USER);
    return ok ? undefined : text;
  }

  /** Stops listening and leaves the power as it is. */
  close(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#isOff = false;
  }

  #pushBack(): void {
    if (this.#stop === undefined || this.#management.snapshot().power !== 'on') return;
    try {
      this.#note('on');
    } catch (error) {
      // It stays off after a power failure then, which does no harm; to let it start would.
      this.#owner.say('recovery-power', `that the host shall be on afterwards could not be written down: ${(error as Error).message}`);
    }
    this.#isOff = true;
    this.#management.power('ForceOff', USER);
    this.#owner.say('recovery-host-held', 'the host was switched on while its flash is not whole: it is held off, and comes on when it is');
  }

  #note(before: PowerState): void {
    if (this.#before === before) return;
    this.#owner.remember(before);
    this.#before = before;
  }
}
