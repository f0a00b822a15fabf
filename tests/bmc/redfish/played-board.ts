// A board that a test plays: what the network side is told and asked, without a controller. The real one is behind the
// same interface in tests/peers.
import { createHash } from 'node:crypto';
import type { ComponentSnapshot, TransferSnapshot } from '../../../host/core/receiver-exports.ts';
import type { SlotDescription } from '../../../host/core/slot-record.ts';
import type { ActionOutcome, LockHolder, Management, ManagementSnapshot, Push, PushOutcome, PushRefused, PushRequest } from '../../../host/bmc/management.ts';
import type { PowerState } from '../../../host/bmc/power.ts';
import type { UpgradeImage, UpgradeRecord } from '../../../host/bmc/upgrade-record.ts';

export const PLATFORM = 'ferry-q35';
export const STARTED = '2026-01-02T03:04:05.000Z';

export function slotOf(version: string, state: SlotDescription['state'] = 'valid'): SlotDescription {
  return { state, size: version === '' ? 0 : 1000, security: 3, version, digest: createHash('sha256').update(version).digest() };
}

export const IDLE: TransferSnapshot = {
  phase: 'idle', isSafe: true, completion: 'ok', upgrade: 0, session: 0, elapsedMs: 0, origin: 'unknown', imageIndex: 0, imageCount: 0, storedCount: 0,
  component: '', version: '', slot: 0, resumed: 0, done: 0, total: 0, flashMs: 0, equalBytes: 0, lastUpgrade: 0, resets: { device: false, host: false }, sha256: '',
};

export function imageOf(fields: Partial<UpgradeImage> = {}): UpgradeImage {
  return { component: 'bmc', version: '2.4.1', size: 1000, sha256: 'a'.repeat(64), slot: 1, resumed: 0, state: 'receiving', completion: 'ok', equal: 0, flashMs: 0, ...fields };
}

export function recordOf(fields: Partial<UpgradeRecord> = {}): UpgradeRecord {
  return {
    id: '1a2b3c4d', origin: 'remote', user: 'admin', session: '00000001', state: 'running', startedAt: STARTED, endedAt: undefined, imageCount: 1, images: [],
    resets: { device: false, host: false }, text: 'an upgrade of 1 image has started', head: '0'.repeat(64), ...fields,
  };
}

export class PlayedBoard implements Management {
  readonly identity: Management['identity'];
  components: ComponentSnapshot[] = [
    { name: 'bmc', slotSize: 65_536, slots: [slotOf('2.3.0'), slotOf('', 'empty')], running: 0, pending: undefined, isInPlace: false, needsHostReset: false, trial: undefined, floor: 2 },
    { name: 'bios', slotSize: 65_536, slots: [slotOf('1.9.2')], running: 0, pending: undefined, isInPlace: true, needsHostReset: false, trial: undefined, floor: 0 },
  ];
  records: UpgradeRecord[] = [];
  transfer: TransferSnapshot = IDLE;
  holder: LockHolder | undefined;
  powerState: PowerState = 'on';
  /** What was asked: `activate bmc admin`. */
  readonly asked: string[] = [];
  /** How actions end. */
  answer: ActionOutcome = { ok: true, text: 'done as asked' };
  readonly pushes: { readonly request: PushRequest; readonly bytes: Buffer }[] = [];
  #end: ((outcome: PushOutcome) => void) | undefined;

  constructor(labMode = false) {
    this.identity = { platform: PLATFORM, uuid: '7d1c9f6e-8a35-4c0e-b1d4-0f6a2c3e5b79', version: '0.1.0', bootId: 7, startedAt: STARTED, labMode };
  }

  snapshot(): ManagementSnapshot {
    const { components, transfer, holder, powerState } = this;
    return { time: STARTED, components, transfer, rate: undefined, holder, removal: { isSafe: true, why: 'nothing is being written' }, power: powerState };
  }

  /** Someone has the lock. */
  hold(fields: Partial<LockHolder> = {}): void {
    this.holder = { upgrade: '0000beef', session: '00000002', origin: 'before-os', user: undefined, since: STARTED, heldMs: 12_000, ...fields };
  }

  async push(request: PushRequest): Promise<Push | PushRefused> {
    if (this.holder !== undefined) return { refused: 'busy', holder: this.holder, text: 'busy' };
    const bytes = Buffer.alloc(request.size);
    request.read(0, bytes);
    this.pushes.push({ request, bytes });
    const upgrade = (0x1a2b_3c4c + this.pushes.length).toString(16);
    this.hold({ upgrade, origin: 'remote', user: request.user });
    const { component, version, size, sha256 } = request;
    this.records.unshift(recordOf({ id: upgrade, user: request.user, images: [imageOf({ component, version, size, sha256 })] }));
    this.transfer = { ...IDLE, phase: 'receiving', upgrade: Number.parseInt(upgrade, 16), component, version, done: size / 2, total: size };
    return { upgrade, done: new Promise((resolve) => { this.#end = resolve; }) };
  }

  /** The push under way ends, and its record with it. */
  endPush(outcome: PushOutcome, record: Partial<UpgradeRecord> = {}): void {
    const [newest, ...others] = this.records;
    if (newest === undefined) throw new Error('nothing was pushed');
    const state = outcome.ok ? 'stored' : 'failed';
    const images = newest.images.map((image) => ({ ...image, state, completion: outcome.ok ? 'ok' : outcome.completion }) as const);
    const resets = outcome.ok ? outcome.resets : newest.resets;
    this.records = [{ ...newest, state: outcome.ok ? 'done' : 'failed', images, resets, endedAt: STARTED, ...record }, ...others];
    this.holder = undefined;
    this.transfer = IDLE;
    this.#end?.(outcome);
  }

  upgrades(limit: number): readonly UpgradeRecord[] {
    return this.records.slice(0, limit);
  }

  upgrade(id: string): UpgradeRecord | undefined {
    return this.records.find((record) => record.id === id);
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

  eventsSince(): readonly never[] {
    return [];
  }

  onEvent(): () => void {
    return () => undefined;
  }

  flash(): readonly never[] {
    return [];
  }

  #note(what: string): ActionOutcome {
    this.asked.push(what);
    return this.answer;
  }
}
