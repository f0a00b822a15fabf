// STATE/history/: what became of each upgrade. The history is a reading of the controller's own events: each event of an
// upgrade becomes one entry of a hash-chained transcript, and the records are what the entries tell. There is no second
// place that a record could be changed in, so the log, the page, the Redfish task and the history can not disagree; a
// replay of the transcript elsewhere comes to the same records.
//
// The events are those of note-events.ts. Besides their own fields the records take, where they are given: `sha256` and
// `size` of file-started and repair-started, `user` of upgrade-started, `deviceReset` and `hostReset` of upgrade-ended.
import type { ControllerEvent } from '../event-log.ts';
import { systemFiles, type FileStore } from '../durable-file.ts';
import type { UpgradeRecord } from '../upgrade-record.ts';
import { TranscriptChain } from './transcript-chain.ts';
import { isUpgradeId, sealEntry, sha256Of, type EntryBody } from './transcript-entry.ts';
import { SEGMENTS_KEPT, SEGMENT_LIMIT, TranscriptSegments } from './transcript-segments.ts';
import { upgradeOf } from './upgrade-attribution.ts';
import { FIRST_EVENTS, UpgradeProjection } from './upgrade-projection.ts';

export interface UpgradeHistoryOptions {
  /** STATE/history. Made when it is not there. */
  readonly directory: string;
  readonly now?: () => Date;
  /** Told when the history begins to fail, and when it had to cut something off; one sentence. */
  readonly complain?: (message: string) => void;
  /** The file system, and bounds, for tests. */
  readonly files?: FileStore;
  readonly segmentLimit?: number;
  readonly segmentsKept?: number;
}

/** A text of an event, or of a field of it, is cut after so many characters. */
const TEXT_LIMIT = 2000;
/** Written at once, but flushed only with what comes after: losing them in a power cut loses no outcome. */
const NOT_FLUSHED: readonly string[] = ['file-started', 'file-received'];
const INTERRUPTED = 'the controller was stopped in the middle of it; what was received is kept, and another run goes on from there';

/** The history, open. Nothing here throws: an upgrade goes on without it. */
export class UpgradeHistory {
  readonly #directory: string;
  readonly #now: () => Date;
  readonly #complain: (message: string) => void;
  readonly #segments: TranscriptSegments;
  readonly #chain = new TranscriptChain();
  readonly #upgrades = new UpgradeProjection();
  /** Entries of each upgrade that could not be written. */
  readonly #lost = new Map<string, number>();
  /** False when what is there could not be read: it is not written over. */
  #isLoaded = false;
  #isFailing = false;
  /** The number of the oldest entry that is kept. */
  #lowest = 0;

  private constructor({ directory, now = () => new Date(), complain = () => undefined, files = systemFiles, segmentLimit = SEGMENT_LIMIT, segmentsKept = SEGMENTS_KEPT }: UpgradeHistoryOptions) {
    this.#directory = directory;
    this.#now = now;
    this.#complain = complain;
    this.#segments = new TranscriptSegments({ directory, files, limit: segmentLimit, kept: segmentsKept });
  }

  /** Opens it, or makes it. What was running when the controller before ended is `interrupted` from here on. */
  static open(options: UpgradeHistoryOptions): UpgradeHistory {
    const history = new UpgradeHistory(options);
    history.#load();
    history.#interrupt();
    return history;
  }

  /**
   * Takes an event, if it is one of an upgrade. Answers it as everyone else should have it: with the field `upgrade`,
   * also when it came without and can be told from the history (what the receiver notes outside an upgrade: a repair,
   * and what becomes of an image after the upgrade has ended).
   */
  add(event: ControllerEvent): ControllerEvent {
    const upgrade = upgradeOf(event, this.#upgrades) ?? this.#nameRepair(event);
    if (upgrade === undefined) return event;
    if (FIRST_EVENTS.includes(event.event) || this.#upgrades.find(upgrade) !== undefined) this.#enter(upgrade, event);
    return { ...event, fields: { ...event.fields, upgrade } };
  }

  /** The newest records first, at most so many, the one under way included. */
  list(limit: number): readonly UpgradeRecord[] {
    return this.#upgrades.newest(limit);
  }

  find(id: string): UpgradeRecord | undefined {
    return this.#upgrades.find(id)?.record;
  }

  /** The hash of the newest entry: who knows it knows whether the transcript is whole. */
  get head(): string {
    return this.#chain.hash;
  }

  /** Ends it. What still runs has been interrupted. */
  close(): void {
    this.#interrupt();
    if (this.#isLoaded) this.#guarded(() => this.#tellLost());
    this.#guarded(() => this.#segments.close());
  }

  #load(): void {
    this.#guarded(() => {
      const { entries, damaged, cut } = this.#segments.load();
      for (const entry of entries) {
        this.#chain.advance(entry);
        this.#upgrades.apply(entry);
      }
      this.#chain.skipTo(this.#segments.newest);
      this.#isLoaded = true;
      if (cut > 0) this.#complain(`${cut} damaged lines at the end of the upgrade history in ${this.#directory} were cut off; the history goes on before them`);
      if (damaged > 0) this.#complain(`the upgrade history in ${this.#directory} has ${damaged} damaged lines; \`ferry history replay\` names them`);
    });
  }

  #interrupt(): void {
    for (const { id } of this.#upgrades.running()) this.#enter(id, { event: 'upgrade-interrupted', text: INTERRUPTED });
  }

  #enter(upgrade: string, event: ControllerEvent): void {
    const isWritten = this.#guarded(() => {
      if (!this.#isLoaded) throw new Error('what is there could not be read, and is left as it is');
      this.#tellLost();
      this.#append(upgrade, event);
      this.#isFailing = false;
    });
    if (!isWritten) this.#enterUnwritten(upgrade, event);
    else if (!NOT_FLUSHED.includes(event.event)) this.#guarded(() => this.#segments.sync());
    this.#forget();
  }

  #tellLost(): void {
    for (const [id, entries] of this.#lost) {
      this.#append(id, { event: 'entries-lost', text: `${entries} entries of this upgrade could not be written`, fields: { entries } });
      this.#lost.delete(id);
    }
  }

  #append(upgrade: string, event: ControllerEvent): void {
    const { entry, line } = sealEntry(this.#chain.follow(said(upgrade, event, this.#now())));
    this.#segments.append(entry.number, line);
    this.#chain.advance(entry);
    this.#upgrades.apply(entry);
  }

  /** In memory it is as it was; on disk a line will say that something is missing. */
  #enterUnwritten(upgrade: string, event: ControllerEvent): void {
    this.#lost.set(upgrade, (this.#lost.get(upgrade) ?? 0) + 1);
    const body = this.#chain.follow(said(upgrade, event, this.#now()));
    this.#upgrades.apply({ ...body, ...this.#chain.tail(upgrade) });
  }

  /** What is no longer on disk is no longer known, so that a restart changes nothing. */
  #forget(): void {
    if (this.#segments.first === this.#lowest) return;
    this.#lowest = this.#segments.first;
    this.#upgrades.forget(this.#lowest);
    const isKnown = (id: string): boolean => this.#upgrades.find(id) !== undefined;
    this.#chain.keep(isKnown);
    for (const id of this.#lost.keys()) if (!isKnown(id)) this.#lost.delete(id);
  }

  /** A repair has no host that could have named it. */
  #nameRepair({ event }: ControllerEvent): string | undefined {
    if (event !== 'repair-started') return undefined;
    for (let salt = 0; ; salt++) {
      const id = sha256Of(`${this.#chain.hash} repair ${salt} ${this.#now().toISOString()}`).slice(0, 8);
      if (isUpgradeId(id) && this.#upgrades.find(id) === undefined) return id;
    }
  }

  /** False when it has failed; that is told when it begins. */
  #guarded(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      if (!this.#isFailing) this.#complain(`the upgrade history in ${this.#directory} can not be written: ${(error as Error).message}; upgrades go on without it`);
      this.#isFailing = true;
      return false;
    }
  }
}

/** An event as an entry keeps it. */
function said(upgrade: string, { event, fields = {}, text }: ControllerEvent, now: Date): Omit<EntryBody, 'previous' | 'number' | 'step' | 'before'> {
  const kept: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'upgrade') continue;
    const isPlain = typeof value === 'boolean' || Number.isFinite(value);
    kept[name] = isPlain ? value : String(value).slice(0, TEXT_LIMIT);
  }
  return { time: now.toISOString(), upgrade, event, fields: kept, text: text.slice(0, TEXT_LIMIT) };
}
