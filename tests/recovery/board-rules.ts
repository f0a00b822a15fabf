// What always holds for a board and its recovery, looked at in every step: a breach is thrown with what has happened last.
import type { FlashOperation } from '../../host/bmc/flash-fault.ts';
import { touchesProtected } from '../../host/bmc/protected-regions.ts';
import type { Signed } from './images.ts';
import type { Rig } from './rig.ts';

/** A host that someone switches on while its flash is not whole is off again within this time. */
const PUSHED_BACK_MS = 1000;

export class BoardRules {
  readonly #rig: Rig;
  readonly #where: string;
  /** The images from which the host may start. */
  readonly #allowed: readonly Signed[];
  readonly #settings: string;
  /** What an operation of flash has broken: the controller would take what is thrown there for an operation that failed. */
  #breach: string | undefined;
  #isFlashChanged = true;
  #floor = 0;
  #seen = 0;
  #controller: unknown;
  #badSinceMs: number | undefined;
  #wasOn: boolean;
  steps = 0;
  releases = 0;

  constructor(rig: Rig, allowed: readonly Signed[], where: string) {
    this.#rig = rig;
    this.#where = where;
    this.#allowed = allowed;
    this.#settings = rig.settingsDigest();
    this.#wasOn = rig.management.snapshot().power === 'on';
    this.#seen = rig.machine.events.length;
    rig.watch = () => this.check();
  }

  check(): void {
    this.steps += 1;
    if (this.#breach !== undefined) this.#expect(false, this.#breach);
    if (this.#isFlashChanged) this.#expect(this.#rig.settingsDigest() === this.#settings, 'the protected regions of the hub have changed');
    this.#isFlashChanged = false;
    const { machine, bios, management } = this.#rig;
    this.#expect(bios.floor >= this.#floor, `the security floor has fallen from ${this.#floor} to ${bios.floor}`);
    this.#floor = bios.floor;
    for (; this.#seen < machine.events.length; this.#seen++) {
      const { event, fields } = machine.events[this.#seen]!;
      if (event !== 'power-on' || fields?.['user'] !== 'recovery') continue;
      this.releases += 1;
      this.#expect(this.#isWhole(), 'the host was released on an image that is not whole');
    }
    const isOn = management.snapshot().power === 'on';
    const isRestarted = machine.controller !== this.#controller;
    this.#controller = machine.controller;
    if (!isOn || isRestarted) this.#badSinceMs = undefined;
    else if (!this.#wasOn) this.#badSinceMs = this.#isWhole() ? undefined : machine.clock.now;
    this.#wasOn = isOn;
    this.#expect(this.#badSinceMs === undefined || machine.clock.now - this.#badSinceMs <= PUSHED_BACK_MS, 'the host was left on with an image that is not whole');
  }

  /** Flash: only the slot of the component is erased or programmed, nothing of its protected regions, beside the controller's own records. */
  flash(chip: string, { kind, address, size }: FlashOperation): void {
    if (kind === 'read' || /record/.test(chip)) return;
    this.#isFlashChanged = true;
    const isInSlot = /^bios/.test(chip) && address + size <= this.#rig.bios.slotSize;
    const isProtected = touchesProtected(this.#rig.regions, address, size);
    if (!isInSlot || isProtected) this.#breach ??= `${kind} of ${size} bytes at ${address} of ${chip}`;
  }

  #isWhole(): boolean {
    return this.#allowed.some((image) => this.#rig.holds(image));
  }

  #expect(isSo: boolean, what: string): void {
    if (!isSo) throw new Error(`${this.#where}: at ${this.#rig.machine.clock.now} ms: ${what}; at last: ${this.#rig.machine.events.slice(-8).map(({ text }) => text).join(' | ')}`);
  }
}
