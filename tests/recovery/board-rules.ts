// What always holds for a board and its recovery, looked at in every step: a breach is thrown with what has happened last.
import type { FlashOperation } from '../../host/bmc/flash-fault.ts';
import type { Rig } from './rig.ts';

/** A host that someone switches on while its flash is not whole is off again within this time. */
const PUSHED_BACK_MS = 1000;

export class BoardRules {
  readonly #rig: Rig;
  readonly #where: string;
  /** SHA-256 of the images from which the host may start. */
  readonly #allowed: ReadonlySet<string>;
  #floor = 0;
  #seen = 0;
  #controller: unknown;
  #badSinceMs: number | undefined;
  #wasOn: boolean;
  steps = 0;
  releases = 0;

  constructor(rig: Rig, allowed: Iterable<string>, where: string) {
    this.#rig = rig;
    this.#where = where;
    this.#allowed = new Set(allowed);
    this.#wasOn = rig.management.snapshot().power === 'on';
    this.#seen = rig.machine.events.length;
    rig.watch = () => this.check();
  }

  check(): void {
    this.steps += 1;
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

  /** Flash: only the slot of the component is erased or programmed, beside the controller's own records. */
  flash(chip: string, { kind, address, size }: FlashOperation): void {
    if (kind === 'read') return;
    const isRecords = /record/.test(chip);
    this.#expect(isRecords || (/^bios/.test(chip) && address + size <= this.#rig.bios.slotSize), `${kind} of ${size} bytes at ${address} of ${chip}`);
  }

  #isWhole(): boolean {
    return this.#allowed.has(this.#rig.flashDigest());
  }

  #expect(isSo: boolean, what: string): void {
    if (!isSo) throw new Error(`${this.#where}: at ${this.#rig.machine.clock.now} ms: ${what}; at last: ${this.#rig.machine.events.slice(-8).map(({ text }) => text).join(' | ')}`);
  }
}
