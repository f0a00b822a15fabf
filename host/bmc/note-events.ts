// What the receiver notes, in words for the event log and the screen.
import type { ComponentSlot, TransferSnapshot } from '../core/receiver-exports.ts';
import type { SlotRecord } from '../core/slot-record.ts';
import type { ControllerEvent } from './event-log.ts';

const KIB = 1024;

/** A size for people: `32 MiB`, `5.3 MiB`, `700 bytes`. */
export function sizeText(bytes: number): string {
  if (bytes < KIB) return `${bytes} bytes`;
  const [value, unit] = bytes < KIB * KIB ? [bytes / KIB, 'KiB'] : [bytes / KIB / KIB, 'MiB'];
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${unit}`;
}

/** An image by its component and version. */
export function imageText(component: string, version: string): string {
  return version === '' ? component : `${component} ${version}`;
}

/** What a note itself does not know: what the last action that failed threw, whether its component still has a whole image, who sends. */
export interface NoteContext {
  readonly cause: unknown;
  readonly isWhole: boolean;
  readonly user: string | undefined;
}

/** The event of a note. A word that is not known here is logged as it is. */
export function noteEvent(note: string, transfer: TransferSnapshot, context: NoteContext): ControllerEvent {
  const describe = DESCRIPTIONS[note];
  if (describe === undefined) return { event: note, text: note };
  return describe(transfer, context);
}

const DESCRIPTIONS: Readonly<Record<string, (transfer: TransferSnapshot, context: NoteContext) => ControllerEvent>> = {
  'upgrade-started': (at, { user }) => ({
    event: 'upgrade-started',
    text: `upgrade ${hex(at.lastUpgrade)} of ${at.imageCount} image${at.imageCount === 1 ? '' : 's'} has started (session ${hex(at.session)}, ${ORIGINS[at.origin] ?? at.origin}${user === undefined ? '' : `, user ${user}`})`,
    fields: { upgrade: hex(at.lastUpgrade), session: hex(at.session), images: at.imageCount, origin: at.origin, ...(user === undefined ? {} : { user }) },
  }),
  'file-started': (at) => ({
    event: 'file-started',
    text: `${image(at)}: ${at.resumed === 0 ? 'receiving' : `going on at ${sizeText(at.resumed)} of`} ${sizeText(at.total)} for slot ${at.slot}`,
    fields: { ...file(at), size: at.total, resumed: at.resumed, sha256: at.sha256 },
  }),
  'file-received': (at) => ({
    event: 'file-received', text: `${image(at)}: all ${sizeText(at.total)} are there; verifying, then writing slot ${at.slot}`, fields: { ...file(at), size: at.total },
  }),
  'file-stored': (at) => ({
    event: 'file-stored',
    text: `${image(at)}: stored in slot ${at.slot} and read back; ${sizeText(at.equalBytes)} of ${sizeText(at.total)} were equal, flash time ${(at.flashMs / 1000).toFixed(1)} s`,
    fields: { ...file(at), size: at.total, equal: at.equalBytes, flashMs: at.flashMs },
  }),
  'file-failed': (at, { cause, isWhole }) => ({
    event: 'file-failed',
    text: `${image(at)}: ${FAILURES[at.completion] ?? at.completion}${cause instanceof Error ? `: ${cause.message}` : ''}; ` +
      (isWhole ? `${at.component} still has a whole image` : `${at.component} has no whole image: send it again`),
    fields: { ...file(at), completion: at.completion, ...(cause instanceof Error ? { cause: cause.message } : {}) },
  }),
  'upgrade-ended': (at) => ({
    event: 'upgrade-ended', text: `the upgrade has ended with ${at.storedCount} image${at.storedCount === 1 ? '' : 's'} stored`,
    fields: { stored: at.storedCount, deviceReset: at.resets.device, hostReset: at.resets.host },
  }),
  'upgrade-aborted': () => ({ event: 'upgrade-aborted', text: 'the sending end has given the upgrade up; what was received is kept' }),
  'upgrade-taken-away': () => ({ event: 'upgrade-aborted', text: 'the upgrade has been given up here; what was received is kept' }),
  'upgrade-abandoned': () => ({ event: 'upgrade-abandoned', text: 'the session that held the upgrade is gone: it was silent for too long, or its host was reset or lost its power; what was received is kept' }),
  'repair-started': (at) => ({
    event: 'repair-started', text: `${image(at)}: writing slot ${at.slot} was interrupted; finishing it from what was collected`, fields: { ...file(at), size: at.total, sha256: at.sha256 },
  }),
  'repair-impossible': () => ({
    event: 'repair-impossible',
    text: 'a component with one slot holds half an image, and what was collected is not whole: send its image again; the host would not start until then',
  }),
  'trial-unwell': () => ({
    event: 'trial-unwell', text: 'the device is not well with an image that is on trial, and there is no other one to go back to: send another image',
  }),
};

const ORIGINS: Readonly<Record<string, string>> = {
  'unknown': 'origin unknown', 'before-os': 'before the operating system', 'after-os': 'after the operating system', 'remote': 'over the network',
};

const FAILURES: Readonly<Record<string, string>> = {
  'digest-mismatch': 'what arrived does not have the announced SHA-256 and was thrown away',
  'staging-full': 'no space is left where images are collected',
  'staging-failed': 'the place where images are collected failed',
  'flash-failed': 'the flash failed',
  'read-back-mismatch': 'the flash does not hold what was written',
  'record-failed': 'the slot records could not be written',
  'signature-missing': 'it has no signature, and this device takes signed images only',
  'signature-invalid': 'its signature is not good',
  'key-not-trusted': 'the key that has signed it is not trusted',
  'wrong-platform': 'it was signed for another platform',
  'signature-mismatch': 'what was signed is not what was announced',
  'security-too-low': 'its security number is below the one that the component has reached',
};

const image = (at: TransferSnapshot): string => imageText(at.component, at.version);
const file = (at: TransferSnapshot) => ({ component: at.component, version: at.version, slot: at.slot });

/** What a component's new record changes for people: an image runs now, or waits for a reset. */
export function recordEvents(before: SlotRecord | undefined, after: SlotRecord): ControllerEvent[] {
  const fields = (slot: number): Record<string, string | number> => ({ component: after.component, version: after.slots[slot]?.version ?? '', slot });
  const name = (slot: number): string => imageText(after.component, after.slots[slot]?.version ?? '');
  const events: ControllerEvent[] = [];
  const rejected = before === undefined ? -1 : after.slots.findIndex(({ state }, slot) => state === 'rejected' && before.slots[slot]?.state === 'valid');
  if (rejected >= 0) {
    events.push({ event: 'trial-reverted', text: `${name(rejected)} in slot ${rejected} did not hold its trial; the image before runs again`, fields: fields(rejected) });
  }
  if (runs(after) && before !== undefined && after.active !== before.active) {
    events.push({ event: 'activated', text: `${name(after.active)} in slot ${after.active} is the running image now`, fields: fields(after.active) });
  }
  if (after.pending !== undefined && after.pending !== before?.pending) {
    events.push({ event: 'pending', text: `${name(after.pending)} in slot ${after.pending} runs after the next reset of the controller`, fields: fields(after.pending) });
  }
  if (runs(after) && after.hostReset && before?.hostReset !== true) {
    events.push({ event: 'host-reset-needed', text: `${name(after.active)} runs after the next reset of the host`, fields: fields(after.active) });
  }
  if (runs(after) && !after.hostReset && before?.hostReset === true) {
    events.push({ event: 'activated', text: `${name(after.active)} is what the host has started from`, fields: fields(after.active) });
  }
  if (runs(after) && after.trial !== undefined && after.trial !== before?.trial) {
    events.push({ event: 'trial', text: `${name(after.active)} is on trial: attempt ${after.trial}`, fields: { ...fields(after.active), attempt: after.trial } });
  }
  if (runs(after) && after.trial === undefined && before?.trial !== undefined && before.active === after.active && before.slots[after.active]?.state === 'valid') {
    events.push({
      event: 'committed', text: `${name(after.active)} has held its trial; security numbers from ${after.floor ?? 0} on are taken`,
      fields: { ...fields(after.active), floor: after.floor ?? 0 },
    });
  }
  return events;
}

function runs(record: SlotRecord): boolean {
  return record.slots[record.active]?.state === 'valid';
}

/** One line for each component, for the start: what it runs. */
export function runningText(name: string, slots: readonly ComponentSlot[], running: number | undefined): string {
  const slot = running === undefined ? undefined : slots[running];
  if (slot === undefined) return `${name} (no whole image)`;
  return slots.length === 1 ? imageText(name, slot.version) : `${imageText(name, slot.version)} in slot ${running}`;
}

/** A session or an upgrade as it is shown everywhere: eight hexadecimal digits. */
export function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
