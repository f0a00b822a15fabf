// The history of a state directory, for those who only look: without the controller's lock, while it runs or not.
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FerryError } from '../../error.ts';
import { controllerRunsOn } from '../state-lock.ts';
import type { UpgradeRecord } from '../upgrade-record.ts';
import { checkChain, type CheckedChain } from './transcript-check.ts';
import { parseEntry, type TranscriptEntry } from './transcript-entry.ts';
import { readTranscript } from './transcript-reader.ts';
import { UpgradeProjection } from './upgrade-projection.ts';

/** What the state directory tells. */
export interface SeenHistory {
  /** As they are in the files. */
  readonly lines: readonly string[];
  /** The lines that are entries, damaged ones left out. */
  readonly entries: readonly TranscriptEntry[];
  /** The newest first. */
  readonly upgrades: readonly UpgradeRecord[];
  readonly chain: CheckedChain;
}

/** Reads it. `machine-missing` when no controller has ever run there, `state-failed` when it can not be read. */
export function seeHistory(stateDirectory: string): SeenHistory {
  const state = resolve(stateDirectory);
  const isThere = ['history', 'flash', 'events.log'].some((name) => statSync(join(state, name), { throwIfNoEntry: false }) !== undefined);
  if (!isThere) {
    throw new FerryError('machine-missing', `there is no history in the state directory ${state}: no management controller has run there; nothing was touched`, {
      hint: 'give --state the directory that `ferry bmc --state` was given', exitCode: 64,
    });
  }
  const lines = read(join(state, 'history'));
  const entries = lines.map(parseEntry).filter((entry): entry is TranscriptEntry => entry !== undefined);
  const projection = new UpgradeProjection();
  for (const entry of entries) projection.apply(entry);
  const runs = controllerRunsOn(state);
  return { lines, entries, upgrades: projection.newest().map((record) => (runs ? record : orInterrupted(record))), chain: checkChain(lines, { of: 'device' }) };
}

/** The controller that ran it is gone; the next one will say so in the transcript. */
function orInterrupted(record: UpgradeRecord): UpgradeRecord {
  return record.state === 'running' ? { ...record, state: 'interrupted' } : record;
}

function read(directory: string): string[] {
  try {
    return readTranscript(directory);
  } catch (cause) {
    throw new FerryError('state-failed', `the upgrade history in ${directory} can not be read: ${(cause as Error).message}; nothing was touched`, {
      hint: 'run it as the user that the controller runs as, and see that its disk works', cause,
    });
  }
}
