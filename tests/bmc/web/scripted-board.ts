// A board that a test sets to any state, however short that is on a real one: what the page shows then. The real
// controller is behind the same page in tests/peers/status-page.test.ts.
import type { LoggedEvent } from '../../../host/bmc/event-log.ts';
import type { ActionOutcome, FlashChipReport, LockHolder, Management, ManagementIdentity, ManagementSnapshot } from '../../../host/bmc/management.ts';
import type { UpgradeRecord } from '../../../host/bmc/upgrade-record.ts';
import type { ComponentSnapshot, TransferSnapshot } from '../../../host/core/receiver-exports.ts';
import type { SlotDescription } from '../../../host/core/slot-record.ts';
import { seeded } from '../../random.ts';

const MIB = 1024 * 1024;

export function heldSlot(version: string, state: SlotDescription['state'] = 'valid', security = 3): SlotDescription {
  return { state, size: state === 'empty' ? 0 : 32 * MIB, security, version, digest: new Uint8Array(32).fill(version.length + security) };
}

const BMC: ComponentSnapshot = {
  name: 'bmc', slotSize: 32 * MIB, slots: [heldSlot('2.3.0'), heldSlot('2.4.1')], running: 1, pending: undefined, isInPlace: false, needsHostReset: false,
  trial: undefined, floor: 3,
};
const BIOS: ComponentSnapshot = { ...BMC, name: 'bios', slots: [heldSlot('1.9.2')], running: 0, isInPlace: true };

export const IDLE: TransferSnapshot = {
  phase: 'idle', isSafe: true, completion: 'ok', upgrade: 0, lastUpgrade: 0, resets: { device: false, host: false }, session: 0, elapsedMs: 0, origin: 'unknown',
  imageIndex: 0, imageCount: 0, storedCount: 0, component: '', version: '', sha256: '', slot: 0, resumed: 0, done: 0, total: 0, flashMs: 0, equalBytes: 0,
};

const HOLDER: LockHolder = { upgrade: '3fa0c2d1', session: '9d00aa31', origin: 'before-os', user: undefined, since: '2026-11-21T11:59:00.000Z', heldMs: 61_000 };

/** An image is on its way. */
export function receiving(change: Partial<TransferSnapshot> = {}): Partial<ManagementSnapshot> {
  return {
    holder: HOLDER, rate: { bytesPerSecond: 48_300_000, remainingMs: 3100 },
    transfer: {
      ...IDLE, phase: 'receiving', upgrade: 0x3fa0c2d1, elapsedMs: 61_000, origin: 'before-os', imageCount: 2, component: 'bmc', version: '2.4.2',
      resumed: MIB, done: 20 * MIB, total: 32 * MIB, ...change,
    },
  };
}

/** States that a person may find the board in. */
export const STATES = {
  'idle': {},
  'receiving': receiving(),
  'unsafe': {
    ...receiving({ phase: 'writing', imageIndex: 1, component: 'bios', version: '1.10.0', resumed: 0 }),
    components: [{ ...BMC, pending: 0 }, { ...BIOS, running: undefined, slots: [heldSlot('1.10.0', 'writing')] }],
    removal: { isSafe: false, why: 'bios has one slot, which is being written: half an image can not start. Keep the power on until it is stored.' },
  },
  'failed': { ...receiving({ phase: 'failed', completion: 'read-back-mismatch' }), components: [{ ...BMC, slots: [heldSlot('2.4.2', 'failed'), heldSlot('2.4.1')] }, BIOS] },
  'trial': { components: [{ ...BMC, trial: { attempt: 1, limit: 3, remainingMs: 252_000 } }, { ...BIOS, needsHostReset: true }] },
  'off': { power: 'off', components: [{ ...BMC, slots: [heldSlot('2.4.1-rc.3+20261121.abcdef012345'), heldSlot('2.4.1')] }, BIOS] },
} as const satisfies Record<string, Partial<ManagementSnapshot>>;

export class ScriptedBoard implements Management {
  readonly identity: ManagementIdentity;
  readonly asked: string[] = [];
  answer: ActionOutcome = { ok: true, text: 'done as asked' };
  readonly #log: LoggedEvent[] = [];
  readonly #listeners = new Set<(event: LoggedEvent) => void>();
  #state: Partial<ManagementSnapshot> = {};

  constructor(labMode = false) {
    this.identity = { platform: 'ferry-q35', uuid: '7d1c9f6e-8a35-4c0e-b1d4-0f6a2c3e5b79', version: '0.1.0', bootId: 7, startedAt: '2026-11-21T09:00:00.000Z', labMode };
    for (let number = 1; number <= 30; number++) this.happen('file-stored', `bmc 2.4.${number}: stored in slot 1 and read back; 5.1 MiB of 32 MiB were equal, flash time 77.0 s`);
  }

  set(state: Partial<ManagementSnapshot>): void {
    this.#state = state;
  }

  happen(event: string, text: string): void {
    const logged = { number: this.#log.length + 1, time: '2026-11-21T10:00:00.000Z', event, text };
    this.#log.push(logged);
    for (const listener of this.#listeners) listener(logged);
  }

  snapshot(): ManagementSnapshot {
    return {
      time: '2026-11-21T12:00:00.000Z', components: [BMC, BIOS], transfer: IDLE, rate: undefined, holder: undefined,
      removal: { isSafe: true, why: 'Nothing is being written.' }, power: 'on', ...this.#state,
    };
  }

  eventsSince(number: number): readonly LoggedEvent[] {
    return this.#log.slice(number);
  }

  onEvent(listener: (event: LoggedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  upgrades(): readonly UpgradeRecord[] {
    return [{
      id: '3fa0c2d0', origin: 'remote', user: 'admin', session: '00000002', state: 'failed', startedAt: '2026-11-20T10:00:00.000Z', endedAt: '2026-11-20T10:00:09.000Z',
      imageCount: 1, images: [], resets: { device: false, host: false }, text: 'bmc 2.4.0: the device does not trust the key that has signed', head: '0'.repeat(64),
    }];
  }

  upgrade(): undefined {
    return undefined;
  }

  async push(): Promise<never> {
    throw new Error('nothing is pushed here');
  }

  async activate(component: string, user: string): Promise<ActionOutcome> {
    return this.#note(`activate ${component} ${user}`);
  }

  async revert(component: string, user: string): Promise<ActionOutcome> {
    return this.#note(`revert ${component} ${user}`);
  }

  async abort(user: string): Promise<ActionOutcome> {
    return this.#note(`abort ${user}`);
  }

  power(action: string, user: string): ActionOutcome {
    return this.#note(`power ${action} ${user}`);
  }

  restart(user: string): ActionOutcome {
    return this.#note(`restart ${user}`);
  }

  flash(): readonly FlashChipReport[] {
    const random = seeded(3);
    return ['bmc-0', 'bmc-1', 'bios-0', 'records'].map((name) => ({
      name, part: 'W25Q256JV', size: 32 * MIB, sectorSize: 4096, endurance: 100_000, wear: Uint32Array.from({ length: 8192 }, () => Math.floor(random() * 40)),
    }));
  }

  #note(what: string): ActionOutcome {
    this.asked.push(what);
    return this.answer;
  }
}
