// Plays entries through the state machine of an upgrade, and says whether the device can have done that: a file is
// received after it was started, stored after it was received, runs after it was stored, and nothing comes after the end
// but what becomes of the stored images.
//
//   upgrade-started ──► open ──► upgrade-ended, -aborted, -abandoned, -interrupted
//                       file-started ──► receiving ──► file-received ──► storing ──► file-stored, file-failed
//                                            └──────────────────────────────────────────► file-failed
//   repair-started ─────────────────────────────────────────────────────► storing
import type { UpgradeImage, UpgradeRecord } from '../upgrade-record.ts';
import type { TranscriptEntry } from './transcript-entry.ts';
import { imageIn, sameImage } from './upgrade-images.ts';
import { UpgradeProjection } from './upgrade-projection.ts';

/** The first entry that the device can not have written in this place. */
export interface ReplayFault {
  readonly number: number;
  readonly upgrade: string;
  readonly text: string;
}

export interface Replay {
  /** What the entries tell, the newest first. */
  readonly upgrades: readonly UpgradeRecord[];
  readonly fault: ReplayFault | undefined;
  /** Entries of upgrades whose beginning is not among these. They were not judged. */
  readonly unjudged: number;
  /** Entries that the device says it could not write. */
  readonly lost: number;
}

/** Where an upgrade stands. */
interface Course {
  isOpen: boolean;
  isRepair: boolean;
  file: { readonly image: UpgradeImage; readonly isWhole: boolean } | undefined;
  stored: UpgradeImage[];
}

type Law = (course: Course, image: UpgradeImage) => string | undefined;

/** What each event asks for, and what it changes. An answer says what was expected instead. Others may come at any time. */
const LAWS: Readonly<Record<string, Law>> = {
  'file-started': (course, image) => {
    if (!course.isOpen) return 'no file after the end of the upgrade';
    if (course.file?.isWhole) return `${course.file.image.component} to be stored first`;
    course.file = { image, isWhole: false };
    return undefined;
  },
  'file-received': (course, image) => {
    if (course.file === undefined || !sameImage(course.file.image, image)) return 'its file-started before it';
    if (course.file.isWhole) return 'it to be received once';
    if (image.size !== course.file.image.size) return `${course.file.image.size} bytes as announced, got ${image.size}`;
    course.file = { image, isWhole: true };
    return undefined;
  },
  'file-stored': (course, image) => {
    if (course.file === undefined || !sameImage(course.file.image, image) || !course.file.isWhole) return 'its file-received before it';
    finish(course);
    course.stored.push(image);
    return undefined;
  },
  // Also an image that was refused before it was started.
  'file-failed': (course, image) => {
    const isUnderWay = course.file !== undefined && sameImage(course.file.image, image);
    if (!isUnderWay && !course.isOpen) return 'no file after the end of the upgrade';
    if (isUnderWay) finish(course);
    return undefined;
  },
  'repair-started': (course, image) => {
    if (course.isOpen && !course.isRepair) return 'the upgrade to have ended';
    course.file = { image, isWhole: true };
    return undefined;
  },
  'upgrade-ended': (course) => (course.file?.isWhole && course.isOpen ? `${course.file.image.component} to be stored first` : end(course)),
  'upgrade-aborted': end,
  'upgrade-abandoned': end,
  'upgrade-interrupted': end,
  // Written in place: the record that makes the image valid is what asks for the reset, just before it is told as stored.
  'host-reset-needed': (course, image) => (course.file?.isWhole && sameImage(course.file.image, image) ? undefined : runs(course, image)),
  'pending': runs,
  'activated': runs,
  'trial': runs,
  'committed': runs,
  'trial-reverted': runs,
};

function finish(course: Course): void {
  course.file = undefined;
  if (course.isRepair) course.isOpen = false;
}

function end(course: Course): string | undefined {
  if (!course.isOpen) return 'one end of the upgrade';
  course.isOpen = false;
  return undefined;
}

function runs(course: Course, image: UpgradeImage): string | undefined {
  return course.stored.some((one) => sameImage(one, image)) ? undefined : 'its file-stored before it';
}

/** Plays them in order; what comes after a fault is told, and not judged. */
export function replayEntries(entries: readonly TranscriptEntry[]): Replay {
  const projection = new UpgradeProjection();
  const judge = new Judge();
  for (const entry of entries) {
    projection.apply(entry);
    judge.take(entry);
  }
  const { fault, unjudged, lost } = judge;
  return { upgrades: projection.newest(), fault, unjudged, lost };
}

/** Holds each entry against the course of its upgrade, and of the others: one at a time has the lock. */
class Judge {
  fault: ReplayFault | undefined;
  unjudged = 0;
  lost = 0;
  readonly #courses = new Map<string, Course>();
  /** The upgrade that has lost the lock to the one that has just started; it has to end now. */
  #overtaken: string | undefined;

  take(entry: TranscriptEntry): void {
    const { event, upgrade, fields } = entry;
    if (event === 'entries-lost') {
      this.lost += Number(fields['entries']) || 1;
      this.#courses.delete(upgrade);
      return;
    }
    if (this.#overtaken !== undefined && !(event === 'upgrade-abandoned' && upgrade === this.#overtaken)) {
      this.#complain(entry, `upgrade ${this.#overtaken} to have ended: one has the lock`);
    }
    this.#overtaken = undefined;
    const course = this.#courses.get(upgrade);
    if (event === 'upgrade-started') this.#start(entry, course);
    else if (course !== undefined) this.#complain(entry, LAWS[event]?.(course, imageIn(fields, 'receiving')));
    else if (event === 'repair-started') this.#courses.set(upgrade, { isOpen: true, isRepair: true, file: { image: imageIn(fields, 'storing'), isWhole: true }, stored: [] });
    else if (entry.step > 1) this.unjudged++;
    else this.#complain(entry, 'upgrade-started or repair-started first');
  }

  #start(entry: TranscriptEntry, before: Course | undefined): void {
    if (before?.isOpen) this.#complain(entry, 'it to have ended before it starts again');
    this.#overtaken = [...this.#courses].find(([id, { isOpen }]) => id !== entry.upgrade && isOpen)?.[0];
    this.#courses.set(entry.upgrade, { isOpen: true, isRepair: false, file: undefined, stored: [] });
  }

  #complain(entry: TranscriptEntry, expected: string | undefined): void {
    if (expected === undefined) return;
    const { number, event, upgrade } = entry;
    this.fault ??= { number, upgrade, text: `entry ${number}, ${event}${subject(entry)} of upgrade ${upgrade}: expected ${expected}` };
  }
}

function subject({ fields }: TranscriptEntry): string {
  return typeof fields['component'] === 'string' ? ` of ${fields['component']} ${fields['version'] ?? ''}`.trimEnd() : '';
}
