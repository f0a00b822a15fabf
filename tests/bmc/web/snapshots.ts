// What a controller says at one moment, for tests of what the page makes of it.
import type { ComponentJson, HolderJson, SlotJson, SnapshotJson, TransferJson } from '../../../host/bmc/web/view/snapshot.ts';

export const MIB = 1024 * 1024;
export const AT = { sinceMs: 0, today: new Date('2026-11-21T12:00:00Z') };
export const MAY = { isHeard: true, mayOperate: true };

export function slot(version: string, state = 'valid', security = 1): SlotJson {
  return { state, size: state === 'empty' ? 0 : 4 * MIB, security, version, digest: version.charCodeAt(0).toString(16).padStart(2, '0').repeat(32) };
}

export function component(change: Partial<ComponentJson> = {}): ComponentJson {
  return { name: 'bmc', slotSize: 4 * MIB, slots: [slot('2.3.0'), slot('2.4.1')], running: 1, isInPlace: false, needsHostReset: false, floor: 1, ...change };
}

export const HOLDER: HolderJson = { upgrade: '3fa0c2d1', session: '9d00aa31', origin: 'before-os', since: '2026-11-21T11:59:00.000Z', heldMs: 60_000 };

export function transfer(phase: string, change: Partial<TransferJson> = {}): TransferJson {
  return {
    phase, completion: 'ok', upgrade: 1, elapsedMs: 60_000, origin: 'before-os', imageIndex: 0, imageCount: 2, storedCount: 0,
    component: 'bmc', version: '2.4.2', slot: 0, resumed: 0, done: 1 * MIB, total: 4 * MIB, ...change,
  };
}

const IDLE = transfer('idle', { upgrade: 0, imageCount: 0, component: '', version: '', done: 0, total: 0 });

export function snapshot(change: Partial<SnapshotJson> = {}): SnapshotJson {
  return {
    time: '2026-11-21T12:00:00.000Z', components: [component()], transfer: IDLE,
    removal: { isSafe: true, why: 'nothing is being written' }, power: 'on', ...change,
  };
}

/** The text with ordinary spaces. */
export function plain(text: string | undefined): string {
  return (text ?? '').replace(/[\u00a0\u202f]/g, ' ');
}
