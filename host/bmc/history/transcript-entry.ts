// One entry of the transcript: an event of an upgrade, chained to the entry before it. As a line:
//
//   {"previous":"…","number":17,"time":"…","upgrade":"1a2b3c4d","step":3,"before":"…",
//    "event":"file-stored","fields":{…},"text":"…","hash":"…"}
//
// There are two chains. `previous` is the hash of the entry before it on this device, `before` that of the entry before
// it of the same upgrade, so that one upgrade can be handed out and checked without the others. `hash` is the SHA-256 of
// the line's bytes up to `,"hash"`. There is one way to write an entry: a line that is not it, byte for byte, is none.
import { createHash } from 'node:crypto';

/** What an event may say besides its text. */
export type EntryFields = Readonly<Record<string, string | number | boolean>>;

/** An event and its places in both chains. */
export interface EntryBody {
  /** Hash of the entry with the number before; `NO_HASH` for the first of all. */
  readonly previous: string;
  /** Counts up from 1, over restarts too. */
  readonly number: number;
  /** ISO 8601. */
  readonly time: string;
  /** The upgrade's id, eight hexadecimal digits. */
  readonly upgrade: string;
  /** Counts up from 1 in the upgrade. */
  readonly step: number;
  /** Hash of the upgrade's entry before; `NO_HASH` for its first. */
  readonly before: string;
  readonly event: string;
  readonly fields: EntryFields;
  readonly text: string;
}

export interface TranscriptEntry extends EntryBody {
  /** 64 hexadecimal digits. */
  readonly hash: string;
}

/** What stands for the hash of an entry where there is none before. */
export const NO_HASH = '0'.repeat(64);

const HASH = /^[0-9a-f]{64}$/;
const UPGRADE = /^[0-9a-f]{8}$/;

/** SHA-256 of a text, as hexadecimal digits. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Whether this is an upgrade's id. */
export function isUpgradeId(value: unknown): value is string {
  return typeof value === 'string' && UPGRADE.test(value) && value !== '00000000';
}

/** Whether this is the hash of an entry. */
export function isHash(value: unknown): value is string {
  return typeof value === 'string' && HASH.test(value);
}

/** Closes an entry with its hash. The line ends without a newline. */
export function sealEntry(body: EntryBody): { readonly entry: TranscriptEntry; readonly line: string } {
  const open = bodyText(body);
  const hash = sha256Of(open);
  return { entry: { ...body, hash }, line: `${open},"hash":"${hash}"}` };
}

/** The entry of a line, or undefined when the line is not what `sealEntry` writes: then a byte of it was changed. */
export function parseEntry(line: string): TranscriptEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isEntry(value)) return undefined;
  const sealed = sealEntry(value);
  return sealed.line === line ? sealed.entry : undefined;
}

function bodyText({ previous, number, time, upgrade, step, before, event, fields, text }: EntryBody): string {
  const json = JSON.stringify({ previous, number, time, upgrade, step, before, event, fields, text });
  // Nothing but ASCII: no decoder on the way can change a byte unnoticed.
  return json.slice(0, -1).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function isEntry(value: unknown): value is TranscriptEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { previous, number, time, upgrade, step, before, event, fields, text, hash } = value as Record<string, unknown>;
  return isHash(previous) && isHash(before) && isHash(hash) && isCount(number) && isCount(step) && UPGRADE.test(String(upgrade)) &&
    [time, event, text].every((one) => typeof one === 'string') && typeof fields === 'object' && fields !== null &&
    Object.values(fields).every((one) => ['string', 'number', 'boolean'].includes(typeof one));
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
