// What the entries of the transcript make of upgrades: the records are nothing but a reading of it, whether it is the
// controller that reads, `ferry history`, or a replay on another machine. Knows no files and no clock.
import type { UpgradeImage, UpgradeRecord } from '../upgrade-record.ts';
import type { EntryFields, TranscriptEntry } from './transcript-entry.ts';
import { imageIn, sameImage, withImage } from './upgrade-images.ts';

/** A record, and where its entries lie. */
export interface ProjectedUpgrade {
  readonly record: UpgradeRecord;
  /** Number of its first entry. */
  readonly first: number;
  /** Its newest entry's place in its own chain. */
  readonly step: number;
  readonly head: string;
}

type Change = (record: UpgradeRecord, fields: EntryFields, time: string) => Partial<UpgradeRecord>;

/** How each event changes the record of its upgrade. An event that is not named changes only its text. */
const CHANGES: Readonly<Record<string, Change>> = {
  'file-started': (record, fields) => ({ images: withImage(record.images, imageIn(fields, 'receiving')) }),
  'file-received': (record, fields) => ({ images: withImage(record.images, { ...known(record, fields), state: 'storing' }) }),
  'repair-started': (record, fields) => ({ images: withImage(record.images, { ...known(record, fields), state: 'storing' }) }),
  'file-stored': (record, fields, time) => ({
    images: withImage(record.images, { ...known(record, fields), state: 'stored', completion: 'ok' }), ...repairEnds(record, 'done', time),
  }),
  'file-failed': (record, fields, time) => ({
    images: withImage(record.images, { ...known(record, fields), state: 'failed', completion: text(fields, 'completion') || 'unspecified' }),
    ...repairEnds(record, 'failed', time),
  }),
  'pending': (record) => ({ resets: { ...record.resets, device: true } }),
  'host-reset-needed': (record) => ({ resets: { ...record.resets, host: true } }),
  'upgrade-ended': (record, fields, time) => ({
    ...ends(record, record.images.every(({ state }) => state === 'stored') ? 'done' : 'failed', time),
    resets: {
      device: record.resets.device || fields['deviceReset'] === true,
      host: record.resets.host || fields['hostReset'] === true,
    },
  }),
  // Whoever sends gives up after a failure, too: what counts then is the failure.
  'upgrade-aborted': (record, _fields, time) => ends(record, record.images.some(({ state }) => state === 'failed') ? 'failed' : 'aborted', time),
  'upgrade-abandoned': (record, _fields, time) => ends(record, 'abandoned', time),
  'trial-reverted': () => ({ state: 'reverted' }),
  'upgrade-interrupted': (record, _fields, time) => ends(record, 'interrupted', time),
};

/** The events that an upgrade begins with. */
export const FIRST_EVENTS: readonly string[] = ['upgrade-started', 'repair-started'];

/** Records that are kept at most, whatever the files hold. */
const RECORD_LIMIT = 5000;

/** Upgrades as entries tell of them, one entry after the other. */
export class UpgradeProjection {
  /** The oldest first. An id that was used again stands for the newest. */
  #upgrades: ProjectedUpgrade[] = [];

  /** Takes the next entry. False when its upgrade's beginning is not known: then it is part of no record. */
  apply(entry: TranscriptEntry): boolean {
    const { event, upgrade, number, step, hash } = entry;
    const index = this.#upgrades.findLastIndex(({ record }) => record.id === upgrade);
    const isNew = event === 'upgrade-started' || (event === 'repair-started' && index < 0);
    if (isNew) {
      this.#upgrades.push({ record: this.#begin(entry), first: number, step, head: hash });
      if (this.#upgrades.length > RECORD_LIMIT) this.#upgrades.shift();
      return true;
    }
    const found = this.#upgrades[index];
    if (found === undefined) return false;
    const changed = CHANGES[event]?.(found.record, entry.fields, entry.time);
    this.#upgrades[index] = { ...found, record: { ...found.record, ...changed, text: entry.text, head: hash }, step, head: hash };
    return true;
  }

  find(id: string): ProjectedUpgrade | undefined {
    return this.#upgrades.findLast(({ record }) => record.id === id);
  }

  /** Every record, the newest first. */
  newest(limit: number = this.#upgrades.length): UpgradeRecord[] {
    return limit <= 0 ? [] : this.#upgrades.slice(-limit).reverse().map(({ record }) => record);
  }

  /** The newest upgrade that this is true of. */
  findNewest(isIt: (record: UpgradeRecord) => boolean): UpgradeRecord | undefined {
    return this.#upgrades.findLast(({ record }) => isIt(record))?.record;
  }

  running(): UpgradeRecord[] {
    return this.#upgrades.map(({ record }) => record).filter(({ state }) => state === 'running');
  }

  /** Lets go of records whose first entry has a lower number, unless they are still running. */
  forget(lowest: number): void {
    this.#upgrades = this.#upgrades.filter(({ first, record }) => first >= lowest || record.state === 'running');
  }

  #begin({ event, upgrade, time, fields, text: sentence, hash }: TranscriptEntry): UpgradeRecord {
    const isRepair = event === 'repair-started';
    const record: UpgradeRecord = {
      id: upgrade,
      origin: isRepair ? 'repair' : text(fields, 'origin') || 'unknown',
      user: text(fields, 'user') || undefined,
      session: text(fields, 'session'),
      state: 'running',
      startedAt: time,
      endedAt: undefined,
      imageCount: isRepair ? 1 : typeof fields['images'] === 'number' ? fields['images'] : 0,
      images: [],
      resets: { device: false, host: false },
      text: sentence,
      head: hash,
    };
    if (!isRepair) return record;
    const image = imageIn(fields, 'storing');
    const earlier = this.findNewest(({ images }) => images.some((one) => sameImage(one, image)))?.images.findLast((one) => sameImage(one, image));
    return { ...record, images: [{ ...image, size: image.size || (earlier?.size ?? 0), sha256: image.sha256 || (earlier?.sha256 ?? '') }] };
  }
}

/** What the fields say of an image, and what the record knew of it before. */
function known(record: UpgradeRecord, fields: EntryFields): UpgradeImage {
  const image = imageIn(fields, 'receiving');
  const before = record.images.findLast((one) => sameImage(one, image));
  return before === undefined ? image : { ...before, ...imageIn(fields, before.state, before) };
}

/** How an upgrade ends; one that has ended before stays as it ended. */
function ends(record: UpgradeRecord, state: UpgradeRecord['state'], time: string): Partial<UpgradeRecord> {
  return record.state === 'running' ? { state, endedAt: time } : {};
}

/** A repair has no end of its own: it ends with its image. */
function repairEnds(record: UpgradeRecord, state: UpgradeRecord['state'], time: string): Partial<UpgradeRecord> {
  return record.origin === 'repair' ? ends(record, state, time) : {};
}

function text(fields: EntryFields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}
