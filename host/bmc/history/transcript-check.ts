// Whether a piece of transcript is what was written: every entry as it was, none missing, none added, all in order. Says
// which is the first that is not. It cannot see that everything was written anew by someone who can compute a hash: who
// needs to know that keeps the head, the newest hash, elsewhere.
import { NO_HASH, parseEntry, type TranscriptEntry } from './transcript-entry.ts';

export type ChainDamage = 'changed' | 'removed' | 'inserted' | 'reordered' | 'replaced' | 'cut';

/** The first thing that is wrong. */
export interface ChainFault {
  readonly damage: ChainDamage;
  /** Of the entry that is named, its place in the chain; undefined when the damage hides it. */
  readonly entry: number | undefined;
  readonly text: string;
}

/** What is known of the piece from elsewhere. */
export interface ChainExpectation {
  /** `device`, or the upgrade whose entries these are. */
  readonly of: string;
  readonly first?: number | undefined;
  readonly count?: number | undefined;
  readonly head?: string | undefined;
}

export interface CheckedChain {
  /** The entries up to the fault, or all. */
  readonly entries: readonly TranscriptEntry[];
  readonly fault: ChainFault | undefined;
}

/** An entry's place in the chain that is checked, and the hash that it follows there. */
function linkOf(entry: TranscriptEntry, of: string): { readonly place: number; readonly follows: string } {
  return of === 'device' ? { place: entry.number, follows: entry.previous } : { place: entry.step, follows: entry.before };
}

/** Checks lines; `offset` lines stood before them in what the reader sees. */
export function checkChain(lines: readonly string[], expected: ChainExpectation, offset = 0): CheckedChain {
  const parsed = lines.map(parseEntry);
  const entries: TranscriptEntry[] = [];
  for (const [index, entry] of parsed.entries()) {
    const fault = entry === undefined ? changed(entries.at(-1), expected, index + offset + 1) : misplaced(entry, entries, parsed.slice(index + 1), expected);
    if (fault !== undefined) return { entries, fault };
    if (entry !== undefined) entries.push(entry);
  }
  return { entries, fault: wrongEnd(entries, expected) };
}

function changed(last: TranscriptEntry | undefined, { of, first }: ChainExpectation, line: number): ChainFault {
  const entry = last === undefined ? first : linkOf(last, of).place + 1;
  return { damage: 'changed', entry, text: `line ${line}${entry === undefined ? '' : `, entry ${entry},`} is not what was written: it was changed` };
}

type Later = readonly (TranscriptEntry | undefined)[];

function misplaced(entry: TranscriptEntry, before: readonly TranscriptEntry[], later: Later, { of, first }: ChainExpectation): ChainFault | undefined {
  const { place, follows } = linkOf(entry, of);
  if (of !== 'device' && entry.upgrade !== of) {
    return { damage: 'inserted', entry: undefined, text: `an entry of upgrade ${entry.upgrade} stands among those of ${of}: it was inserted` };
  }
  const last = before.at(-1);
  const next = last === undefined ? first ?? place : linkOf(last, of).place + 1;
  if (place > next) return later.some((one) => one !== undefined && linkOf(one, of).place === next) ? reordered(next, place) : removed(next, place - 1);
  if (place < next) return { damage: 'inserted', entry: place, text: `entry ${place} stands where entry ${next} is expected: it was inserted` };
  if (follows === (last?.hash ?? (place === 1 ? NO_HASH : follows))) return undefined;
  return { damage: 'replaced', entry: place, text: `entry ${place} does not follow the entry ${place - 1} that stands before it: one of the two was put in another's place` };
}

function reordered(next: number, place: number): ChainFault {
  return { damage: 'reordered', entry: next, text: `entry ${place} stands before entry ${next}: they were reordered` };
}

function removed(from: number, to: number): ChainFault {
  return { damage: 'removed', entry: from, text: from === to ? `entry ${from} is missing: it was removed` : `entries ${from} to ${to} are missing: they were removed` };
}

function wrongEnd(entries: readonly TranscriptEntry[], { of, first, count, head }: ChainExpectation): ChainFault | undefined {
  const last = entries.at(-1);
  const next = last === undefined ? first : linkOf(last, of).place + 1;
  if (count !== undefined && entries.length < count) return { damage: 'cut', entry: next, text: `${count - entries.length} of ${count} entries are missing at the end` };
  if (count !== undefined && entries.length > count) return { damage: 'inserted', entry: undefined, text: `expected ${count} entries, got ${entries.length}: some were added at the end` };
  if (head === undefined || head === (last?.hash ?? NO_HASH)) return undefined;
  return { damage: 'cut', entry: next, text: `the newest entry has the hash ${last?.hash ?? NO_HASH}, expected ${head}: entries are missing at the end, or were written anew` };
}
