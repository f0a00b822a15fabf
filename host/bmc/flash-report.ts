// The flash of a state directory, looked at from outside: which chips there are, how worn they are, and what the slot
// records say. Opens everything for reading only and takes no lock, so it works while the controller runs, and after it.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadCore } from '../core/instance.ts';
import { readRecordPages, recordsByComponent, type RecordPage, type RecordPageExports, type RecordPages } from '../core/slot-record-pages.ts';
import { FerryError } from '../error.ts';
import { RECORDS_SIZE, SLOT_UNIT, type Board } from './board.ts';
import { readOnlyCells } from './flash-cells.ts';
import type { FlashPart } from './flash-part.ts';
import type { ProtectedRegion } from './protected-regions.ts';
import { FlashWear } from './flash-wear.ts';

/** A chip as its file shows it. */
export interface SeenChip {
  /** `bmc-0`, `records`. */
  readonly name: string;
  readonly path: string;
  readonly size: number;
  /** Undefined for the chip with the slot records. */
  readonly component: string | undefined;
  readonly slot: number | undefined;
  /** Undefined when the board does not have such a chip of this size. */
  readonly part: FlashPart | undefined;
  /** What no image changes in it, as the board says. */
  readonly protectedRegions: readonly ProtectedRegion[];
  /** Erases of each sector, as of the last time that the controller saved them. Undefined when what was saved is damaged. */
  readonly wear: Uint32Array | undefined;
}

export interface SeenFlash {
  readonly directory: string;
  /** The components' in order of name and slot, then the records. */
  readonly chips: readonly SeenChip[];
  /** Names of files that are no chips of Ferry, or are damaged. */
  readonly strangers: readonly string[];
}

/** The slot records as they are at one moment. */
export interface SeenRecords extends RecordPages {
  /** Of each component, the oldest first. */
  readonly components: ReadonlyMap<string, readonly RecordPage[]>;
}

const CHIP = /^(?:(records)|([a-z0-9-]{1,15})-([01]))\.flash$/;
/** The side files: wear, and what is being made. */
const SIDE_FILE = /\.flash(?:\.wear|\.new|\.wear\.new)$/;
/** The controller appends a record at most every few milliseconds: two looks that agree saw one state. */
const LOOKS = 100;

/** For reading records, one after the other. */
let core: RecordPageExports | undefined;

/** Looks at the flash files. `machine-missing` when there are none. */
export function seeFlash(stateDirectory: string, board: Board): SeenFlash {
  const directory = join(stateDirectory, 'flash');
  const names = namesIn(directory, stateDirectory);
  const seen = names.flatMap((name) => seeChip(directory, name, board) ?? []);
  const chips = seen.sort((one, other) => Number(one.name === 'records') - Number(other.name === 'records') || (one.name < other.name ? -1 : 1));
  const strangers = names.filter((name) => !SIDE_FILE.test(name) && !chips.some((chip) => `${chip.name}.flash` === name));
  if (chips.length === 0) throw missing(stateDirectory, `${resolve(directory)} holds no flash file`);
  return { directory, chips, strangers };
}

/** Reads the slot records, also while they are written. Undefined when there is no chip for them. */
export function readRecords(flash: SeenFlash): SeenRecords | undefined {
  const chip = flash.chips.find(({ name }) => name === 'records');
  if (chip === undefined) return undefined;
  const { cells } = readOnlyCells(chip.path);
  try {
    const look = (): Uint8Array => {
      const bytes = new Uint8Array(RECORDS_SIZE);
      cells.read(0, bytes);
      return bytes;
    };
    let bytes = look();
    for (let count = 1; count < LOOKS; count++) {
      const again = look();
      const isSame = Buffer.compare(bytes, again) === 0;
      bytes = again;
      if (isSame) break;
    }
    core ??= loadCore<RecordPageExports>();
    const pages = readRecordPages(core, bytes);
    return { ...pages, components: recordsByComponent(pages) };
  } finally {
    cells.close();
  }
}

/** The newest record of a component. */
export function newestRecord(records: SeenRecords | undefined, component: string): RecordPage | undefined {
  return records?.components.get(component)?.at(-1);
}

/** The components that have chips or records, by name, and how many slots each has. */
export function componentsOf(flash: SeenFlash, records: SeenRecords | undefined): { readonly name: string; readonly slotCount: number }[] {
  const counts = new Map<string, number>();
  const atLeast = (name: string, count: number): void => void counts.set(name, Math.max(counts.get(name) ?? 0, count));
  for (const { component, slot } of flash.chips) if (component !== undefined) atLeast(component, (slot ?? 0) + 1);
  for (const [name, pages] of records?.components ?? []) atLeast(name, pages.at(-1)?.record.slots.length ?? 1);
  return [...counts].map(([name, slotCount]) => ({ name, slotCount })).sort((one, other) => (one.name < other.name ? -1 : 1));
}

function seeChip(directory: string, name: string, board: Board): SeenChip[] | undefined {
  const [, records, component, slot] = CHIP.exec(name) ?? [];
  if (records === undefined && component === undefined) return undefined;
  const path = join(directory, name);
  const stats = statSync(path, { throwIfNoEntry: false });
  const isChip = stats?.isFile() && stats.size > 0 && stats.size % SLOT_UNIT === 0 && (records === undefined || stats.size === RECORDS_SIZE);
  if (stats === undefined || !isChip) return undefined;
  const wear = new FlashWear(`${path}.wear`, stats.size);
  const known = board.components.find((one) => one.name === component && one.slotSize === stats.size && Number(slot) < one.slotCount);
  return [{
    name: name.slice(0, -'.flash'.length), path, size: stats.size, component, slot: slot === undefined ? undefined : Number(slot),
    part: records === undefined ? known?.part : board.recordsPart,
    protectedRegions: known?.protectedRegions ?? [],
    // Before the first erase there is no such file.
    wear: wear.restarted && existsSync(`${path}.wear`) ? undefined : wear.counts(),
  }];
}

function namesIn(directory: string, stateDirectory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    throw missing(stateDirectory, `${resolve(directory)} can not be read: ${(error as Error).message}`, error);
  }
}

function missing(stateDirectory: string, what: string, cause?: unknown): FerryError {
  return new FerryError('machine-missing', `there is no flash in the state directory ${resolve(stateDirectory)}: ${what}; nothing was touched`, {
    hint: 'give --state the directory that `ferry bmc --state` was given, or start a controller there once', exitCode: 64, cause,
  });
}
